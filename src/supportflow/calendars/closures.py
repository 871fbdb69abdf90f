"""Closures from an iCalendar file (RFC 5545; extra `ical`), such as a company's shared calendar.

An all-day event closes its dates. An event with times cuts its hours out of the dates it touches. Repeated events are
written out between two dates.

Hours are what the clock shows. In an hour that it shows twice they cannot say which of the two is closed; what is closed
there stays a closure from instant to instant.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from supportflow._time import DAY_US, from_us
from supportflow.calendars.clocktime import write_clock
from supportflow.calendars.document import Closure, Dated, Override
from supportflow.calendars.hours import Declaration, Period, periods
from supportflow.calendars.ical_events import Days, Stretch, read_events
from supportflow.calendars.ical_zones import ZoneClock
from supportflow.calendars.plan import day_number, schedule
from supportflow.calendars.publishing import expand
from supportflow.calendars.schedule import Schedule
from supportflow.calendars.zones import Zone, zone
from supportflow.exceptions import CalendarError

__all__ = ["close_by_ical"]

C = TypeVar("C", bound=Declaration)

_EPOCH_DAY = date(1970, 1, 1)
_MARGIN = 2
"""Days around a closure that a night shift can reach over."""


class _Wall(NamedTuple):
    """A closed stretch on the clock."""

    start: int
    end: int
    name: str


def close_by_ical(calendar: C, source: str | bytes, since: date, until: date) -> C:
    """See `BusinessCalendar.with_ical`."""
    if until < since:
        raise CalendarError(["until: is reversed: it lies before since"])
    low, high = day_number(since) * DAY_US, (day_number(until) + 1) * DAY_US
    read: dict[str, list[Days | Stretch]] = {}
    for period in periods(calendar):
        if period.tz not in read:
            where = ZoneClock(zone(period.tz, calendar.tzdata))
            read[period.tz] = list(read_events(source, where, calendar.tzdata, low, high))
    return _cut_hours(_close_dates(calendar, read), read)


def _changed(calendar: C, updates: list[dict[str, Any]], **more: object) -> C:
    """The calendar with other values in its hours and in each of its versions."""
    versions = tuple(
        version.model_copy(update=update)
        for version, update in zip(calendar.versions, updates[1:], strict=True)
    )
    return calendar.model_copy(update={**updates[0], "versions": versions, **more})


def _close_dates(calendar: C, read: Mapping[str, Sequence[Days | Stretch]]) -> C:
    """The calendar with the dates of whole-day events as holidays; what the document itself says about a date wins."""
    updates = []
    for period in periods(calendar):
        holidays = dict(period.holidays)
        for one in read[period.tz]:
            for day in range(one.start, one.end) if isinstance(one, Days) else ():
                at = _EPOCH_DAY + timedelta(days=day)
                if at not in period.overrides:
                    holidays.setdefault(at, one.name)
        updates.append({"holidays": Dated(holidays)})
    return _changed(calendar, updates)


def _cut_hours(calendar: C, read: Mapping[str, Sequence[Days | Stretch]]) -> C:
    """The calendar with the hours of timed events cut out of its dates."""
    updates: list[dict[str, Any]] = []
    exact: list[Closure] = []
    own = periods(calendar)
    begins = [period.since for period in own[1:]]
    # What is cut is what there is to cut: not the hours of a country's holiday, but those of a working day that it moved.
    for period, dated, following in zip(own, periods(expand(calendar)), [*begins, None], strict=True):
        where = zone(period.tz, calendar.tzdata)
        hours = schedule(dated, where)
        walls, twice = _on_the_clock(where, (one for one in read[period.tz] if isinstance(one, Stretch)))
        updates.append({"overrides": Dated({**period.overrides, **_cut(hours, walls)})})
        exact += _in_force(twice, hours, period, following)
    return _changed(calendar, updates, closures=(*calendar.closures, *exact))


# --- hours of the clock ------------------------------------------------------------------------


def _on_the_clock(where: Zone, closed: Iterable[Stretch]) -> tuple[list[_Wall], list[Stretch]]:
    """What is closed as the clock shows it; and, apart, what is closed while it shows an hour that it shows twice."""
    walls: list[_Wall] = []
    twice: list[Stretch] = []
    for one in closed:
        pieces = list(where.segments(one.start - _MARGIN * DAY_US, one.end + _MARGIN * DAY_US))
        repeated = [
            (change - back, change + back)
            for (_, change, before), (_, _, after) in pairwise(pieces)
            # Where both times are closed as a whole, the clock can say it.
            if (back := before - after) > 0 and not one.start <= change - back < change + back <= one.end
        ]
        at = one.start
        for begin, end in [*repeated, (one.end, one.end)]:
            if at < min(begin, one.end):
                walls += _walls(where, Stretch(at, min(begin, one.end), one.name))
            if max(at, begin) < min(end, one.end):
                twice.append(Stretch(max(at, begin), min(end, one.end), one.name))
            at = max(at, end)
    return walls, twice


def _walls(where: Zone, one: Stretch) -> list[_Wall]:
    return [
        _Wall(start + offset, end + offset, one.name)
        for start, end, offset in where.segments(one.start, one.end)
    ]


def _cut(hours: Schedule, closed: list[_Wall]) -> dict[date, Override]:
    """New hours for the dates that closures take hours from."""
    closed.sort()
    days = {
        day
        for one in closed
        for day in range(one.start // DAY_US - 1, -(-one.end // DAY_US) + 1)
        if hours.shifts(day)
    }
    left: dict[int, list[tuple[str, str]]] = {}
    names: dict[int, dict[str, None]] = {}
    kept: dict[int, list[tuple[str, str]]] = {}
    joined = _Spans(closed)
    for day in sorted(days):
        for start, end in ((day * DAY_US + a, day * DAY_US + b) for a, b in hours.shifts(day)):
            taken = joined.over(start, end)
            if not taken:
                kept.setdefault(day, []).append(_hours(start, end))
                continue
            left.setdefault(day, [])
            names.setdefault(day, {}).update(dict.fromkeys(one.name for one in taken if one.name))
            for a, b in _pieces(start, end, taken):
                # The rest of a night shift may begin only on the next date, and then belongs to it.
                left.setdefault(a // DAY_US, []).append(_hours(a, b))
                names.setdefault(a // DAY_US, {}).update(names[day])
    cut = {}
    for day, pieces in left.items():
        cut[_EPOCH_DAY + timedelta(days=day)] = Override(
            hours=tuple(sorted({*pieces, *kept.get(day, ())})), name=", ".join(names[day])
        )
    return cut


class _Spans:
    """Closed stretches in order of their starts, found by what they reach into."""

    def __init__(self, closed: list[_Wall]) -> None:
        self._closed = closed
        self._starts = [one.start for one in closed]
        self._ends: list[int] = []
        for one in closed:  # the furthest end so far, which rises
            self._ends.append(max(one.end, self._ends[-1] if self._ends else one.end))

    def over(self, start: int, end: int) -> list[_Wall]:
        """Those that take something of a stretch."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return [one for one in self._closed[first:last] if one.end > start]


def _pieces(start: int, end: int, taken: list[_Wall]) -> list[tuple[int, int]]:
    """What is left of a shift."""
    pieces = []
    for one in taken:
        if start < one.start:
            pieces.append((start, one.start))
        start = max(start, one.end)
    return [*pieces, (start, end)] if start < end else pieces


def _hours(start: int, end: int) -> tuple[str, str]:
    base = start - start % DAY_US
    closes = end - base
    return write_clock(start - base), write_clock(closes if closes <= DAY_US else closes - DAY_US)


def _in_force(
    closed: Iterable[Stretch], hours: Schedule, period: Period, following: date | None
) -> list[Closure]:
    """The closures of real time that take something of the hours, while they are in force."""
    first = hours.zone.first_at(day_number(period.since) * DAY_US) if period.since else None
    last = hours.zone.first_at(day_number(following) * DAY_US) if following else None
    found = []
    for one in closed:
        start = one.start if first is None else max(one.start, first)
        end = one.end if last is None else min(one.end, last)
        if start < end and hours.open_utc(start, end)[0]:
            found.append(Closure(start=from_us(start), end=from_us(end), name=one.name))
    return found
