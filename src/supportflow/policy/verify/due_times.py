"""When targets are due for tickets opened at any time of a year: the instants among which the worst ones are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from supportflow._time import from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.zones import zone
from supportflow.exceptions import NoWorkingTime
from supportflow.policy.compiled import CompiledPolicy

__all__ = ["DueTimes", "Span"]

_YEARS_AHEAD = 50
"""How far ahead a calendar is followed that comes to an end."""
_DAYS = 366
_SIDES: tuple[Literal["close", "open"], ...] = ("close", "open")


class Span(NamedTuple):
    """What decides when a target is due.

    Attributes:
        calendar: The name of its calendar.
        duration_us: Counted time; 0 if it is given in working days.
        days: Working days, if it is given in these.
        end_of_day: The last of these days counts until its close.
        edge: Where a due time on closed time falls.
    """

    calendar: str
    duration_us: int
    days: int | None
    end_of_day: bool
    edge: Literal["close", "open"]


class DueTimes:
    """Due times for tickets that are opened in one year.

    Args:
        policy: Holds the calendars.
        since: The first day of that year, UTC.
    """

    def __init__(self, policy: CompiledPolicy, since: date) -> None:
        self._policy = policy
        self._since = since
        self.start_us = _midnight(since, UTC)
        self.end_us = _midnight(since + timedelta(days=_DAYS), UTC)
        self._calendars: dict[str, BusinessCalendar] = {}
        self._later: dict[tuple[Span, Span], tuple[int | None, bool]] = {}
        self._fails: dict[Span, int | None] = {}
        self._longest: dict[Span, int] = {}

    def due_us(self, span: Span, opened_us: int) -> int:
        """When a target is due for a ticket opened then.

        Raises:
            NoWorkingTime: If its calendar does not have that much working time any more.
        """
        calendar = self._calendar(span.calendar)
        if span.days is None:
            return calendar.add_us(opened_us, span.duration_us, edge=span.edge)
        at: Literal["end", "same"] = "end" if span.end_of_day else "same"
        return to_us(calendar.add_days(from_us(opened_us), span.days, at=at))

    def fails_from(self, span: Span) -> int | None:
        """The first 1 January, or the start of the year, for a ticket opened at which the target is never due.

        None: it is always due some time.
        """
        if span not in self._fails:
            self._fails[span] = self._first_failure(span)
        return self._fails[span]

    def _first_failure(self, span: Span) -> int | None:
        starts = [self.start_us]
        if _ends(self._calendar(span.calendar)):
            first = self._since.year + 1
            starts += [_midnight(date(first + n, 1, 1), UTC) for n in range(_YEARS_AHEAD)]
        for opened_us in starts:
            try:
                self.due_us(span, opened_us)
            except NoWorkingTime:
                return opened_us
        return None

    def longest_us(self, span: Span) -> int:
        """The most counted time that a target of the year has."""
        if span.days is None:
            return span.duration_us
        if span not in self._longest:
            calendar = self._calendar(span.calendar)
            self._longest[span] = max(
                calendar.elapsed_us(opened_us, self.due_us(span, opened_us))
                for opened_us in self._instants(span)
            )
        return self._longest[span]

    def later(self, first: Span, second: Span) -> tuple[int | None, bool]:
        """An opening time of the year for which the first is due later than the second, if any; and if it always is.

        Where they are counted alike, that is the first one; where not, the one for which it is later by most.
        """
        alike = first._replace(duration_us=0) == second._replace(duration_us=0)
        if alike and first.days is None:
            longer = first.duration_us > second.duration_us
            return (self.start_us if longer else None), longer
        pair = (first, second)
        if pair not in self._later:
            self._later[pair] = self._worst(first, second)
        return self._later[pair]

    def _worst(self, first: Span, second: Span) -> tuple[int | None, bool]:
        worst, by, always = None, 0, True
        for opened_us in self._instants(first, second):
            excess = self.due_us(first, opened_us) - self.due_us(second, opened_us)
            always = always and excess > 0
            if excess > by:
                worst, by = opened_us, excess
        return worst, always

    def _instants(self, *spans: Span) -> list[int]:
        """Opening times among which is the worst of the year.

        Between two neighbours, each due time stands still or keeps its pace. It changes that, or jumps, where its calendar
        opens or closes, where the due time itself meets such an edge, and at midnight if it is given in days.
        """
        marks = {self.start_us}
        for span in spans:
            marks.update(self._marks(span))
        near = {mark + step for mark in marks for step in (-1, 0, 1)}
        return sorted(mark for mark in near if self.start_us <= mark < self.end_us)

    def _marks(self, span: Span) -> Iterator[int]:
        calendar = self._calendar(span.calendar)
        edges = {edge for hours in calendar.core.intervals(self.start_us, self.end_us) for edge in hours}
        yield from edges
        if span.days is not None:
            zones = {calendar.tz, *(version.tz for version in calendar.versions if version.tz)}
            for tz in zones:
                for day in range(_DAYS + 1):
                    yield _midnight(self._since + timedelta(days=day), zone(tz, calendar.tzdata).tzinfo)
            return
        for edge in edges:
            for side in _SIDES:
                try:
                    yield calendar.add_us(edge, -span.duration_us, edge=side)
                except NoWorkingTime:  # before the calendar's first hours: no ticket of the year starts there
                    continue

    def _calendar(self, name: str) -> BusinessCalendar:
        """A calendar that does not mind how far its holidays are vouched for."""
        if name not in self._calendars:
            known = self._policy.calendar(name)
            self._calendars[name] = known.model_copy(update={"beyond": "ignore"})
        return self._calendars[name]


def _ends(calendar: BusinessCalendar) -> bool:
    """Whether its last week has no hours: then its working time comes to an end."""
    weeks = [version.weekly for version in calendar.versions if version.weekly is not None]
    return not any((weeks[-1] if weeks else calendar.weekly).days)


def _midnight(day: date, tz: tzinfo) -> int:
    return to_us(datetime.combine(day, datetime.min.time(), tz))
