"""Small desks for the SLA tests."""

from collections.abc import Sequence
from typing import Any

from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.calendars import BusinessCalendar
from supportflow.sla.reading import ClockReading
from supportflow.testing import CountingIds, ManualClock

ROUND_THE_CLOCK = BusinessCalendar.always()
BERLIN = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")


class SlaDesk:
    """A desk with one ticket, told by the clock on the wall.

    Args:
        start: When the ticket is opened, ISO with offset.
        targets: Its targets.
        opening: Further arguments of `open`.
        policy: Further fields of the policy.
    """

    def __init__(
        self,
        start: str,
        *targets: Target,
        calendar: BusinessCalendar | None = ROUND_THE_CLOCK,
        sla: dict[str, Any] | None = None,
        opening: dict[str, Any] | None = None,
        document: Policy | None = None,
        on: Any = None,
        **policy: Any,
    ) -> None:
        self.clock = ManualClock(start)
        if document is None:
            document = Policy(
                sla=[SlaPolicy(name="gold", calendar=calendar, targets=targets, **(sla or {}))], **policy
            )
        self.desk = Desk(document, clock=self.clock, ids=CountingIds(), on=on)
        self.ticket = self.desk.open(
            **{"subject": "Printer on fire", "requester": "ana", **(opening or {})}
        ).ticket.id

    def at(self, moment: str) -> "SlaDesk":
        """Set the wall clock."""
        self.clock.set(moment)
        return self

    def reading(self, target: str = "resolution") -> ClockReading:
        """A clock, read now."""
        return next(one for one in self.desk.clocks(self.ticket) if one.target == target)

    def verdicts(self, target: str | None = None) -> list[bool]:
        """The verdicts so far, in order."""
        return [
            event.verdict.met
            for event in self.desk.history(self.ticket)
            if event.kind == "sla_judged" and target in {None, event.target}
        ]

    def kinds(self, *kinds: str) -> list[str]:
        """Kinds of the events so far that are among these."""
        return [event.kind for event in self.desk.history(self.ticket) if event.kind in kinds]

    def milestones(self) -> list[tuple[str, str, str]]:
        """(clock, milestone, true instant) of all that was reached."""
        return [
            (event.clock, event.milestone, event.reached_at.isoformat())
            for event in self.desk.history(self.ticket)
            if event.kind in {"sla_warned", "sla_breached", "sla_overdue"}
        ]


def summed(intervals: Sequence[Any]) -> int:
    """Counted microseconds of an account's intervals."""
    return sum(interval.counted_us for interval in intervals)
