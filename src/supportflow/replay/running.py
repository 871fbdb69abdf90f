"""A log under a policy: case after case, each to the log's last instant, and the counts of what happens."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.replay.counting import Cases
from supportflow.replay.mapping import LogMapping
from supportflow.replay.processes import replay_apart
from supportflow.replay.reading import Log, read_log
from supportflow.replay.report import Report
from supportflow.replay.tally import Tally
from supportflow.replay.verdicts import CaseVerdicts

__all__ = ["Progress", "Replayed", "replay", "replay_log"]

Progress = Callable[[int, int], object]
"""Told how many rows are done, of how many."""


class Replayed(NamedTuple):
    """What a replay gives.

    Attributes:
        report: The counts.
        verdicts: Of every case, by the log's own id: what `compare` compares.
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
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log under a policy.

    Args:
        path: A CSV file, plain or gzipped.
        mapping: What its columns mean.
        policy: The policy; the mapping's own, or a plain desk, if not given.
        verify_every: Check every n-th case: the fold of its stored events must be its stored snapshot. 0 checks none.
        processes: In how many processes cases are replayed. The report is the same but for its processor time. A program
            that asks for more than one is imported by each: what it does must stand behind `if __name__ == "__main__"`.
        progress: Called after every case, or part of the log.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not a CSV file, or there are no processes.
        MappingError: If the mapping fits neither the log nor the policy.
        PolicyError: If the policy is wrong.
    """
    return replay_log(
        read_log(Path(path), mapping),
        mapping,
        policy,
        verify_every=verify_every,
        processes=processes,
        progress=progress,
    )


def replay_log(
    log: Log,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    processes: int = 1,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log that was read: more than once, to compare policies.

    Args:
        log: The log.
        mapping: What it was read by.
        policy: The policy.
        verify_every: See `replay`.
        processes: See `replay`.
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
    end_us = max((row.at_us for rows in log.cases.values() for row in rows), default=0)
    tally = Tally(log, mapping, policy)
    told = progress or _nobody
    elsewhere_s = 0.0
    if processes > 1:
        elsewhere_s = replay_apart(
            tally,
            log,
            mapping,
            policy,
            end_us,
            verify_every=verify_every,
            processes=processes,
            done=lambda rows: told(rows, log.rows),
        )
    else:
        cases, done = Cases(tally, mapping, policy, end_us, verify_every), 0
        for rows in log.cases.values():
            cases.case(rows)
            done += len(rows)
            told(done, log.rows)
    seconds = log.cpu_s + elsewhere_s + time.process_time() - began
    return Replayed(tally.report(seconds), tally.verdicts)


def _nobody(done: int, of: int) -> None:
    del done, of
