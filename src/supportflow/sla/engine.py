"""How clocks react to an event: which start, pause, go on, stop, come back, and with which verdict.

For each target the order is: cancel, stop, reset, pause or resume, start (see `metrics`). Nothing here keeps state: the
answers are moves and verdicts, which the kernel records as events.
"""

from collections.abc import Callable, Mapping

from supportflow.model.records import Clock, ClockMove
from supportflow.model.ticket import Ticket
from supportflow.sla.binding import SlaEnvironment, calendar_of
from supportflow.sla.changing import retarget
from supportflow.sla.clock import apply_move, apply_verdict, close_segment
from supportflow.sla.compiled import CompiledSla, CompiledTarget
from supportflow.sla.moment import Drop, Judgement, Moment, Step, judge, started, used_up
from supportflow.sla.past import Past
from supportflow.sla.returning import come_back, happens_after_the_end, restored, taken_back, under
from supportflow.sla.signals import CATEGORY_BIT, ENDING, OPENING, SIGNAL_BIT, Signal

__all__ = ["REMATCH", "Drop", "Judgement", "concerned", "react", "uncap"]

_REOPENED = SIGNAL_BIT[Signal.REOPENED]
_STATUS_CHANGED = SIGNAL_BIT[Signal.STATUS_CHANGED]
REMATCH = (
    SIGNAL_BIT[Signal.UPDATED]
    | SIGNAL_BIT[Signal.PRIORITY_CHANGED]
    | SIGNAL_BIT[Signal.GROUP_CHANGED]
    | SIGNAL_BIT[Signal.ASSIGNED]
    | SIGNAL_BIT[Signal.UNASSIGNED]
    | SIGNAL_BIT[Signal.ACTION_HELD_BACK]
)
"""Signals after which another policy or target may apply, whatever their conditions read."""
_UNNEEDED = "the ticket needs it no longer"


def concerned(sla: CompiledSla, ticket: Ticket, signals: int) -> bool:
    """False if an event can change none of a ticket's clocks, read off without asking each.

    A ticket that stays under one SLA policy, whose targets are no matter of its fields, moves its clocks when a metric
    listens to the event, or when the status begins or ends a pause.

    Args:
        sla: The policy that the ticket is under, before the event and after it.
        ticket: The ticket after the event.
        signals: What the event means.
    """
    if sla.pausing or sla.restless or signals & (sla.touched | REMATCH):
        return True
    if not signals & _STATUS_CHANGED:
        return False
    if sla.conditional or sla.pauses & CATEGORY_BIT[ticket.status_category]:
        return True
    for clock in ticket.clocks:  # noqa: SIM110 - a generator costs more than what it would ask
        if clock.state in {"paused", "cancelled"}:
            return True
    return False


