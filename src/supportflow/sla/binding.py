"""Binding a target to a ticket: which calendar counts it, and how long it is."""

from typing import Protocol

from supportflow._time import Instant, from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.model.records import Clock
from supportflow.model.ticket import Ticket
from supportflow.sla.compiled import CompiledTarget, Days

__all__ = ["SlaEnvironment", "calendar_of", "duration_of", "zone_of"]


class SlaEnvironment(Protocol):
    """What the engine needs of the compiled policy that the ticket lives under."""

    fingerprint: str

    def calendar(self, name: str, /) -> BusinessCalendar:
        """A calendar by name; `"name@zone"` is that calendar's hours on another zone's clock."""
        ...

    def group_calendar(self, group: str | None, /) -> str | None:
        """Name of a group's own calendar, if it has one."""
        ...


def calendar_of(target: CompiledTarget, ticket: Ticket, env: SlaEnvironment) -> str:
    """Name of the calendar that counts a target for a ticket."""
    name = target.calendar
    if target.calendar_of == "group":
        name = env.group_calendar(ticket.group) or name
    return f"{name}@{ticket.tz}" if target.zone == "requester" and ticket.tz is not None else name


def zone_of(clock: Clock, at: Instant, env: SlaEnvironment) -> str:
    """The zone of the hours that count a clock, at an instant; UTC if its calendar is not at hand."""
    try:
        return env.calendar(clock.segments[-1].calendar).zone_at(at)
    except KeyError:
        return "UTC"


def duration_of(target: CompiledTarget, calendar: BusinessCalendar, start_us: int) -> int:
    """The duration in counted time.

    Working days become the working time up to that day: a pause then moves the due time like any other target's.
    """
    if not isinstance(target.duration, Days):
        return target.duration
    days = target.duration
    due = calendar.add_days(from_us(start_us), days.days, at="end" if days.end_of_day else "same")
    return calendar.elapsed_us(start_us, to_us(due))
