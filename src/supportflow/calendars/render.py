"""A calendar week as text, to look at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from supportflow._legible import escaped
from supportflow._time import DAY_US, HOUR_US, MINUTE_US, to_us
from supportflow.calendars.explaining import reason_of
from supportflow.calendars.hours import periods
from supportflow.calendars.moments import in_zone
from supportflow.calendars.schedule import Schedule
from supportflow.exceptions import NoWorkingTime

if TYPE_CHECKING:
    from supportflow.calendars.calendar import BusinessCalendar

__all__ = ["render_week"]

_CELL_US = HOUR_US // 2
_CELLS = DAY_US // _CELL_US
_OPENINGS = 3


def render_week(calendar: BusinessCalendar, at: datetime) -> str:
    """The week (Monday to Sunday, on the calendar's clock) that holds an instant, and the next openings.

    One line a day: half an hour a cell, `█` open and `·` closed, the hours, and the name of a holiday or
    override.

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
    title = " · ".join(
        part
        for part in (calendar.name, where.key, f"week of {first}", f"tzdata {calendar.tzdata_version}")
        if part
    )
    lines = [title, "", f"{'':11}" + "".join(f"{hour:02d}{'':4}" for hour in range(0, 24, 3)) + "24"]
    for day in range(monday, monday + 7):
        start, end = where.first_at(day * DAY_US), where.first_at((day + 1) * DAY_US)
        reason, name = reason_of(period, day)
        label = f"{reason}: {name}" if name else reason
        notes = [
            _bar(schedule, day),
            f"{_length(core.elapsed(start, end)):>7}",
            _spans(schedule, day) or ("closed" if reason == "hours" else ""),
            "" if reason == "hours" else label,
            _clock_change(where.offset(start), where.offset(end)),
        ]
        when = first + timedelta(days=day - monday)
        mark = ">" if day == today else " "
        lines.append(f"{mark}{when:%a %m-%d} " + " ".join(note for note in notes if note))
    week = core.elapsed(where.first_at(monday * DAY_US), where.first_at((monday + 7) * DAY_US))
    lines += ["", f"working time this week: {_length(week)}", "next openings:"]
    lines += [f"  {line}" for line in _openings(calendar, at_us, schedule)]
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


def _spans(schedule: Schedule, day: int) -> str:
    return ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in schedule.shifts(day))


def _length(us: int) -> str:
    hours, minutes = divmod(us // MINUTE_US, 60)
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"


def _clock_change(before: int, after: int) -> str:
    if before == after:
        return ""
    moved = abs(after - before) // MINUTE_US
    return f"clocks go {'forward' if after > before else 'back'} {moved} min"


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
