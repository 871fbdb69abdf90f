"""Clocks of two tickets that become one, or of one that becomes two, where the policy says that they are joined."""

from collections.abc import Iterator

from supportflow.model.records import Clock, ClockMove
from supportflow.sla.binding import SlaEnvironment
from supportflow.sla.clock import apply_move, close_segment, reach_us

__all__ = ["inherited", "worst"]


def worst(
    source: tuple[Clock, ...], into: tuple[Clock, ...], at_us: int, env: SlaEnvironment
) -> Iterator[Clock]:
    """The clocks of the ticket that goes on that give way to those of the one that was merged into it.

    For each target whose clock still runs or waits on both: the one that was breached, else the one that is due earlier.
    A target that only one of them has keeps what it has; a verdict that is given stays given.

    Args:
        source: Clocks of the merged ticket, as they were before the merge.
        into: Clocks of the ticket that goes on.
        at_us: When they are joined.
        env: Its calendars.
    """
    for clock in into:
        other = next((one for one in source if one.target == clock.target and one.active), None)
        if other is None or not clock.active:
            continue
        if _lateness(other, env) < _lateness(clock, env):
            yield _in_place_of(clock, other, at_us, env)


def _lateness(clock: Clock, env: SlaEnvironment) -> tuple[int, int]:
    """Sorts the clock that is worse off first: breached ones by their breach, others by what they have left."""
    if clock.breached_us is not None:
        return 0, clock.breached_us
    if clock.running:
        return 1, reach_us(clock, clock.duration_us, env.calendar)
    return 2, clock.duration_us - clock.banked_us


def inherited(
    whole: tuple[Clock, ...], part: tuple[Clock, ...], at_us: int, env: SlaEnvironment
) -> Iterator[Clock]:
    """The clocks of a new part that take over what the whole has counted on the same targets."""
    for clock in part:
        other = next((one for one in whole if one.target == clock.target and one.active), None)
        if other is not None and clock.active:
            yield _in_place_of(clock, other, at_us, env)


def _in_place_of(clock: Clock, other: Clock, at_us: int, env: SlaEnvironment) -> Clock:
    """What the other has counted, running or paused as this ticket's status says."""
    taken = other._replace(key=clock.key, sla=clock.sla, cycle=clock.cycle)
    if taken.running == clock.running:
        return taken
    if clock.running:
        move = ClockMove(taken.key, "resume", at_us, calendar=clock.calendar)
    else:
        counted = close_segment(taken, at_us, env.calendar)
        move = ClockMove(taken.key, "pause", at_us, counted_us=counted)
    (joined,) = apply_move((taken,), move)
    return joined
