"""Announcements: proposed, approved by a second person, sent; and a problem that is solved together with its incidents."""

from supportflow._time import from_us, span_us, to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.advance import advance
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.work import trigger
from supportflow.model.announcements import Announcement
from supportflow.model.base import TicketType
from supportflow.model.commands import (
    Announce,
    DecideAnnouncement,
    LinkIncident,
    ListTickets,
    ProposeAnnouncement,
    Resolve,
    ResolveWithProblem,
    SolveProblem,
    UnlinkIncident,
    WithdrawAnnouncement,
)
from supportflow.model.content import as_ref
from supportflow.model.events import (
    AnnouncementApproved,
    AnnouncementProposed,
    AnnouncementRejected,
    AnnouncementWithdrawn,
    IncidentLinked,
    ProblemSolved,
    ReplySent,
    StepCompleted,
    TicketsListed,
)
from supportflow.policy import PolicyBook
from supportflow.policy.document.announcements import Announcements

__all__ = [
    "announce",
    "decide_announcement",
    "link_incident",
    "list_tickets",
    "propose_announcement",
    "resolve_with_problem",
    "solve_problem",
    "unlink_incident",
    "withdraw_announcement",
]

MOST = 50
"""Announcements that one ticket can make."""
_LAST_US = 253_402_300_799_999_999
"""The last instant that there is."""


# --- announcements -------------------------------------------------------------------------------


def propose_announcement(draft: Draft, command: ProposeAnnouncement, facts: Facts) -> None:
    """Propose an announcement, or other words for one. It waits for a second person.

    Raises:
        InvalidInput: If the policy has no such audience, or the ticket no such announcement.
        Refused: If the policy has no announcements, somebody outside proposes one, or the words ask for a secret or say
            personal data.
    """
    ticket, rules = draft.ticket, _rules(draft, command.kind)
    _refuse_outside(draft, command.kind)
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if facts.case.asks_for is not None:
        secret = facts.case.asks_for
        raise Refused(ticket.id, command.kind, f"it asks for a secret ({secret}), which support never does")
    if facts.case.discloses:
        raise Refused(
            ticket.id, command.kind, f"it would say personal data to many ({', '.join(facts.case.discloses)})"
        )
    known = None if command.number is None else _known(draft, command.number)
    if known is not None:
        if known.withdrawn:
            raise Refused(ticket.id, command.kind, "the announcement was withdrawn; make a new one")
        if command.links or command.audience not in {None, known.audience}:
            raise InvalidInput("number", "is that of an announcement, whose audience stays as it is")
    elif len(ticket.spread.announcements) >= MOST:
        raise Refused(ticket.id, command.kind, f"the ticket has made {MOST} announcements already")
    if known is None and command.audience is not None and command.audience not in rules.audiences:
        raise InvalidInput("audience", "is not one of the policy's audiences")
    if command.links and ticket.type is not TicketType.PROBLEM:
        raise Refused(ticket.id, command.kind, "only a problem has incidents")
    lasts_for = rules.lasts_for if command.lasts_for is None else command.lasts_for
    draft.emit(
        draft.event(
            AnnouncementProposed,
            number=str(len(ticket.spread.announcements) + 1) if known is None else known.number,
            revision=1 if known is None else known.proposed + 1,
            texts={language: ref for language, text in command.texts.items() if (ref := as_ref(text))},
            audience=command.audience if known is None else known.audience,
            links=command.links if known is None else known.links,
            lasts_us=span_us(lasts_for),
            redacted=facts.redacted,
        )
    )


def decide_announcement(draft: Draft, command: DecideAnnouncement, facts: Facts) -> None:
    """Approve the words that wait, or reject them. Who proposed them never decides.

    Raises:
        InvalidInput: If the ticket has no such announcement.
        Refused: If nothing waits, or it is for somebody else to decide.
    """
    ticket, rules, known = draft.ticket, _rules(draft, command.kind), _known(draft, command.number)
    if not known.waits:
        raise Refused(ticket.id, command.kind, "no words of it wait to be approved")
    by = command.by
    if by.kind != "agent":
        raise Refused(ticket.id, command.kind, f"a {by.kind} does not approve what is said to many")
    if by.is_same(known.by, facts.case.also_by):
        raise Refused(ticket.id, command.kind, "who proposes an announcement does not approve it")
    if rules.approved_by:
        agent = facts.agents.get(by.id)
        if agent is None or not set(rules.approved_by) & set(agent.agent.tiers):
            tiers = ", ".join(rules.approved_by)
            raise Refused(ticket.id, command.kind, f"only tiers {tiers} approve announcements")
    about = {"number": known.number, "revision": known.proposed}
    if command.approve:
        until_us = min(draft.at_us + known.lasts_us, _LAST_US)
        draft.emit(draft.event(AnnouncementApproved, **about, until=from_us(until_us)))
    else:
        draft.emit(draft.event(AnnouncementRejected, **about, reason=as_ref(command.reason)))


def withdraw_announcement(draft: Draft, command: WithdrawAnnouncement, _facts: Facts) -> None:
    """Say that an announcement no longer holds. That needs no second person: silence harms less than a wrong word.

    Raises:
        InvalidInput: If the ticket has no such announcement.
        Refused: If it was withdrawn already, or somebody outside says so.
    """
    known = _known(draft, command.number)
    _refuse_outside(draft, command.kind)
    if known.withdrawn:
        raise Refused(draft.ticket.id, command.kind, "it was withdrawn already")
    draft.emit(draft.event(AnnouncementWithdrawn, number=known.number, reason=as_ref(command.reason)))


