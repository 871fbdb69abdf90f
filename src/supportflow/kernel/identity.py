"""A new contact about something that a ticket exists for already becomes a message on that ticket."""

from supportflow.kernel.advance import advance
from supportflow.kernel.conversation import receive
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.order import conclude
from supportflow.kernel.replay import FOLLOWERS
from supportflow.kernel.working import change_priority
from supportflow.model.commands import OpenTicket, Receive
from supportflow.model.content import ContentRef
from supportflow.model.events import ContactJoined
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["join"]


def join(book: PolicyBook, ticket: Ticket, command: OpenTicket, facts: Facts, now_us: int) -> Draft:
    """Take a new contact in as a message on the ticket that it is about."""
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
    message = Receive(
        by=command.by,
        ticket_id=ticket.id,
        body=command.body or subject or "",
        channel=command.channel,
        attachments=command.attachments,
        evidence=command.evidence,
    )
    receive(draft, message, facts, book)
    _raised(draft, command.priority_class, command.level)
    conclude(draft, facts, ticket)
    return draft


def _raised(draft: Draft, priority_class: str | None, level: int | None) -> None:
    """A contact that the host ranks higher raises the ticket; one that it ranks lower changes nothing."""
    ticket, rank = draft.ticket, draft.policy.priority.rank
    if priority_class is not None and rank(priority_class) < rank(ticket.priority_class):
        change_priority(draft, priority_class, level)