def react(
    sla: CompiledSla | None,
    after: Ticket,
    signals: int,
    at_us: int,
    view: Callable[[], Mapping[str, object]],
    env: SlaEnvironment,
    old: SlaEnvironment | None = None,
    *,
    applied: Callable[[], Mapping[str, CompiledTarget]] | None = None,
    past: Past | None = None,
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
        applied: Gives the targets that applied before the event; None if those that apply now have applied all along.
        past: The ticket's past, for clocks that come back.
    """
    targets = {} if sla is None else sla.targets(after, view)
    current = {clock.target: clock for clock in after.clocks}
    steps: list[Step] = []
    for slot, clock in current.items():
        if slot not in targets:
            steps += _lapsed(clock, at_us, old or env, past)
    if sla is None:
        return steps
    moved = sla.volatile or old is not None or after.sla != sla.name
    moment = Moment(
        sla=sla,
        ticket=after,
        signals=signals,
        at_us=at_us,
        view=view,
        env=env,
        old=old or env,
        rematch=moved and (bool(signals & REMATCH) or sla.restless) and after.is_open,
        category=CATEGORY_BIT[after.status_category],
        applied=applied,
        past=past,
    )
    for slot, target in targets.items():
        found = current.get(slot)
        if found is not None and _runs_on(moment, target, found):
            continue
        if found is not None and found.active and found.over_us is None:
            steps += _active(moment, target, found)
        elif found is not None and found.active:
            steps += _waiting(moment, target, found)
        else:
            steps += _inactive(moment, target, found)
    return steps


def _runs_on(moment: Moment, target: CompiledTarget, clock: Clock) -> bool:
    """True of a running clock to which the event is nothing: what `_active` would find out, read off without asking it."""
    metric = target.metric
    return (
        clock.state == "running"
        and clock.over_us is None
        and not moment.rematch
        and not moment.signals & metric.ends
        and not moment.category & metric.pause
        and metric.pause_when is None
    )


def _lapsed(clock: Clock, at_us: int, env: SlaEnvironment, past: Past | None) -> list[Step]:
    """What a clock does whose target does not apply: it is cancelled, or leaves no trace if that applied for no time."""
    if not clock.active and (clock.cancelled != "ended" or clock.attached_us != at_us):
        return []
    counted = close_segment(clock, at_us, env.calendar)
    cancelled = ClockMove(
        clock.key,
        "cancel",
        at_us,
        counted_us=counted,
        reason="the target no longer applies",
        cause="lapsed",
    )
    away = past.away(clock.target) if past is not None and _changed_now(clock, at_us) else None
    if away is None:
        return [cancelled] if clock.active else []
    if away.clock is None:
        return [cancelled, Drop(clock.key)]
    undone = ClockMove(away.clock.key, "retarget", at_us, state=away.clock, cause="undone")
    return [undone._replace(reason="the target applied for no time")]


def _changed_now(clock: Clock, at_us: int) -> bool:
    """True if another target can have come at this very instant."""
    return clock.attached_us == at_us or clock.segments[-1].start_us == at_us


def _inactive(moment: Moment, target: CompiledTarget, clock: Clock | None) -> list[Step]:
    """What a target does that has no running or paused clock: bring it back, start one, or nothing."""
    if clock is not None and clock.cancelled == "lapsed":
        return come_back(moment, target, clock)
    step = None if clock is None else _over(moment, target, clock)
    if step is not None:
        return [step]
    if (clock is None or target.metric.each) and moment.starts(target, moment.signals):
        return [started(moment, target, 1 if clock is None else clock.cycle + 1, None)]
    if moment.applied is None or moment.signals & OPENING:
        return []  # what was never without its targets brings none back
    # What has ended gets no clock that it never had; it gets it when it is open again.
    missed = clock is None and moment.signals & _REOPENED
    if missed or target.slot not in moment.applied():
        return come_back(moment, target, clock)
    return []


def _over(moment: Moment, target: CompiledTarget, clock: Clock) -> Step | None:
    """What a clock does that was judged, or cancelled with the end of its ticket, before it thinks of another cycle."""
    at_us, reopened = moment.at_us, moment.signals & _REOPENED
    if clock.cancelled == "ended" and reopened:
        return taken_back(moment, target, clock)
    if clock.cancelled == "ended" and happens_after_the_end(moment, target, clock):
        if moment.starts(target, moment.signals):
            return None
        state = clock._replace(over_us=at_us)
        return ClockMove(clock.key, "cancel", at_us, state=state, reason=_UNNEEDED, cause="ended")
    if clock.verdict is None or not reopened or target.reopen == "ignore":
        return None
    window = target.reopen_within_us
    if window is not None and at_us - clock.verdict.stopped_us > window:
        return None
    move = started(moment, target, clock.cycle + 1, clock if target.reopen == "resume" else None)
    assert move.state is not None
    return move._replace(state=under(moment, target, move.state))


def _active(moment: Moment, target: CompiledTarget, clock: Clock) -> list[Step]:
    """What a running or paused clock does."""
    metric, signals, at_us, env = target.metric, moment.signals, moment.at_us, moment.env
    steps, clock = _rematched(moment, target, clock)
    if signals & metric.cancel:
        steps.append(_cancelled(moment, target, clock))
    elif signals & metric.stop and moment.holds(metric.stop_when):
        steps.append(Judgement(clock, judge(clock, at_us, env)))
    elif signals & metric.reset:
        steps.append(Judgement(clock, judge(clock, at_us, env)))
        if moment.holds(metric.start_when):
            steps.append(started(moment, target, clock.cycle + 1, None))
    elif clock.state == "running":
        if moment.pauses(target) and not used_up(target, clock, at_us):
            counted = close_segment(clock, at_us, env.calendar)
            reason = moment.ticket.status
            steps.append(ClockMove(clock.key, "pause", at_us, counted_us=counted, reason=reason))
    elif not moment.pauses(target) and (not metric.resume or signals & metric.resume):
        calendar = calendar_of(target, moment.ticket, env)
        steps.append(ClockMove(clock.key, "resume", at_us, calendar=calendar, reason=moment.ticket.status))
    return steps


def _waiting(moment: Moment, target: CompiledTarget, clock: Clock) -> list[Step]:
    """What a clock does that only waits for its verdict: what it waited for was done, so only another target touches it.

    Where the ticket goes on in the same instant (it is reopened, or asks anew), it is judged, and the next cycle starts.
    """
    over_us = clock.over_us
    assert over_us is not None
    steps, clock = _rematched(moment, target, clock)
    verdict = judge(clock, over_us, moment.env)
    (over,) = apply_verdict((clock,), clock.key, verdict)
    on = _over(moment, target, over)
    if on is None and target.metric.each and moment.starts(target, moment.signals):
        on = started(moment, target, clock.cycle + 1, None)
    return steps if on is None else [*steps, Judgement(clock, verdict), on]


def _rematched(moment: Moment, target: CompiledTarget, clock: Clock) -> tuple[list[Step], Clock]:
    """The clock under what its target says now, and the step that brings it there."""
    move = _changed(moment, target, clock) if moment.rematch else None
    if move is None:
        return [], clock
    (changed,) = apply_move((clock,), move)
    return [move], changed


def _changed(moment: Moment, target: CompiledTarget, clock: Clock) -> ClockMove | None:
    """The move of a clock to what its target says now; from what it was before this instant, if it was changed in it."""
    sla, ticket, at_us, env = moment.sla, moment.ticket, moment.at_us, moment.env
    move = retarget(sla, target, clock, ticket, at_us, env, moment.old)
    if move is None or moment.past is None or not _changed_now(clock, at_us):
        return move
    found = restored(moment, target, clock)
    if found is None:
        return move
    state, undone = found
    if undone:
        reason = "changed for no time"
        return ClockMove(clock.key, "retarget", at_us, state=state, reason=reason, cause="undone")
    return move._replace(move="retarget", state=state, counted_us=None, calendar=None)


def _cancelled(moment: Moment, target: CompiledTarget, clock: Clock) -> ClockMove:
    """The move of a clock that its metric cancels; one that stops with the end of the ticket is over for good."""
    at_us, ended = moment.at_us, bool(moment.signals & target.metric.cancel & ENDING)
    counted = close_segment(clock, at_us, moment.env.calendar)
    move = ClockMove(
        clock.key,
        "cancel",
        at_us,
        counted_us=counted,
        reason=_UNNEEDED,
        cause="ended" if ended else "signal",
    )
    if not ended or not happens_after_the_end(moment, target, clock):
        return move
    (state,) = apply_move((clock,), move)
    return move._replace(state=state._replace(over_us=at_us), counted_us=None)


def uncap(targets: Mapping[str, CompiledTarget], clock: Clock) -> int | None:
    """When a paused clock has used up the total pause that its target allows; None if there is no such cap."""
    target = targets.get(clock.target)
    if clock.state != "paused" or target is None or target.max_pause_us is None:
        return None
    began = clock.segments[-1].end_us
    assert began is not None
    return began + max(target.max_pause_us - clock.paused_us, 0)
