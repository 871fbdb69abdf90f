"""Business calendars: when a team works, as a document, and the arithmetic of working time on it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

import pendulum
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from supportflow._time import to_us
from supportflow.calendars.clocktime import overlap
from supportflow.calendars.compiled import Compiled, Edge
from supportflow.calendars.document import DAYS, Dated, Holidays, HoursVersion, Overrides, Weekly
from supportflow.calendars.moments import duration_us, in_zone
from supportflow.calendars.plan import Period, periods, timetable
from supportflow.calendars.schedule import HolidayScope
from supportflow.calendars.zones import TzdataSource, tzdata_in_use, zone
from supportflow.exceptions import CalendarError

__all__ = ["BusinessCalendar", "OpenInterval"]


class OpenInterval(NamedTuple):
    """A stretch of open time: from `start` until just before `end`."""

    start: pendulum.DateTime
    end: pendulum.DateTime


class BusinessCalendar(BaseModel):
    """When a team works: hours by weekday, closed dates, and dates with hours of their own, in one time zone.

    Open means that the wall clock of `tz` shows a time inside one of the half-open intervals. So an hour that the clock skips
    never happens, and one that it repeats counts twice.

    A calendar is immutable, equal by content, and can be shared freely between threads. Wrong content raises `CalendarError`,
    whose problems name the field.

    Attributes:
        tz: IANA zone of the hours, such as `"Europe/Berlin"`.
        weekly: Hours by weekday, `{"mon": [("09:00", "12:00"), ("13:00", "18:00")]}`. A closing time before the opening
            time is on the next day; `"24:00"` is the end of the day.
        holidays: Closed dates: a list, or a mapping to their names. A night shift that began the evening before goes on.
        overrides: Dates with hours of their own, which beat weekday and holiday; an empty list closes the date.
        holiday_scope: `"shift"`: a holiday drops the shifts that start on it. `"day"`: it is closed from midnight to
            midnight, so that it also cuts the night shift that reaches into it.
        overlaps: Two intervals of one day that overlap are refused as a mistake; `"merge"` takes their union.
        tzdata: Which copy of the zone data to use: the machine's own (`"system"`), or the `tzdata` package, which is the
            same on every machine with the same lock file (`"package"`).
        versions: Later hours, each effective from a date.
        name: What to call it in errors, tables and policies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    name: str = ""
    tz: str
    weekly: Weekly = Weekly.model_construct()
    holidays: Holidays = Dated()
    overrides: Overrides = Dated()
    holiday_scope: HolidayScope = "shift"
    overlaps: Literal["refuse", "merge"] = "refuse"
    tzdata: TzdataSource = "system"
    versions: tuple[HoursVersion, ...] = ()

    if not TYPE_CHECKING:  # type checkers keep the signature that the fields give

        def __init__(self, **data: Any) -> None:
            try:
                super().__init__(**data)
            except ValidationError as error:
                raise CalendarError(_problems(error)) from None

        # pydantic then validates calendars inside other documents by field, so that errors there keep their full path.
        __init__.__pydantic_base_init__ = True

    # --- other ways to make one --------------------------------------------------------------

    @classmethod
    def weekdays(cls, opens: str, closes: str, *, tz: str, **more: Any) -> Self:
        """The same hours from Monday to Friday.

        Args:
            opens: Opening time, `"09:00"`.
            closes: Closing time, `"17:00"`.
            tz: IANA zone.
            **more: Any other field of a calendar.
        """
        return cls(tz=tz, weekly=dict.fromkeys(DAYS[:5], [(opens, closes)]), **more)

    @classmethod
    def always(cls, tz: str = "UTC", **more: Any) -> Self:
        """Open around the clock, every day."""
        return cls(tz=tz, weekly=dict.fromkeys(DAYS, [("00:00", "24:00")]), **more)

    # --- questions ---------------------------------------------------------------------------

    def add(
        self,
        start: datetime,
        duration: timedelta | None = None,
        *,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        edge: Edge | None = None,
    ) -> pendulum.DateTime:
        """The instant at which that much working time has passed since `start`.

        Args:
            start: Any aware datetime. The answer is in its zone.
            duration: Working time; negative goes back. One day means 24 hours of work; see `add_days` for working days.
            hours: Instead of `duration`: its hours,
            minutes: its minutes,
            seconds: and its seconds.
            edge: Where the answer falls on closed time: `"close"` the closing time before it, `"open"` the opening time
                after it. Default: `"close"` when adding, `"open"` when going back, and `start` itself for zero.

        Raises:
            NaiveDatetimeError: If `start` has no time zone.
            NoWorkingTime: If the calendar has no such instant before the end of year 9999 (or after the start of year 1).
            CalendarHorizonError: If the holidays are not vouched for that far, and the calendar asks to fail then.
        """
        at = self.core.add(to_us(start), duration_us(duration, hours, minutes, seconds), edge)
        return in_zone(at, start.tzinfo)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; negative if `end` is before `start`.

        It is additive: `elapsed(a, b) + elapsed(b, c) == elapsed(a, c)`, to the microsecond.
        """
        return timedelta(microseconds=self.core.elapsed(to_us(start), to_us(end)))

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant; the closing time itself is closed."""
        return self.core.is_open(to_us(at))

    def next_open(self, at: datetime) -> pendulum.DateTime:
        """The first open instant at or after `at`: `at` itself while open, else the next opening time.

        Raises:
            NoWorkingTime: If it never opens again.
        """
        return in_zone(self.core.next_open(to_us(at)), at.tzinfo)

    def next_close(self, at: datetime) -> pendulum.DateTime | None:
        """The end of the open interval that holds `at`; while closed, of the next one. None if it never closes.

        Raises:
            NoWorkingTime: If it never opens again.
        """
        us = self.core.next_close(to_us(at))
        return None if us is None else in_zone(us, at.tzinfo)

    def intervals(self, start: datetime, end: datetime) -> list[OpenInterval]:
        """The open intervals between two instants, clipped to them, in the zone of `start`."""
        zone = start.tzinfo
        return [
            OpenInterval(in_zone(opens, zone), in_zone(closes, zone))
            for opens, closes in self.core.intervals(to_us(start), to_us(end))
        ]

    # --- the integer core --------------------------------------------------------------------

    def add_us(self, t_us: int, us: int, edge: Edge | None = None) -> int:
        """`add` on microseconds since 1970-01-01T00:00Z: the fast form."""
        return self.core.add(t_us, us, edge)

    def elapsed_us(self, a_us: int, b_us: int) -> int:
        """`elapsed` on microseconds since 1970-01-01T00:00Z: the fast form."""
        return self.core.elapsed(a_us, b_us)

    @cached_property
    def core(self) -> Compiled:
        """The compiled calendar, shared by equal calendars of the process."""
        return _compiled(self)

    @property
    def tzdata_version(self) -> str:
        """Version of the zone data in use, such as `"2026b"`; `"unknown"` where the system's copy does not say."""
        return tzdata_in_use(self.tz, self.tzdata)[1]

    @property
    def tzdata_source(self) -> TzdataSource:
        """The copy of the zone data in use: a system without this zone falls back to the package."""
        return tzdata_in_use(self.tz, self.tzdata)[0]

    # --- validation --------------------------------------------------------------------------

    @field_validator("versions")
    @classmethod
    def _in_order(cls, versions: tuple[HoursVersion, ...]) -> tuple[HoursVersion, ...]:
        dates = [version.effective_from for version in versions]
        for at, (earlier, later) in enumerate(zip(dates, dates[1:], strict=False), 1):
            if later <= earlier:
                raise ValueError(f"{at}.effective_from: is reversed: {later} is not after {earlier}")
        return versions

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _known_zones(self)
        resolved = periods(self)
        if self.overlaps == "refuse":
            for period in resolved:
                _no_overlaps(period)
        if not any(any(p.weekly.days) or any(o.hours for o in p.overrides.values()) for p in resolved):
            raise ValueError("weekly: is never open: no weekday and no override has hours")
        return self

    # --- copies: what was compiled belongs to the content, so a changed copy must not keep it -------------------

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        state["__dict__"] = {name: state["__dict__"][name] for name in type(self).model_fields}
        return state

    def __copy__(self) -> Self:
        copied = super().__copy__()
        copied.__dict__.pop("core", None)
        return copied

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()


