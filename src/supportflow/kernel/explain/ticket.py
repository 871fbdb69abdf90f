"""Why: the reasons behind a ticket's class, status, clocks and due times, from its events and its policy alone."""

from collections.abc import Iterator, Sequence

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, iso, to_us
from supportflow.kernel.casework import missing_evidence, missing_steps, permitted
from supportflow.kernel.due.next import Due, next_due
from supportflow.kernel.explain.escalation import ladder_lines, rung_name
from supportflow.kernel.explain.routing import WHAT_ROUTING_DOES, routing_lines, unassigned_because
from supportflow.model.events import (
    AssignmentChanged,
    EventBase,
    StatusChanged,
    TicketAdopted,
    TicketMerged,
    TicketOpened,
)
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.explain import ClockAccount, account
from supportflow.triage.compiled import account as priority_account

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons, as data; `str()` gives the text for people.

    Attributes:
        ticket_id: The ticket.
        at: The instant of the question.
        priority: What chose class and level.
        status: How it came to its status.
        assignment: Who has it, and since when; if no agent has it, why.
        permitted: The triggers that would be accepted now.
        clocks: An account of every clock, whose intervals sum exactly.
        next_at: When something happens by itself.
        next_what: What that is.
        case: What is missing: evidence, mandatory steps, answers of parties.
        routing: What it needs of an agent, who was asked, and what they said.
        escalation: The ladder, what it does next and whom that reaches, and what would end it.
    """

    ticket_id: str
    at: Instant
    priority: str
    status: str
    assignment: str
    permitted: tuple[str, ...]
    clocks: tuple[ClockAccount, ...]
    next_at: Instant | None
    next_what: str | None
    case: tuple[str, ...] = ()
    routing: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"Ticket {self.ticket_id}, at {iso(self.at)}",
            f"  priority: {self.priority}",
            f"  status: {self.status}",
            f"  assignment: {self.assignment}",
            f"  permitted now: {', '.join(self.permitted) or 'nothing'}",
        ]
        lines += [f"  {line}" for line in (*self.routing, *self.case, *self.escalation)]
        for clock in self.clocks:
            lines += [f"  {line}" for line in str(clock).splitlines()]
        if self.next_at is not None:
            lines.append(f"  next: {self.next_what} at {iso(self.next_at)}")
        return "\n".join(lines)


def explain(
    ticket: Ticket,
    events: Sequence[EventBase],
    policy: CompiledPolicy,
    now: Instant,
    *,
    current: CompiledPolicy | None = None,
) -> Explanation:
    """Explain a ticket.

    Args:
        ticket: The ticket.
        events: Its whole stream.
        policy: The policy that it lives under.
        now: The instant of the question.
        current: The policy that the desk works by, whose people are on call; the ticket's, if not given.
    """
    at_us = max(to_us(now), to_us(ticket.recorded_at))
    due = next_due(ticket, policy)
    return Explanation(
        ticket_id=ticket.id,
        at=from_us(at_us),
        priority=priority_account(ticket),
        status=_status(ticket, events),
        assignment=_assignment(ticket, events, policy),
        permitted=permitted(ticket, policy, at_us),
        clocks=tuple(account(clock, events, at_us, policy) for clock in ticket.clocks),
        next_at=None if due is None else from_us(due.at_us),
        next_what=None if due is None else _what(ticket, due),
        case=tuple(_case(ticket, policy)),
        routing=tuple(routing_lines(ticket, events, policy)),
        escalation=tuple(ladder_lines(ticket, policy, current or policy, at_us)),
    )


def _what(ticket: Ticket, due: Due) -> str:
    if due.what == "auto_close":
        return "the ticket closes by itself"
    if due.what == "call_back":
        return "the time until which a call is promised ends"
    if due.what == "party_deadline":
        party = ticket.case.parties[due.place]
        return f"the time of {party.role} {party.id} to answer ends"
    if due.what in WHAT_ROUTING_DOES:
        return WHAT_ROUTING_DOES[due.what]
    if due.what == "ladder":
        return rung_name(ticket, due.place)
    clock = ticket.clocks[due.place]
    if due.what == "verdict":
        return f"the verdict of {clock.key}"
    if due.what == "uncap":
        return f"{clock.key} goes on, its pause is used up"
    return f"{clock.milestones[clock.passed].key} of {clock.key}"


def _case(ticket: Ticket, policy: CompiledPolicy) -> Iterator[str]:
    lacking = missing_evidence(ticket, policy)
    if lacking:
        waiting = ", and the ticket waits for it" if ticket.case.waiting else ""
        yield f"evidence missing: {', '.join(lacking)}{waiting}"
    steps = missing_steps(ticket, policy)
    if steps:
        yield f"steps missing: {', '.join(steps)}"
    owed = ticket.phone.call_back
    if owed is not None:
        late = ", overdue" if owed.missed else ""
        yield f"a call is owed until {iso(owed.due_at)}{late}"
    for party in ticket.case.parties:
        if not party.answered:
            late = ", overdue" if party.overdue else ""
            yield f"no answer of {party.role} {party.id}{late}"


def _status(ticket: Ticket, events: Sequence[EventBase]) -> str:
    for event in reversed(events):
        if isinstance(event, TicketMerged):
            return f"{ticket.status} (merged into {event.into})"
        if isinstance(event, StatusChanged):
            forced = ", which a command would have been refused" if event.forced else ""
            via = f"by {event.trigger!r} " if event.trigger else ""
            return f"{ticket.status} ({event.cause} {via}of {event.by} at {iso(event.recorded_at)}{forced})"
    return f"{ticket.status} (since it was opened)"


def _assignment(ticket: Ticket, events: Sequence[EventBase], policy: CompiledPolicy) -> str:
    has = "not assigned to an agent" if ticket.assignee is None else f"assigned to {ticket.assignee}"
    group = "in no group" if ticket.group is None else f"in group {ticket.group}"
    said = f"{has}, {group}{_assigned_by(ticket, events)}"
    return said if ticket.assignee is not None else f"{said}: {unassigned_because(ticket, policy)}"


def _assigned_by(ticket: Ticket, events: Sequence[EventBase]) -> str:
    for event in reversed(events):
        if isinstance(event, AssignmentChanged | TicketOpened | TicketAdopted):
            before = event.previous_assignee if isinstance(event, AssignmentChanged) else None
            had = f", {before} had it before" if before not in (None, ticket.assignee) else ""
            return f" (by {event.by} at {iso(event.recorded_at)}{had})"
    return ""
