"""A new contact about something that a ticket exists for already becomes a message on that ticket."""

from supportflow.kernel.advance import advance
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.messages import receive
from supportflow.kernel.handlers.tickets import foreseen_in, inform
from supportflow.kernel.handlers.work import change_priority
from supportflow.kernel.replay import FOLLOWERS
from supportflow.model.commands import OpenTicket, Receive
from supportflow.model.content import ContentRef
from supportflow.model.events import ContactJoined
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["record_contact"]


def record_contact(book: PolicyBook, ticket: Ticket, command: OpenTicket, facts: Facts, now_us: int) -> Draft:
    """Record a new contact as a message on the ticket that it is about; an event of the host's tells its requester, once."""
    draft = Draft(
        ticket,
        book[ticket.policy],
        now_us,
        command.by,
        followers=FOLLOWERS,
        current=book.current,
        stream=facts.stream_of,
    )
    advance(draft, draft.at_us)
    subject = command.subject if isinstance(command.subject, ContentRef) else None
    draft.emit(
        ContactJoined(
            **{**draft.head(), "ref": command.ref},
            requester=command.requester,
            channel=command.channel,
            subject=subject,
            personal=command.personal if isinstance(command.personal, ContentRef) else None,
        )
    )
    if command.event is not None:
        _, foreseen = foreseen_in(command, book.current)
        if foreseen is not None and command.event not in draft.ticket.foreseen:
            inform(draft, foreseen, command.event)
        conclude(draft, facts, ticket)
        return draft
    message = Receive(
        by=command.by,
        ticket_id=ticket.id,
        body=command.body or subject or "",
        channel=command.channel,
        attachments=command.attachments,
        evidence=command.evidence,
    )
    receive(draft, message, _of_one_person(facts, command.requester), book)
    _raise_priority(draft, command.priority_class, command.level)
    conclude(draft, facts, ticket)
    return draft


def _of_one_person(facts: Facts, requester: str) -> Facts:
    """The facts, with the contact's own id among those of the ticket's requester: the ticket was found by them."""
    case = facts.case
    return facts._replace(case=case._replace(same_person=case.same_person | {requester}))


def _raise_priority(draft: Draft, priority_class: str | None, level: int | None) -> None:
    """Raise the ticket to the class that the host gives the contact; a lower one changes nothing."""
    ticket, rank = draft.ticket, draft.policy.priority.rank
    if priority_class is not None and rank(priority_class) < rank(ticket.priority_class):
        change_priority(draft, priority_class, level)
