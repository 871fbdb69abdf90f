"""What a report says, as data."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Value
from supportflow.replay.verdicts import Ended
from supportflow.reports.course import Cause
from supportflow.sla.timeline import ClockInterval
from supportflow.whatif import WhatIf

__all__ = [
    "Backlog",
    "CauseShare",
    "Distribution",
    "GroupWait",
    "Load",
    "PauseShare",
    "Rate",
    "Report",
    "Share",
    "Standardised",
    "StandardisedShare",
    "TargetReport",
    "Timeline",
]


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


class StandardisedShare(Share):
    """How many clocks were met, and what it would be with the whole log's mix.

    Attributes:
        standardised: The share met of each value of the field, weighted by that value's share of all decided clocks of the
            target (direct standardisation); over the values that occur here. None if nothing was decided.
        covered: The weight of the values that occur here: 1 if all do. Far below 1, the figure says little.
    """

    standardised: float | None
    covered: float


class Standardised(Value):
    """Attainment as it would be if everybody had the same mix of tickets.

    Attributes:
        field: The mix of what: a field of the ticket.
        by: Whose attainment: that of periods, groups or agents.
        shares: By name; of groups and agents the twenty with the most clocks.
    """

    field: str
    by: Literal["period", "group", "agent"]
    shares: tuple[StandardisedShare, ...]


class CauseShare(Value):
    """Why clocks were missed.

    Attributes:
        cause: What held their tickets up for most of the counted time until the breach.
        clocks: How many were missed because of it.
        seconds: How much counted time went to it, on all missed clocks.
    """

    cause: Cause
    clocks: int
    seconds: float


class PauseShare(Value):
    """Pauses of clocks.

    Attributes:
        target: The target.
        reason: Why, in the policy's words.
        pauses: How many.
        seconds: How long they lasted together, around the clock.
    """

    target: str
    reason: str
    pauses: int
    seconds: float


class Rate(Value):
    """So many of so many.

    Attributes:
        count: How many.
        of: Of how many.
    """

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.count / self.of if self.of else None


class GroupWait(Value):
    """How long a group held tickets, and how long they waited in it for an agent.

    Attributes:
        name: The group.
        stints: How often it held an open ticket, from getting it until it was passed on or ended.
        taken: How often an agent had it in that time.
        seconds: How long it held them, all together.
        percentiles: 50, 75, 90, 95, 99 → seconds until an agent had it, by nearest rank, of those that were taken.
    """

    name: str
    stints: int
    taken: int
    seconds: float
    percentiles: Mapping[int, float]


class TargetReport(Value):
    """How the clocks of one target ended: the latest cycle of each ticket.

    Attributes:
        target: The target.
        ended: How → tickets.
        by_period: By the period in which the ticket was opened, without gaps.
        by_class: By the class at the end.
        by_level: By the level at the end.
        adjusted: After corrections, without excluded clocks; decided ones only.
        excluded: Decided clocks that were excluded.
        standardised: With the whole log's mix of each field that was asked for.
        causes: Why clocks were missed, the most frequent first.
    """

    target: str
    ended: Mapping[Ended, int]
    by_period: tuple[Share, ...]
    by_class: tuple[Share, ...]
    by_level: tuple[Share, ...]
    adjusted: Share
    excluded: int
    standardised: tuple[Standardised, ...] = ()
    causes: tuple[CauseShare, ...] = ()


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
    """Tickets of an agent, a group or a topic.

    Attributes:
        name: Who has them, or what they are about, at the end.
        tickets: How many.
        open: How many of them are open.
        reopened: How many were reopened.
    """

    name: str
    tickets: int
    open: int
    reopened: int


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
    stretches: tuple[ClockInterval, ...]


class Report(Value):
    """A log under a policy.

    Attributes:
        mapping: Name of the mapping; empty if it is a desk's own history.
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
        topics: Tickets by topic, the twenty most frequent.
        pauses: Pauses of clocks by target and reason, the longest first.
        ola: What groups promise each other: how long they held tickets, those that held the most first, twenty at most.
        reopening: Tickets that were reopened, of those that ended at least once.
        repeating: Contacts of a requester who had opened another ticket shortly before or wrote anew about one, of all
            contacts of known requesters.
        repeat_days: How shortly: so many days at most between both openings.
        first_contact: Tickets that are resolved at the end without the requester having had to come back, of all that are.
        deflection: Tickets that the bot resolved without any person, of those in which it took part and that have ended or
            were handed over.
        bot: What became of the tickets in which the bot took part → tickets.
        handovers: How often a ticket went from one agent, group or tier to another → tickets.
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
    topics: tuple[Load, ...]
    pauses: tuple[PauseShare, ...]
    ola: tuple[GroupWait, ...]
    reopening: Rate
    repeating: Rate
    repeat_days: int
    first_contact: Rate
    deflection: Rate
    bot: Mapping[str, int]
    handovers: Mapping[int, int]
    timeline: Timeline | None = None
    whatif: WhatIf | None = None

    @property
    def busiest(self) -> tuple[tuple[int, int, int], ...]:
        """The five hours of the week in which most tickets are opened: (weekday, hour, tickets)."""
        cells = ((day, hour, n) for day, row in enumerate(self.busy) for hour, n in enumerate(row) if n)
        return tuple(sorted(cells, key=lambda one: (-one[2], one[0], one[1]))[:5])

    @property
    def handovers_a_case(self) -> float | None:
        """Hand-overs of a ticket in the mean; None if there are no tickets."""
        return sum(n * count for n, count in self.handovers.items()) / self.cases if self.cases else None
