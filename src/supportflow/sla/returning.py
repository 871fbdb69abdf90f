"""Clocks that come back: the ticket is open again, or a target applies that did not apply for a while.

What a clock has become meanwhile (it runs, is paused, was judged) is what it would have become had its target applied all
along; `Past.since` plays that. What it has counted is the policy's named choice: `on_change` and `gap`.
"""

from collections.abc import Callable
from typing import Literal

from supportflow.model.records import Clock, ClockMove, Segment
from supportflow.sla.binding import SlaEnvironment, calendar_of
from supportflow.sla.changing import retarget
from supportflow.sla.clock import apply_move, close_segment
from supportflow.sla.compiled import CompiledTarget
from supportflow.sla.moment import Moment, Step, started, used_up
from supportflow.sla.past import Before, Since
from supportflow.sla.signals import ENDING, SIGNAL_BIT, Signal

__all__ = ["come_back", "happens_after_the_end", "restored", "taken_back", "uncancelled", "under"]

_AGAIN = "the target applies again"


# --- the end of a ticket is taken back -----------------------------------------------------------


def happens_after_the_end(moment: Moment, target: CompiledTarget, clock: Clock) -> bool:
    """True if what a clock waits for happens, though the end of the ticket has cancelled it."""
    metric = target.metric
    heard = moment.signals & metric.stop & ~ENDING
    return bool(heard) and clock.over_us is None and moment.holds(metric.stop_when)


def taken_back(moment: Moment, target: CompiledTarget, clock: Clock) -> Step | None:
    """What a clock does that the end of the ticket has cancelled, now that the ticket is open again.

    It goes on with what it had counted. None if its metric starts the next cycle instead.
    """
    at_us = moment.at_us
    in_no_time = clock.cancelled_us == at_us
    anew = target.metric.each and moment.starts(target, moment.signals)
    if anew and not in_no_time:
        return None
    if clock.over_us is not None and not anew:
        waits = _lifted(clock)._replace(over_us=clock.over_us, attached_us=at_us)
        return _returned(moment, waits, "reopened")
    state = _lifted(clock)
    if _runs(moment, target, state, at_us):
        calendar = calendar_of(target, moment.ticket, moment.env)
        state = _unclosed(state, at_us, calendar) if in_no_time else _resumed(state, at_us, calendar)
    return _returned(moment, under(moment, target, state), "reopened")


def under(moment: Moment, target: CompiledTarget, clock: Clock) -> Clock:
    """A clock that goes on, under the target that applies now: another can have come while the clock had ended."""
    return _retargeted(moment, target, clock, moment.at_us)


def _retargeted(moment: Moment, target: CompiledTarget, clock: Clock, at_us: int) -> Clock:
    move = retarget(moment.sla, target, clock, moment.ticket, at_us, moment.env, moment.env)
    if move is not None:
        (clock,) = apply_move((clock,), move)
    return clock


def _lifted(clock: Clock) -> Clock:
    """A clock that ended, as one that waits since it last ran."""
    paused, last = clock.paused_us, clock.segments[-1]
    if clock.verdict is not None and last.end_us is not None:
        paused -= clock.verdict.stopped_us - last.end_us
    return clock._replace(
        state="paused", paused_us=paused, cancelled=None, cancelled_us=None, over_us=None, verdict=None
    )


def _runs(moment: Moment, target: CompiledTarget, clock: Clock, at_us: int) -> bool:
    return not moment.pauses(target) or used_up(target, clock, at_us)


def _resumed(clock: Clock, at_us: int, calendar: str) -> Clock:
    (state,) = apply_move((clock,), ClockMove(clock.key, "resume", at_us, calendar=calendar))
    return state


