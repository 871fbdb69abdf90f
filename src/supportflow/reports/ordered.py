"""Values in order, however many: more than some lie on disk."""

import marshal
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Generic, TypeVar

__all__ = ["Ordered"]

HELD = 50_000
"""Values that are held at a time."""
MOST_RUNS = 64
"""Runs that are merged at a time: more than these become one."""
_BATCH = 200

V = TypeVar("V", int, tuple[str, int])


class Ordered(Generic[V]):
    """Takes values in any order, and gives them back sorted.

    Only what this process wrote is read back: the files have no names.
    """

    def __init__(self) -> None:
        self._held: list[V] = []
        self._runs: list[list[IO[bytes]]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, value: V) -> None:
        """Take a value."""
        self._held.append(value)
        self._count += 1
        if len(self._held) >= HELD:
            self._held.sort()
            self._keep(iter(self._held), 0)
            self._held = []

    def __iter__(self) -> Iterator[V]:
        self._held.sort()
        return merge(*(_read(run) for runs in self._runs for run in runs), self._held)

    def _keep(self, values: Iterator[V], length: int) -> None:
        """A run of some length; as many runs of one length become one of the next."""
        run = TemporaryFile(prefix="supportflow-")  # noqa: SIM115 - closed when it is merged, or with the values
        while batch := list(islice(values, _BATCH)):
            marshal.dump(batch, run)
        if length == len(self._runs):
            self._runs.append([])
        runs = self._runs[length]
        runs.append(run)
        if len(runs) >= MOST_RUNS:
            self._keep(merge(*map(_read, runs)), length + 1)
            for one in runs:
                one.close()
            self._runs[length] = []

    def close(self) -> None:
        """Let the files go."""
        for runs in self._runs:
            for run in runs:
                run.close()
        self._runs = []


def _read(run: IO[bytes]) -> Iterator[Any]:
    place = 0
    while True:
        # Whoever else reads this run has a place of their own in it.
        run.seek(place)
        try:
            batch = marshal.load(run)  # noqa: S302 - see above
        except EOFError:
            return
        place = run.tell()
        yield from batch
