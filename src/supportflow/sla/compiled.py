"""SLA policies compiled: durations as integers, metrics as bits, the match as an index."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from operator import attrgetter
from typing import Literal, NamedTuple

from supportflow._dataclass import dataclass
from supportflow._time import span_us
from supportflow.conditions import Condition, ConditionIndex, Fields, compile_condition
from supportflow.model.base import StatusCategory
from supportflow.model.records import Milestone
from supportflow.model.ticket import Ticket
from supportflow.sla.metrics import CompiledMetric, Holds, Metric, While, compile_metric
from supportflow.sla.policy import SlaPolicy, Target, span_name
from supportflow.sla.signals import SIGNAL_BIT, Signal
from supportflow.sla.warn import Warn

__all__ = ["ALWAYS", "CompiledSla", "CompiledTarget", "Days", "SlaIndex", "milestone_of", "milestones"]

ALWAYS = "24x7"
"""Name of the calendar that is always open: every policy has it."""

_RESTLESS = frozenset(
    {
        "first_replied",
        "flags",
        "open_for",
        "received",
        "reopens",
        "replies",
        "resolved_for",
        "review",
        "status",
        "status_category",
    }
)
"""Fields that change with messages, with the status and with time; all others change by commands that name them."""

Record = Mapping[str, object]

_PLAIN = frozenset({"category", "channel", "group", "level", "priority_class", "private"})
"""Fields of conditions that stand on a ticket under the same name, as they are."""
_MOST_CHOICES = 1_000


class Days(NamedTuple):
    """A duration in working days: `days` later at the same time of day, or at the close of that day."""

    days: int
    end_of_day: bool


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    """A target, ready to run.

    Attributes:
        steps: The milestones of its clocks, if its duration is the same for each.
    """

    slot: str
    metric: CompiledMetric
    when: Holds | None
    duration: int | Days
    calendar: str
    calendar_of: Literal["policy", "group"]
    zone: Literal["calendar", "requester"]
    edge: Literal["close", "open"]
    warn_at: tuple[Warn, ...]
    overdue_us: int
    overdue_times: int
    on_change: Literal["keep_elapsed", "restart", "retroactive"]
    gap: Literal["counts", "pauses"]
    reopen: str
    reopen_within_us: int | None
    max_pause_us: int | None
    steps: tuple[Milestone, ...] | None = None


@dataclass(frozen=True, slots=True)
class CompiledSla:
    """One SLA policy, ready to run.

    Attributes:
        name: Its name.
        slots: Slot → its targets, in order; the first whose `when` holds applies.
        conditional: True if any target has a `when`.
        plain: Slot → its target, if none is `conditional`.
        touched: Every signal that a metric listens to, and reopening if a stopped clock goes on then.
        pauses: Every status category in which a metric pauses, as bits.
        pausing: True if any metric pauses on a condition.
        capped: True if any target caps its total pause.
        volatile: True if a change of the ticket's fields or group can change a target.
        restless: True if any event can: a condition reads what not only commands on fields change.
        reads: The fields of the ticket that choose its targets; None if something else chooses, too.
        known: What was chosen for values of these: it is the same each time.
    """

    name: str
    slots: tuple[tuple[str, tuple[CompiledTarget, ...]], ...]
    conditional: bool
    plain: Mapping[str, CompiledTarget]
    touched: int
    pauses: int
    pausing: bool
    capped: bool
    volatile: bool
    restless: bool
    reads: Callable[[Ticket], object] | None = field(compare=False)
    known: dict[object, Mapping[str, CompiledTarget]] = field(default_factory=dict, compare=False, repr=False)

    def targets(self, ticket: Ticket, view: Callable[[], Record]) -> Mapping[str, CompiledTarget]:
        """Slot → the target that applies to a ticket.

        Args:
            ticket: The ticket.
            view: Gives its fields, if they are asked for.
        """
        if not self.conditional:
            return self.plain
        if self.reads is None:
            return self._chosen(view())
        values = self.reads(ticket)
        chosen = self.known.get(values)
        if chosen is None:
            if len(self.known) >= _MOST_CHOICES:
                self.known.clear()
            chosen = self.known[values] = self._chosen(view())
        return chosen

    def _chosen(self, record: Record) -> Mapping[str, CompiledTarget]:
        chosen: dict[str, CompiledTarget] = {}
        for slot, targets in self.slots:
            for target in targets:
                if target.when is None or target.when(record):
                    chosen[slot] = target
                    break
        return chosen

    def only(self, target: CompiledTarget) -> "CompiledSla":
        """A policy of this name in which one target applies to every ticket."""
        always = replace(target, when=None)
        return replace(
            self, slots=((target.slot, (always,)),), conditional=False, plain={target.slot: always}, known={}
        )


class SlaIndex:
    """All SLA policies of a document: finds the one that applies.

    Args:
        policies: In order; the first match applies.
        metrics: Shipped and declared metrics, by name.
        fields: What conditions may name.
        calendar_name: Gives the name under which a calendar is kept.
    """

    def __init__(
        self,
        policies: Sequence[SlaPolicy],
        metrics: Mapping[str, Metric],
        fields: Fields,
        calendar_name: Callable[[object], str],
    ) -> None:
        self._compiled = tuple(_compile(policy, metrics, fields, calendar_name) for policy in policies)
        self._by_name = {sla.name: sla for sla in self._compiled}
        conditions: list[Condition | None] = [policy.when for policy in policies]
        self._index = ConditionIndex(conditions, fields)
        self.static = all(condition is None for condition in conditions[:1]) or not policies
        self.restless = not self.static and any(map(_restless, conditions))
        # Under one policy without conditions, every target applies from the beginning to the end.
        self.looks_back = not self.static or any(sla.conditional for sla in self._compiled)

    def match(self, view: Callable[[], Record]) -> CompiledSla | None:
        """The policy that applies to a ticket; None if none does."""
        if not self._compiled:
            return None
        if self.static:
            return self._compiled[0]
        first = self._index.first(view())
        return None if first is None else self._compiled[first]

    def of(self, ticket: Ticket) -> CompiledSla | None:
        """The policy that a ticket is under."""
        return None if ticket.sla is None else self._by_name.get(ticket.sla)


def _compile(
    policy: SlaPolicy, metrics: Mapping[str, Metric], fields: Fields, calendar_name: Callable[[object], str]
) -> CompiledSla:
    slots: dict[str, list[CompiledTarget]] = {}
    for target in policy.targets:
        compiled = _compile_target(policy, target, metrics, fields, calendar_name)
        slots.setdefault(compiled.slot, []).append(compiled)
    every = [one for targets in slots.values() for one in targets]
    touched = pauses = 0
    for one in every:
        touched |= one.metric.touched
        pauses |= one.metric.pause
        if one.reopen != "ignore":
            touched |= SIGNAL_BIT[Signal.REOPENED]
    return CompiledSla(
        name=policy.name,
        slots=tuple((slot, tuple(targets)) for slot, targets in slots.items()),
        conditional=any(target.when is not None for target in every),
        plain={slot: targets[0] for slot, targets in slots.items()},
        touched=touched,
        pauses=pauses,
        pausing=any(target.metric.pause_when is not None for target in every),
        capped=any(target.max_pause_us is not None for target in every),
        volatile=any(target.when is not None or target.calendar_of == "group" for target in every),
        restless=any(_restless(target.when) for target in policy.targets),
        reads=_reader(target.when for target in policy.targets),
    )


def _reader(conditions: Iterable[Condition | None]) -> Callable[[Ticket], object] | None:
    """Reads the values of a ticket that these conditions rest on; None if they rest on more."""
    fields = {one.field for when in conditions if when is not None for one in when.comparisons()}
    names = sorted(name for name in fields if name in _PLAIN)
    return attrgetter(*names) if names and len(names) == len(fields) else None


def _restless(condition: Condition | None) -> bool:
    return condition is not None and any(one.field in _RESTLESS for one in condition.comparisons())


def _compile_target(
    policy: SlaPolicy,
    target: Target,
    metrics: Mapping[str, Metric],
    fields: Fields,
    calendar_name: Callable[[object], str],
) -> CompiledTarget:
    metric = metrics[target.metric]
    if target.pause_on is not None:
        paused = While(status=tuple(StatusCategory(name) for name in target.pause_on), when=metric.pause.when)
        metric = metric.model_copy(update={"pause": paused})
    calendar = target.calendar if target.calendar is not None else policy.calendar
    compiled = CompiledTarget(
        slot=target.slot,
        metric=compile_metric(metric, fields),
        when=None if target.when is None else compile_condition(target.when, fields),
        duration=_duration(target),
        calendar=ALWAYS if calendar is None else calendar_name(calendar),
        calendar_of=target.calendar_of or policy.calendar_of,
        zone=target.zone or policy.zone,
        edge=target.edge or policy.edge,
        warn_at=tuple(target.warn_at),
        overdue_us=span_us(target.overdue.every) if target.overdue else 0,
        overdue_times=target.overdue.times if target.overdue else 0,
        on_change=target.on_change or policy.on_change,
        gap=target.gap or policy.gap,
        reopen=target.reopen or metric.reopen,
        reopen_within_us=None if target.reopen_within is None else span_us(target.reopen_within),
        max_pause_us=None if target.max_pause is None else span_us(target.max_pause),
    )
    duration = compiled.duration
    return replace(compiled, steps=milestones(compiled, duration)) if isinstance(duration, int) else compiled


def _duration(target: Target) -> int | Days:
    if target.duration is not None:
        return span_us(target.duration)
    if target.working_days is not None:
        return Days(target.working_days, end_of_day=False)
    assert target.end_of_day is not None
    return Days(target.end_of_day, end_of_day=True)


def milestone_of(warn: Warn, duration_us: int) -> Milestone:
    """The milestone of a warning, on a clock with that duration; negative if it would come before the start."""
    if isinstance(warn, float):
        return Milestone(f"warn:{warn:.4g}", round(duration_us * warn))
    return Milestone(f"warn:-{span_name(span_us(warn))}", duration_us - span_us(warn))


def milestones(target: CompiledTarget, duration_us: int) -> tuple[Milestone, ...]:
    """The milestones of a clock with that duration, in the order in which it reaches them.

    A warning that would come before the start (an hour before a target of half an hour) is left out. So is one that has the
    name or the instant of another: half of a target of four hours and two hours before its end are one warning.
    """
    if target.steps is not None and target.duration == duration_us:
        return target.steps
    reached = [Milestone("breach", duration_us)]
    told: set[str | int] = set()
    for warn in target.warn_at:
        warning = milestone_of(warn, duration_us)
        if warning.after_us >= 0 and told.isdisjoint((warning.key, warning.after_us)):
            reached.append(warning)
            told.update((warning.key, warning.after_us))
    reached += [
        Milestone(f"overdue:{step}", duration_us + step * target.overdue_us)
        for step in range(1, target.overdue_times + 1)
    ]
    # At the same instant, a warning comes before the breach that it warns of.
    return tuple(sorted(reached, key=lambda milestone: (milestone.after_us, milestone.key == "breach")))
