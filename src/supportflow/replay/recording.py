"""A case of a log under a policy, with all that was recorded of it: what reports and comparisons look at when it is over."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from supportflow._time import Instant, instant, to_us
from supportflow.exceptions import InvalidInput
from supportflow.model.events import EventBase
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy
from supportflow.replay.bad_rows import BadRows
from supportflow.replay.cases import CaseLog
from supportflow.replay.casewise import CaseRunner
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row

__all__ = ["Case", "Recorder", "log_until"]


class Case(NamedTuple):
    """A case that was replayed under one policy.

    Attributes:
        name: The log's own id.
        ticket: The ticket at the log's end.
        events: All that was recorded.
        policy: The policy.
        end_us: The log's end.
        refused: Lines of the log that the policy refuses.
    """

    name: str
    ticket: Ticket
    events: Sequence[EventBase]
    policy: CompiledPolicy
    end_us: int
    refused: frozenset[int] = frozenset()


class Recorder:
    """Replays cases under one policy, and gives each with its events when it is over.

    Args:
        mapping: What the log was read by.
        policy: The policy.
        end_us: Until when everything happens that falls due.
        people: See `CaseRunner`.

    Attributes:
        policy: The policy.
        compiled: The same, compiled.
        bad: Rows that the policy could not use.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """

    def __init__(
        self, mapping: LogMapping, policy: Policy, end_us: int, *, people: bytes | None = None
    ) -> None:
        self.policy = policy
        self.compiled = CompiledPolicy(policy)
        self.bad = BadRows()
        self._end_us = end_us
        self._events: list[EventBase] = []
        self._refused: set[int] = set()
        self._runner = CaseRunner(mapping, policy, end_us, self, people=people)

    def replayed(self, rows: list[Row]) -> Case | None:
        """A case; None if nothing could be made of its rows."""
        self._events, self._refused = [], set()
        ticket = self._runner.case(rows)
        if ticket is None:
            return None
        refused = frozenset(self._refused)
        return Case(rows[0].case, ticket, self._events, self.compiled, self._end_us, refused)

    def recorded(self, row: Row, events: Iterable[EventBase]) -> None:
        """Keep what happens: a case is looked at when it is over."""
        del row
        self._events += events

    observed = recorded

    def problem(self, problem: Problem) -> None:
        """Count what the policy cannot use."""
        self.bad.note(problem)
        if problem.left_out:
            self._refused.add(problem.line)


@contextmanager
def log_until(
    log: Path | str | CaseLog, mapping: LogMapping, until: Instant | None
) -> Iterator[tuple[CaseLog, int]]:
    """A log that is open, and the instant up to which it is replayed; a log that was given open stays so.

    Args:
        log: A file, or a log that was read.
        mapping: What its columns mean.
        until: The instant; the log's last if not given.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no log, or `until` lies before its last instant.
        MappingError: If a column of the mapping is not there.
    """
    with nullcontext(log) if isinstance(log, CaseLog) else CaseLog(log, mapping) as read:
        end_us = read.last_us if until is None else to_us(instant(until, "until"))
        if end_us < read.last_us:
            raise InvalidInput("until", "lies before the log's last instant")
        yield read, end_us