def _unclosed(clock: Clock, at_us: int, calendar: str) -> Clock:
    """A clock whose latest segment was closed at this very instant, as if it had not been."""
    last = clock.segments[-1]
    if last.end_us != at_us or last.calendar != calendar:
        return _resumed(clock, at_us, calendar)
    segments = (*clock.segments[:-1], last._replace(end_us=None, counted_us=None))
    return clock._replace(
        state="running", segments=segments, banked_us=clock.banked_us - (last.counted_us or 0)
    )


def _returned(moment: Moment, state: Clock, cause: Literal["reopened", "returned"]) -> ClockMove:
    reason = _AGAIN if cause == "returned" else "the ticket is open again"
    return ClockMove(state.key, "attach", moment.at_us, state=state, reason=reason, cause=cause)


# --- a target applies again ----------------------------------------------------------------------


def uncancelled(moment: Moment, target: CompiledTarget, clock: Clock) -> Clock:
    """A clock whose target has just stopped applying, as if it went on under this target from then.

    Args:
        moment: The ticket at that instant, or as it is known.
        target: The target that applies again: the same, or another that takes its place.
        clock: The cancelled clock.
    """
    at_us, env = clock.cancelled_us, moment.env
    assert at_us is not None
    state = _lifted(clock)
    waited = clock.segments[-1].end_us != at_us and bool(target.metric.resume)
    calendar = calendar_of(target, moment.ticket, env)
    if clock.over_us is not None:  # it only waited for its verdict, and does again
        state = _rebased(state, calendar)._replace(over_us=clock.over_us)
    elif not waited and _runs(moment, target, state, at_us):
        state = _resumed(state, at_us, calendar)
    else:
        state = _rebased(state, calendar)
    return _retargeted(moment, target, state, at_us)


def _rebased(clock: Clock, calendar: str) -> Clock:
    """A clock that waits, and names a calendar that is at hand."""
    last = clock.segments[-1]
    if last.calendar == calendar:
        return clock
    assert last.end_us is not None
    return clock._replace(segments=(*clock.segments, Segment(last.end_us, last.end_us, calendar, 0)))


def _aligned(clock: Clock, *, running: bool, calendar: str, at_us: int, env: SlaEnvironment) -> Clock:
    """A clock that runs, or waits, from this instant on."""
    if clock.running == running:
        return clock
    if running:
        return _resumed(clock, at_us, calendar)
    counted = close_segment(clock, at_us, env.calendar)
    (state,) = apply_move((clock,), ClockMove(clock.key, "pause", at_us, counted_us=counted))
    return state


def come_back(moment: Moment, target: CompiledTarget, clock: Clock | None) -> list[Step]:
    """What a target does that applies, after it did not: its clock comes back, is judged, starts, or waits for its signal.

    Args:
        moment: The event by which it came to apply.
        target: The target.
        clock: Its clock, cancelled or judged; None if the ticket never had one.
    """
    known = None if moment.past is None else moment.past.since(moment.sla, target, clock)
    if known is None:
        return _unseen(moment, target, clock)
    now = known.clock
    if clock is None:
        return _late(moment, target, now)
    if now is None or (clock.cancelled != "lapsed" and _ended_alike(clock, now)):
        return []
    if now.state == "cancelled":
        return [_stays_cancelled(moment, target, clock, known)]
    return [_as_counted(moment, target, clock, known)]


def _ended_alike(clock: Clock, now: Clock) -> bool:
    """True if nothing has happened to a clock since it ended."""
    how = (clock.cycle, clock.state, clock.cancelled, clock.cancelled_us, clock.over_us)
    return how == (now.cycle, now.state, now.cancelled, now.cancelled_us, now.over_us)


def _unseen(moment: Moment, target: CompiledTarget, clock: Clock | None) -> list[Step]:
    """The same, by the ticket's present alone, for whoever decides without its past."""
    if not moment.ticket.is_open:
        return []
    if clock is None:
        opened = Signal.OPENED_PRIVATELY if moment.ticket.private else Signal.OPENED
        if moment.ticket.awaits_contact or not moment.starts(target, SIGNAL_BIT[opened]):
            return []
        return [_applies(started(moment, target, 1, None))]
    if clock.cancelled != "lapsed":
        return []
    assert clock.cancelled_us is not None
    now = uncancelled(moment, target, clock)
    return [_as_counted(moment, target, clock, Since(now, moment.at_us - clock.cancelled_us))]


