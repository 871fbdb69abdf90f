"""Values of iCalendar properties (RFC 5545, section 3.3): dates, local times and instants, durations, periods."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from supportflow._time import DAY_US, SECOND_US
from supportflow.calendars.ical_lines import Property, wrong
from supportflow.calendars.ical_zones import Clock, UtcClock
from supportflow.calendars.plan import day_number

__all__ = [
    "Duration",
    "Moment",
    "Zones",
    "as_datetime",
    "read_duration",
    "read_moment",
    "read_moments",
    "read_period",
    "wall_us_of",
]

Zones = Callable[[Property], Clock | None]
"""The clock that a property names; None if it names none, for then its times float: they are those of the calendar."""

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W|(?=\d|T\d)(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?)",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time
_UTC = UtcClock()


class Moment(NamedTuple):
    """A date, or a time on a clock.

    Attributes:
        wall_us: The local time, or the midnight that a date begins with, in microseconds since 1970-01-01T00:00.
        is_date: Whether it is a date.
        clock: Its clock; None if it floats, or is a date.
    """

    wall_us: int
    is_date: bool
    clock: Clock | None

    def at(self, own: Clock) -> int:
        """The instant; a time that floats is one of a calendar's own clock."""
        return (self.clock or own).at(self.wall_us)

    @property
    def day(self) -> int:
        """The number of its date, since 1970-01-01."""
        return self.wall_us // DAY_US


class Duration(NamedTuple):
    """How long something lasts: days by the calendar, and a time that is exact."""

    days: int
    exact_us: int

    @property
    def negative(self) -> bool:
        """Whether it goes back."""
        return self.days < 0 or self.exact_us < 0


def as_datetime(wall_us: int) -> datetime:
    """A local time as a datetime without a zone."""
    return _EPOCH + timedelta(microseconds=wall_us)


def wall_us_of(local: datetime) -> int:
    """A datetime without a zone as a local time."""
    return (local - _EPOCH) // timedelta(microseconds=1)


def read_moment(given: Property, zones: Zones, text: str | None = None) -> Moment:
    """A date or a time.

    Raises:
        CalendarError: If it is neither.
    """
    text = (given.value if text is None else text).strip()
    kind = given.params.get("VALUE", "").upper()
    as_date, as_time = _DATE.fullmatch(text), _TIME.fullmatch(text)
    try:
        if as_date is not None and kind in {"", "DATE"}:
            return Moment(day_number(date(*map(int, as_date.groups()))) * DAY_US, is_date=True, clock=None)
        wall = None
        if as_time is not None and kind in {"", "DATE-TIME", "PERIOD"}:
            year, month, day, hour, minute, second = map(int, as_time.groups()[:6])
            # A leap second is a second that clocks do not show.
            wall = datetime(year, month, day, hour, minute, 59 if second == 60 else second)  # noqa: DTZ001, PLR2004
    except ValueError:
        raise wrong(given.line, f"{given.name} is a date or a time that there is not") from None
    if wall is None or as_time is None:
        raise wrong(given.line, f"{given.name} is neither a date nor a date with a time")
    return Moment(wall_us_of(wall), is_date=False, clock=_clock(given, zones, as_time[7]))


def _clock(given: Property, zones: Zones, zulu: str) -> Clock | None:
    if zulu and "TZID" in given.params:
        raise wrong(given.line, f"{given.name} names a zone for a time in UTC")
    return _UTC if zulu else zones(given)


def read_moments(given: Property, zones: Zones) -> list[Moment]:
    """The dates and times of a list."""
    return [read_moment(given, zones, text) for text in given.value.split(",")]


def read_period(given: Property, zones: Zones, text: str) -> tuple[Moment, Moment | Duration]:
    """A start, and an end or a duration.

    Raises:
        CalendarError: If it is no period.
    """
    start, slash, end = text.partition("/")
    if not slash:
        raise wrong(given.line, f"{given.name} holds no period")
    begins = read_moment(given, zones, start)
    if begins.is_date:
        raise wrong(given.line, f"{given.name} holds a period of dates")
    return begins, read_duration(given, end) if "P" in end.upper() else read_moment(given, zones, end)


def read_duration(given: Property, text: str | None = None) -> Duration:
    """A duration.

    Raises:
        CalendarError: If it is none.
    """
    found = _DURATION.fullmatch((given.value if text is None else text).strip())
    if found is None:
        raise wrong(given.line, f"{given.name} is no duration of weeks, days, hours, minutes and seconds")
    sign = -1 if found[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return Duration(sign * (7 * weeks + days), sign * ((hours * 60 + minutes) * 60 + seconds) * SECOND_US)