def list_tickets(draft: Draft, command: ListTickets) -> None:
    """Write down who is about to be told, before anybody is."""
    draft.emit(
        draft.event(TicketsListed, number=_known(draft, command.number).number, tickets=command.tickets)
    )


def announce(draft: Draft, command: Announce, facts: Facts) -> None:
    """Send a ticket what an announcement says, if it has not been sent that or something newer before.

    A correction, or that it no longer holds, goes to whoever was told before, wherever their ticket stands by now.
    """
    ticket, said = draft.ticket, command.announced
    posted = command.channel or ""
    heard = ticket.spread.heard(said, posted)
    if heard is None and (said.withdrawn or not ticket.is_open):
        return
    if heard is None or heard.leaves_new(said):
        draft.emit(
            draft.event(
                ReplySent,
                body=as_ref(command.body),
                channel=command.channel or ticket.channel,
                redacted=facts.redacted,
                in_reply_to=ticket.received,
                announced=said,
            )
        )
    free = ticket.is_open and ticket.spread.problem is None and ticket.type is not TicketType.PROBLEM
    if command.links and free and not said.withdrawn:
        draft.emit(draft.event(IncidentLinked, problem=said.ticket))


# --- a problem and its incidents -------------------------------------------------------------------


def link_incident(draft: Draft, command: LinkIncident, facts: Facts, book: PolicyBook) -> None:
    """Make the ticket an incident of a problem, and list it there.

    Raises:
        InvalidInput: If the other ticket is none, or the ticket itself.
        Refused: If one of the two has ended, the other is no problem, or somebody outside asks for it.
    """
    ticket, problem = draft.ticket, facts.other
    _refuse_outside(draft, command.kind)
    if problem is None:
        raise InvalidInput("problem", "names no ticket")
    if problem.id == ticket.id:
        raise InvalidInput("problem", "is the ticket itself")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if problem.type is not TicketType.PROBLEM or ticket.type is TicketType.PROBLEM:
        raise Refused(ticket.id, command.kind, "an incident is linked to a ticket of the type problem")
    other = draft.beside(problem, book[problem.policy])
    advance(other, other.at_us)  # first: it may have closed itself since anybody looked
    if not other.ticket.is_open:
        ended = other.ticket.status_category.value
        raise Refused(ticket.id, command.kind, f"the problem is {ended}")
    if ticket.spread.problem == problem.id:
        return
    draft.emit(draft.event(IncidentLinked, problem=problem.id, previous=ticket.spread.problem))
    other.emit(other.event(TicketsListed, tickets=(ticket.id,)))
    draft.include(other)


def unlink_incident(draft: Draft, command: UnlinkIncident) -> None:
    """Take the ticket from its problem.

    Raises:
        Refused: If it belongs to none, or somebody outside asks for it.
    """
    _refuse_outside(draft, command.kind)
    problem = draft.ticket.spread.problem
    if problem is None:
        raise Refused(draft.ticket.id, command.kind, "it is an incident of no problem")
    draft.emit(draft.event(IncidentLinked, problem=None, previous=problem))


def solve_problem(draft: Draft, command: SolveProblem, facts: Facts) -> None:
    """Resolve a problem by the lifecycle's own trigger; its incidents follow, as of this instant.

    Raises:
        Refused: If the ticket is no problem, or `resolve` is refused.
    """
    ticket = draft.ticket
    _refuse_outside(draft, command.kind)
    if ticket.type is not TicketType.PROBLEM:
        raise Refused(ticket.id, command.kind, "only a problem has incidents")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if ticket.is_open:
        trigger(draft, Resolve(by=command.by, ticket_id=ticket.id, reason=command.reason), facts)
    draft.emit(draft.event(ProblemSolved, reason=as_ref(command.reason)))


def resolve_with_problem(draft: Draft, command: ResolveWithProblem, facts: Facts) -> None:
    """Resolve an incident. One to which somebody has done something since its problem was solved is left for a person.

    Raises:
        Refused: As `resolve`.
    """
    ticket = draft.ticket
    touched = to_us(ticket.touched_at or ticket.opened_at) > to_us(command.at)
    if not ticket.is_open or touched or ticket.spread.problem != command.problem:
        return
    procedure = draft.policy.cases.procedures.get(ticket.category or "")
    for step in () if procedure is None else procedure.steps:
        if step.shared and step.name in command.steps and step.name not in ticket.case.steps:
            draft.emit(draft.event(StepCompleted, step=step.name))
    trigger(draft, Resolve(by=command.by, ticket_id=ticket.id), facts, cause="problem")


# --- who may -----------------------------------------------------------------------------------------


def _rules(draft: Draft, kind: str) -> Announcements:
    """What the desk's policy says of announcements, whatever version the ticket lives under."""
    rules = draft.current.document.announcements
    if rules is None:
        raise Refused(draft.ticket.id, kind, "the policy has no announcements")
    return rules


def _known(draft: Draft, number: str) -> Announcement:
    known = draft.ticket.spread.announcement(number)
    if known is None:
        raise InvalidInput("number", "is no announcement of this ticket")
    return known


def _refuse_outside(draft: Draft, kind: str) -> None:
    if draft.by.kind in {"requester", "party", "bot"}:
        raise Refused(draft.ticket.id, kind, f"a {draft.by.kind} does not speak for the desk to many")
