"""A calendar week as text, to look at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from supportflow._legible import escaped
from supportflow._time import DAY_US, HOUR_US, MINUTE_US, to_us
from supportflow.calendars.explaining import reason_of
from supportflow.calendars.hours import periods
from supportflow.calendars.moments import in_zone
from supportflow.calendars.schedule import Schedule
from supportflow.exceptions import NoWorkingTime

if TYPE_CHECKING:
    from supportflow.calendars.calendar import BusinessCalendar

__all__ = ["Day", "Week", "render_week", "week_of"]

_CELL_US = HOUR_US // 2
_CELLS = DAY_US // _CELL_US
_OPENINGS = 3


class Day(NamedTuple):
    """A day of a calendar's week.

    Attributes:
        date: The day, on the calendar's clock.
        today: Whether it is the day of the instant that was asked about.
        spans: When it is open, as `HH:MM` of that clock: what begins on this day, also if it ends on the next.
        working_us: How long it is open.
        reason: `hours`, or what is special about it: see `explain`.
        name: Of the holiday or override; empty if it has none.
        clock_us: By how much the clock goes forward on it; negative if it goes back.
        bar: The day, half an hour a cell.
    """

    date: date
    today: bool
    spans: tuple[tuple[str, str], ...]
    working_us: int
    reason: str
    name: str
    clock_us: int
    bar: str


class Week(NamedTuple):
    """A week of a calendar, and what comes next.

    Attributes:
        calendar: Its name.
        tz: The zone of its clock.
        first: The Monday.
        tzdata: The version of the time zone data.
        days: Monday to Sunday.
        working_us: How long it is open in the week.
        next: The next openings, in words.
    """

    calendar: str
    tz: str
    first: date
    tzdata: str
    days: tuple[Day, ...]
    working_us: int
    next: tuple[str, ...]


def week_of(calendar: BusinessCalendar, at: datetime) -> Week:
    """The week (Monday to Sunday, on the calendar's clock) that holds an instant, and the next openings.

    Args:
        calendar: The calendar.
        at: Any aware datetime.
    """
    core = calendar.core
    at_us = to_us(at)
    core.check(at_us)
    schedule = core.timetable.schedule_at(at_us)
    period = periods(calendar.dated)[core.timetable.schedules.index(schedule)]
    where = schedule.zone
    today = (at_us + where.offset(at_us)) // DAY_US
    monday = today - (today + 3) % 7
    first = date(1970, 1, 1) + timedelta(days=monday)
    days: list[Day] = []
    for day in range(monday, monday + 7):
        start, end = where.first_at(day * DAY_US), where.first_at((day + 1) * DAY_US)
        reason, name = reason_of(period, day)
        days.append(
            Day(
                date=first + timedelta(days=day - monday),
                today=day == today,
                spans=tuple((_clock(a), _clock(b)) for a, b in schedule.shifts(day)),
                working_us=core.elapsed(start, end),
                reason=reason,
                name=name or "",
                clock_us=where.offset(end) - where.offset(start),
                bar=_bar(schedule, day),
            )
        )
    working_us = core.elapsed(where.first_at(monday * DAY_US), where.first_at((monday + 7) * DAY_US))
    opens = tuple(_openings(calendar, at_us, schedule))
    return Week(calendar.name, where.key, first, calendar.tzdata_version, tuple(days), working_us, opens)


def render_week(calendar: BusinessCalendar, at: datetime) -> str:
    """The week (Monday to Sunday, on the calendar's clock) that holds an instant, and the next openings.

    One line a day: half an hour a cell, `█` open and `·` closed, the hours, and the name of a holiday or
    override.

    Args:
        calendar: The calendar.
        at: Any aware datetime.
    """
    week = week_of(calendar, at)
    title = " · ".join(
        part for part in (week.calendar, week.tz, f"week of {week.first}", f"tzdata {week.tzdata}") if part
    )
    lines = [title, "", f"{'':11}" + "".join(f"{hour:02d}{'':4}" for hour in range(0, 24, 3)) + "24"]
    for day in week.days:
        label = f"{day.reason}: {day.name}" if day.name else day.reason
        plain = day.reason == "hours"
        notes = [
            day.bar,
            f"{_length(day.working_us):>7}",
            ", ".join("-".join(span) for span in day.spans) or ("closed" if plain else ""),
            "" if plain else label,
            _clock_change(day.clock_us),
        ]
        mark = ">" if day.today else " "
        lines.append(f"{mark}{day.date:%a %m-%d} " + " ".join(note for note in notes if note))
    lines += ["", f"working time this week: {_length(week.working_us)}", "next openings:"]
    lines += [f"  {line}" for line in week.next]
    return "\n".join(map(escaped, lines)) + "\n"


def _bar(schedule: Schedule, day: int) -> str:
    spans = [
        (a - back * DAY_US, b - back * DAY_US) for back in (0, 1) for a, b in schedule.shifts(day - back)
    ]
    cells = (
        any(a < (cell + 1) * _CELL_US and b > cell * _CELL_US for a, b in spans) for cell in range(_CELLS)
    )
    return "".join("█" if cell else "·" for cell in cells)


def _clock(us: int) -> str:
    hours, rest = divmod(us if us <= DAY_US else us - DAY_US, HOUR_US)
    return f"{hours:02d}:{rest // MINUTE_US:02d}"


def _length(us: int) -> str:
    hours, minutes = divmod(us // MINUTE_US, 60)
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"


def _clock_change(clock_us: int) -> str:
    if not clock_us:
        return ""
    return f"clocks go {'forward' if clock_us > 0 else 'back'} {abs(clock_us) // MINUTE_US} min"


def _openings(calendar: BusinessCalendar, at_us: int, schedule: Schedule) -> list[str]:
    core = calendar.core
    found: list[str] = []
    try:
        if core.is_open(at_us):
            found.append("open now")
        while len(found) < _OPENINGS:
            if core.is_open(at_us):
                closes = core.next_close(at_us)
                if closes is None:
                    found.append("never closes again")
                    break
                at_us = closes
            at_us = core.next_open(at_us)
            found.append(f"{in_zone(at_us, schedule.zone.tzinfo):%a %Y-%m-%d %H:%M %z}")
    except NoWorkingTime:
        found.append("none after that")
    return found
