"""A log case by case in bounded memory: its rows are sorted by case in runs on disk, which are merged as they are read."""

import marshal
from collections import Counter
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any, Self

from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row, Rows
from supportflow.replay.report import ProblemCount
from supportflow.replay.tables import open_table

__all__ = ["BadRows", "CaseLog"]

RUN = 100_000
"""Rows that are held at a time."""
_BATCH = 500
_LINES = 20
_CASE, _ORDER = Row._fields.index("case"), Row._fields.index("order")
_place: Callable[[Any], Any] = itemgetter(_CASE, _ORDER)
_case: Callable[[Any], str] = itemgetter(_CASE)


class BadRows:
    """Rows that could not be used, counted by reason: of each the first twenty lines are kept, however many there are."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, bool]] = Counter()
        self._first: dict[tuple[str, bool], tuple[str, tuple[int, ...]]] = {}

    def note(self, problem: Problem) -> None:
        """Count one."""
        kind = (problem.reason, problem.left_out)
        self._counts[kind] += 1
        detail, lines = self._first.get(kind, (problem.detail, ()))
        if len(lines) < _LINES:
            self._first[kind] = (detail, (*lines, problem.line))

    def counts(self) -> tuple[ProblemCount, ...]:
        """By reason, the most frequent first."""
        return tuple(
            ProblemCount(
                reason=kind[0],
                left_out=kind[1],
                count=count,
                lines=self._first[kind][1],
                example=self._first[kind][0],
            )
            for kind, count in sorted(self._counts.items(), key=lambda one: (-one[1], one[0]))
        )


class CaseLog:
    """A log that was read once, and gives its cases in the order of their ids as often as asked.

    The order of a log's rows does not matter to it, but where rows of one case share their place in the mapping's order.

    Args:
        path: The file.
        mapping: What its columns mean.
        progress: Told how many rows were read.

    Attributes:
        rows: How many it has, the bad ones too.
        cases: How many cases have at least one usable row.
        first_us: Its first instant; 0 if it has no usable row.
        last_us: Its last.
        bad: What could not be used.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not such a file.
        MappingError: If a column of the mapping is not there.
    """

    def __init__(
        self, path: Path | str, mapping: LogMapping, *, progress: Callable[[int], object] | None = None
    ) -> None:
        self.mapping = mapping
        self.rows = self.cases = 0
        self.first_us = self.last_us = 0
        self.bad = BadRows()
        self._folder = TemporaryDirectory(prefix="supportflow-")
        self._runs: list[Path] = []
        self._held: list[Row] = []
        try:
            self._read(Path(path), progress)
        except BaseException:
            self.close()
            raise

    def _read(self, path: Path, progress: Callable[[int], object] | None) -> None:
        first_us = last_us = None
        with open_table(path, self.mapping.encoding, self.mapping.delimiter) as table:
            rows = Rows(table, self.mapping, self.bad.note)
            for row in rows:
                self._held.append(row)
                at_us = row.at_us
                if first_us is None or last_us is None:
                    first_us = last_us = at_us
                elif at_us < first_us:
                    first_us = at_us
                elif at_us > last_us:
                    last_us = at_us
                if len(self._held) >= RUN:
                    self._spill()
                    if progress is not None:
                        progress(rows.count)
            self.rows = rows.count
        self.first_us, self.last_us = first_us or 0, last_us or 0
        self._held.sort(key=_place)
        self.cases = sum(1 for _ in self.each())

    def _spill(self) -> None:
        self._held.sort(key=_place)
        run = Path(self._folder.name) / f"{len(self._runs)}"
        with run.open("wb") as file:
            for start in range(0, len(self._held), _BATCH):
                marshal.dump([tuple(row) for row in self._held[start : start + _BATCH]], file)
        self._runs.append(run)
        self._held = []

    def each(self) -> Iterator[list[Row]]:
        """The rows of each case, in the mapping's order; cases in the order of their ids."""
        for _, rows in groupby(merge(*map(_run, self._runs), self._held, key=_place), key=_case):
            yield [row if isinstance(row, Row) else Row(*row) for row in rows]

    def close(self) -> None:
        """Take the files away."""
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _run(path: Path) -> Iterator[Any]:
    """The rows of a run. Only what this process wrote is read: the folder is its own."""
    with path.open("rb") as file:
        while batch := _batch(file):
            yield from batch


def _batch(file: IO[bytes]) -> list[Any]:
    try:
        rows: list[Any] = marshal.load(file)  # noqa: S302 - see above
    except EOFError:
        return []
    return rows
