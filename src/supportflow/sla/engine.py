"""How clocks react to an event: which start, pause, go on, stop, and with which verdict.

For each target the order is: cancel, stop, reset, pause or resume, start (see `metrics`). Nothing here keeps state: the
answers are moves and verdicts, which the kernel records as events.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from supportflow._time import to_us
from supportflow.model.records import Clock, ClockMove, Segment, Verdict
from supportflow.model.ticket import Ticket
from supportflow.sla.clock import Calendar, ahead_us, close_segment, elapsed_us, paused_us, reach_us
from supportflow.sla.compiled import CompiledSla, CompiledTarget, Days, milestones
from supportflow.sla.signals import CATEGORY_BIT, SIGNAL_BIT, Signal

__all__ = ["REMATCH", "Judgement", "SlaEnvironment", "WorkingCalendar", "judge", "react", "uncap"]

_REOPENED = SIGNAL_BIT[Signal.REOPENED]
_OPENING = SIGNAL_BIT[Signal.OPENED] | SIGNAL_BIT[Signal.OPENED_PRIVATELY]
REMATCH = (
    SIGNAL_BIT[Signal.UPDATED]
    | SIGNAL_BIT[Signal.PRIORITY_CHANGED]
    | SIGNAL_BIT[Signal.GROUP_CHANGED]
    | SIGNAL_BIT[Signal.ASSIGNED]
    | SIGNAL_BIT[Signal.UNASSIGNED]
)
"""Signals after which another policy or target may apply."""

View = Callable[[], Mapping[str, object]]


class WorkingCalendar(Calendar, Protocol):
    """A business calendar that also knows working days."""

    tzdata_version: str

    def add_days_us(self, start_us: int, days: int, /, *, end_of_day: bool) -> int:
        """The instant that many working days later."""
        ...


class SlaEnvironment(Protocol):
    """What the engine needs of the compiled policy that the ticket lives under."""

    fingerprint: str

    def calendar(self, name: str, /) -> WorkingCalendar:
        """A calendar by name; `"name@zone"` is that calendar's hours on another zone's clock."""
        ...

    def group_calendar(self, group: str | None, /) -> str | None:
        """Name of a group's own calendar, if it has one."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """A clock that stopped, with its verdict."""

    clock: Clock
    verdict: Verdict


def judge(clock: Clock, at_us: int, env: SlaEnvironment) -> Verdict:
    """The verdict of a clock that stops now.

    A running clock is met if it stops no later than it is due. A paused one stopped counting when the pause began: it is
    met unless it was breached before.
    """
    calendar = env.calendar(clock.calendar)
    if clock.running:
        due = reach_us(clock, clock.duration_us, env.calendar)
        met = at_us <= due
    else:
        left = clock.duration_us - clock.banked_us
        due = ahead_us(calendar, at_us, max(left, 0), clock.edge)
        met = clock.breached_us is None and left >= 0
    return Verdict(
        met=met and clock.breached_us is None,
        due_us=due if clock.breached_us is None else clock.breached_us,
        stopped_us=at_us,
        elapsed_us=elapsed_us(clock, at_us, env.calendar),
        policy=env.fingerprint,
        calendar=clock.calendar,
        tzdata=calendar.tzdata_version,
    )


def react(
    sla: CompiledSla | None, after: Ticket, signals: int, at_us: int, view: View, env: SlaEnvironment
) -> Iterator[ClockMove | Judgement]:
    """What the clocks of a ticket do at an event.

    Args:
        sla: The policy that applies to the ticket after the event.
        after: The ticket after the event, with its clocks as they were before it.
        signals: What the event means; see `signals`.
        at_us: When the event stands in its stream.
        view: Gives the ticket's fields after the event.
        env: Calendars and names of the policy.
    """
    targets = {} if sla is None else sla.targets(view)
    current = {clock.target: clock for clock in after.clocks}
    category = CATEGORY_BIT[after.status_category]
    rematch = bool(signals & REMATCH) and after.is_open
    for slot, clock in current.items():
        if slot not in targets and clock.active:
            yield _ended(clock, "cancel", at_us, env, "the target no longer applies")
    for slot, target in targets.items():
        assert sla is not None
        found = current.get(slot)
        if found is not None and found.active:
            if rematch:
                changed = _retarget(sla, target, found, after, at_us, env)
                if changed is not None:
                    found = changed.state
                    assert found is not None
                    yield changed
            yield from _active(sla, target, found, after, category, signals, at_us, view, env)
        elif found is not None and signals & _REOPENED and target.reopen != "ignore" and found.verdict is not None:
            window = target.reopen_within_us
            if window is None or at_us - found.verdict.stopped_us <= window:
                carried = found if target.reopen == "resume" else None
                yield _started(sla, target, found.cycle + 1, carried, after, category, at_us, view, env)
        elif _starts(target, found, signals | (_OPENING if rematch and found is None else 0), view):
            cycle = 1 if found is None else found.cycle + 1
            yield _started(sla, target, cycle, None, after, category, at_us, view, env)


