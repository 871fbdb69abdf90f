"""What a case came to under one policy."""

from typing import NamedTuple

from supportflow._time import Instant
from supportflow.model.events import SlaJudged
from supportflow.model.ticket import Ticket
from supportflow.replay.recording import Case
from supportflow.replay.verdicts import Ended, verdicts_of

__all__ = ["ClockEnd", "Ending", "ending_of", "minute", "place_of"]


class ClockEnd(NamedTuple):
    """How one cycle of a clock ended."""

    ended: Ended
    due_us: int | None
    stopped_us: int | None


class Ending(NamedTuple):
    """What a case came to.

    Attributes:
        facts: `class`, `level`, `status`, `place`, `owner` → what it is, for people.
        sla: The SLA policy that matched.
        clocks: (target, cycle) → how it ended.
    """

    facts: dict[str, str]
    sla: str | None
    clocks: dict[tuple[str, int], ClockEnd]


def ending_of(case: Case) -> Ending:
    """What a case came to."""
    ticket = case.ticket
    clocks = {
        (event.target, _cycle(event.clock)): ClockEnd(
            "met" if event.verdict.met else "missed", event.verdict.due_us, event.verdict.stopped_us
        )
        for event in case.events
        if isinstance(event, SlaJudged)
    }
    latest = verdicts_of(ticket, case.policy).targets
    for clock in ticket.clocks:
        verdict = latest[clock.target]
        clocks[clock.target, clock.cycle] = ClockEnd(verdict.ended, verdict.due_us, verdict.stopped_us)
    facts = {
        "class": ticket.priority_class,
        "level": str(ticket.level),
        "status": _status(ticket),
        "place": place_of(ticket),
        "owner": ticket.assignee or "nobody",
    }
    return Ending(facts, ticket.sla, clocks)


def _cycle(key: str) -> int:
    return int(key.rpartition("#")[2])


def _status(ticket: Ticket) -> str:
    if ticket.closed_at is None or ticket.is_open:
        return ticket.status
    return f"{ticket.status} at {minute(ticket.closed_at)}"


def place_of(ticket: Ticket) -> str:
    """Group, tier and skills: where a ticket waits, and for whom."""
    needs = ticket.routing.requirement
    parts = [ticket.group or "no group"]
    if needs is not None:
        parts.append(f"tier {needs.tier}")
        parts += [f"{skill} {least}" for skill, least in needs.skills]
    return ", ".join(parts)


def minute(at: Instant) -> str:
    """An instant as people write it: to the minute, or as fine as it is."""
    if not at.second and not at.microsecond:
        return f"{at:%Y-%m-%d %H:%M}Z"
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if not at.microsecond else f"{at:%Y-%m-%d %H:%M:%S.%f}Z"
