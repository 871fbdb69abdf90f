"""What a report counts, as rows: one of each ticket, and of each of its clocks, stays, pauses and stints."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from supportflow._time import from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.conditions.ticket import ticket_record
from supportflow.model.people import NOBODY
from supportflow.replay.recording import Case
from supportflow.replay.verdicts import Ended, verdicts_of
from supportflow.reports.causes import adjusted_of, cause_of
from supportflow.reports.course import Cause, Course, course_of
from supportflow.reports.pauses import PauseRow, pauses_of

__all__ = ["ClockRow", "Facts", "StayRow", "StintRow", "TicketRow", "facts_of", "told"]


class TicketRow(NamedTuple):
    """A ticket at the log's end. Instants and lengths are microseconds; days and hours are those of the report's zone.

    Attributes:
        case: The log's own id.
        requester: Who asked; None if it is not known.
        opened_us: When it was opened.
        day: The day on which it was opened, ISO.
        weekday: Monday is 0.
        hour: 0 to 23.
        priority_class: The class.
        level: The level.
        topic: The topic.
        group: The group.
        agent: The assignee.
        open: True if it is open.
        reopens: How often it was reopened.
        response_us: From the opening to the first public answer of an agent.
        resolution_us: From the opening to the last resolution.
        first_contact: See `Course.first_contact`.
        bot: See `Course.bot`.
        handovers: See `Course.handovers`.
        joined: See `Course.joined`.
        strata: The values of the fields that attainment is standardised by, as texts.
    """

    case: str
    requester: str | None
    opened_us: int
    day: str
    weekday: int
    hour: int
    priority_class: str
    level: int
    topic: str | None
    group: str | None
    agent: str | None
    open: bool
    reopens: int
    response_us: int | None
    resolution_us: int | None
    first_contact: bool | None
    bot: str | None
    handovers: int
    joined: int
    strata: tuple[str, ...] = ()


class ClockRow(NamedTuple):
    """How the clock of a target ended: its latest cycle.

    Attributes:
        case: The ticket.
        target: The target.
        ended: How.
        adjusted: Met after corrections; None if it is excluded, or not decided.
        excluded: True if it is left out of the adjusted rate.
        cause: Of a missed clock, what held the ticket up.
        spent: Of a missed clock, cause → counted time until the breach.
    """

    case: str
    target: str
    ended: Ended
    adjusted: bool | None
    excluded: bool
    cause: Cause | None
    spent: dict[Cause, int]


class StayRow(NamedTuple):
    """A stretch in one open status.

    Attributes:
        case: The ticket.
        status: The status.
        priority_class: The ticket's class at the end.
        spent_us: How long.
        from_day: The first day that began then or later, ISO.
        to_day: The first day that began at its end or later.
    """

    case: str
    status: str
    priority_class: str
    spent_us: int
    from_day: str
    to_day: str


class StintRow(NamedTuple):
    """A stretch in which a group held an open ticket; see `Stint`."""

    case: str
    group: str
    held_us: int
    wait_us: int | None


class Facts(NamedTuple):
    """What a report counts of one ticket."""

    ticket: TicketRow
    clocks: tuple[ClockRow, ...]
    stays: tuple[StayRow, ...]
    pauses: tuple[PauseRow, ...]
    stints: tuple[StintRow, ...]


def facts_of(
    case: Case, zone: tzinfo, strata: Sequence[str] = (), hours: BusinessCalendar | None = None
) -> Facts:
    """What a report counts of a case.

    Args:
        case: The case.
        zone: Of days and hours.
        strata: Fields that attainment is standardised by.
        hours: When the desk is staffed; always, if not given.
    """
    ticket, course = case.ticket, course_of(case)
    opened_us = to_us(ticket.opened_at)
    opened = _local(opened_us, zone)
    record = ticket_record(ticket, case.end_us) if strata else {}
    answered_at = ticket.first_replied_at
    row = TicketRow(
        case=case.name,
        requester=None if ticket.requester == NOBODY else ticket.requester,
        opened_us=opened_us,
        day=opened.date().isoformat(),
        weekday=opened.weekday(),
        hour=opened.hour,
        priority_class=ticket.priority_class,
        level=ticket.level,
        topic=ticket.category,
        group=ticket.group,
        agent=ticket.assignee,
        open=ticket.is_open,
        reopens=ticket.reopens,
        response_us=None if answered_at is None else to_us(answered_at) - opened_us,
        resolution_us=course.resolution_us,
        first_contact=course.first_contact,
        bot=course.bot,
        handovers=course.handovers,
        joined=course.joined,
        strata=tuple(told(record.get(name)) for name in strata),
    )
    return Facts(
        ticket=row,
        clocks=tuple(_clocks(case, course, hours)),
        stays=tuple(_stays(case, course, zone)),
        pauses=tuple(pauses_of(case)),
        stints=tuple(StintRow(case.name, *one) for one in course.stints),
    )


def told(value: object) -> str:
    """The value of a field as the name of a stratum."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _clocks(case: Case, course: Course, hours: BusinessCalendar | None) -> Iterator[ClockRow]:
    adjusted = adjusted_of(case.events)
    for target, verdict in verdicts_of(case.ticket, case.policy).targets.items():
        clock = case.ticket.clock(target)
        met, excluded = adjusted.get(clock.key, (None, False))
        if met is None and verdict.ended in {"met", "missed"}:
            met = verdict.ended == "met"
        cause: Cause | None = None
        spent: dict[Cause, int] = {}
        if verdict.ended == "missed":
            cause, spent = cause_of(case, clock, course.phases, hours)
        yield ClockRow(case.name, target, verdict.ended, None if excluded else met, excluded, cause, spent)


def _stays(case: Case, course: Course, zone: tzinfo) -> Iterator[StayRow]:
    for status, start_us, end_us in course.stays:
        yield StayRow(
            case.name,
            status,
            case.ticket.priority_class,
            end_us - start_us,
            _next_day(start_us, zone),
            _next_day(end_us, zone),
        )


def _local(us: int, zone: tzinfo) -> datetime:
    return from_us(us).astimezone(zone)


def _next_day(us: int, zone: tzinfo) -> str:
    """The first day that begins then or later."""
    local = _local(us, zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    day = local.date() if local == midnight else local.date() + timedelta(days=1)
    return day.isoformat()