def _starts(target: CompiledTarget, clock: Clock | None, signals: int, view: View) -> bool:
    metric = target.metric
    return (
        bool(signals & metric.start)
        and (clock is None or metric.each)
        and (metric.start_when is None or metric.start_when(view()))
    )


def _pauses(target: CompiledTarget, category: int, view: View) -> bool:
    metric = target.metric
    return bool(category & metric.pause) or (metric.pause_when is not None and metric.pause_when(view()))


def _active(
    sla: CompiledSla,
    target: CompiledTarget,
    clock: Clock,
    after: Ticket,
    category: int,
    signals: int,
    at_us: int,
    view: View,
    env: SlaEnvironment,
) -> Iterator[ClockMove | Judgement]:
    metric = target.metric
    if signals & metric.cancel:
        yield _ended(clock, "cancel", at_us, env, "the ticket needs it no longer")
    elif signals & metric.stop and (metric.stop_when is None or metric.stop_when(view())):
        yield Judgement(clock, judge(clock, at_us, env))
    elif signals & metric.reset:
        yield Judgement(clock, judge(clock, at_us, env))
        if metric.start_when is None or metric.start_when(view()):
            yield _started(sla, target, clock.cycle + 1, None, after, category, at_us, view, env)
    elif clock.running:
        if _pauses(target, category, view) and not _capped(target, clock, at_us):
            yield _ended(clock, "pause", at_us, env, after.status)
    elif not _pauses(target, category, view) and (not metric.resume or signals & metric.resume):
        yield ClockMove(clock.key, "resume", at_us, calendar=_calendar_of(target, after, env), reason=after.status)


def _capped(target: CompiledTarget, clock: Clock, at_us: int) -> bool:
    return target.max_pause_us is not None and paused_us(clock, at_us) >= target.max_pause_us


def uncap(targets: Mapping[str, CompiledTarget], clock: Clock) -> int | None:
    """When a paused clock has used up the total pause that its target allows; None if there is no such cap."""
    target = targets.get(clock.target)
    if clock.state != "paused" or target is None or target.max_pause_us is None:
        return None
    began = clock.segments[-1].end_us
    assert began is not None
    return began + max(target.max_pause_us - clock.paused_us, 0)


def _ended(
    clock: Clock, move: Literal["pause", "cancel"], at_us: int, env: SlaEnvironment, reason: str
) -> ClockMove:
    return ClockMove(
        clock.key, move, at_us, counted_us=close_segment(clock, at_us, env.calendar), reason=reason
    )


def _calendar_of(target: CompiledTarget, ticket: Ticket, env: SlaEnvironment) -> str:
    name = target.calendar
    if target.calendar_of == "group":
        name = env.group_calendar(ticket.group) or name
    return f"{name}@{ticket.tz}" if target.zone == "requester" and ticket.tz is not None else name


def _duration_us(target: CompiledTarget, calendar: WorkingCalendar, start_us: int) -> int:
    """The duration in counted time. Working days become the working time up to that day: a pause then moves the due time
    by what was paused, like any other target."""
    if not isinstance(target.duration, Days):
        return target.duration
    due = calendar.add_days_us(start_us, target.duration.count, end_of_day=target.duration.end_of_day)
    return calendar.elapsed_us(start_us, due)


