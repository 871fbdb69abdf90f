"""A replay split by case over processes: each counts its cases, and the counts are added up."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

from supportflow.policy import Policy
from supportflow.replay.counting import Cases
from supportflow.replay.mapping import LogMapping
from supportflow.replay.pool import pool
from supportflow.replay.reading import Row, unpacked
from supportflow.replay.tally import Counted, Tally

__all__ = ["Replaying", "replay_apart", "replayed"]

_PARTS = 4
"""For each process: the last one to end should not keep the others waiting for long."""
_ROWS = 5_000
"""Of a part, at most: what is on its way takes memory."""
_AHEAD = 3
"""Parts for each process that are on their way: it should not have to wait for its next."""
Done = Callable[[int], object]


class Replaying(NamedTuple):
    """What every process is told.

    Attributes:
        mapping: What the log was read by.
        policy: The policy.
        end_us: Until when everything happens that falls due.
        verify_every: Check every n-th case of the whole log.
        verdicts: Whether the verdicts of every case are kept.
    """

    mapping: LogMapping
    policy: Policy
    end_us: int
    verify_every: int
    verdicts: bool


class _Part(NamedTuple):
    """Cases that stand together in the log.

    Attributes:
        first: How many stand before them.
        rows: How many rows they have.
        cases: The rows of each, packed. Only processes of this one's own making read them.
    """

    first: int
    rows: int
    cases: list[list[bytes]]


def replay_apart(
    tally: Tally,
    cases: Iterable[list[bytes]],
    rows: int,
    work: Replaying,
    *,
    processes: int,
    done: Done,
) -> float:
    """Replay the cases of a log in several processes, into a tally.

    Args:
        tally: Counts everything.
        cases: The rows of each case, packed.
        rows: How many there are, about.
        work: What every process is told.
        processes: How many.
        done: Told how many rows of the log were replayed.

    Returns:
        Processor time of these processes, in seconds.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
        ChildProcessError: If a process ended before its work was done.
    """
    # What is wrong with either is said here, not by every process.
    Cases(tally, work.mapping, work.policy, work.end_us, 0)
    seconds, finished = 0.0, 0
    size = max(min(rows // (_PARTS * processes), _ROWS), 1)
    waiting: deque[tuple[_Part, Future[tuple[Counted, float]]]] = deque()
    begin = partial(_begin, work)
    with pool(
        processes, begin=begin, lost="a process of the replay ended before its work was done"
    ) as others:

        def ended() -> None:
            nonlocal seconds, finished
            part, future = waiting.popleft()
            counted, cpu_s = future.result()
            tally.absorb(counted)
            seconds += cpu_s
            finished += part.rows
            done(finished)

        for part in _parts(cases, size):
            waiting.append((part, others.submit(_replayed, part)))
            if len(waiting) >= _AHEAD * processes:
                ended()
        while waiting:
            ended()
    return seconds


def _parts(cases: Iterable[list[bytes]], size: int) -> Iterator[_Part]:
    """The cases in their order, in parts of about as many rows each."""
    first = place = rows = 0
    held: list[list[bytes]] = []
    for place, case in enumerate(cases, 1):
        held.append(case)
        rows += len(case)
        if rows >= size:
            yield _Part(first, rows, held)
            first, held, rows = place, [], 0
    if held:
        yield _Part(first, rows, held)


_told: list[Replaying] = []
"""What this process was told when it began."""


def _begin(work: Replaying) -> None:
    _told[:] = [work]


def _replayed(part: _Part) -> tuple[Counted, float]:
    began = time.process_time()
    [work] = _told
    return replayed(work, map(unpacked, part.cases), part.first), time.process_time() - began


def replayed(work: Replaying, cases: Iterable[list[Row]], before: int) -> Counted:
    """The counts of cases, of which so many stand before them in the log."""
    tally = Tally(work.mapping, work.policy, verdicts=work.verdicts)
    replaying = Cases(tally, work.mapping, work.policy, work.end_us, work.verify_every, before=before)
    for rows in cases:
        replaying.case(rows)
    return tally.counted()
