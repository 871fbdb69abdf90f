"""Another target takes the place of a clock's: what it keeps is the policy's named choice."""

from collections.abc import Callable

from supportflow.model.records import Clock, ClockMove, Segment
from supportflow.model.ticket import Ticket
from supportflow.sla.binding import SlaEnvironment, calendar_of, duration_of
from supportflow.sla.clock import close_segment, elapsed_us
from supportflow.sla.compiled import CompiledSla, CompiledTarget, milestones

__all__ = ["retarget"]


def retarget(
    sla: CompiledSla,
    target: CompiledTarget,
    clock: Clock,
    after: Ticket,
    at_us: int,
    env: SlaEnvironment,
    old: SlaEnvironment,
) -> ClockMove | None:
    """The move to what the target says now, or None if it says the same."""
    if (
        clock.milestones is target.steps
        and clock.sla == sla.name
        and clock.segments[-1].calendar == target.calendar
        and clock.edge == target.edge
        and old is env
        and target.calendar_of == "policy"
        and target.zone == "calendar"
    ):
        return None  # nothing that a ticket can change has a say in it
    name = calendar_of(target, after, env)
    calendar = env.calendar(name)
    duration_us = duration_of(target, calendar, clock.started_us)
    steps = milestones(target, duration_us)
    same = clock.sla == sla.name and clock.milestones == steps and clock.edge == target.edge
    same_calendar = clock.calendar == name and (old is env or old.calendar(name) == calendar)
    if same and same_calendar:
        return None
    if same and target.on_change == "keep_elapsed":
        if not clock.running:
            if old is env:
                return None  # the calendar is chosen when the clock goes on
            state = _rebased(clock, name)
            return ClockMove(
                clock.key, "retarget", at_us, state=state, reason="another calendar", cause="changed"
            )
        counted = close_segment(clock, at_us, old.calendar)
        return ClockMove(
            clock.key,
            "switch",
            at_us,
            counted_us=counted,
            calendar=name,
            reason="another calendar",
            cause="changed",
        )
    renewed = clock._replace(
        key=f"{sla.name}/{target.slot}#{clock.cycle}",
        sla=sla.name,
        duration_us=duration_us,
        edge=target.edge,
        milestones=steps,
    )
    state = _CHANGES[target.on_change](renewed, name, at_us, env, old)
    return ClockMove(clock.key, "retarget", at_us, state=state, reason=target.on_change, cause="changed")


def _keep_elapsed(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment, old: SlaEnvironment) -> Clock:
    """Keep what was counted.

    Steps that the new target would have passed already are passed in silence, but a breach is one: it happens now, not
    in the past, for until now nothing was late.
    """
    counted = elapsed_us(clock, at_us, old.calendar)
    if clock.running:
        last = clock.segments[-1]
        closed = Segment(last.start_us, at_us, last.calendar, counted - clock.banked_us)
        segments = (*clock.segments[:-1], closed, Segment(at_us, None, calendar))
        clock = clock._replace(segments=segments, banked_us=counted)
    elif old is not env:
        clock = _rebased(clock, calendar)
    return clock._replace(attached_us=at_us, retroactive=False, passed=_passed(clock, counted))


def _rebased(clock: Clock, calendar: str) -> Clock:
    """A paused clock whose latest segment, an empty one, names a calendar of the policy that it lives under now."""
    end_us = clock.segments[-1].end_us
    assert end_us is not None
    return clock._replace(segments=(*clock.segments, Segment(end_us, end_us, calendar, 0)))


def _passed(clock: Clock, counted_us: int) -> int:
    """How many milestones lie behind that much counted time; an unrecorded breach and what follows it do not."""
    passed = 0
    for milestone in clock.milestones:
        if milestone.after_us > counted_us or (milestone.key == "breach" and clock.breached_us is None):
            break
        passed += 1
    return passed


def _restart(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment, old: SlaEnvironment) -> Clock:
    """Start again at zero, now."""
    del env, old
    segment = Segment(at_us, None if clock.running else at_us, calendar, None if clock.running else 0)
    return clock._replace(
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


def _retroactive(clock: Clock, calendar: str, at_us: int, env: SlaEnvironment, old: SlaEnvironment) -> Clock:
    """As if the new target had applied from the start: the same run segments, counted by the new calendar."""
    del old
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
    return clock._replace(
        segments=segments,
        banked_us=banked,
        passed=0,
        breached_us=None,
        attached_us=at_us,
        retroactive=True,
    )


_CHANGES: dict[str, Callable[[Clock, str, int, SlaEnvironment, SlaEnvironment], Clock]] = {
    "keep_elapsed": _keep_elapsed,
    "restart": _restart,
    "retroactive": _retroactive,
}
