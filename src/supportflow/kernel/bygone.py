"""What is of the past: recorded like everything else, marked `late`, and nobody is called for it.

A ticket has a past if it is older than the desk's knowledge of it. So has a clock that begins, goes on or is shortened by
what is reported only now: of what it has reached already, its breach alone is news.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supportflow._time import to_us
from supportflow.model.events import EventBase, TicketEvent
from supportflow.model.records import Clock, Milestone
from supportflow.sla.clock import reach_us

if TYPE_CHECKING:
    from supportflow.kernel.draft import Draft

__all__ = ["Report", "as_late", "known_us", "reached_late", "rest"]


@dataclass(slots=True)
class Report:
    """What somebody tells only now.

    Attributes:
        now_us: When they tell it.
        bygone: True while it is told, if it was before the desk knew the ticket.
        moved: Keys of the clocks that it has moved.
    """

    now_us: int
    bygone: bool = False
    moved: frozenset[str] = frozenset()


def known_us(draft: "Draft") -> int:
    """Since when the desk knows the ticket."""
    known_at = draft.ticket.known_at
    return 0 if known_at is None else to_us(known_at)


def as_late(draft: "Draft", event: EventBase) -> EventBase:
    """The event, marked if it is of the past."""
    bygone = draft.at_us < draft.known_us or (draft.report is not None and draft.report.bygone)
    if not bygone or not isinstance(event, TicketEvent) or event.late:
        return event
    return event.model_copy(update={"late": True})


def rest(draft: "Draft", before: tuple[Clock, ...]) -> None:
    """A report has been taken in; what follows from it until now is left.

    Args:
        draft: The decision.
        before: The ticket's clocks before the report.
    """
    assert draft.report is not None
    draft.report.bygone = False
    draft.report.moved = frozenset(clock.key for clock in draft.ticket.clocks if clock not in before)


def reached_late(draft: "Draft", clock: Clock, milestone: Milestone, at_us: int) -> bool:
    """True if a milestone lay in the past before anybody could know of it, so that nobody is called for it.

    Of a ticket that came in late, and of a clock that a late report or a shorter target has moved, the breach is told all
    the same, once: it is overdue, and somebody has to know.

    Args:
        draft: The decision that records it.
        clock: The clock.
        milestone: The milestone.
        at_us: When it was reached.
    """
    if draft.adopting or (clock.retroactive and at_us < clock.attached_us):
        return True
    if milestone.key == "breach":
        return False
    if at_us < to_us(draft.ticket.recorded_at):
        return True
    report = draft.report
    if report is not None and clock.key in report.moved and at_us < report.now_us:
        return True
    return at_us == clock.attached_us and _truly_us(draft, clock, milestone) < clock.attached_us


def _truly_us(draft: "Draft", clock: Clock, milestone: Milestone) -> int:
    """When a clock had counted as much, though its target came later."""
    return reach_us(clock._replace(retroactive=True), milestone.after_us, draft.policy.calendar)
