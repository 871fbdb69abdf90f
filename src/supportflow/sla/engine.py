"""How clocks react to an event: which start, pause, go on, stop, and with which verdict.

For each target the order is: cancel, stop, reset, pause or resume, start (see `metrics`). Nothing here keeps state: the
answers are moves and verdicts, which the kernel records as events.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from supportflow._time import to_us
from supportflow.model.records import Clock, ClockMove, Segment, Verdict
from supportflow.model.ticket import Ticket
from supportflow.sla.binding import SlaEnvironment, calendar_of, duration_of
from supportflow.sla.changing import retarget
from supportflow.sla.clock import ahead_us, apply_move, close_segment, elapsed_us, paused_us, reach_us
from supportflow.sla.compiled import CompiledSla, CompiledTarget, milestones
from supportflow.sla.metrics import Holds
from supportflow.sla.signals import CATEGORY_BIT, SIGNAL_BIT, Signal

__all__ = ["REMATCH", "Judgement", "concerned", "judge", "react", "uncap"]

_REOPENED = SIGNAL_BIT[Signal.REOPENED]
_STATUS_CHANGED = SIGNAL_BIT[Signal.STATUS_CHANGED]
_OPENING = SIGNAL_BIT[Signal.OPENED] | SIGNAL_BIT[Signal.OPENED_PRIVATELY]
REMATCH = (
    SIGNAL_BIT[Signal.UPDATED]
    | SIGNAL_BIT[Signal.PRIORITY_CHANGED]
    | SIGNAL_BIT[Signal.GROUP_CHANGED]
    | SIGNAL_BIT[Signal.ASSIGNED]
    | SIGNAL_BIT[Signal.UNASSIGNED]
    | SIGNAL_BIT[Signal.ACTION_HELD_BACK]
)
"""Signals after which another policy or target may apply."""

View = Callable[[], Mapping[str, object]]


class Judgement(NamedTuple):
    """A clock that stopped, with its verdict."""

    clock: Clock
    verdict: Verdict


Step = ClockMove | Judgement
"""What a clock does: it moves, or it is judged."""


def judge(clock: Clock, at_us: int, env: SlaEnvironment) -> Verdict:
    """The verdict of a clock that stops now.

    A running clock is met if it stops no later than it is due. A paused one stopped counting when the pause began: it is
    met unless it was breached before.
    """
    name = clock.calendar
    calendar = env.calendar(name)
    if clock.breached_us is not None:
        due_us, met = clock.breached_us, False
    elif clock.running:
        due_us = reach_us(clock, clock.duration_us, env.calendar)
        met = at_us <= due_us
    else:
        left = clock.duration_us - clock.banked_us
        due_us = ahead_us(calendar, at_us, max(left, 0), clock.edge)
        met = left >= 0
    counted_us = elapsed_us(clock, at_us, env.calendar)
    return Verdict(met, due_us, at_us, counted_us, env.fingerprint, name, calendar.tzdata_version)


@dataclass(slots=True)
class _Moment:
    """One event, as every target sees it."""

    sla: CompiledSla
    ticket: Ticket
    signals: int
    at_us: int
    view: View
    env: SlaEnvironment
    old: SlaEnvironment
    rematch: bool
    category: int

    def holds(self, condition: Holds | None) -> bool:
        return condition is None or condition(self.view())


def concerned(sla: CompiledSla, ticket: Ticket, signals: int) -> bool:
    """False if an event can change none of a ticket's clocks, read off without asking each.

    A ticket that stays under one SLA policy, whose targets are no matter of its fields, moves its clocks when a metric
    listens to the event, or when the status begins or ends a pause.

    Args:
        sla: The policy that the ticket is under, before the event and after it.
        ticket: The ticket after the event.
        signals: What the event means.
    """
    if sla.pausing or signals & (sla.touched | REMATCH):
        return True
    if not signals & _STATUS_CHANGED:
        return False
    return (
        sla.conditional
        or bool(sla.pauses & CATEGORY_BIT[ticket.status_category])
        or any(clock.state == "paused" for clock in ticket.clocks)
    )


def react(
    sla: CompiledSla | None,
    after: Ticket,
    signals: int,
    at_us: int,
    view: View,
    env: SlaEnvironment,
    old: SlaEnvironment | None = None,
) -> list[Step]:
    """What the clocks of a ticket do at an event, in order.

    Args:
        sla: The policy that applies to the ticket after the event.
        after: The ticket after the event, with its clocks as they were before it.
        signals: What the event means; see `signals`.
        at_us: When the event stands in its stream.
        view: Gives the ticket's fields after the event.
        env: Calendars and names of the policy.
        old: The policy that counted until now, if the ticket has just left it for `env`.
    """
    targets = {} if sla is None else sla.targets(view)
    current = {clock.target: clock for clock in after.clocks}
    steps: list[Step] = [
        _ended(clock, "cancel", at_us, old or env, "the target no longer applies")
        for slot, clock in current.items()
        if slot not in targets and clock.active
    ]
    if sla is None:
        return steps
    moved = sla.volatile or old is not None or after.sla != sla.name
    moment = _Moment(
        sla=sla,
        ticket=after,
        signals=signals,
        at_us=at_us,
        view=view,
        env=env,
        old=old or env,
        rematch=moved and bool(signals & REMATCH) and after.is_open,
        category=CATEGORY_BIT[after.status_category],
    )
    for slot, target in targets.items():
        found = current.get(slot)
        if found is not None and found.active:
            steps += _active(moment, target, found)
        else:
            move = _inactive(moment, target, found)
            if move is not None:
                steps.append(move)
    return steps


def _inactive(moment: _Moment, target: CompiledTarget, clock: Clock | None) -> ClockMove | None:
    """What a target does that has no running or paused clock: start one, or nothing."""
    reopened = moment.signals & _REOPENED and target.reopen != "ignore"
    if clock is not None and reopened and clock.verdict is not None:
        window = target.reopen_within_us
        if window is not None and moment.at_us - clock.verdict.stopped_us > window:
            return None
        return _started(moment, target, clock.cycle + 1, clock if target.reopen == "resume" else None)
    if (clock is None or target.metric.each) and _starts(moment, target, moment.signals):
        return _started(moment, target, 1 if clock is None else clock.cycle + 1, None)
    if clock is None and moment.rematch and _starts(moment, target, _OPENING):
        return _started(moment, target, 1, None)._replace(move="attach", reason="the target came to apply")
    return None


def _starts(moment: _Moment, target: CompiledTarget, signals: int) -> bool:
    return bool(signals & target.metric.start) and moment.holds(target.metric.start_when)


def _pauses(moment: _Moment, target: CompiledTarget) -> bool:
    metric = target.metric
    return bool(moment.category & metric.pause) or (
        metric.pause_when is not None and metric.pause_when(moment.view())
    )


def _active(moment: _Moment, target: CompiledTarget, clock: Clock) -> list[Step]:
    """What a running or paused clock does."""
    metric, signals, at_us, env = target.metric, moment.signals, moment.at_us, moment.env
    steps: list[Step] = []
    if moment.rematch:
        move = retarget(moment.sla, target, clock, moment.ticket, at_us, env, moment.old)
        if move is not None:
            steps.append(move)
            (clock,) = apply_move((clock,), move)
    if signals & metric.cancel:
        steps.append(_ended(clock, "cancel", at_us, env, "the ticket needs it no longer"))
    elif signals & metric.stop and moment.holds(metric.stop_when):
        steps.append(Judgement(clock, judge(clock, at_us, env)))
    elif signals & metric.reset:
        steps.append(Judgement(clock, judge(clock, at_us, env)))
        if moment.holds(metric.start_when):
            steps.append(_started(moment, target, clock.cycle + 1, None))
    elif clock.state == "running":
        if _pauses(moment, target) and not _capped(target, clock, at_us):
            steps.append(_ended(clock, "pause", at_us, env, moment.ticket.status))
    elif not _pauses(moment, target) and (not metric.resume or signals & metric.resume):
        calendar = calendar_of(target, moment.ticket, env)
        steps.append(ClockMove(clock.key, "resume", at_us, calendar=calendar, reason=moment.ticket.status))
    return steps


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
    counted = close_segment(clock, at_us, env.calendar)
    return ClockMove(clock.key, move, at_us, counted_us=counted, reason=reason)


def _started(moment: _Moment, target: CompiledTarget, cycle: int, carried: Clock | None) -> ClockMove:
    """The move that starts a cycle; `carried` is the stopped clock that it goes on from, if it does."""
    ticket, sla = moment.ticket, moment.sla
    calendar = calendar_of(target, ticket, moment.env)
    # The first cycle of a ticket that came in earlier than it was recorded starts when it came in.
    start_us = to_us(ticket.opened_at) if cycle == 1 and ticket.version == 1 else moment.at_us
    paused = _pauses(moment, target)
    segment = Segment(start_us, start_us, calendar, 0) if paused else Segment(start_us, None, calendar)
    key = f"{sla.name}/{target.slot}#{cycle}"
    if carried is None:
        duration_us = duration_of(target, moment.env.calendar(calendar), start_us)
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
        assert carried.verdict is not None
        state = carried._replace(
            key=key,
            cycle=cycle,
            state="paused" if paused else "running",
            segments=(*carried.segments, segment),
            paused_us=carried.paused_us + start_us - carried.verdict.stopped_us,
            verdict=None,
            excluded=False,
        )
    return ClockMove(key, "start", moment.at_us, state=state, reason="resumed" if carried else None)
