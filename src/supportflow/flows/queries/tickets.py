"""Questions about tickets: find, history, permitted triggers, explanations. Nothing is changed by asking."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Literal, TypedDict

from supportflow._time import to_us
from supportflow.exceptions import InvalidInput, UnknownKeyword
from supportflow.flows import requests
from supportflow.flows.environment import Environment, check_number
from supportflow.flows.load import get, identify, read_tickets
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row, with_ref
from supportflow.kernel import casework
from supportflow.kernel.explain.ticket import Explanation, explain
from supportflow.model.base import StatusCategory, is_id
from supportflow.model.events import EventBase
from supportflow.model.storage import Query, SortColumn, TicketRow
from supportflow.model.ticket import Page, Ticket
from supportflow.sla.reading import ClockReading

__all__ = [
    "Filters",
    "Order",
    "clocks",
    "cursor_after",
    "explain_ticket",
    "find",
    "history",
    "lookup",
    "permitted",
    "read_cursor",
    "read_filters",
]

Order = Literal["priority", "opened", "updated", "due"]

_ORDERS: dict[str, tuple[tuple[SortColumn, ...], bool]] = {
    "priority": (("rank", "level", "order_us", "id"), False),
    "opened": (("opened_us", "id"), False),
    "updated": (("touched_us", "id"), True),
    "due": (("due_us", "id"), False),
}

MAX_LIMIT = 1_000


class Filters(TypedDict, total=False):
    """What a ticket must have to be found. None means "whatever"; `""` for group or assignee means "none"."""

    open: bool | None
    status: str | None
    status_category: StatusCategory | str | None
    group: str | None
    assignee: str | None
    requester: str | None
    channel: str | None
    category: str | None
    priority_class: str | None
    level: int | None


FILTERS = tuple(Filters.__annotations__)

_NOBODY = ("group", "assignee")
"""Filters of which `""` means "none"."""

_KINDS: dict[str, type] = {"open": bool, "level": int}


def read_filters(filters: Mapping[str, object], call: str = "find") -> dict[str, object]:
    """The columns that a search compares. None means "whatever"; `""` for group or assignee means "none".

    Raises:
        UnknownKeyword: If a filter is not one of those that a store indexes.
        InvalidInput: If a value is of another type.
    """
    unknown = set(filters) - set(FILTERS)
    if unknown:
        raise UnknownKeyword(call, min(unknown), ("order", "limit", "cursor", *FILTERS))
    equal = {name: value for name, value in filters.items() if value is not None}
    for name, value in equal.items():
        kind = _KINDS.get(name, str)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidInput(name, f"is not of type {kind.__name__}")
    for name, value in equal.items():
        if name in _NOBODY and value == "":
            equal[name] = None
        elif isinstance(value, str) and not is_id(value):
            raise InvalidInput(name, "is not an id or a name")
    return equal


def lookup(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[Ticket]:
    """A ticket by id or reference.

    Raises:
        TicketNotFound: If there is none.
    """
    found = yield from identify(env, ticket_id, ref)
    return (yield from get(env, found))


def find(
    env: Environment, *, equal: dict[str, object], order: Order, limit: int, cursor: str | None
) -> Flow[Page]:
    """One page of the tickets that match.

    Raises:
        InvalidInput: If the order, the limit or the cursor cannot be used.
    """
    if order not in tuple(_ORDERS):  # a tuple also takes what has no hash
        raise InvalidInput("order", f"is not one of {', '.join(_ORDERS)}")
    check_number("limit", limit, 1, MAX_LIMIT)
    if "status_category" in equal:
        equal["status_category"] = _category(equal["status_category"])
    columns, descending = _ORDERS[order]
    after = None if cursor is None else read_cursor(cursor, order, len(columns))
    rows = yield from requests.search(env.tenant, Query(equal, columns, after, limit + 1, descending))
    shown = rows[:limit]
    tickets = yield from read_tickets(env, shown)
    read = {ticket.id for ticket in tickets}
    more = len(rows) > limit
    return Page(
        tickets,
        cursor_after(order, columns, shown[-1]) if more else None,
        tuple(row.id for row in shown if row.id not in read),
    )


def _category(value: object) -> str:
    try:
        return StatusCategory(str(value)).value
    except ValueError:
        raise InvalidInput("status_category", f"is not one of {', '.join(StatusCategory)}") from None


def cursor_after(order: str, columns: tuple[SortColumn, ...], last: TicketRow) -> str:
    """What names the place after a row in an order."""
    document = json.dumps([order, *(getattr(last, column) for column in columns)])
    return base64.urlsafe_b64encode(document.encode()).decode()


def read_cursor(cursor: str, order: str, columns: int) -> tuple[int | str | None, ...]:
    """The place that a cursor names.

    Raises:
        InvalidInput: If it names none in this order.
    """
    if not isinstance(cursor, str):
        raise InvalidInput("cursor", "is not a text")
    try:
        document = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError):
        document = None
    if (
        not isinstance(document, list)
        or len(document) != columns + 1
        or document[0] != order
        or not isinstance(document[-1], str)
        or not all(value is None or type(value) is int for value in document[1:-1])
    ):
        raise InvalidInput("cursor", "does not come from a page of this order")
    return tuple(document[1:])


def history(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[tuple[EventBase, ...]]:
    """Every event of a ticket, in order."""
    found = yield from identify(env, ticket_id, ref)
    ticket = yield from get(env, found)
    rows = yield from requests.events(env.tenant, f"ticket:{found}")
    return tuple(with_ref(read_row(row), ticket.ref) for row in rows)


def permitted(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[tuple[str, ...]]:
    """The triggers that a command would be allowed to fire now, sorted."""
    ticket = yield from lookup(env, ticket_id, ref)
    now = yield from requests.now()
    at_us = max(to_us(now), to_us(ticket.recorded_at))
    return casework.permitted(ticket, env.book[ticket.policy], at_us)


def explain_ticket(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[Explanation]:
    """Why the ticket is where it is."""
    ticket = yield from lookup(env, ticket_id, ref)
    events = yield from history(env, ticket.id, None)
    now = yield from requests.now()
    return explain(ticket, events, env.book[ticket.policy], now, current=env.book.current)


def clocks(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[tuple[ClockReading, ...]]:
    """The latest cycle of each SLA clock of a ticket, read now."""
    ticket = yield from lookup(env, ticket_id, ref)
    events = yield from history(env, ticket.id, None)
    now = yield from requests.now()
    at_us = max(to_us(now), to_us(ticket.recorded_at))
    policy = env.book[ticket.policy]
    language = ticket.language or "en"
    return tuple(ClockReading(clock, at_us, events, policy, ticket.tz, language) for clock in ticket.clocks)
