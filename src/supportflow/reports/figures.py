"""What a report says, as data."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Value
from supportflow.replay.verdicts import Ended
from supportflow.whatif import WhatIf

__all__ = ["Backlog", "Distribution", "Load", "Report", "Share", "Stretch", "TargetReport", "Timeline"]


class Share(Value):
    """How many clocks were met.

    Attributes:
        name: Of what: a period, a class, a level.
        met: Clocks that were met.
        missed: Clocks that were missed.
    """

    name: str
    met: int
    missed: int

    @property
    def share(self) -> float | None:
        """Met among the decided; None if nothing was decided."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


class TargetReport(Value):
    """How the clocks of one target ended: the latest cycle of each ticket.

    Attributes:
        target: The target.
        ended: How → tickets.
        by_period: By the period in which the ticket was opened, without gaps.
        by_class: By the class at the end.
        by_level: By the level at the end.
    """

    target: str
    ended: Mapping[Ended, int]
    by_period: tuple[Share, ...]
    by_class: tuple[Share, ...]
    by_level: tuple[Share, ...]


class Distribution(Value):
    """How long something took, around the clock.

    Percentiles are by nearest rank: the smallest of the values that at least so many of them do not exceed. So each is a
    value that occurred, and the same on every engine.

    Attributes:
        name: `first_response`: from the opening to the first answer. `resolution`: to the last resolution.
        count: How many tickets have it.
        percentiles: 50, 75, 90, 95, 99 → seconds; empty if no ticket has it.
        bins: (up to so many seconds, tickets); None for what takes longer.
    """

    name: Literal["first_response", "resolution"]
    count: int
    percentiles: Mapping[int, float]
    bins: tuple[tuple[int | None, int], ...]


class Backlog(Value):
    """Open tickets at the beginning of days.

    Attributes:
        days: ISO dates, evenly spaced.
        open: Class → tickets that were open when each of these days began.
    """

    days: tuple[str, ...]
    open: Mapping[str, tuple[int, ...]]


class Load(Value):
    """Tickets of an agent or a group.

    Attributes:
        name: Who has them at the end.
        tickets: How many.
        open: How many of them are open.
        reopened: How many were reopened.
    """

    name: str
    tickets: int
    open: int
    reopened: int


class Stretch(Value):
    """A stretch of a clock.

    Attributes:
        start_at: When it began.
        end_at: When it ended.
        kind: `running`, `paused` or `closed`.
        reason: Why: a holiday by its name.
        counted_us: What it counted, in microseconds.
    """

    start_at: Instant
    end_at: Instant
    kind: Literal["running", "paused", "closed"]
    reason: str
    counted_us: int


class Timeline(Value):
    """One ticket's clock.

    Attributes:
        case: The log's own id.
        target: The target.
        ended: How the clock ended.
        due_at: When it was due; None while it is paused.
        stretches: From its start to its end, without gaps.
    """

    case: str
    target: str
    ended: Ended
    due_at: Instant | None
    stretches: tuple[Stretch, ...]


class Report(Value):
    """A log under a policy.

    Attributes:
        mapping: Name of the mapping.
        policy: Name of the policy.
        fingerprint: Of the policy.
        tz: The zone of days and hours.
        rows: Rows of the log, the bad ones too.
        left_out: Rows that were left out.
        cases: Tickets.
        open: Tickets that are open at the end.
        reopened: Tickets that were reopened.
        first_at: The log's first instant; None if it is empty.
        until: Up to here everything that was due has happened.
        period: What the periods are.
        opened: Tickets opened by period, without gaps.
        targets: How targets were attained.
        distributions: How long things took.
        busy: Tickets opened by weekday (Monday first) and hour.
        backlog: Open tickets over time.
        waits: Status → time that tickets spent in it until the end, in seconds, final statuses apart.
        agents: Load by agent, the largest twenty.
        groups: Load by group, the largest twenty.
        timeline: A clock with pauses or closed hours that was missed, if there is one.
        whatif: Another policy over the same log, if one was given.
    """

    mapping: str
    policy: str
    fingerprint: str
    tz: str
    rows: int
    left_out: int
    cases: int
    open: int
    reopened: int
    first_at: Instant | None
    until: Instant
    period: Literal["day", "week", "month"]
    opened: tuple[tuple[str, int], ...]
    targets: tuple[TargetReport, ...]
    distributions: tuple[Distribution, ...]
    busy: tuple[tuple[int, ...], ...]
    backlog: Backlog
    waits: Mapping[str, float]
    agents: tuple[Load, ...]
    groups: tuple[Load, ...]
    timeline: Timeline | None = None
    whatif: WhatIf | None = None
