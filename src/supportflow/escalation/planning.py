"""Instants of a ladder's steps: frozen when it starts, moved by its pauses, derived from clocks where they are shares.

Everything is integer microseconds. What clocks say comes as an argument.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from supportflow._time import span_us
from supportflow.calendars import BusinessCalendar
from supportflow.escalation.ladders import Ladder
from supportflow.model.escalation import LadderState, Rung
from supportflow.model.ticket import Ticket

__all__ = [
    "CalendarNames",
    "Calendars",
    "Reach",
    "Started",
    "after_pause",
    "come_due",
    "counted_on",
    "over",
    "reached_us",
    "rungs",
    "split_past",
]

Calendars = Callable[[str], BusinessCalendar]
"""Finds a calendar by name."""
Reach = Callable[[str, int], tuple[int, int] | None]
"""When the clock of a target reaches a share of it in millionths, and since when it runs; None if none runs."""
CalendarNames = Callable[[object], str]
"""Gives the name under which a step's calendar is kept."""


def rungs(ladder: Ladder, since_us: int, named: CalendarNames, calendars: Calendars) -> tuple[Rung, ...]:
    """All that a ladder will fire, step by step, each with its repetitions, if its times count from an instant."""
    made: list[Rung] = []
    for number, step in enumerate(ladder.steps, 1):
        name = named(step.calendar)
        every_us = 0 if step.repeat is None else span_us(step.repeat.every)
        times = 0 if step.repeat is None else step.repeat.times
        for turn in range(times + 1):
            wait_us = turn * every_us
            if step.at is not None:
                made.append(Rung(number, turn, name, None, step.at.target, step.at.ppm, wait_us))
            else:
                assert step.after is not None
                at_us = counted_on(calendars(name), since_us, span_us(step.after) + wait_us)
                made.append(Rung(number, turn, name, at_us))
    return tuple(made)


def counted_on(calendar: BusinessCalendar, start_us: int, us: int) -> int:
    """When that much time has been counted. Nothing is counted at once, not at the closing time before."""
    return calendar.add_us(start_us, us, edge="close") if us else start_us


def reached_us(rung: Rung, reach: Reach, calendars: Calendars) -> int | None:
    """When a rung fires; None while the clock that it hangs on does not run."""
    if rung.target is None:
        return rung.at_us
    found = reach(rung.target, rung.ppm)
    if found is None:
        return None
    share_us, since_us = found
    if not rung.wait_us:
        return share_us
    # What came to its end while the clock was paused comes when that goes on.
    return max(calendars(rung.calendar).add_us(share_us, rung.wait_us, edge="close"), since_us)


class Started(NamedTuple):
    """A rung with the instant at which it fires. They are ordered: by instant, then by their place on the ladder."""

    at_us: int
    place: int


def come_due(state: LadderState, reach: Reach, calendars: Calendars) -> Started | None:
    """The next rung that fires by itself; None if the ladder waits, is over, or hangs on clocks that do not run."""
    if state.paused_us is not None:
        return None
    first = min(_timed(state.rungs, reach, calendars), default=None)
    return None if first is None else first._replace(at_us=max(first.at_us, state.since_us))


def _timed(pending: Iterable[Rung], reach: Reach, calendars: Calendars) -> Iterable[Started]:
    for place, rung in enumerate(pending):
        at_us = reached_us(rung, reach, calendars)
        if at_us is not None:
            yield Started(at_us, place)


def split_past(
    pending: Sequence[Rung], now_us: int, reach: Reach, calendars: Calendars
) -> tuple[tuple[Rung, ...], Started | None, int]:
    """What is left of a ladder that comes late: of all that lies in the past, only the latest.

    Returns:
        The rungs that are left; the latest past one among them with its instant, if there is one; how many were dropped.
    """
    past = sorted(timed for timed in _timed(pending, reach, calendars) if timed.at_us < now_us)
    if not past:
        return tuple(pending), None, 0
    latest = past[-1]
    dropped = {timed.place for timed in past[:-1]}
    left = tuple(rung for place, rung in enumerate(pending) if place not in dropped)
    return left, Started(latest.at_us, left.index(pending[latest.place])), len(dropped)


def after_pause(
    pending: Iterable[Rung], paused_us: int, resumed_us: int, calendars: Calendars
) -> tuple[Rung, ...]:
    """The rungs when a ladder counts again: what was missing at the pause is missing still. Shares keep to their clocks."""
    moved: list[Rung] = []
    for rung in pending:
        if rung.at_us is None or rung.at_us <= paused_us:
            moved.append(rung)
            continue
        calendar = calendars(rung.calendar)
        missing_us = calendar.elapsed_us(paused_us, rung.at_us)
        moved.append(replace(rung, at_us=counted_on(calendar, resumed_us, missing_us)))
    return tuple(moved)


def over(until: str, ticket: Ticket) -> str | None:
    """What ends a ladder on a ticket now; None if nothing does."""
    if not ticket.is_open:
        return ticket.status_category.value
    if until == "first_reply" and ticket.first_replied_at is not None:
        return until
    if until == "assigned" and ticket.assignee is not None:
        return until
    return None
