"""A log case by case in bounded memory: its rows are sorted by case in runs on disk, which are merged as they are read.

A row is packed as soon as it is read. Sorting and merging look at its case and its place alone, and whoever replays the
case unpacks it: in several processes, that is not the one for which all the others wait.
"""

import time
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from supportflow.exceptions import InvalidInput
from supportflow.replay.bad_rows import BadRows
from supportflow.replay.mapping import LogMapping
from supportflow.replay.ordered import Ordered
from supportflow.replay.reading import Row, unpacked
from supportflow.replay.shares import Placed, read_shares
from supportflow.replay.tables import is_csv

__all__ = ["CaseLog"]

WORTH = 8_000_000
"""Bytes of a file that is read by several processes, at least."""
_PEOPLE = 40
"""Bytes of a key: those of a digest, and some in which sums of them have room."""
_case: Callable[[Any], str] = itemgetter(0)


class CaseLog:
    """A log that was read once, and gives its cases in the order of their ids as often as asked.

    The order of a log's rows does not matter to it, but where rows of one case share their place in the mapping's order.

    Args:
        path: The file.
        mapping: What its columns mean.
        processes: In how many processes a CSV file of some size is read; the log is the same. See `replay`.
        progress: Told how many rows were read.

    Attributes:
        rows: How many it has, the bad ones too.
        usable: How many could be used.
        first_us: Its first instant; 0 if it has no usable row.
        last_us: Its last.
        bad: What could not be used.
        people: A key of this log's own, made of its rows, in whatever order they stand: see `CaseRunner`.
        cpu_s: Processor time of reading it, in seconds, of all processes.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not such a file.
        MappingError: If a column of the mapping is not there.
        ChildProcessError: If a process ended before its work was done.
    """

    def __init__(
        self,
        path: Path | str,
        mapping: LogMapping,
        *,
        processes: int = 1,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        if processes < 1:
            raise InvalidInput("processes", "is below 1")
        path = Path(path)
        self.mapping = mapping
        self.bad = BadRows()
        self._ordered: Ordered[Placed] = Ordered()
        began = time.process_time()
        try:
            shares = read_shares(path, mapping, self._ordered, processes if _is_worth(path) else 1, progress)
        except BaseException:
            self.close()
            raise
        for share in shares:
            self.bad.absorb(share.bad)
        self.rows = sum(share.rows for share in shares)
        self.usable = sum(share.usable for share in shares)
        self.first_us = min((share.first_us for share in shares if share.first_us is not None), default=0)
        self.last_us = max((share.last_us for share in shares if share.last_us is not None), default=0)
        self.people = sum(share.people for share in shares).to_bytes(_PEOPLE, "big")
        self.cpu_s = time.process_time() - began + sum(share.cpu_s for share in shares[1:])

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


def _is_worth(path: Path) -> bool:
    """True for a CSV file that takes longer to read than a process takes to start."""
    return path.stat().st_size >= WORTH and is_csv(path)
