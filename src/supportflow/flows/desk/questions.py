"""What a desk can be asked: about one ticket, about many, about agents and about the queue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Unpack

from supportflow.exceptions import InvalidInput
from supportflow.flows.bot.screen import screen
from supportflow.flows.bot.similar import similar
from supportflow.flows.commands.agents import Misplaced, misplaced
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.routing import agent_id
from supportflow.flows.desk.verbs import TicketName, ticket_name
from supportflow.flows.environment import Environment
from supportflow.flows.load import all_agents, get_agent
from supportflow.flows.queries import announcements, feed, forms, lists, messages
from supportflow.flows.queries.lists import Row, Rows
from supportflow.flows.queries.messages import Reader
from supportflow.flows.queries.papers import papers, person_file
from supportflow.flows.queries.tickets import (
    Filters,
    Order,
    clocks,
    explain_ticket,
    find,
    history,
    lookup,
    permitted,
    read_filters,
)
from supportflow.flows.requests import Flow
from supportflow.flows.routing.dispatch import why_not
from supportflow.kernel.explain.ticket import Explanation
from supportflow.model.announcements import AnnouncementText, Telling, WarningSent
from supportflow.model.base import is_id
from supportflow.model.events import EventBase
from supportflow.model.feed import Feed
from supportflow.model.forms import Form
from supportflow.model.papers import CasePapers, PersonFile
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState
from supportflow.model.similar import SimilarTicket
from supportflow.model.ticket import Evidence, Message, Page, Ticket
from supportflow.model.turns import Screen
from supportflow.routing.whynot import Reason
from supportflow.sla.reading import ClockReading

__all__ = ["Questions"]


class Questions(Shared):
    """What a desk can be asked."""

    @asked
    def agent(self, agent: Agent | str) -> Flow[AgentState]:
        """An agent as the desk knows them: presence, shifts, and the work that they hold.

        Raises:
            InvalidInput: If the desk does not know them.
        """
        return get_agent(self._env, agent_id(agent))

    @asked
    def agents(self) -> Flow[tuple[AgentState, ...]]:
        """Every agent whom the desk knows, in the order of their ids."""
        return all_agents(self._env)

    @asked
    def get(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Ticket]:
        """A ticket as it stands.

        Raises:
            TicketNotFound: If there is none.
        """
        return lookup(self._env, *ticket_name(ticket, ref))

    @asked
    def form(
        self,
        category: str | None = None,
        *,
        ticket: TicketName = None,
        ref: str | None = None,
        language: str | None = None,
    ) -> Flow[Form]:
        """The form that somebody fills in, by the policy's `intake`: for a new ticket, or for what a ticket still lacks.

        Args:
            category: The topic of the new ticket; without one, nothing but words is asked for.
            ticket: The ticket that lacks something; or name it by `ref`.
            ref: The host's own id of it.
            language: Of labels and sentences; the ticket's, or that of the policy's intake, if not given.

        Raises:
            InvalidInput: If a name is none, or there is a category and a ticket.
            TicketNotFound: If there is no such ticket.
        """
        named = (None, None) if ticket is None and ref is None else ticket_name(ticket, ref)
        return forms.form(self._env, category, *named, language)

    @asked
    def find(
        self,
        *,
        order: Order = "priority",
        limit: int = 50,
        cursor: str | None = None,
        **filters: Unpack[Filters],
    ) -> Flow[Page]:
        """One page of the tickets that match.

        Args:
            order: `"priority"` (the queue's order), `"opened"`, `"due"`, or `"updated"`: what somebody last did something
                to comes first.
            limit: How many at most, up to 1,000.
            cursor: From the page before.
            **filters: `open`, `status`, `status_category`, `group`, `assignee`, `requester`, `channel`, `category`,
                `priority_class`, `level`: the value that it must have; `assignee=""` finds what nobody has.
        """
        equal = read_filters(filters)
        return find(self._env, equal=equal, order=order, limit=limit, cursor=cursor)

    @asked
    def history(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[EventBase, ...]]:
        """Every event of a ticket, in order."""
        return history(self._env, *ticket_name(ticket, ref))

    @asked
    def messages(
        self, ticket: TicketName = None, *, ref: str | None = None, seen_by: Reader | None = None
    ) -> Flow[tuple[Message, ...]]:
        """The messages of a ticket with their texts, in order.

        Args:
            ticket: The ticket; or name it by `ref`.
            ref: The host's own id of the ticket.
            seen_by: The requester or a party of the case: only what they wrote, and what the desk wrote to them.

        Raises:
            InvalidInput: If the reader is neither the requester nor a party of the case.
        """
        return messages.messages(self._env, *ticket_name(ticket, ref), seen_by)

    @asked
    def announcements(
        self, ticket: TicketName = None, *, ref: str | None = None
    ) -> Flow[tuple[AnnouncementText, ...]]:
        """What was announced on a ticket, with its texts, in the order of the numbers."""
        return announcements.announcements(self._env, *ticket_name(ticket, ref))

    @asked
    def tellings(
        self, ticket: TicketName = None, *, number: str, ref: str | None = None
    ) -> Flow[tuple[Telling, ...]]:
        """Who was sent an announcement of a ticket, in which words and when; and where it was posted.

        Raises:
            InvalidInput: If that is no number.
        """
        if not is_id(number):
            raise InvalidInput("number", "is not the number of an announcement")
        return announcements.tellings(self._env, *ticket_name(ticket, ref), number)

    @asked
    def warned(self, warning: str) -> Flow[tuple[WarningSent, ...]]:
        """Everybody who was sent a warning of the policy's `updates.warnings`, on whichever ticket, the first ones first.

        It reads the replies that said a warning, and no other event. Tickets that were put away are in it, too.

        Args:
            warning: Its name in the policy. One that no policy has had was sent to nobody.

        Raises:
            InvalidInput: If that is no name.
        """
        if not is_id(warning):
            raise InvalidInput("warning", "is not the name of a warning")
        return announcements.warned(self._env, warning)

    @asked
    def evidence(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[Evidence, ...]]:
        """The evidence that the ticket's category needs, given and missing, and whatever else came."""
        return messages.evidence(self._env, *ticket_name(ticket, ref))

    @asked
    def papers(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[CasePapers]:
        """The papers of a case, for an arbitrator or a court: messages, evidence, all that was recorded; no internal notes.

        Raises:
            TicketNotFound: If there is none.
        """
        return papers(self._env, *ticket_name(ticket, ref))

    @asked
    def person_file(self, requester: str) -> Flow[PersonFile]:
        """All that is held on a person as a requester, archived cases too, under every id that is known to be theirs.

        What they wrote as a party of somebody else's case is in that case's papers.

        Args:
            requester: One of their ids.

        Raises:
            InvalidInput: If it is not an id.
        """
        return person_file(self._env, requester)

    @asked
    def screen(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Screen]:
        """What an agent should see of a ticket at once: messages, the last summary, context, articles and draft replies.

        Nothing is sent: a draft leaves when somebody passes it to `reply`. A port that fails costs its part only.

        Raises:
            TicketNotFound: If there is none.
        """
        return screen(self._env, *ticket_name(ticket, ref))

    @asked
    def permitted(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[str, ...]]:
        """The triggers that the lifecycle would accept now, sorted."""
        return permitted(self._env, *ticket_name(ticket, ref))

    @asked
    def clocks(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[ClockReading, ...]]:
        """The latest cycle of each SLA clock: elapsed, remaining, due, and why."""
        return clocks(self._env, *ticket_name(ticket, ref))

    @asked
    def explain(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Explanation]:
        """Why the ticket has this class, this status, these due times; `str()` of it is text for people."""
        return explain_ticket(self._env, *ticket_name(ticket, ref))

    @asked
    def misplaced(self) -> Flow[tuple[Misplaced, ...]]:
        """Every open ticket whose agent lacks what it needs now: a tier, a certificate, a language that was taken away.

        It looks at every open ticket that an agent has: a question for people, not for a loop. What the policy takes away by
        itself is in `RoutingPolicy.requeue_lost`.
        """
        return misplaced(self._env)

    @asked
    def why_not(
        self, ticket: TicketName = None, *, agent: Agent | str, ref: str | None = None
    ) -> Flow[tuple[Reason, ...]]:
        """Why an agent does not get a ticket now: every reason, and what would change it. Empty if they are offered it.

        It looks at everything that waits: a question for people, not for a loop.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        return why_not(self._env, *ticket_name(ticket, ref), agent_id(agent))

    @asked
    def similar(
        self, ticket: TicketName = None, *, ref: str | None = None, limit: int = 5
    ) -> Flow[tuple[SimilarTicket, ...]]:
        """Tickets about what a ticket is about, the most similar first: duplicates, and what was answered before.

        What was erased is never found, and merged tickets are found as the ticket that goes on.

        Args:
            ticket: Its id, or the ticket itself.
            ref: Or the host's own id of it.
            limit: How many at most, up to 50.

        Raises:
            InvalidInput: If the desk has no index of tickets, or the limit cannot be used.
            TicketNotFound: If there is no such ticket.
        """
        return similar(self._env, *ticket_name(ticket, ref), limit)

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
        return feed.feed(self._env, after, limit, only)

    @asked
    def feed_end(self) -> Flow[str]:
        """The place behind everything that has happened: take it before you read what is, then follow from it.

        Raises:
            InvalidInput: If the desk is in a host's transaction.
        """
        return feed.feed_end(self._env)

    # --- lists ---------------------------------------------------------------------------------

    @asked
    def rows(
        self,
        *,
        order: Order = "priority",
        limit: int = 50,
        cursor: str | None = None,
        refs: Iterable[str] | None = None,
        tickets: Iterable[TicketName] | None = None,
        **filters: Unpack[Filters],
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
            equal = read_filters(filters, "rows")
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
        return lists.one_row(self._env, *ticket_name(ticket, ref))

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
        return lists.get_many(self._env, _ids(tickets), _names("refs", refs))


def _searched(
    env: Environment, equal: dict[str, object], order: Order, limit: int, cursor: str | None
) -> Flow[Rows]:
    page = yield from find(env, equal=equal, order=order, limit=limit, cursor=cursor)
    return Rows((yield from lists.rows_of(env, page.tickets)), page.cursor, page.unreadable)


def _named(env: Environment, ids: Sequence[str], refs: Sequence[str]) -> Flow[Rows]:
    return Rows((yield from lists.list_named(env, ids, refs)))


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
