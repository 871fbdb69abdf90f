"""A log under a policy: case after case, each to the log's last instant, and the counts of what happens."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from supportflow.kernel import fold
from supportflow.policy import Policy
from supportflow.replay.casewise import TENANT, CaseRunner
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Log, Row, read_log
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
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log under a policy.

    Args:
        path: A CSV file, plain or gzipped.
        mapping: What its columns mean.
        policy: The policy; the mapping's own, or a plain desk, if not given.
        verify_every: Check every n-th case: the fold of its stored events must be its stored snapshot. 0 checks none.
        progress: Called after every case.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not a CSV file.
        MappingError: If the mapping fits neither the log nor the policy.
        PolicyError: If the policy is wrong.
    """
    return replay_log(
        read_log(Path(path), mapping), mapping, policy, verify_every=verify_every, progress=progress
    )


def replay_log(
    log: Log,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log that was read: more than once, to compare policies.

    Args:
        log: The log.
        mapping: What it was read by.
        policy: The policy.
        verify_every: See `replay`.
        progress: See `replay`.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """
    began = time.process_time()
    runner = _Runner(log, mapping, policy or mapping.policy or Policy(), verify_every)
    done = 0
    for rows in log.cases.values():
        runner.case(rows)
        done += len(rows)
        if progress is not None:
            progress(done, log.rows)
    seconds = log.cpu_s + time.process_time() - began
    return Replayed(runner.tally.report(seconds), runner.tally.verdicts)


class _Runner:
    """The cases of a log, and the tally of what happens."""

    def __init__(self, log: Log, mapping: LogMapping, policy: Policy, verify_every: int) -> None:
        end_us = max((row.at_us for rows in log.cases.values() for row in rows), default=0)
        self.tally = Tally(log, mapping, policy)
        self._cases = CaseRunner(mapping, policy, end_us, self.tally)
        self._verify_every = verify_every
        self._done = 0

    def case(self, rows: list[Row]) -> None:
        """Replay a case, and count it."""
        self.tally.logged(rows)
        ticket = self._cases.case(rows)
        if ticket is None:
            return
        self.tally.ended(rows, ticket)
        self._done += 1
        if self._verify_every and self._done % self._verify_every == 0:
            folded = fold(self._cases.events(ticket), tenant=TENANT)
            self.tally.verified(ticket, folds=folded == self._cases.stored(ticket))
