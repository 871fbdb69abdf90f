"""Which texts of a ticket are sealed: everything that reads texts asks here before it hands one out."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from supportflow.flows.environment import Environment
from supportflow.flows.load import lineage
from supportflow.flows.queries.tickets import history
from supportflow.flows.requests import Flow
from supportflow.model.content import Content
from supportflow.model.events import EventBase
from supportflow.model.ticket import Ticket

__all__ = ["Sealed", "sealed_on", "sealed_titles", "without"]

Sealed = Collection[str]
"""Ids of content rows."""

_NOTHING: frozenset[str] = frozenset()


def sealed_on(env: Environment, ticket: Ticket, events: Sequence[EventBase] | None = None) -> Flow[Sealed]:
    """The texts of a ticket that the desk's policy seals.

    Args:
        env: The desk.
        ticket: The ticket.
        events: Its events, if they are at hand.
    """
    index = env.book.current.access
    if not index:
        return _NOTHING
    own = (yield from history(env, ticket.id, None)) if events is None else events
    return index.sealed(own, (yield from lineage(env, ticket))).keys()


def sealed_titles(env: Environment, tickets: Iterable[Ticket]) -> Flow[Sealed]:
    """The subject lines and the people's names that are sealed, of many tickets."""
    if not env.book.current.access.seals_titles:
        return _NOTHING
    found: set[str] = set()
    for ticket in tickets:
        found.update((yield from sealed_on(env, ticket)))
    return found


def without(found: Mapping[str, Content], sealed: Sealed) -> Mapping[str, Content]:
    """Texts without those that are sealed."""
    return {name: row for name, row in found.items() if name not in sealed} if sealed else found
