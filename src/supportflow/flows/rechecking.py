"""Looking again at the tickets of an agent who is no longer what they were."""

from typing import NamedTuple

from supportflow._time import to_us
from supportflow.exceptions import Refused, TicketNotFound
from supportflow.flows import people, requests
from supportflow.flows.agents import all_agents, known_agents
from supportflow.flows.commands import handle
from supportflow.flows.environment import Environment
from supportflow.flows.loading import readable
from supportflow.flows.noticing import UNREADABLE
from supportflow.flows.requests import Flow
from supportflow.kernel.fitness import lost
from supportflow.model.commands import Recheck
from supportflow.model.people import Actor
from supportflow.model.routing import AgentState, Lack
from supportflow.model.storage import Query, TicketRow

__all__ = ["Misplaced", "link", "misplaced", "recheck"]

_PAGE = 200


class Misplaced(NamedTuple):
    """An open ticket whose agent lacks what it needs.

    Attributes:
        ticket_id: The ticket.
        agent: Who has it.
        lacks: What they lack, but for what was passed over when they got the ticket.
    """

    ticket_id: str
    agent: str
    lacks: tuple[Lack, ...]


def recheck(env: Environment, state: AgentState) -> Flow[None]:
    """See of every open ticket that an agent has, or is offered, whether they may have it still.

    Each ticket is a transaction of its own. What a crash leaves undone is noticed when the ticket is touched.
    """
    held = dict.fromkeys(load.ticket_id for load in state.load)
    held |= dict.fromkeys(row.id for row in (yield from _has(env, state.id)))
    for ticket_id in held:
        try:
            yield from handle(env, Recheck(ticket_id=ticket_id))
        except Refused:
            continue  # it has moved on by itself meanwhile
        except (*UNREADABLE, TicketNotFound) as error:
            env.noticed.skip(f"ticket:{ticket_id}", error)  # the others are looked at all the same


def link(env: Environment, requester: str, other: str, by: Actor, *, linked: bool) -> Flow[frozenset[str]]:
    """Record that two ids are, or are not, one person's; agents among them may turn out to have their own tickets.

    Returns:
        The other ids of the person.

    Raises:
        SupportflowError: As `people.link`.
    """
    person = yield from people.link(env, requester, other, by, linked=linked)
    for state in (yield from known_agents(env, {requester, other, *person})).values():
        yield from recheck(env, state)
    return person


def misplaced(env: Environment) -> Flow[tuple[Misplaced, ...]]:
    """Every open ticket whose agent lacks what it needs now, by agent and then by id."""
    now_us = to_us((yield from requests.now()))
    found: list[Misplaced] = []
    for state in (yield from all_agents(env)):
        for row in (yield from _has(env, state.id)):
            ticket = yield from readable(env, row)
            if ticket is None:
                continue
            others = yield from people.same_person(env, ticket.requester)
            lacks = lost(ticket, env.book[ticket.policy], state, now_us, others)
            if lacks:
                found.append(Misplaced(ticket.id, state.id, lacks))
    return tuple(found)


def _has(env: Environment, agent_id: str) -> Flow[list[TicketRow]]:
    """The open tickets that an agent has."""
    found: list[TicketRow] = []
    after: tuple[int | str | None, ...] | None = None
    while True:
        query = Query({"assignee": agent_id, "open": True}, ("id",), after, _PAGE)
        rows = yield from requests.search(env.tenant, query)
        found += rows
        if len(rows) < _PAGE:
            return found
        after = (rows[-1].id,)
