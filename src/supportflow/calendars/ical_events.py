"""The events of an iCalendar file between two dates (RFC 5545), as stretches of closed time.

Of what the standard leaves open: a date as `UNTIL` or `EXDATE` of a timed event means that whole day; a cancelled event
closes nothing; an event that is marked as free time closes its hours like any other. What the standard does not allow is
an error that names the line.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from supportflow._time import DAY_US
from supportflow.calendars.ical_event import Event, read_event, span_for, span_until
from supportflow.calendars.ical_lines import Property, read_components, wrong
from supportflow.calendars.ical_timezones import described_clocks
from supportflow.calendars.ical_values import (
    Moment,
    as_datetime,
    read_moment,
    read_moments,
    read_period,
    wall_us_of,
)
from supportflow.calendars.ical_zones import Clock, FileClock, named_clock
from supportflow.calendars.recurrence import Budget, occurrences
from supportflow.calendars.recurrence_rule import parse_rule
from supportflow.calendars.tzdata import TzdataSource
from supportflow.exceptions import CalendarError

__all__ = ["Days", "Stretch", "read_events"]

STEPS = 500_000
"""How many days, hours and occurrences may be looked at for one file."""


_Identity = tuple[str, int]
"""What an occurrence is known by: `("at", instant)`, or `("day", date)`."""
_OF_TIME = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


class Days(NamedTuple):
    """Whole dates, counted from 1970-01-01, up to before `end`."""

    start: int
    end: int
    name: str


class Stretch(NamedTuple):
    """From an instant until before another one, in microseconds of UTC."""

    start: int
    end: int
    name: str


class Reading(NamedTuple):
    """What reading needs.

    Attributes:
        own: The clock of the calendar, for times that float.
        low_us: The local time from which on
        high_us: and before which something is asked about.
        budget: What following rules may cost.
    """

    own: Clock
    low_us: int
    high_us: int
    budget: Budget


def read_events(
    source: str | bytes, own: Clock, tzdata: TzdataSource, low_us: int, high_us: int
) -> Iterator[Days | Stretch]:
    """What a file closes between two local midnights of a calendar.

    Args:
        source: The file's content.
        own: The clock of the calendar.
        tzdata: The copy of the zone data for the zones that the file names.
        low_us: The first local midnight, in microseconds since 1970-01-01T00:00.
        high_us: The last one.

    Raises:
        MissingExtra: If the `icalendar` package is not installed.
        CalendarError: If it is not an iCalendar file, or breaks the standard, with the line.
    """
    reading = Reading(own, low_us, high_us, Budget(STEPS))
    events: list[Event] = []
    for calendar in read_components(source):
        try:
            described = described_clocks(calendar, high_us, reading.budget)
        except OverflowError:
            raise wrong(calendar.line, "describes a zone outside of the years 1 to 9999") from None

        def zones(given: Property, described: Mapping[str, FileClock] = described) -> Clock | None:
            return named_clock(given, described, tzdata) if given.params.get("TZID") else None

        events += (read_event(part, zones, own) for part in calendar.parts if part.name == "VEVENT")
    for event in _together(events, own, reading.budget):
        try:
            yield from _closed(event, reading)
        except OverflowError:
            raise wrong(event.line, "the event lies outside of the years 1 to 9999") from None


# --- events that belong together -------------------------------------------------------------------


def _together(events: Sequence[Event], own: Clock, budget: Budget) -> Iterator[Event]:
    """Each event with those that replace occurrences of it; of two revisions of one, the later."""
    latest: dict[tuple[str, int | None, bool], int] = {}
    for event in events:
        key = _key(event, own)
        latest[key] = max(event.sequence, latest.get(key, 0))
    kept = [event for event in events if not event.uid or event.sequence == latest[_key(event, own)]]
    masters: dict[str, list[tuple[Event, set[_Identity]]]] = {}
    for event in kept:
        if event.uid and event.replaces is None:
            masters.setdefault(event.uid, []).append((event, _left_out(event, own)))
    for event in kept:
        if event.replaces is None:
            continue
        for master, left_out in masters.get(event.uid, ()):
            _spend(budget, event)
            master.replaced_by.append(event)
            event.left_out |= not left_out.isdisjoint(_identities(event.replaces, master, own))
    yield from kept


def _spend(budget: Budget, event: Event) -> None:
    try:
        budget.spend()
    except ValueError as error:
        raise wrong(event.line, f"the event {error}") from None


def _key(event: Event, own: Clock) -> tuple[str, int | None, bool]:
    replaces = event.replaces
    return event.uid, None if replaces is None else replaces.at(own), event.onwards


# --- occurrences -----------------------------------------------------------------------------------


class _Occurrence(NamedTuple):
    """One occurrence; the end only where it has one of its own."""

    start: Moment
    end: int | None = None


def _closed(event: Event, reading: Reading) -> Iterator[Days | Stretch]:
    own = reading.own
    if event.replaces is not None:
        # It stands for itself, whether or not there is what it replaces; but not for what is left out.
        if not event.left_out:
            yield from _told(event, event.start, event.span.end(event.start, own), reading)
        return
    single = {_identity(one.replaces, own, event.start) for one in event.replaced_by if not one.onwards}
    onwards = sorted((one for one in event.replaced_by if one.onwards), key=lambda one: _place(one, own))
    places = [_place(one, own) for one in onwards]
    for occurrence in _occurrences(event, onwards, reading):
        start = occurrence.start
        if not single.isdisjoint(_identities(start, event, own)):
            continue
        later = bisect_right(places, start.at(own)) - 1
        if later < 0:
            end = event.span.end(start, own) if occurrence.end is None else occurrence.end
            yield from _told(event, start, end, reading)
            continue
        change = onwards[later]
        if places[later] == start.at(own):
            continue  # that occurrence is the replacing event itself
        moved = start._replace(wall_us=start.wall_us + _shift(event, change, own))
        yield from _told(change, moved, change.span.end(moved, own), reading)


def _identity(moment: Moment | None, own: Clock, start: Moment) -> _Identity:
    """What an occurrence is known by: its instant; its date, if it is one of dates or only its date is given."""
    assert moment is not None
    if start.is_date:
        return "day", moment.day
    return ("day", moment.day) if moment.is_date else ("at", moment.at(own))


def _place(change: Event, own: Clock) -> int:
    assert change.replaces is not None
    return change.replaces.at(own)


def _shift(event: Event, change: Event, own: Clock) -> int:
    """By how much an event that replaces all that follow moves them, on the clock of the event."""
    assert change.replaces is not None
    if change.start.is_date != event.start.is_date:
        raise wrong(
            change.line,
            "the event changes whole days into times, or times into whole days, for all that follow",
        )
    if event.start.is_date:
        return change.start.wall_us - change.replaces.wall_us
    clock = event.start.clock or own
    return clock.wall(change.start.at(own)) - clock.wall(change.replaces.at(own))


def _told(event: Event, start: Moment, end: int, reading: Reading) -> Iterator[Days | Stretch]:
    """What an occurrence closes, clipped to the dates that are asked about."""
    if event.cancelled:
        return
    if start.is_date:
        first, last = max(start.wall_us, reading.low_us), min(end, reading.high_us)
        if first < last:
            yield Days(first // DAY_US, last // DAY_US, event.name)
        return
    at_us = start.at(reading.own)
    low_us, high_us = reading.own.at(reading.low_us), reading.own.at(reading.high_us)
    first, last = max(at_us, low_us), min(end, high_us)
    if first < last:
        yield Stretch(first, last, event.name)


def _occurrences(event: Event, onwards: Sequence[Event], reading: Reading) -> Iterator[_Occurrence]:
    """The occurrences of an event that may reach into the dates asked about, each once, in any order."""
    own, start = reading.own, event.start
    spans = [one.span for one in (event, *onwards)]
    reach_us = max(span.days * DAY_US + span.exact_us for span in spans)
    reach_us += max((abs(_shift(event, one, own)) for one in onwards), default=0) + 3 * DAY_US
    found: dict[_Identity, _Occurrence] = {}

    def take(occurrence: _Occurrence) -> None:
        found.setdefault(_identity(occurrence.start, own, start), occurrence)

    take(_Occurrence(start))
    for given in event.part.all("RDATE"):
        for occurrence in _added(given, event, own):
            take(occurrence)
    for given in event.part.all("RRULE"):
        try:
            for wall_us in _ruled(given, event, reading, reach_us):
                take(_Occurrence(start._replace(wall_us=wall_us)))
        except CalendarError:
            raise
        except ValueError as error:
            raise wrong(given.line, f"RRULE {error}") from None
    out = _left_out(event, own)
    return (one for one in found.values() if out.isdisjoint(_identities(one.start, event, own)))


def _added(given: Property, event: Event, own: Clock) -> Iterator[_Occurrence]:
    for text in given.value.split(","):
        if given.params.get("VALUE", "").upper() == "PERIOD":
            begins, ends = read_period(given, event.zones, text)
            if event.start.is_date:
                raise wrong(given.line, "RDATE holds a period for an event of whole days")
            span = (
                span_until(given, begins, ends, own)
                if isinstance(ends, Moment)
                else span_for(given, begins, ends)
            )
            yield _Occurrence(begins, span.end(begins, own))
            continue
        moment = read_moment(given, event.zones, text)
        if moment.is_date != event.start.is_date:
            raise wrong(given.line, "RDATE is a date and the start is none, or the other way round")
        # A time without a zone is one of the event's own clock.
        yield _Occurrence(
            moment if moment.clock or moment.is_date else moment._replace(clock=event.start.clock)
        )


def _ruled(given: Property, event: Event, reading: Reading, reach_us: int) -> Iterator[int]:
    """The local times of a rule, on the clock of the event's start."""
    rule, start, own = parse_rule(given.value), event.start, reading.own
    if start.is_date and rule.frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise ValueError(f"has FREQ={rule.frequency} for an event of whole days")
    if start.is_date:  # then these are to be passed over, says the standard
        kept = {name: numbers for name, numbers in rule.by.items() if name not in _OF_TIME}
        rule = replace(rule, by=kept)
    last_us = reading.high_us + reach_us
    until_us: int | None = None
    if rule.until is not None:
        until = read_moment(given._replace(params={}), event.zones, rule.until)
        if start.is_date:
            walls_us = own.wall(until.at(own)) if until.clock is not None else until.wall_us
            last_us = min(last_us, walls_us)
        elif until.is_date:
            last_us = min(last_us, until.wall_us + DAY_US - 1)
        else:
            until_us = until.at(start.clock or own)
            last_us = min(last_us, (start.clock or own).wall(until_us) + DAY_US)
    since = as_datetime(max(reading.low_us - reach_us, start.wall_us))
    for found in occurrences(
        rule, as_datetime(start.wall_us), as_datetime(last_us), reading.budget, since=since
    ):
        wall_us = wall_us_of(found)
        if (
            until_us is not None
            and start._replace(wall_us=wall_us).at(own) > until_us
            and wall_us != start.wall_us
        ):
            return
        yield wall_us


def _left_out(event: Event, own: Clock) -> set[_Identity]:
    """What the occurrences that are left out are known by."""
    found: set[_Identity] = set()
    for given in event.part.all("EXDATE"):
        for moment in read_moments(given, event.zones):
            if moment.is_date:
                found.add(("day", moment.day))
            elif event.start.is_date:
                wall_us = own.wall(moment.at(own)) if moment.clock is not None else moment.wall_us
                found.add(("day", wall_us // DAY_US))
            else:
                found.add(("at", moment.at(event.start.clock or own)))
    return found


def _identities(moment: Moment, event: Event, own: Clock) -> tuple[_Identity, _Identity]:
    """What an occurrence can be named by: its instant, and its date."""
    return _identity(moment, own, event.start), ("day", moment.day)
