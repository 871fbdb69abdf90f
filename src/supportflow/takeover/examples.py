"""Tickets that show a difference: what a desk under the new policy says, beside what the other system's rule gives."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from supportflow.calendars import BusinessCalendar
from supportflow.desk import Desk
from supportflow.policy import Policy
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.testing import CountingIds, ManualClock

__all__ = ["calendar_of", "due_here", "paused_due", "said", "targets_of", "working_moments"]

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""A week without a clock change in most of the world, to tell stories in."""


def said(at: datetime, calendar: BusinessCalendar | None = None) -> str:
    """An instant as people read it, on the calendar's clock."""
    zone = ZoneInfo("UTC" if calendar is None else calendar.tz)
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}"


def calendar_of(policy: Policy, target: Target, sla: SlaPolicy) -> BusinessCalendar:
    """The calendar that counts a target; around the clock, if none is named."""
    named = target.calendar or sla.calendar
    if named is None:
        return BusinessCalendar.always()
    return policy.calendars[named] if isinstance(named, str) else named


def targets_of(policy: Policy) -> Sequence[tuple[SlaPolicy, Target]]:
    """Every target that has a duration, with its policy."""
    return [(sla, target) for sla in policy.sla for target in sla.targets if target.duration is not None]


def working_moments(calendar: BusinessCalendar) -> Iterator[datetime]:
    """Instants inside working hours: every half hour of a week's working time from a Monday on."""
    at = calendar.next_open(MONDAY)
    while at < MONDAY + timedelta(days=7):
        at = calendar.add(at, timedelta(minutes=30))
        yield at


def due_here(
    policy: Policy,
    slot: str,
    opened_at: datetime,
    steps: Sequence[tuple[datetime, str, Mapping[str, object]]] = (),
    **fields: object,
) -> datetime | None:
    """When a desk under the policy says that a ticket's clock is due, after some steps.

    Args:
        policy: The policy.
        slot: The clock.
        opened_at: When the ticket is opened.
        steps: Instant, verb of the desk, its keywords.
        **fields: Of the opening.
    """
    clock = ManualClock(opened_at)
    desk = Desk(policy, clock=clock, ids=CountingIds())
    ticket = desk.open(subject="example", requester="example", **fields).ticket  # type: ignore[arg-type]
    for at, verb, keywords in steps:
        clock.set(at)
        getattr(desk, verb)(ticket, **keywords)
    readings = [one for one in desk.clocks(ticket) if one.target == slot]
    return readings[-1].due_at if readings else None


def paused_due(
    calendar: BusinessCalendar,
    start: datetime,
    target: timedelta,
    pauses: Sequence[tuple[datetime, datetime]],
) -> datetime:
    """When a target is due whose clock stood still between each pair of instants."""
    at, left = start, target
    for begin, end in pauses:
        counted = calendar.elapsed(at, begin)
        if counted >= left:
            break
        at, left = end, left - counted
    return calendar.add(at, left)
