"""Why a stretch of time counts or does not: open or closed hours, a holiday or an override by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

import pendulum

from supportflow._time import DAY_US, to_us
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.document import Closure
from supportflow.calendars.hours import Declaration, Period, periods
from supportflow.calendars.moments import in_zone
from supportflow.calendars.schedule import Schedule, Shifts
from supportflow.exceptions import InvalidInput

__all__ = ["Explained", "Reason", "explain", "reason_of"]

Reason = Literal["hours", "closed", "holiday", "override", "closure"]

_Stretch = tuple[int, int, tuple[bool, Reason, str]]

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Explained(NamedTuple):
    """A stretch of time that is open, or closed, for one reason.

    Attributes:
        start: Where it begins.
        end: Where the next one begins.
        open: Whether it counts as working time.
        reason: `"hours"` of the week, outside them (`"closed"`), a `"holiday"`, an `"override"` of that
            date, or a `"closure"` from instant to instant.
        name: The holiday's, override's or closure's name, where it has one.
        duration: Its real length.
    """

    start: pendulum.DateTime
    end: pendulum.DateTime
    open: bool
    reason: Reason
    name: str
    duration: timedelta

    @property
    def working(self) -> timedelta:
        """What it adds to the elapsed working time."""
        return self.duration if self.open else timedelta(0)


def explain(dated: Declaration, core: Compiled, start: datetime, end: datetime) -> list[Explained]:
    """See `BusinessCalendar.explain`.

    Args:
        dated: The calendar, its country's holidays as dates.
        core: What it is compiled to.
        start: The first instant.
        end: The last.
    """
    lo, hi = to_us(start), to_us(end)
    if hi < lo:
        raise InvalidInput("end", "is before start")
    core.check(lo, hi)
    written = periods(dated)
    timetable = core.timetable
    joined: list[tuple[int, int, tuple[bool, Reason, str]]] = []
    for begin, stop, schedule in timetable.pieces(lo, hi):
        period = written[timetable.schedules.index(schedule)]
        for first, last, why in _closed(dated.closures, _stretches(period, schedule, begin, stop)):
            if joined and joined[-1][2] == why:
                joined[-1] = (joined[-1][0], last, why)
            else:
                joined.append((first, last, why))
    return [
        Explained(
            in_zone(first, start.tzinfo),
            in_zone(last, start.tzinfo),
            *why,
            timedelta(microseconds=last - first),
        )
        for first, last, why in joined
    ]


def _closed(closures: Sequence[Closure], stretches: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """The stretches, with what of the open ones a closure takes."""
    if not closures:
        yield from stretches
        return
    for first, last, why in stretches:
        if not why[0]:
            yield first, last, why
            continue
        spans = [(*closure.span, closure.name) for closure in closures]
        edges = {edge for start, end, _ in spans for edge in (start, end) if first < edge < last}
        for begin, stop in pairwise(sorted({first, last, *edges})):
            name = next((name for start, end, name in spans if start <= begin < end), None)
            yield begin, stop, why if name is None else (False, "closure", name)


def reason_of(period: Period, day: int) -> tuple[Reason, str]:
    """What decides a date (counted from 1970-01-01): the week, a holiday or an override, with its name."""
    ordinal = day + _EPOCH_ORDINAL
    if not 1 <= ordinal <= date.max.toordinal():
        return "hours", ""
    at = date.fromordinal(ordinal)
    if at in period.overrides:
        return "override", period.overrides[at].name
    if at in period.holidays:
        return "holiday", period.holidays[at]
    return "hours", ""


def _stretches(period: Period, schedule: Schedule, lo: int, hi: int) -> Iterator[_Stretch]:
    """Stretches of `[lo, hi)` between midnights and shift edges: whether open, why, and by what name."""
    for start, end, offset in schedule.zone.segments(lo, hi):
        low, high = start + offset, end + offset
        days = range(low // DAY_US - 1, (high - 1) // DAY_US + 1)
        shifts = [(day * DAY_US + a, day * DAY_US + b, day) for day in days for a, b in schedule.shifts(day)]
        edges = {low, high, *(day * DAY_US for day in days)}
        edges.update(edge for shift in shifts for edge in shift[:2])
        # On a changed day the week's own hours matter too: what of them is missing is owed to the override.
        changed = [day for day in days if day in schedule.special]
        edges.update(
            day * DAY_US + edge for day in changed for shift in _usual(schedule, day) for edge in shift
        )
        points = sorted(point for point in edges if low <= point <= high)
        at = 0
        for first, last in pairwise(points):
            while at < len(shifts) and shifts[at][1] <= first:
                at += 1
            # Two nights can overlap, so the shift in question need not be the first one that is not over.
            by = next((day for a, b, day in shifts[at : at + 4] if a <= first < b), None)
            yield first - offset, last - offset, _why(period, schedule, first, by)


def _usual(schedule: Schedule, day: int) -> Shifts:
    return schedule.week[(day + 3) % 7]


def _why(period: Period, schedule: Schedule, wall: int, by: int | None) -> tuple[bool, Reason, str]:
    if by is not None:
        reason, name = reason_of(period, by)
        return True, reason, name
    day = wall // DAY_US
    reason, name = reason_of(period, day)
    if reason == "hours":
        return False, "closed", ""
    # A shortened day owes to its override only the hours that the week would have had.
    missed = any(a <= wall - day * DAY_US < b for a, b in _usual(schedule, day))
    if reason == "override" and schedule.shifts(day) and not missed:
        return False, "closed", ""
    return False, reason, name