def _started(
    sla: CompiledSla,
    target: CompiledTarget,
    cycle: int,
    carried: Clock | None,
    after: Ticket,
    category: int,
    at_us: int,
    view: View,
    env: SlaEnvironment,
) -> ClockMove:
    name = _calendar_of(target, after, env)
    start_us = to_us(after.opened_at) if cycle == 1 and after.version <= 1 else at_us
    paused = _pauses(target, category, view)
    segment = Segment(start_us, start_us, name, 0) if paused else Segment(start_us, None, name)
    key = f"{sla.name}/{target.slot}#{cycle}"
    if carried is None:
        duration_us = _duration_us(target, env.calendar(name), start_us)
        state = Clock(
            key=key,
            sla=sla.name,
            target=target.slot,
            metric=target.metric.name,
            cycle=cycle,
            duration_us=duration_us,
            edge=target.edge,
            milestones=milestones(target, duration_us),
            state="paused" if paused else "running",
            segments=(segment,),
            banked_us=0,
            folded_us=0,
            paused_us=0,
            passed=0,
            started_us=start_us,
            attached_us=start_us,
        )
    else:
        stopped = carried.segments[-1].end_us or start_us
        state = replace(
            carried,
            key=key,
            cycle=cycle,
            state="paused" if paused else "running",
            segments=(*carried.segments, segment),
            paused_us=carried.paused_us + start_us - stopped,
            verdict=None,
            excluded=False,
        )
    return ClockMove(key, "start", at_us, state=state, reason="resumed" if carried else None)


def _retarget(
    sla: CompiledSla, target: CompiledTarget, clock: Clock, after: Ticket, at_us: int, env: SlaEnvironment
) -> ClockMove | None:
    """The move to what the target says now, or None if it says the same. Working days keep the length they had."""
    name = _calendar_of(target, after, env)
    calendar = env.calendar(name)
    duration_us = _duration_us(target, calendar, clock.started_us)
    steps = milestones(target, duration_us)
    same = clock.sla == sla.name and clock.milestones == steps and clock.edge == target.edge
    if same and clock.calendar == name:
        return None
    if same and target.on_change == "keep_elapsed":
        if not clock.running:
            return None  # the calendar is chosen when the clock goes on
        counted = close_segment(clock, at_us, env.calendar)
        return ClockMove(clock.key, "switch", at_us, counted_us=counted, calendar=name, reason="another calendar")
    state = _CHANGES[target.on_change](
        replace(
            clock,
            key=f"{sla.name}/{target.slot}#{clock.cycle}",
            sla=sla.name,
            duration_us=duration_us,
            edge=target.edge,
            milestones=steps,
        ),
        name,
        at_us,
        env,
    )
    return ClockMove(clock.key, "retarget", at_us, state=state, reason=target.on_change)


def _keep_elapsed(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment) -> Clock:
    """Keep what was counted. Steps that the new target would have passed already are passed in silence, but a breach is
    one: it happens now, not in the past, for until now nothing was late."""
    counted = elapsed_us(clock, at_us, env.calendar)
    if clock.running:
        last = clock.segments[-1]
        closed = Segment(last.start_us, at_us, last.calendar, counted - clock.banked_us)
        clock = replace(
            clock, segments=(*clock.segments[:-1], closed, Segment(at_us, None, calendar)), banked_us=counted
        )
    return replace(clock, attached_us=at_us, retroactive=False, passed=_passed(clock, counted))


def _passed(clock: Clock, counted_us: int) -> int:
    """How many milestones lie behind that much counted time; an unrecorded breach and what follows it do not."""
    passed = 0
    for milestone in clock.milestones:
        if milestone.after_us > counted_us or (milestone.key == "breach" and clock.breached_us is None):
            break
        passed += 1
    return passed


def _restart(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment) -> Clock:
    """Start again at zero, now."""
    del env
    segment = Segment(at_us, None if clock.running else at_us, calendar, None if clock.running else 0)
    return replace(
        clock,
        segments=(segment,),
        banked_us=0,
        folded_us=0,
        paused_us=0,
        passed=0,
        started_us=at_us,
        attached_us=at_us,
        retroactive=False,
        breached_us=None,
    )


def _retroactive(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment) -> Clock:
    """As if the new target had applied from the start: the same run segments, counted by the new calendar."""
    counts = env.calendar(calendar)
    segments = tuple(
        Segment(
            segment.start_us,
            segment.end_us,
            calendar,
            None if segment.end_us is None else counts.elapsed_us(segment.start_us, segment.end_us),
        )
        for segment in clock.segments
    )
    banked = clock.folded_us + sum(segment.counted_us or 0 for segment in segments)
    # Everything up to now is judged anew; what was warned of or breached under the old target is told again.
    return replace(
        clock,
        segments=segments,
        banked_us=banked,
        passed=0,
        breached_us=None,
        attached_us=at_us,
        retroactive=True,
    )


_CHANGES: dict[str, Callable[[Clock, str, int, SlaEnvironment], Clock]] = {
    "keep_elapsed": _keep_elapsed,
    "restart": _restart,
    "retroactive": _retroactive,
}
