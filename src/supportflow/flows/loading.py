"""Finding and reading tickets."""

from collections.abc import Sequence

from pydantic import ValidationError

from supportflow.exceptions import InvalidInput, NewerSchemaError, PolicyNotFound, StoreError, TicketNotFound
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.kernel import FOLD_VERSION, fold
from supportflow.model.events import EvidenceRequested
from supportflow.model.problems import invalid
from supportflow.model.storage import TicketRow
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy

__all__ = ["follow", "get", "identify", "read_ticket", "request_text"]


def identify(env: Environment, ticket_id: str | None, ref: str | None, field: str = "ticket") -> Flow[str]:
    """The id of the ticket that is named by id or by the host's reference.

    Raises:
        InvalidInput: If neither or both are given.
        TicketNotFound: If the reference names none.
    """
    if (ticket_id is None) == (ref is None):
        raise InvalidInput(field, "name the ticket by its id or by ref=, one of them")
    if ref is None:
        assert ticket_id is not None
        return ticket_id
    found = yield from requests.find_ref(env.tenant, ref)
    if found is None:
        raise TicketNotFound(ref)
    return found


def get(env: Environment, ticket_id: str) -> Flow[Ticket]:
    """A ticket, with the policy version that it lives under in the book.

    Raises:
        TicketNotFound: If there is none.
    """
    row = yield from requests.load(env.tenant, ticket_id)
    if row is None:
        raise TicketNotFound(ticket_id)
    return (yield from read_ticket(env, row))


def read_ticket(env: Environment, row: TicketRow) -> Flow[Ticket]:
    """The ticket in a row. A snapshot of another fold is folded again from its events.

    Raises:
        NewerSchemaError: If a newer supportflow made the snapshot.
        StoreError: If the snapshot is broken.
    """
    if row.fold_version == FOLD_VERSION:
        try:
            ticket = Ticket.model_validate_json(row.snapshot)
        except ValidationError as error:
            raise StoreError(f"the snapshot of ticket {row.id} cannot be read: {invalid(error)}") from None
    elif row.fold_version > FOLD_VERSION:
        raise NewerSchemaError("ticket snapshot", row.fold_version, FOLD_VERSION)
    else:
        rows = yield from requests.events(env.tenant, f"ticket:{row.id}")
        ticket = fold(map(read_row, rows), tenant=env.tenant)
    yield from _fetch_policy(env, ticket.policy)
    return ticket


def request_text(env: Environment, ticket: Ticket, event: EvidenceRequested) -> Flow[str]:
    """The words of a request for evidence: what the policy that the event names made of it, then and now."""
    yield from _fetch_policy(env, event.policy)
    return env.book[event.policy].cases.request(
        event.topic,
        event.items,
        template=event.template,
        language=event.language,
        ref=ticket.ref,
        ticket_id=ticket.id,
    )


def _fetch_policy(env: Environment, fingerprint: str) -> Flow[None]:
    if fingerprint in env.book:
        return
    document = yield from requests.get_policy(env.tenant, fingerprint)
    if document is None:
        raise PolicyNotFound(fingerprint)
    policy = CompiledPolicy(Policy.stored(document))
    env.book.add(policy)
    if policy.document.overlay is not None:
        # Where the ticket goes when the surges are over.
        yield from _fetch_policy(env, policy.document.overlay.base)


def read_tickets(env: Environment, rows: Sequence[TicketRow]) -> Flow[tuple[Ticket, ...]]:
    """The tickets in rows, in their order."""
    tickets: list[Ticket] = []
    for row in rows:
        ticket = yield from read_ticket(env, row)
        tickets.append(ticket)
    return tuple(tickets)


def follow(env: Environment, ticket: Ticket) -> Flow[Ticket]:
    """Where a message for a ticket belongs: the ticket that it was merged into, or the follow-up that took it up."""
    met = {ticket.id}
    while not ticket.is_open:
        onward = ticket.merged_into or ticket.followed_by
        if onward is None or onward in met:  # what a host reports can lead in a circle
            break
        met.add(onward)
        ticket = yield from get(env, onward)
    return ticket
