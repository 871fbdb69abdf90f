"""A replay split by case over processes: what they count is put together in the log's order."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import NamedTuple

from supportflow.policy import Policy
from supportflow.replay.counting import Cases
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Log, Row
from supportflow.replay.tally import Counted, Tally

__all__ = ["replay_apart"]

_PARTS = 8
"""For each process: the last one to end should not keep the others waiting for long."""
Done = Callable[[int], object]


class _Part(NamedTuple):
    """Cases that stand together in the log.

    Attributes:
        first: How many stand before them.
        cases: The rows of each.
        mapping: What they were read by.
        policy: The policy.
        end_us: Until when everything happens that falls due.
        verify_every: Check every n-th case of the whole log.
    """

    first: int
    cases: list[list[Row]]
    mapping: LogMapping
    policy: Policy
    end_us: int
    verify_every: int


def replay_apart(
    tally: Tally,
    log: Log,
    mapping: LogMapping,
    policy: Policy,
    end_us: int,
    *,
    verify_every: int,
    processes: int,
    done: Done,
) -> float:
    """Replay the cases of a log in several processes, into a tally.

    Args:
        tally: Counts everything.
        log: The log.
        mapping: What it was read by.
        policy: The policy.
        end_us: Until when everything happens that falls due.
        verify_every: Check every n-th case; 0 checks none.
        processes: How many.
        done: Told how many rows of the log were replayed.

    Returns:
        Processor time of all processes, in seconds.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
        ChildProcessError: If a process ended before its work was done.
    """
    Cases(tally, mapping, policy, end_us, 0)  # what is wrong with either is said here, not by every process
    seconds, rows = 0.0, 0
    parts = list(_parts(log, mapping, policy, end_us, verify_every, processes))
    # A process of its own, not a copy of this one with whatever threads and locks it has.
    with ProcessPoolExecutor(min(processes, len(parts)) or 1, mp_context=get_context("spawn")) as pool:
        try:
            for part, (counted, cpu_s) in zip(parts, pool.map(_replayed, parts), strict=True):
                tally.absorb(counted)
                seconds += cpu_s
                rows += sum(map(len, part.cases))
                done(rows)
        except BrokenProcessPool as error:
            raise ChildProcessError("a process of the replay ended before its work was done") from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return seconds


def _parts(
    log: Log, mapping: LogMapping, policy: Policy, end_us: int, verify_every: int, processes: int
) -> Iterator[_Part]:
    """The cases in the log's order, in parts of about as many rows each."""
    cases = list(log.cases.values())
    size = max(sum(map(len, cases)) // (_PARTS * processes), 1)
    first, held, rows = 0, list[list[Row]](), 0
    for place, case in enumerate(cases, 1):
        held.append(case)
        rows += len(case)
        if rows >= size or place == len(cases):
            yield _Part(first, held, mapping, policy, end_us, verify_every)
            first, held, rows = place, [], 0


def _replayed(part: _Part) -> tuple[Counted, float]:
    began = time.process_time()
    tally = Tally(Log(0, {}, [], 0.0), part.mapping, part.policy)
    cases = Cases(tally, part.mapping, part.policy, part.end_us, part.verify_every, before=part.first)
    for rows in part.cases:
        cases.case(rows)
    return tally.counted(), time.process_time() - began
