"""What a desk can be asked about many tickets: what happens on all of them, rows for a list, many by name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Unpack

from supportflow.exceptions import InvalidInput
from supportflow.flows import feeding, listing, queries
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.verbs import TicketName, named
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.results import Row, Rows
from supportflow.model.base import is_id
from supportflow.model.events import EventBase
from supportflow.model.feed import Feed
from supportflow.model.ticket import Ticket

__all__ = ["Lists"]


class Lists(Shared):
    """What a desk can be asked about many tickets at once."""

    # --- what happens --------------------------------------------------------------------------

    @asked
    def feed(
        self, after: str | None = None, *, limit: int = 100, only: Collection[type[EventBase]] = ()
    ) -> Flow[Feed]:
        """What happened on all tickets, to all agents and to the desk, behind a place: in one order that all readers see.

        Any number of processes can read it, each with a cursor of its own. Whoever goes on from the last cursor misses
        nothing: what is committed late comes late. Nothing is changed by reading, and nothing is ever taken out: an event
        names texts that can be erased, and holds none.

        Args:
            after: The `cursor` of a feed or of an item; None for the beginning.
            limit: How many events are looked at, at most, up to 1,000.
            only: Classes of events, such as `SlaBreached`, or `TicketEvent` for all that happens to tickets. Others are
                looked at, too, and left out.

        Raises:
            InvalidInput: If something of this cannot be used, or the desk is in a host's transaction.
        """
        return feeding.feed(self._env, after, limit, only)

    @asked
    def feed_end(self) -> Flow[str]:
        """The place behind everything that has happened: take it before you read what is, then follow from it.

        Raises:
            InvalidInput: If the desk is in a host's transaction.
        """
        return feeding.feed_end(self._env)

    # --- lists ---------------------------------------------------------------------------------

    @asked
    def rows(
        self,
        *,
        order: queries.Order = "priority",
        limit: int = 50,
        cursor: str | None = None,
        refs: Iterable[str] | None = None,
        tickets: Iterable[TicketName] | None = None,
        **filters: Unpack[queries.Filters],
    ) -> Flow[Rows]:
        """Rows for a list: tickets with subject, requester, due time and clocks, in one read.

        Args:
            order: As for `find`.
            limit: How many at most, up to 1,000.
            cursor: From the page before.
            refs: The tickets with these references of the host's, in this order, instead of a search.
            tickets: These tickets, in this order, instead of a search.
            **filters: As for `find`.

        Raises:
            InvalidInput: If something of this cannot be used, or a search is asked for besides named tickets.
        """
        if refs is None and tickets is None:
            equal = queries.read_filters(filters, "rows")
            return _searched(self._env, equal, order, limit, cursor)
        if filters or cursor is not None:
            raise InvalidInput(
                "refs", "and tickets name what is listed: no filter and no cursor goes with them"
            )
        names = _ids(() if tickets is None else tickets)
        return _named(self._env, names, _names("refs", () if refs is None else refs))

    @asked
    def row(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Row]:
        """A ticket with its subject, requester, due time and clocks.

        Raises:
            TicketNotFound: If there is none.
        """
        name = named(ticket, ref)
        return listing.one_row(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def get_many(
        self, refs: Iterable[str] = (), *, tickets: Iterable[TicketName] = ()
    ) -> Flow[Mapping[str, Ticket]]:
        """Many tickets in one read, by the names that you give. What there is no ticket of is left out.

        Args:
            refs: The host's own ids.
            tickets: Ids of tickets, or tickets to be read anew.

        Raises:
            InvalidInput: If a name cannot be used, or they are more than 1,000.
        """
        return listing.get_many(self._env, _ids(tickets), _names("refs", refs))


def _searched(
    env: Environment, equal: dict[str, object], order: queries.Order, limit: int, cursor: str | None
) -> Flow[Rows]:
    page = yield from queries.find(env, equal=equal, order=order, limit=limit, cursor=cursor)
    return Rows((yield from listing.rows_of(env, page.tickets)), page.cursor, page.unreadable)


def _named(env: Environment, ids: Sequence[str], refs: Sequence[str]) -> Flow[Rows]:
    return Rows((yield from listing.list_named(env, ids, refs)))


def _ids(tickets: Iterable[TicketName]) -> list[str]:
    if isinstance(tickets, str | Mapping) or not isinstance(tickets, Iterable):
        raise InvalidInput("tickets", "is not a series of tickets or their ids")
    return _names("tickets", [one.id if isinstance(one, Ticket) else one for one in tickets])


def _names(field: str, names: Iterable[object]) -> list[str]:
    if isinstance(names, str | Mapping) or not isinstance(names, Iterable):
        raise InvalidInput(field, "is not a series of ids")
    given = list(names)
    if not all(is_id(name) for name in given):
        raise InvalidInput(field, "has something in it that is not an id")
    return [str(name) for name in given]
