"""One event of an iCalendar file, as the file has it (RFC 5545, section 3.6.1)."""

from dataclasses import dataclass, field
from typing import NamedTuple

from supportflow._time import DAY_US
from supportflow.calendars.ical_lines import Component, Property, wrong
from supportflow.calendars.ical_values import Duration, Moment, Zones, read_duration, read_moment
from supportflow.calendars.ical_zones import Clock

__all__ = ["Event", "Span", "read_event", "span_for", "span_until"]


class Span(NamedTuple):
    """How long an event lasts: an end gives an exact length, a duration counts days by the clock."""

    days: int
    exact_us: int

    def end(self, start: Moment, own: Clock) -> int:
        """The end of an occurrence: an instant, or of dates the midnight after it."""
        if start.is_date:
            return start.wall_us + self.days * DAY_US
        clock = start.clock or own
        at_us = start.at(own) if not self.days else clock.at(start.wall_us + self.days * DAY_US)
        return at_us + self.exact_us


@dataclass(slots=True)
class Event:
    """An event.

    Attributes:
        part: What it was read from.
        zones: Finds the clock of a property.
        start: Its start.
        span: How long it lasts.
        name: Its summary.
        cancelled: Whether it does not take place.
        uid: What it is known by; empty: nothing.
        sequence: The number of its revision.
        replaces: The occurrence of another event in place of which it stands.
        onwards: Whether it stands for all that follow, too.
        replaced_by: The events that stand in place of occurrences of this one.
        left_out: Whether the occurrence that it replaces is one that is left out.
    """

    part: Component
    zones: Zones
    start: Moment
    span: Span
    name: str
    cancelled: bool
    uid: str
    sequence: int
    replaces: Moment | None
    onwards: bool
    replaced_by: "list[Event]" = field(default_factory=list)
    left_out: bool = False

    @property
    def line(self) -> int:
        """The line at which it begins."""
        return self.part.line


def read_event(part: Component, zones: Zones, own: Clock) -> Event:
    """An event.

    Args:
        part: Its component.
        zones: Finds the clock of a property.
        own: The clock of the calendar, for times that float.

    Raises:
        CalendarError: If it breaks the standard, with the line.
    """
    given = part.one("DTSTART")
    if given is None:
        raise wrong(part.line, "the event has no DTSTART")
    if part.all("EXRULE"):
        raise wrong(part.all("EXRULE")[0].line, "EXRULE is no longer part of the standard; write EXDATE")
    start = read_moment(given, zones)
    status = part.one("STATUS")
    replaces = part.one("RECURRENCE-ID")
    if replaces is not None and (part.all("RRULE") or part.all("RDATE")):
        raise wrong(part.line, "the event replaces an occurrence, and repeats itself")
    if replaces is not None and replaces.params.get("RANGE", "THISANDFUTURE").upper() != "THISANDFUTURE":
        raise wrong(replaces.line, "RECURRENCE-ID has a RANGE other than THISANDFUTURE")
    return Event(
        part=part,
        zones=zones,
        start=start,
        span=_span(part, start, zones, own),
        name=part.first("SUMMARY"),
        cancelled=status is not None and status.value.strip().upper() == "CANCELLED",
        uid=part.first("UID"),
        sequence=_sequence(part),
        replaces=None if replaces is None else read_moment(replaces, zones),
        onwards=replaces is not None and "RANGE" in replaces.params,
    )


def _sequence(part: Component) -> int:
    given = part.one("SEQUENCE")
    text = "0" if given is None else given.value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


def _span(part: Component, start: Moment, zones: Zones, own: Clock) -> Span:
    ends, lasts = part.one("DTEND"), part.one("DURATION")
    if ends is not None and lasts is not None:
        raise wrong(lasts.line, "the event has both DTEND and DURATION")
    if ends is not None:
        return span_until(ends, start, read_moment(ends, zones), own)
    if lasts is None:
        return Span(1, 0) if start.is_date else Span(0, 0)
    return span_for(lasts, start, read_duration(lasts))


def span_until(given: Property, start: Moment, end: Moment, own: Clock) -> Span:
    """From a start until an end.

    Raises:
        CalendarError: If the end does not go with the start.
    """
    if end.is_date != start.is_date:
        raise wrong(given.line, f"{given.name} is a date and the start is none, or the other way round")
    if start.is_date:
        if end.day <= start.day:
            raise wrong(
                given.line,
                f"{given.name} is reversed: an event of whole days ends on a later date than it starts",
            )
        return Span(end.day - start.day, 0)
    exact_us = end.at(own) - start.at(own)
    if exact_us < 0:
        raise wrong(given.line, f"{given.name} is reversed: it ends before it starts")
    return Span(0, exact_us)


def span_for(given: Property, start: Moment, duration: Duration) -> Span:
    """From a start on, as long as that.

    Raises:
        CalendarError: If the duration does not go with the start.
    """
    if duration.negative:
        raise wrong(given.line, f"{given.name} is reversed: the duration is negative")
    if start.is_date and (duration.exact_us or not duration.days):
        raise wrong(given.line, f"{given.name} of an event of whole days is not a number of days or weeks")
    return Span(duration.days, duration.exact_us)