def _applies(move: ClockMove) -> ClockMove:
    return move._replace(move="attach", reason="the target came to apply", cause="applies")


def _late(moment: Moment, target: CompiledTarget, past: Clock | None) -> list[Step]:
    """A target that applies for the first time: its clock starts now, or is what it would be.

    What was done before it applied is in time. Of a metric that starts again and again, only what is still owed counts.
    """
    if past is None or past.state == "cancelled" or not moment.ticket.is_open:
        return []
    if target.on_change == "retroactive":
        told = past if past.active else _to_be_judged(_lifted(past), past)
        told = told._replace(passed=0, breached_us=None, attached_us=moment.at_us, retroactive=True)
        move = ClockMove(past.key, "attach", moment.at_us, state=told, reason="retroactive", cause="applies")
        return [move]
    move = _applies(started(moment, target, 1, None, paused=past.state != "running"))
    if past.active:
        return [move]
    if target.metric.each:
        return []
    assert move.state is not None
    return [move._replace(state=move.state._replace(over_us=moment.at_us))]


def _to_be_judged(clock: Clock, now: Clock) -> Clock:
    """A clock that comes back though what it waited for has happened.

    Its verdict is given once time goes on: within this instant, the change by which it came back can still be taken back.
    """
    assert now.verdict is not None
    return clock._replace(state="paused", over_us=now.verdict.stopped_us)


def _stays_cancelled(moment: Moment, target: CompiledTarget, clock: Clock, since: Since) -> Step:
    """A target applies again to a clock that the end of the ticket, or its metric, would have cancelled meanwhile."""
    now = since.clock
    assert now is not None
    state = _undone(moment, target, clock, now)
    if state is None:
        state = _COUNTED[_kept(target, clock, since)](moment, target, clock, now)
    state = state._replace(
        state="cancelled",
        cancelled=now.cancelled,
        cancelled_us=now.cancelled_us,
        over_us=now.over_us,
        attached_us=moment.at_us,
    )
    return ClockMove(state.key, "cancel", moment.at_us, state=state, reason=_AGAIN, cause=now.cancelled)


# --- what it has counted -------------------------------------------------------------------------


def _kept(target: CompiledTarget, clock: Clock, since: Since) -> str:
    """Which part of what a clock would have counted it has: `"all"`, `"before"` the gap, or `"nothing"`."""
    if not since.open_us:
        return "all"  # only while the ticket was over did the target not apply
    now = since.clock
    assert now is not None
    if target.on_change == "restart":
        return "nothing"
    if target.on_change == "retroactive" or target.gap == "counts":
        return "all"
    return "before" if now.started_us == clock.started_us else "nothing"


def _as_counted(moment: Moment, target: CompiledTarget, clock: Clock, since: Since) -> Step:
    now, kept = since.clock, _kept(target, clock, since)
    assert now is not None
    state = _undone(moment, target, clock, now)
    if state is None:
        state = _COUNTED[kept](moment, target, clock, now)
    if now.active:
        return _returned(moment, state._replace(over_us=now.over_us), "returned")
    return _returned(moment, _to_be_judged(state, now), "returned")


def _undone(moment: Moment, target: CompiledTarget, clock: Clock, now: Clock) -> Clock | None:
    """The clock as it was before this instant, if its target stopped applying in it."""
    if clock.cancelled_us != moment.at_us or moment.past is None or now.verdict is not None:
        return None
    found = restored(moment, target, now)
    return None if found is None else found[0]


