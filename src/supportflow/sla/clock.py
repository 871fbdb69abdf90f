"""Arithmetic on one clock: what it has counted, when it is due, and how a move changes it.

Everything is integer microseconds.
"""

from collections.abc import Callable
from typing import Any, Literal

from supportflow.calendars import BusinessCalendar
from supportflow.model.records import Cancelled, Clock, ClockMove, Segment, Verdict

__all__ = [
    "MAX_SEGMENTS",
    "Calendars",
    "ahead_us",
    "apply_move",
    "apply_verdict",
    "close_segment",
    "due_us",
    "elapsed_us",
    "next_milestone_us",
    "no_milestone_before",
    "paused_us",
    "reach_us",
    "reached_in_the_past_us",
    "why_cancelled",
]

MAX_SEGMENTS = 64
"""Closed segments that stay on a ticket; older ones are folded into `folded_us`."""


Calendars = Callable[[str], BusinessCalendar]
"""Finds a calendar by name."""


def elapsed_us(clock: Clock, at_us: int, calendars: Calendars) -> int:
    """Counted time at an instant that is not before the latest segment."""
    if clock.state != "running":
        return clock.banked_us
    last = clock.segments[-1]
    start_us = last.start_us
    return clock.banked_us + calendars(last.calendar).core.elapsed(start_us, max(at_us, start_us))


def reach_us(clock: Clock, after_us: int, calendars: Calendars) -> int:
    """When a running clock will have counted that much; not before its target was attached, unless retroactively."""
    last = clock.segments[-1]
    missing = after_us - clock.banked_us
    if missing > 0:
        reached = calendars(last.calendar).core.add(last.start_us, missing, clock.edge)
    elif missing == 0:
        reached = ahead_us(calendars(last.calendar), last.start_us, missing, clock.edge)
    else:
        reached = reached_in_the_past_us(clock, after_us, calendars)
    return reached if clock.retroactive or reached > clock.attached_us else clock.attached_us


def ahead_us(
    calendar: BusinessCalendar, start_us: int, missing_us: int, edge: Literal["close", "open"]
) -> int:
    """When the missing time has been counted. Nothing missing is reached at once, never at the closing time before."""
    if missing_us == 0 and edge == "close":
        return start_us
    return calendar.core.add(start_us, missing_us, edge)


def reached_in_the_past_us(clock: Clock, after_us: int, calendars: Calendars) -> int:
    """When the closed segments passed that much counted time: only a shorter or retroactive target asks for it."""
    counted = clock.folded_us
    for segment in clock.segments:
        here = segment.counted_us or 0
        if counted + here >= after_us:
            try:
                calendar = calendars(segment.calendar)
            except (
                KeyError
            ):  # an earlier policy's, which is not at hand: at the latest when that stopped counting
                assert segment.end_us is not None
                return segment.end_us
            return calendar.core.add(segment.start_us, max(after_us - counted, 0), edge=clock.edge)
        counted += here
    return clock.segments[-1].start_us


def due_us(clock: Clock, calendars: Calendars) -> int | None:
    """When a running clock is due; None while it is paused (it has no due time then) or over."""
    return reach_us(clock, clock.duration_us, calendars) if clock.running else None


def next_milestone_us(clock: Clock, calendars: Calendars) -> int | None:
    """When a running clock reaches its next milestone; None if it has none left or does not run."""
    if clock.state != "running" or clock.passed >= len(clock.milestones):
        return None
    return reach_us(clock, clock.milestones[clock.passed].after_us, calendars)


def no_milestone_before(clock: Clock, at_us: int) -> bool:
    """True if a running clock can reach no milestone before an instant, told without its calendar.

    No calendar counts faster than time passes. False says nothing.
    """
    if clock.passed >= len(clock.milestones):
        return True
    missing = clock.milestones[clock.passed].after_us - clock.banked_us
    return missing > 0 and clock.segments[-1].start_us + missing >= at_us


def paused_us(clock: Clock, at_us: int) -> int:
    """Total elapsed time of its pauses, up to an instant."""
    if clock.state != "paused":
        return clock.paused_us
    end = clock.segments[-1].end_us
    assert end is not None
    return clock.paused_us + max(at_us - end, 0)


