"""A log under a policy: case after case, each to the log's last instant, and the counts of what happens."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.replay.cases import CaseLog
from supportflow.replay.counting import Cases
from supportflow.replay.mapping import LogMapping
from supportflow.replay.processes import Replaying, replay_apart
from supportflow.replay.reading import Log, Row, packed
from supportflow.replay.report import Report
from supportflow.replay.tally import Extent, Tally
from supportflow.replay.verdicts import CaseVerdicts

__all__ = ["Progress", "Replayed", "replay", "replay_log"]

Progress = Callable[[int, int], object]
"""Told how many rows are done, of how many."""


class Replayed(NamedTuple):
    """What a replay gives.

    Attributes:
        report: The counts.
        verdicts: Of every case, by the log's own id: what `compare` compares. Empty if none were to be kept.
    """

    report: Report
    verdicts: dict[str, CaseVerdicts]


def replay(
    path: Path | str,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    processes: int = 1,
    verdicts: bool = True,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log under a policy, case by case.

    Rows are sorted by case in files on disk: memory grows with the verdicts that are kept, and not with the log.

    Args:
        path: A log in any format that is read.
        mapping: What its columns mean.
        policy: The policy; the mapping's own, or a plain desk, if not given.
        verify_every: Check every n-th case: the fold of its stored events must be its stored snapshot. 0 checks none.
        processes: In how many processes cases are replayed. The report is the same but for its processor time. A program
            that asks for more than one is imported by each: what it does must stand behind `if __name__ == "__main__"`.
        verdicts: Whether the verdict of every case is kept.
        progress: Called after every case, or part of the log.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no such file, or there are no processes.
        MappingError: If the mapping fits neither the log nor the policy.
        PolicyError: If the policy is wrong.
        ChildProcessError: If a process ended before its work was done.
    """
    with CaseLog(path, mapping, processes=processes) as log:
        return replay_log(
            log,
            mapping,
            policy,
            verify_every=verify_every,
            processes=processes,
            verdicts=verdicts,
            progress=progress,
        )


def replay_log(
    log: Log | CaseLog,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    processes: int = 1,
    verdicts: bool = True,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log that was read: more than once, to compare policies.

    The report does not depend on the order of the cases, but for which of them are checked.

    Args:
        log: The log.
        mapping: What it was read by.
        policy: The policy.
        verify_every: See `replay`.
        processes: See `replay`.
        verdicts: See `replay`.
        progress: See `replay`.

    Raises:
        InvalidInput: If there are no processes.
        ChildProcessError: If one of them ended before its work was done.
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """
    if processes < 1:
        raise InvalidInput("processes", "is below 1")
    began = time.process_time()
    policy = policy or mapping.policy or Policy()
    extent = extent_of(log)
    end_us = extent.last_us or 0
    tally = Tally(mapping, policy, verdicts=verdicts)
    told = progress or _nobody
    elsewhere_s = 0.0
    if processes > 1:
        elsewhere_s = replay_apart(
            tally,
            _packed(log),
            log.rows,
            Replaying(mapping, policy, end_us, verify_every, verdicts),
            processes=min(processes, log.usable if isinstance(log, CaseLog) else len(log.cases)) or 1,
            done=lambda rows: told(rows, log.rows),
        )
    else:
        cases, done = Cases(tally, mapping, policy, end_us, verify_every), 0
        for rows in _rows(log):
            cases.case(rows)
            done += len(rows)
            told(done, log.rows)
    add_bad(tally, log)
    seconds = log.cpu_s + elsewhere_s + time.process_time() - began
    return Replayed(tally.report(extent, seconds), tally.verdicts)


def extent_of(log: Log | CaseLog) -> Extent:
    """How far a log goes."""
    if isinstance(log, CaseLog):
        return Extent(log.rows, *((log.first_us, log.last_us) if log.usable else (None, None)))
    instants = [row.at_us for rows in log.cases.values() for row in rows]
    return Extent(log.rows, min(instants, default=None), max(instants, default=None))


def add_bad(tally: Tally, log: Log | CaseLog) -> None:
    """Count what of a log could not be read."""
    if isinstance(log, CaseLog):
        tally.bad.absorb(log.bad)
    else:
        for problem in log.problems:
            tally.problem(problem)


def _rows(log: Log | CaseLog) -> Iterable[list[Row]]:
    return log.each() if isinstance(log, CaseLog) else log.cases.values()


def _packed(log: Log | CaseLog) -> Iterator[list[bytes]]:
    return log.packed() if isinstance(log, CaseLog) else ([*map(packed, rows)] for rows in log.cases.values())


def _nobody(done: int, of: int) -> None:
    del done, of
