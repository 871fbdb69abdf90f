"""Values in order, however many: more than some lie on disk, in runs that are merged as they are read."""

import marshal
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

__all__ = ["Ordered"]

HELD = 50_000
"""Values that are held at a time."""
MOST_RUNS = 64
"""Runs of about one length: as many become one, so that neither memory nor open files grow with the values."""
_BATCH = 200
"""Values of a run that are held while runs are merged."""

V = TypeVar("V", int, tuple[str, int], tuple[Any, ...])


class Ordered(Generic[V]):
    """Takes values in any order, and gives them back sorted, as often as asked.

    Files are open only while they are read or written. Only what this process wrote is read: the folder is its own.

    Args:
        key: What they are sorted by; themselves, if not given. Of equals the first that was added comes first.
    """

    def __init__(self, key: Callable[[Any], Any] | None = None) -> None:
        self._key = key
        self._held: list[V] = []
        self._runs: list[list[Path]] = []
        self._folder: TemporaryDirectory[str] | None = None
        self._made = self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, value: V) -> None:
        """Take a value."""
        self._held.append(value)
        self._count += 1
        if len(self._held) >= HELD:
            self._spill()

    def __iter__(self) -> Iterator[V]:
        self._held.sort(key=self._key)
        longest_first = chain.from_iterable(reversed(self._runs))
        return merge(*map(_run, longest_first), self._held, key=self._key)

    def close(self) -> None:
        """Take the files away: values that lay there cannot be asked for any more."""
        if self._folder is not None:
            self._folder.cleanup()

    def _spill(self) -> None:
        self._held.sort(key=self._key)
        made = self._written(self._held)
        self._held = []
        for length in count():
            if length == len(self._runs):
                self._runs.append([])
            runs = self._runs[length]
            runs.append(made)
            if len(runs) < MOST_RUNS:
                return
            made = self._written(merge(*map(_run, runs), key=self._key))
            for run in runs:
                run.unlink()
            self._runs[length] = []

    def _written(self, values: Iterable[V]) -> Path:
        """A run of values that come in order."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="supportflow-")
        run = Path(self._folder.name) / f"{self._made}"
        self._made += 1
        with run.open("wb") as file:
            left = iter(values)
            while batch := list(islice(left, _BATCH)):
                marshal.dump(batch, file)
        return run


def _run(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while True:
            try:
                batch = marshal.load(file)  # noqa: S302 - of this process' own making
            except EOFError:
                return
            yield from batch
