"""From a calendar document to the integers that are compiled."""

from datetime import date

from supportflow._time import DAY_US
from supportflow.calendars.clocktime import shift_us
from supportflow.calendars.hours import Declaration, Period, periods
from supportflow.calendars.schedule import Schedule, one_day
from supportflow.calendars.timetable import Bounds, Timetable
from supportflow.calendars.zones import MAX_US, MIN_US, Zone, zone

__all__ = ["bounds", "day_number", "schedule", "timetable"]

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def schedule(period: Period, where: Zone) -> Schedule:
    """The period's hours as integers."""
    special = {day_number(day): () for day in period.holidays} | {
        day_number(day): one_day(map(shift_us, override.hours)) for day, override in period.overrides.items()
    }
    return Schedule(
        zone=where,
        week=tuple(one_day(map(shift_us, hours)) for hours in period.weekly.days),
        special=special,
        closed=frozenset(day_number(day) for day in period.holidays if day not in period.overrides),
        scope=period.scope,
    )


def bounds(calendar: Declaration) -> Bounds | None:
    """What the calendar's holidays are vouched for, None if nothing is to be said about it."""
    since, until = calendar.vouched_from, calendar.vouched_until
    if calendar.beyond == "ignore" or (since is None and until is None):
        return None
    where = zone(calendar.tz, calendar.tzdata)
    return Bounds(
        since_us=MIN_US if since is None else where.first_at(day_number(since) * DAY_US),
        until_us=MAX_US if until is None else where.first_at((day_number(until) + 1) * DAY_US),
        since="" if since is None else since.isoformat(),
        until="" if until is None else until.isoformat(),
        fails=calendar.beyond == "fail",
    )


def timetable(calendar: Declaration) -> Timetable:
    """The whole calendar as integers."""
    pieces = []
    for period in periods(calendar):
        where = zone(period.tz, calendar.tzdata)
        since = MIN_US if period.since is None else where.first_at(day_number(period.since) * DAY_US)
        pieces.append((since, schedule(period, where)))
    return Timetable(calendar.name, pieces, bounds(calendar), [closure.span for closure in calendar.closures])