def close_segment(clock: Clock, at_us: int, calendars: Calendars) -> int | None:
    """Counted time of the running segment if it ended now; None if none runs."""
    if clock.state != "running":
        return None
    last = clock.segments[-1]
    return calendars(last.calendar).core.elapsed(last.start_us, at_us)


# A clock changes at every step, and `_replace` asks for each of its twenty fields: a list takes a third of that time.
_STATE, _SEGMENTS, _BANKED, _FOLDED, _PAUSED, _VERDICT, _CANCELLED, _CANCELLED_US, _OVER_US = map(
    Clock._fields.index,
    (
        "state",
        "segments",
        "banked_us",
        "folded_us",
        "paused_us",
        "verdict",
        "cancelled",
        "cancelled_us",
        "over_us",
    ),
)
_new = tuple.__new__


def _close(clock: Clock, fields: list[Any], at_us: int, counted_us: int) -> None:
    """Close the running segment, in the fields of the clock to be."""
    last = clock.segments[-1]
    closed = _new(Segment, (last.start_us, at_us, last.calendar, counted_us))
    segments = (*clock.segments[:-1], closed)
    if len(segments) > MAX_SEGMENTS:
        fields[_FOLDED] += segments[0].counted_us or 0
        segments = segments[1:]
    fields[_SEGMENTS] = segments
    fields[_BANKED] += counted_us


def _open(fields: list[Any], at_us: int, calendar: str) -> None:
    """Open a segment after the ones that are there."""
    segments = fields[_SEGMENTS]
    end_us = segments[-1].end_us
    if end_us is not None:
        fields[_PAUSED] += at_us - end_us
    fields[_STATE] = "running"
    fields[_SEGMENTS] = (*segments, Segment(at_us, None, calendar))


def apply_move(clocks: tuple[Clock, ...], move: ClockMove) -> tuple[Clock, ...]:
    """The ticket's clocks after a move.

    A started cycle comes after the others, in lieu of the same target's earlier one; a clock that changes keeps its place.
    """
    if move.state is not None:
        state = move.state
        if move.move != "start" and any(clock.target == state.target for clock in clocks):
            return tuple([state if clock.target == state.target else clock for clock in clocks])
        others = tuple(clock for clock in clocks if clock.target != state.target)
        return (*others, state)
    return tuple([_moved(clock, move) if clock.key == move.clock else clock for clock in clocks])


def _moved(clock: Clock, move: ClockMove) -> Clock:
    fields = list(clock)
    if move.counted_us is not None:
        _close(clock, fields, move.at_us, move.counted_us)
    if move.move == "pause":
        fields[_STATE] = "paused"
    elif move.move == "cancel":
        fields[_STATE] = "cancelled"
        fields[_CANCELLED] = why_cancelled(move)
        fields[_CANCELLED_US] = move.at_us
    else:
        assert move.calendar is not None
        _open(fields, move.at_us, move.calendar)
    return _new(Clock, fields)


def apply_verdict(clocks: tuple[Clock, ...], key: str, verdict: Verdict) -> tuple[Clock, ...]:
    """The ticket's clocks after one of them was judged."""
    return tuple([_judged(clock, verdict) if clock.key == key else clock for clock in clocks])


def why_cancelled(move: ClockMove) -> Cancelled:
    """Why a move cancels its clock."""
    if move.cause in {"lapsed", "ended", "signal"}:
        return move.cause
    # Recordings from before the field say it by the reason. Shipped metrics are cancelled by the end of a ticket only.
    return "lapsed" if move.reason == "the target no longer applies" else "ended"


def _judged(clock: Clock, verdict: Verdict) -> Clock:
    fields = list(clock)
    stopped_us = verdict.stopped_us
    if clock.state == "running":
        _close(clock, fields, stopped_us, verdict.elapsed_us - clock.banked_us)
    else:
        fields[_PAUSED] = paused_us(clock, stopped_us)
    fields[_STATE] = "met" if verdict.met else "missed"
    fields[_VERDICT] = verdict
    fields[_OVER_US] = None  # the next cycle, which goes on from here, waits for it anew
    return _new(Clock, fields)
