"""A log that is read in shares: each process takes every n-th block of its lines, and leaves sorted runs for one to merge.

All of them look at all lines, since only who reads a CSV file from its beginning knows where its rows end. What costs
ten times as much, reading what a row means and sorting it, is shared.
"""

import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from supportflow.replay.bad_rows import BadRows
from supportflow.replay.mapping import LogMapping
from supportflow.replay.ordered import Ordered
from supportflow.replay.pool import pool
from supportflow.replay.reading import Row, Rows, packed
from supportflow.replay.tables import open_table

__all__ = ["Placed", "Taken", "read_shares"]

TOLD = 50_000
"""After so many usable rows progress is told."""
Placed = tuple[str, tuple[int, int], bytes]
"""A packed row behind its case and its place there. The place holds the line, so that no two are equal."""


class Taken(NamedTuple):
    """What is known of a share once it was read.

    Attributes:
        rows: How many rows it has, the bad ones too.
        usable: How many could be used.
        first_us: Its first instant; None if it has no usable row.
        last_us: Its last.
        bad: What could not be used.
        people: The digests of its rows added up, so that neither shares nor the order of rows matter.
        cpu_s: Processor time of reading it, in seconds.
    """

    rows: int
    usable: int
    first_us: int | None
    last_us: int | None
    bad: BadRows
    people: int
    cpu_s: float


def read_shares(
    path: Path,
    mapping: LogMapping,
    ordered: Ordered[Placed],
    shares: int,
    progress: Callable[[int], object] | None,
) -> list[Taken]:
    """Read a log, in so many processes; this one tells of its progress.

    Args:
        path: The file.
        mapping: What its columns mean.
        ordered: Takes the rows.
        shares: How many there are.
        progress: Told how many rows were read.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not such a file.
        MappingError: If a column of the mapping is not there.
        ChildProcessError: If a process ended before its share was read.
    """
    if shares == 1:
        return [_take(path, mapping, ordered, 0, 1, progress)]
    with pool(shares - 1, lost="a process of the replay ended before its share was read") as processes:
        others = [
            processes.submit(_elsewhere, path, mapping, ordered.folder, share, shares)
            for share in range(1, shares)
        ]
        found = [_take(path, mapping, ordered, 0, shares, progress)]
        for other in others:
            taken, runs = other.result()
            ordered.absorb(runs, taken.usable)
            found.append(taken)
    return found


def _elsewhere(
    path: Path, mapping: LogMapping, folder: Path, share: int, of: int
) -> tuple[Taken, list[list[Path]]]:
    ordered: Ordered[Placed] = Ordered(folder, f"{share}-")
    return _take(path, mapping, ordered, share, of, None), ordered.runs()


def _take(
    path: Path,
    mapping: LogMapping,
    ordered: Ordered[Placed],
    share: int,
    of: int,
    progress: Callable[[int], object] | None,
) -> Taken:
    began = time.process_time()
    bad = BadRows()
    first_us = last_us = None
    usable = people = 0
    with open_table(path, mapping.encoding, mapping.delimiter) as table:
        rows = Rows(table, mapping, bad.note, share=share, of=of)
        for row in rows:
            ordered.add((row.case, row.order, packed(row)))
            usable += 1
            people += _digest(row)
            at_us = row.at_us
            if first_us is None or last_us is None:
                first_us = last_us = at_us
            elif at_us < first_us:
                first_us = at_us
            elif at_us > last_us:
                last_us = at_us
            if progress is not None and usable % TOLD == 0:
                progress(rows.seen)
    return Taken(rows.count, usable, first_us, last_us, bad, people, time.process_time() - began)


def _digest(row: Row) -> int:
    told = f"{row.at_us} {row.case}\0{row.requester}"
    return int.from_bytes(blake2b(told.encode(errors="surrogatepass"), digest_size=32).digest())
