"""Business calendars: when a team works, as a document, and the arithmetic of working time on it."""

from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import pendulum

from supportflow._time import to_us
from supportflow.calendars.batch import add_many, elapsed_many
from supportflow.calendars.compiled import Compiled, Edge
from supportflow.calendars.days import move_days
from supportflow.calendars.explaining import Explained, explain
from supportflow.calendars.hours import Declaration
from supportflow.calendars.moments import duration_us, in_zone
from supportflow.calendars.plan import timetable
from supportflow.calendars.publishing import expand
from supportflow.calendars.tzdata import Copy
from supportflow.calendars.zones import tzdata_in_use, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from supportflow.calendars.document import Closure, HoursVersion, Override, Weekly
    from supportflow.calendars.schedule import HolidayScope
    from supportflow.calendars.tzdata import TzdataSource

    OfDate = Override | Mapping[str, object] | Sequence[tuple[str, str]]
    """The hours of one date, as they can be written."""

__all__ = ["BusinessCalendar", "OpenInterval"]

_MICROSECOND = timedelta(microseconds=1)


class OpenInterval(NamedTuple):
    """A stretch of open time: from `start` until just before `end`."""

    start: pendulum.DateTime
    end: pendulum.DateTime


class BusinessCalendar(Declaration):
    """When a team works: hours by weekday, closed dates, and dates with hours of their own, in one time zone.

    Open means that the wall clock of `tz` shows a time inside one of the half-open intervals. So an hour that
    the clock skips never happens, and one that it repeats counts twice.

    A calendar is immutable, equal by content, and can be shared freely between threads. Wrong content raises
    `CalendarError`, whose problems name the field.

    Attributes:
        tz: IANA zone of the hours, such as `"Europe/Berlin"`.
        weekly: Hours by weekday, `{"mon": [("09:00", "12:00"), ("13:00", "18:00")]}`. A closing time before
            the opening time is on the next day; `"24:00"` is the end of the day.
        holidays: Closed dates: a list, or a mapping to their names. A night shift that began the evening
            before goes on.
        overrides: Dates with hours of their own, which beat weekday and holiday; an empty list closes the
            date.
        holiday_scope: `"shift"`: a holiday drops the shifts that start on it. `"day"`: it is closed from
            midnight to midnight, so that it also cuts the night shift that reaches into it.
        overlaps: Two intervals of one day that overlap are refused as a mistake; `"merge"` takes their union.
        tzdata: Which copy of the zone data to use: the `"newest"` of the two, the machine's own (`"system"`), or
            the `tzdata` package (`"package"`), which is the same on every machine with the same lock file.
        versions: Later hours, each effective from a date.
        closures: Stretches of real time, from instant to instant, that are closed whatever the hours say.
        name: What to call it in errors, tables and policies.
        country: Public holidays to add, by ISO 3166-1 code (extra `holidays`).
        subdivision: The part of the country, `"BY"`.
        language: Language of the holidays' names; empty: English where there is one. Never the machine's.
        makeup_hours: Hours of a weekend day that the country moves work to; empty: those of the first open
            weekday.
        vouched_from: The first date that the holidays are right for. With a country, and empty: what its
            source says.
        vouched_until: The last date that the holidays are right for.
        beyond: Asked past those dates, a calendar may `"warn"` (a `HorizonWarning`), `"fail"` (a
            `CalendarHorizonError`) or `"ignore"` it.
        expanded_from: Where the dates of an expanded calendar came from, for the record.
    """

    if TYPE_CHECKING:  # what is read is narrower than what is taken: one form of each

        def __init__(
            self,
            *,
            tz: str,
            weekly: Weekly | Mapping[str, Sequence[tuple[str, str]]] = ...,
            holidays: Mapping[date, str] | Mapping[str, str] | Iterable[date | str] = ...,
            overrides: Mapping[date, OfDate] | Mapping[str, OfDate] = ...,
            holiday_scope: HolidayScope = ...,
            overlaps: Literal["refuse", "merge"] = ...,
            tzdata: TzdataSource = ...,
            versions: Iterable[HoursVersion | Mapping[str, object]] = ...,
            closures: Iterable[Closure] = ...,
            name: str = ...,
            country: str = ...,
            subdivision: str = ...,
            language: str = ...,
            makeup_hours: Iterable[tuple[str, str]] = ...,
            vouched_from: date | None = ...,
            vouched_until: date | None = ...,
            beyond: Literal["warn", "fail", "ignore"] = ...,
            expanded_from: str = ...,
        ) -> None: ...

    def expanded(self, years: range | None = None) -> Self:
        """The same calendar with the country's holidays written out as dates: what to publish.

        Two machines with different versions of the `holidays` package then give the same answers.

        Args:
            years: The years to write out, `range(2025, 2029)`; the vouched dates shrink to them. Default:
                every year the source knows since 1970, so that no answer changes.
        """
        return expand(self, years)

    def with_ical(self, source: str | bytes, *, since: date, until: date) -> Self:
        """The calendar with an iCalendar file's closures added, as RFC 5545 reads them.

        Whole days become holidays, hours become overrides; what is closed while the clock shows an hour for the first or
        for the second time becomes a closure from instant to instant. Cancelled events close nothing; events marked as
        free time do, since feeds of public holidays mark theirs so.

        Args:
            source: The file's content.
            since: The first date to take closures from; a repeating closure needs a beginning
            until: and an end.

        Raises:
            MissingExtra: If the `icalendar` package is not installed (extra `ical`).
            CalendarError: If it is not an iCalendar file, or holds what the standard does not allow, with the line: an
                unknown zone among it, whose times would be anybody's.
        """
        from supportflow.calendars.closures import close_by_ical  # noqa: PLC0415 - reads iCalendar, which few need

        return close_by_ical(self, source, since, until)

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
            duration: Working time; negative goes back. One day means 24 hours of work; see `add_days` for
                working days.
            hours: Instead of `duration`: its hours,
            minutes: its minutes,
            seconds: and its seconds.
            edge: Where the answer falls on closed time: `"close"` the closing time before it, `"open"` the
                opening time after it. Default: `"close"` when adding, `"open"` when going back, and `start`
                itself for zero.

        Raises:
            NaiveDatetimeError: If `start` has no time zone.
            NoWorkingTime: If the calendar has no such instant before the end of year 9999 (or after the start
                of year 1).
            CalendarHorizonError: If the holidays are not vouched for that far, and the calendar asks to fail
                then.
        """
        at = self.core.add(to_us(start), duration_us(duration, hours, minutes, seconds), edge)
        return in_zone(at, start.tzinfo)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; negative if `end` is before `start`.

        It is additive: `elapsed(a, b) + elapsed(b, c) == elapsed(a, c)`, to the microsecond.
        """
        return (
            self.core.elapsed(to_us(start), to_us(end)) * _MICROSECOND
        )  # half of what the constructor takes

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
        """The end of the open interval that holds `at`; while closed, of the next one. None: it never ends.

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

    def zone_at(self, at: datetime) -> str:
        """The IANA name of the zone whose clock the hours are on at an instant: a version can bring another one."""
        return self.core.timetable.schedule_at(to_us(at)).zone.key

    def add_days(
        self, start: datetime, days: int, *, at: Literal["same", "end"] = "same"
    ) -> pendulum.DateTime:
        """The working day that many working days after `start`'s date in the calendar's zone.

        A working day is a date with hours of its own, be it one. From a closed day, one working day leads to
        the first working day; zero stays on a working day and leads to the first one from a closed day.

        Args:
            start: Any aware datetime. The answer is in its zone.
            days: How many; negative goes back.
            at: `"same"` time of day on the calendar's clock (where the clock skips it, the moment it jumps),
                or the `"end"` of that day's last shift.

        Raises:
            NoWorkingTime: If there are not that many working days.
        """
        return in_zone(move_days(self.core, to_us(start), days, at), start.tzinfo)

    def explain(self, start: datetime, end: datetime) -> list[Explained]:
        """Every stretch between two instants, and why it is open or closed, in the zone of `start`.

        The stretches follow one another without a gap, and the open ones sum to `elapsed(start, end)`
        exactly.

        Raises:
            InvalidInput: If `end` is before `start`.
        """
        return explain(self.dated, self.core, start, end)

    # --- many at once (extra `numpy`) --------------------------------------------------------

    def add_many(self, starts: object, durations: object, *, edge: Edge | None = None) -> "NDArray[Any]":
        """`add` for whole arrays.

        Args:
            starts: Microseconds since 1970-01-01T00:00Z as integers, `datetime64` in UTC, or aware datetimes.
            durations: Microseconds as integers, `timedelta64`, or timedeltas; one for all, or one each.
            edge: As for `add`.

        Returns:
            An array: `int64` microseconds for integers, `datetime64[us]` in UTC otherwise.

        Raises:
            MissingExtra: If NumPy is not installed (extra `numpy`).
        """
        return add_many(self.core, starts, durations, edge)

    def elapsed_many(self, starts: object, ends: object) -> "NDArray[Any]":
        """`elapsed` for whole arrays; takes what `add_many` takes.

        Returns:
            An array: `int64` microseconds for integers, `timedelta64[us]` otherwise.
        """
        return elapsed_many(self.core, starts, ends)

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
    def dated(self) -> Self:
        """The calendar with its country's holidays as dates: itself, if it names no country."""
        # A calendar that remembered itself could not be compared with another that does: both would ask for ever.
        return self._expanded if self.country else self

    @cached_property
    def _expanded(self) -> Self:
        return self.expanded()

    @property
    def tzinfo(self) -> pendulum.Timezone:
        """The zone of the hours, by the copy of the zone data in use: for datetimes that the host makes itself."""
        return zone(self.tz, self.tzdata).tzinfo

    @property
    def tzdata_version(self) -> str:
        """Version of the zone data in use, such as `"2026b"`; `"unknown"` where the copy does not say."""
        return tzdata_in_use(self.tz, self.tzdata)[1]

    @property
    def tzdata_source(self) -> Copy:
        """The copy of the zone data in use, `"system"` or `"package"`: the other one, where only that has the zone."""
        return tzdata_in_use(self.tz, self.tzdata)[0]


# Calendars are few and small; a process that makes them without end must not keep them all.
@lru_cache(maxsize=512)
def _compiled(calendar: BusinessCalendar) -> Compiled:
    return Compiled(timetable(calendar.dated))
