"""Counting in working days: the n-th day with hours, at the same time of day or at its end."""

from typing import Literal

from supportflow._time import DAY_US
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.schedule import Schedule
from supportflow.calendars.zones import MAX_US, MIN_US
from supportflow.exceptions import InvalidInput, NoWorkingTime

__all__ = ["move_days"]


def move_days(core: Compiled, t_us: int, days: int, at: Literal["same", "end"]) -> int:
    """See `BusinessCalendar.add_days`; in microseconds of UTC."""
    if at not in ("same", "end"):
        raise InvalidInput("at", "is neither 'same' nor 'end'")
    core.check(t_us)
    timetable = core.timetable
    local = t_us + timetable.schedule_at(t_us).zone.offset(t_us)
    day, time_of_day = divmod(local, DAY_US)
    step = -1 if days < 0 else 1
    left = abs(days)
    schedule = _in_force(core, day)
    if left == 0 and not schedule.shifts(day):
        left = 1
    while left:
        day += step
        schedule = _in_force(core, day)
        if schedule.shifts(day):
            left -= 1
            continue
        noon = day * DAY_US + DAY_US // 2
        gone = timetable.nothing_after(noon) if step > 0 else timetable.nothing_before(noon)
        if gone or not MIN_US <= noon <= MAX_US:
            raise NoWorkingTime(timetable.name)
    if at == "same":
        moved = schedule.zone.first_at(day * DAY_US + time_of_day)
    else:
        moved = schedule.zone.last_before(day * DAY_US + max(end for _, end in schedule.shifts(day)))
    core.check(t_us, moved)
    return moved


def _in_force(core: Compiled, day: int) -> Schedule:
    """The schedule that a local date falls under: a version begins with its date, in its own zone."""
    timetable = core.timetable
    noon = day * DAY_US + DAY_US // 2
    # Noon is half a day from both midnights, and the offset is that of the schedule itself, so no zone can
    # mislead it.
    for at in range(len(timetable.schedules) - 1, 0, -1):
        schedule = timetable.schedules[at]
        if schedule.zone.first_at(noon) >= timetable.since[at]:
            return schedule
    return timetable.schedules[0]
