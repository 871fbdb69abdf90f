"""A log case by case in bounded memory: its rows are sorted by case in runs on disk, which are merged as they are read.

A row is packed as soon as it is read. Sorting and merging look at its case and its place alone, and whoever replays the
case unpacks it: in several processes, that is not the one for which all the others wait.
"""

import marshal
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from supportflow.replay.mapping import LogMapping
from supportflow.replay.ordered import Ordered
from supportflow.replay.reading import Problem, Row, Rows
from supportflow.replay.report import ProblemCount
from supportflow.replay.tables import open_table

__all__ = ["BadRows", "CaseLog", "packed", "unpacked"]

TOLD = 50_000
"""After so many usable rows progress is told."""
LINES = 20
"""Of rows of one kind, whose lines are told where not all of them are."""
_case: Callable[[Any], str] = itemgetter(0)


def packed(row: Row) -> bytes:
    """A row as bytes, for `unpacked` of a process that runs the same code."""
    return marshal.dumps(tuple(row))


def unpacked(rows: Iterable[bytes]) -> list[Row]:
    """The rows of a case."""
    return [Row._make(marshal.loads(row)) for row in rows]  # noqa: S302 - of `packed`'s making


class BadRows:
    """Rows that could not be used: eight bytes for each.

    Attributes:
        kinds: (reason, left out) → the lines, and the first of them with what stands there.
    """

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, bool], tuple[array[int], Problem]] = {}

    def note(self, problem: Problem) -> None:
        """Count one."""
        kind = (problem.reason, problem.left_out)
        lines, first = self.kinds.get(kind) or (array("q"), problem)
        lines.append(problem.line)
        self.kinds[kind] = (lines, min(first, problem))

    def absorb(self, other: "BadRows") -> None:
        """Count what another has counted."""
        for kind, (lines, first) in other.kinds.items():
            own, own_first = self.kinds.get(kind) or (array("q"), first)
            own.extend(lines)
            self.kinds[kind] = (own, min(own_first, first))

    def counts(self, most: int | None = LINES) -> tuple[ProblemCount, ...]:
        """By reason, the most frequent first, each with so many of its lines; with all of them, if None."""
        return tuple(
            ProblemCount(
                reason=kind[0],
                left_out=kind[1],
                count=len(lines),
                lines=tuple(sorted(lines)[:most]),
                example=first.detail,
            )
            for kind, (lines, first) in sorted(self.kinds.items(), key=lambda one: (-len(one[1][0]), one[0]))
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
        usable: How many could be used.
        first_us: Its first instant; 0 if it has no usable row.
        last_us: Its last.
        bad: What could not be used.
        people: A key of this log's own, made of its rows: see `CaseRunner`.
        cpu_s: Processor time of reading it, in seconds.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not such a file.
        MappingError: If a column of the mapping is not there.
    """

    def __init__(
        self, path: Path | str, mapping: LogMapping, *, progress: Callable[[int], object] | None = None
    ) -> None:
        self.mapping = mapping
        self.rows = self.usable = 0
        self.first_us = self.last_us = 0
        self.bad = BadRows()
        # The place of a row in its case holds its line, so that no two are equal.
        self._ordered: Ordered[tuple[str, tuple[int, int], bytes]] = Ordered()
        began = time.process_time()
        try:
            self._read(Path(path), progress)
        except BaseException:
            self.close()
            raise
        self.cpu_s = time.process_time() - began

    def _read(self, path: Path, progress: Callable[[int], object] | None) -> None:
        first_us = last_us = None
        with open_table(path, self.mapping.encoding, self.mapping.delimiter) as table:
            rows = Rows(table, self.mapping, self.bad.note)
            digest = blake2b(digest_size=32)
            for row in rows:
                self._ordered.add((row.case, row.order, packed(row)))
                self.usable += 1
                digest.update(f"{row.at_us} {row.case}\0{row.requester}\n".encode(errors="surrogatepass"))
                at_us = row.at_us
                if first_us is None or last_us is None:
                    first_us = last_us = at_us
                elif at_us < first_us:
                    first_us = at_us
                elif at_us > last_us:
                    last_us = at_us
                if progress is not None and self.usable % TOLD == 0:
                    progress(rows.count)
            self.rows = rows.count
            self.people = digest.digest()
        self.first_us, self.last_us = first_us or 0, last_us or 0

    @cached_property
    def cases(self) -> int:
        """How many cases have at least one usable row; it takes a look at all of them."""
        return sum(1 for _ in groupby(self._ordered, key=_case))

    def each(self) -> Iterator[list[Row]]:
        """The rows of each case, in the mapping's order; cases in the order of their ids."""
        for rows in self.packed():
            yield unpacked(rows)

    def packed(self) -> Iterator[list[bytes]]:
        """As `each`, with packed rows: what processes pass on."""
        for _, rows in groupby(self._ordered, key=_case):
            yield [row for _, _, row in rows]

    def close(self) -> None:
        """Take the files away."""
        self._ordered.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
