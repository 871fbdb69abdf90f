"""What a desk can be asked about one ticket, about agents and about the queue."""

from typing import Unpack

from supportflow.flows import queries, reading
from supportflow.flows.agents import all_agents, get_agent
from supportflow.flows.desk.methods import Shared, asked, in_turn
from supportflow.flows.desk.routing import agent_id
from supportflow.flows.desk.verbs import TicketName, named
from supportflow.flows.dispatching import why_not
from supportflow.flows.placing import PlaceIndex, queue_position
from supportflow.flows.rechecking import Misplaced, misplaced
from supportflow.flows.requests import Flow
from supportflow.flows.screen import screen
from supportflow.kernel.explain import Explanation
from supportflow.model.events import EventBase
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Evidence, Message, Page, Ticket
from supportflow.model.turns import Screen
from supportflow.routing.whynot import Reason
from supportflow.sla.reading import ClockReading

__all__ = ["Questions"]


class Questions(Shared):
    """What a desk can be asked."""

    _places: PlaceIndex

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
        name = named(ticket, ref)
        return queries.lookup(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def find(
        self,
        *,
        order: queries.Order = "priority",
        limit: int = 50,
        cursor: str | None = None,
        **filters: Unpack[queries.Filters],
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
        equal = queries.read_filters(filters)
        return queries.find(self._env, equal=equal, order=order, limit=limit, cursor=cursor)

    @asked
    def history(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[EventBase, ...]]:
        """Every event of a ticket, in order."""
        name = named(ticket, ref)
        return queries.history(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def messages(
        self, ticket: TicketName = None, *, ref: str | None = None, seen_by: reading.Reader | None = None
    ) -> Flow[tuple[Message, ...]]:
        """The messages of a ticket with their texts, in order.

        Args:
            ticket: The ticket; or name it by `ref`.
            ref: The host's own id of the ticket.
            seen_by: The requester or a party of the case: only what they wrote, and what the desk wrote to them.

        Raises:
            InvalidInput: If the reader is neither the requester nor a party of the case.
        """
        name = named(ticket, ref)
        return reading.messages(self._env, name.get("ticket_id"), name.get("ref"), seen_by)

    @asked
    def evidence(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[Evidence, ...]]:
        """The evidence that the ticket's category needs, given and missing, and whatever else came."""
        name = named(ticket, ref)
        return reading.evidence(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def screen(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Screen]:
        """What an agent should see of a ticket at once: messages, the last summary, context, articles and draft replies.

        Nothing is sent: a draft leaves when somebody passes it to `reply`. A port that fails costs its part only.

        Raises:
            TicketNotFound: If there is none.
        """
        name = named(ticket, ref)
        return screen(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def permitted(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[str, ...]]:
        """The triggers that the lifecycle would accept now, sorted."""
        name = named(ticket, ref)
        return queries.permitted(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def clocks(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[tuple[ClockReading, ...]]:
        """The latest cycle of each SLA clock: elapsed, remaining, due, and why."""
        name = named(ticket, ref)
        return queries.clocks(self._env, name.get("ticket_id"), name.get("ref"))

    @asked
    def explain(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[Explanation]:
        """Why the ticket has this class, this status, these due times; `str()` of it is text for people."""
        name = named(ticket, ref)
        return queries.explained(self._env, name.get("ticket_id"), name.get("ref"))

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
        name = named(ticket, ref)
        return why_not(self._env, name.get("ticket_id"), name.get("ref"), agent_id(agent))

    @in_turn("place")
    def queue_position(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[int | None]:
        """The place of a ticket among those that the same agents could take, from 1; None if it does not wait.

        The first question looks at everything that waits, and one now and then; the others at what has happened since.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        name = named(ticket, ref)
        return queue_position(self._env, self._places, name.get("ticket_id"), name.get("ref"))
