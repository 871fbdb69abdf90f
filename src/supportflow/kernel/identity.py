"""Identity of a case: is a new contact about something that the same person has written about?"""

from collections.abc import Iterable

from supportflow._time import span_us, to_us
from supportflow.model.commands import OpenTicket
from supportflow.model.ticket import Ticket
from supportflow.policy.document.casework import Identity

__all__ = ["matching_ticket", "repeated_ticket"]


def matching_ticket(
    identity: Identity | None,
    command: OpenTicket,
    topic: str | None,
    candidates: Iterable[Ticket],
    at_us: int,
) -> Ticket | None:
    """The open ticket that a new contact of the requester is about; the one with the latest word, if there are several."""
    outside = command.by.kind == "requester" or command.event is not None
    if identity is None or not identity.join or command.private or not outside:
        return None
    same = [
        ticket
        for ticket in candidates
        if ticket.is_open
        and not ticket.private
        and _recent(identity, ticket, at_us)
        and _about(identity, ticket, topic)
    ]
    return max(same, key=_place, default=None)


def repeated_ticket(
    identity: Identity | None,
    command: OpenTicket,
    topic: str | None,
    candidates: Iterable[Ticket],
    at_us: int,
) -> str | None:
    """Id of the latest ticket that the same person had about the same thing shortly before.

    If one of the two has no category, nobody knows what it is about. The same person so soon is then taken to mean the same.
    """
    if identity is None or command.private:
        return None
    before = [
        ticket
        for ticket in candidates
        if not ticket.private
        and _recent(identity, ticket, at_us)
        and (ticket.category == topic or None in {ticket.category, topic})
    ]
    latest = max(before, key=_place, default=None)
    return None if latest is None else latest.id


def _about(identity: Identity, ticket: Ticket, topic: str | None) -> bool:
    """Whether a contact of that topic can be about a ticket. Who was told of something and writes no topic means that."""
    if topic is None:
        return (ticket.category is None and identity.join_unknown) or (
            bool(ticket.foreseen) and ticket.contacted_at is None
        )
    return ticket.category == topic


def _recent(identity: Identity, ticket: Ticket, at_us: int) -> bool:
    return at_us - _last_word_us(ticket) <= span_us(identity.window)


def _last_word_us(ticket: Ticket) -> int:
    """When the person and the desk last spoke to each other."""
    spoken = (ticket.opened_at, ticket.last_received_at, ticket.last_replied_at)
    return max(to_us(at) for at in spoken if at is not None)


def _place(ticket: Ticket) -> tuple[int, str]:
    return _last_word_us(ticket), ticket.id