# Calendars are few and small; a process that makes them without end must not keep them all.
@lru_cache(maxsize=512)
def _compiled(calendar: BusinessCalendar) -> Compiled:
    return Compiled(timetable(calendar))


def _known_zones(calendar: BusinessCalendar) -> None:
    zones = [("tz", calendar.tz)]
    zones += [(f"versions.{at}.tz", version.tz) for at, version in enumerate(calendar.versions) if version.tz]
    for path, key in zones:
        try:
            zone(key, calendar.tzdata)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"{path}: is not a zone of tzdata ({calendar.tzdata} copy)") from None


def _no_overlaps(period: Period) -> None:
    days: list[tuple[str, Sequence[tuple[str, str]]]] = [
        (f"weekly.{name}", hours) for name, hours in zip(DAYS, period.weekly.days, strict=True)
    ]
    days += [(f"overrides.{day}", override.hours) for day, override in period.overrides.items()]
    for path, hours in days:
        at = overlap(hours)
        if at is not None:
            raise ValueError(
                f"{period.path}{path}.{at}: overlaps another interval of its day ({' to '.join(hours[at])});"
                " join them, or set overlaps = 'merge'"
            )


def _problems(error: ValidationError) -> list[str]:
    """One sentence for each error, starting with its path."""
    found = []
    for line in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(part) for part in line["loc"])
        reason = line["msg"].removeprefix("Value error, ")
        found.append(f"{path}: {reason}" if path else reason)
    return found
