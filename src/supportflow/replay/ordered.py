"""Values in order, however many: more than some lie on disk, in runs that are merged as they are read."""

import marshal
from bisect import bisect_right
from collections.abc import Iterable, Iterator
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
_LENGTH = 4
"""Bytes before a batch: how long it is."""

V = TypeVar("V", int, tuple[str, int], tuple[str, tuple[int, int], bytes])


class Ordered(Generic[V]):
    """Takes values in any order, and gives them back sorted, as often as asked.

    Files are open only while they are read or written. Only what this process and its children wrote is read: the folder
    is its own.

    Args:
        folder: Where runs are written, if it is another's; made when it is needed, if not given.
        name: What the names of runs begin with, in a folder that others use, too.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self._held: list[V] = []
        self._runs: list[list[Path]] = []
        self._own: TemporaryDirectory[str] | None = None
        self._folder, self._name = folder, name
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
        self._held.sort()
        return _merged(
            [*map(_run, chain.from_iterable(self._runs)), iter([self._held] if self._held else [])]
        )

    def close(self) -> None:
        """Take the files away: values that lay there cannot be asked for any more. Another's folder is left to it."""
        if self._own is not None:
            self._own.cleanup()

    @property
    def folder(self) -> Path:
        """Where runs are written."""
        if self._folder is None:
            self._own = TemporaryDirectory(prefix="supportflow-")
            self._folder = Path(self._own.name)
        return self._folder

    def runs(self) -> list[list[Path]]:
        """All values as runs on disk, by their length, for another to absorb."""
        if self._held:
            self._spill()
        return self._runs

    def absorb(self, runs: list[list[Path]], count: int) -> None:
        """Take the values of another that lie in this one's folder."""
        for length, found in enumerate(runs):
            if length == len(self._runs):
                self._runs.append([])
            self._runs[length] += found
        self._count += count

    def _spill(self) -> None:
        self._held.sort()
        made = self._written(self._held)
        self._held = []
        for length in count():
            if length == len(self._runs):
                self._runs.append([])
            runs: list[Path] = self._runs[length]
            runs.append(made)
            if len(runs) < MOST_RUNS:
                return
            made = self._written(_merged([*map(_run, runs)]))
            for run in runs:
                run.unlink()
            self._runs[length] = []

    def _written(self, values: Iterable[V]) -> Path:
        """A run of values that come in order."""
        run = self.folder / f"{self._name}{self._made}"
        self._made += 1
        with run.open("wb") as file:
            left = iter(values)
            while batch := list(islice(left, _BATCH)):
                packed = marshal.dumps(batch)
                file.write(len(packed).to_bytes(_LENGTH) + packed)
        return run


def _run(path: Path) -> Iterator[list[Any]]:
    """The batches of a run."""
    with path.open("rb") as file:
        # `marshal.load` would ask the file for each value of a batch.
        while length := int.from_bytes(file.read(_LENGTH)):
            yield marshal.loads(file.read(length))  # noqa: S302 - of this process' own making


def _merged(runs: list[Iterator[list[Any]]]) -> Iterator[Any]:
    """What all runs hold, in order.

    What is not above the least end of the batches at hand is complete. It is sorted at one stroke, which finds what is in
    order already; to look for the least value one by one would take several times as long.
    """
    waiting = [(batch, run) for run in runs if (batch := next(run, None))]
    while waiting:
        end = min(batch[-1] for batch, _ in waiting)
        complete: list[Any] = []
        left: list[tuple[list[Any], Iterator[list[Any]]]] = []
        for batch, run in waiting:
            place = bisect_right(batch, end)
            complete += batch[:place]
            rest = batch[place:] if place < len(batch) else next(run, None)
            if rest:
                left.append((rest, run))
        complete.sort()
        yield from complete
        waiting = left
