"""What a tick answers, and the rows of a list."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, to_us
from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.load import read_tickets
from supportflow.flows.queries.access import sealed_titles, without
from supportflow.flows.queries.tickets import MAX_LIMIT, lookup
from supportflow.flows.requests import Flow
from supportflow.kernel.due.queue import earliest_due_us
from supportflow.model.content import Content, ContentRef
from supportflow.model.people import Requester
from supportflow.model.ticket import Ticket
from supportflow.sla.reading import ClockReading

__all__ = ["Row", "Rows", "get_many", "list_named", "one_row", "rows_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket with what a list shows of it, all read at one instant.

    Attributes:
        ticket: The ticket.
        subject: Its subject line; None once erased, if the policy's access seals it, or if it has none.
        requester: Who asks, with name and addresses as they were given when the ticket was opened; without, once
            erased or if they are sealed.
        due_at: When the first of its clocks that is not over is due, overdue or not: its place in `order="due"`. None if
            none has a due time.
        clocks: The latest cycle of each SLA clock, as `desk.clocks` reads them, but without their account.
    """

    ticket: Ticket
    subject: str | None
    requester: Requester
    due_at: Instant | None
    clocks: tuple[ClockReading, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows; iterating it gives them.

    Attributes:
        rows: In the order that was asked for.
        cursor: Pass it to the next call to go on; None after the last page.
        unreadable: Ids of tickets that belong on this page and cannot be read.
    """

    rows: tuple[Row, ...]
    cursor: str | None = None
    unreadable: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def get_many(env: Environment, ids: Sequence[str], refs: Sequence[str]) -> Flow[dict[str, Ticket]]:
    """Tickets by the names that they were asked for by. Those that there are none of are left out.

    Raises:
        InvalidInput: If they are too many.
    """
    if len(ids) + len(refs) > MAX_LIMIT:
        raise InvalidInput("refs", f"and ids are more than {MAX_LIMIT}")
    if not ids and not refs:
        return {}
    rows = yield from requests.load_many(env.tenant, ids, refs)
    tickets = yield from read_tickets(env, rows)
    by_id = {ticket.id: ticket for ticket in tickets}
    by_ref = {ticket.ref: ticket for ticket in tickets}
    asked = [(name, by_id.get(name)) for name in ids] + [(ref, by_ref.get(ref)) for ref in refs]
    return {name: ticket for name, ticket in asked if ticket is not None}


def list_named(env: Environment, ids: Sequence[str], refs: Sequence[str]) -> Flow[tuple[Row, ...]]:
    """Rows of named tickets, in the order in which they were named; each once."""
    found = yield from get_many(env, ids, refs)
    return (yield from rows_of(env, list({one.id: one for one in found.values()}.values())))


def one_row(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[Row]:
    """A ticket as a row.

    Raises:
        TicketNotFound: If there is none.
    """
    ticket = yield from lookup(env, ticket_id, ref)
    (row,) = yield from rows_of(env, (ticket,))
    return row


def rows_of(env: Environment, tickets: Iterable[Ticket]) -> Flow[tuple[Row, ...]]:
    """Tickets with their texts, due times and clocks, read now."""
    listed = tuple(tickets)
    now_us = to_us((yield from requests.now()))
    named = {ref.id for one in listed for ref in (one.subject, one.personal) if ref is not None}
    texts = (yield from requests.contents(env.tenant, named)) if named else {}
    shown = without(texts, (yield from sealed_titles(env, listed)))
    return tuple(_row(env, ticket, shown, now_us) for ticket in listed)


def _row(env: Environment, ticket: Ticket, texts: Mapping[str, Content], now_us: int) -> Row:
    policy = env.book[ticket.policy]
    at_us = max(now_us, to_us(ticket.recorded_at))
    due_us = earliest_due_us(ticket, policy)
    language = ticket.language or "en"
    return Row(
        ticket=ticket,
        subject=_text(ticket.subject, texts),
        requester=_requester(ticket, _text(ticket.personal, texts)),
        due_at=None if due_us is None else from_us(due_us),
        clocks=tuple(
            ClockReading(clock, at_us, None, policy, ticket.tz, language) for clock in ticket.clocks
        ),
    )


def _text(ref: ContentRef | None, texts: Mapping[str, Content]) -> str | None:
    return texts[ref.id].value if ref is not None and ref.id in texts else None


def _requester(ticket: Ticket, personal: str | None) -> Requester:
    given: dict[str, Any] = {} if personal is None else json.loads(personal)
    known = {name: given.get(name) for name in ("name", "email", "phone")}
    # As it was kept: what passed when it came in is not judged again.
    return Requester.model_construct(id=ticket.requester, language=ticket.language, tz=ticket.tz, **known)