def restored(moment: Moment, target: CompiledTarget, now: Clock) -> tuple[Clock, bool] | None:
    """A clock as it was at this very instant before its target changed, running or paused as it is now.

    Returns:
        The clock as it was when it last was under this target, and True. If it never was in this instant: as it was before
        the first change of the instant, brought under this target, and False. None if it did not count then.
    """
    assert moment.past is not None
    at_us, env = moment.at_us, moment.env
    earlier = moment.past.before(now.target)
    for before in reversed(earlier):
        state = _counted_on(before, moment, target, now)
        if state is not None and retarget(moment.sla, target, state, moment.ticket, at_us, env, env) is None:
            return state, True
    state = _counted_on(earlier[0], moment, target, now) if earlier else None
    return None if state is None else (_retargeted(moment, target, state, at_us), False)


def _counted_on(before: Before, moment: Moment, target: CompiledTarget, now: Clock) -> Clock | None:
    """An earlier state of this instant, running or paused as the clock is now; None if it is of another cycle or policy."""
    clock, env = before.clock, moment.env
    if clock is None or not clock.active or clock.cycle != now.cycle or before.policy != env.fingerprint:
        return None
    # A pause that was used up stays so, though the change in between gave it anew.
    runs = now.running or (clock.running and used_up(target, clock, moment.at_us))
    return _aligned(clock, running=runs, calendar=now.calendar, at_us=moment.at_us, env=env)


def _all(moment: Moment, target: CompiledTarget, clock: Clock, now: Clock) -> Clock:
    """What it counted, with the gap.

    Steps that lie in the gap are passed in silence, but a breach happens now; unless it is retroactive: then each is told at
    its own instant, late.
    """
    at_us, back = moment.at_us, target.on_change == "retroactive"
    same_run = now.started_us == clock.started_us
    same_steps = same_run and now.milestones == clock.milestones
    now = now if now.verdict is None else _lifted(now)
    if now.running and now.segments[-1].start_us < at_us:  # so that the gap can be told from what comes
        calendar = now.calendar
        counted = close_segment(now, at_us, moment.env.calendar)
        switch = ClockMove(now.key, "switch", at_us, counted_us=counted, calendar=calendar)
        (now,) = apply_move((now,), switch)
    breached_us = clock.breached_us if same_steps or (same_run and not back) else None
    told = clock.passed if same_steps else 0
    return now._replace(
        attached_us=at_us,
        retroactive=back,
        breached_us=breached_us,
        passed=told if back else max(told, _passed(now, breached_us)),
    )


def _passed(clock: Clock, breached_us: int | None) -> int:
    """How many milestones lie behind what a clock has counted; an untold breach, and what follows it, do not."""
    passed = 0
    for milestone in clock.milestones:
        if milestone.after_us >= clock.banked_us or (milestone.key == "breach" and breached_us is None):
            break
        passed += 1
    return passed


def _before(moment: Moment, target: CompiledTarget, clock: Clock, now: Clock) -> Clock:
    """What it had counted when it was cancelled or judged; the gap is a pause."""
    del target
    state = _rebased(_lifted(clock), now.calendar)._replace(
        key=now.key,
        sla=now.sla,
        cycle=now.cycle,
        duration_us=now.duration_us,
        edge=now.edge,
        milestones=now.milestones,
        attached_us=moment.at_us,
        retroactive=False,
        verdict=None,
        excluded=False,
    )
    told = clock.passed if now.milestones == clock.milestones else 0
    state = state._replace(passed=max(told, _passed(state, state.breached_us)))
    return _resumed(state, moment.at_us, now.calendar) if now.running else state


def _nothing(moment: Moment, target: CompiledTarget, clock: Clock, now: Clock) -> Clock:
    """Zero, from now."""
    del clock
    state = started(moment, target, now.cycle, None, paused=now.state != "running").state
    assert state is not None
    return state


_COUNTED: dict[str, Callable[[Moment, CompiledTarget, Clock, Clock], Clock]] = {
    "all": _all,
    "before": _before,
    "nothing": _nothing,
}
