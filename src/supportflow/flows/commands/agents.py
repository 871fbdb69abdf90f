"""Commands on agents, and what follows from them for the tickets that they have."""

import json
from typing import NamedTuple

from supportflow._time import to_us
from supportflow.exceptions import (
    ConflictError,
    IdempotencyMismatch,
    Refused,
    SupportflowError,
    TicketNotFound,
)
from supportflow.flows import requests
from supportflow.flows.commands.clean import clean
from supportflow.flows.commands.content import request_hash
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import UNREADABLE, Environment
from supportflow.flows.load import all_agents, get_agent, known_agents, read_agent, read_or_skip
from supportflow.flows.people import same_person
from supportflow.flows.requests import Flow
from supportflow.flows.rows import agent_change, outbox_rows
from supportflow.kernel.after.fitness import lost
from supportflow.kernel.handlers.agents import decide_agent
from supportflow.model.commands import (
    AgentCommand,
    CommandBase,
    Enrol,
    Recheck,
    Release,
    SetPresence,
    Withdraw,
)
from supportflow.model.people import SYSTEM
from supportflow.model.routing import AgentState, Lack
from supportflow.model.storage import AgentRow, Commit, Conflict, Duplicate, InboxEntry, Query, TicketRow

__all__ = ["Misplaced", "execute", "handle_agent", "misplaced", "recheck"]

_PAGE = 200


def execute(env: Environment, command: AgentCommand) -> Flow[tuple[AgentState, bool]]:
    """Carry out a command on an agent: the agent then, and whether it was carried out now, not before under its key.

    Raises:
        InvalidInput: If the agent is not known, or the command makes no sense.
        IdempotencyMismatch: If its key was used for something else.
        ConflictError: If others kept changing the agent.
    """
    key = command.key
    if key is None:
        return (yield from _execute(env, _clean(env, command), None))
    inbox = InboxEntry(
        key, request_hash(command, env.secret), json.dumps({"agent": command.agent_id}).encode()
    )
    command = _clean(env, command)
    try:
        return (yield from _execute(env, command, inbox))
    except IdempotencyMismatch:
        raise
    except SupportflowError:
        # The first time this command ran, it may itself have made what stands in the way now: a shift that is over.
        known = yield from requests.recall(env.tenant, key)
        if known is None:
            raise
    return (yield from _recorded_state(env, known, inbox))


def _clean(env: Environment, command: AgentCommand) -> AgentCommand:
    """The command without secrets."""
    cleaned = clean(command, env.book.current.redaction).command
    assert isinstance(cleaned, AgentCommand)
    return cleaned


def _execute(
    env: Environment, command: AgentCommand, inbox: InboxEntry | None
) -> Flow[tuple[AgentState, bool]]:
    """Load, decide, commit; again if others were faster."""
    if env.tentative:
        yield from requests.reserve()
    for attempt in range(1, requests.ATTEMPTS + 1):
        now = yield from requests.now()
        known = yield from known_agents(env, (command.agent_id,))
        state = known.get(command.agent_id)
        events = decide_agent(state, command, now)
        if state is not None and not events and inbox is None:
            return state, True
        changes = (agent_change(state, events),) if events else ()
        outbox = outbox_rows(env, changes, {}, {}, to_us(now))
        commit = Commit(env.tenant, changes, outbox=outbox, inbox=inbox, at_us=to_us(now))
        answer = yield from requests.commit(commit)
        if isinstance(answer, Duplicate) and inbox is not None:
            return (yield from _recorded_state(env, answer.entry, inbox))
        if not isinstance(answer, Conflict):
            row = changes[0].row if changes else None
            read = read_agent(env, row) if isinstance(row, AgentRow) else get_agent(env, command.agent_id)
            return (yield from read), True
        yield from requests.pause_after_conflict(attempt)
    raise ConflictError(f"agent:{command.agent_id}", requests.ATTEMPTS)


def _recorded_state(env: Environment, entry: InboxEntry, asked: InboxEntry) -> Flow[tuple[AgentState, bool]]:
    """The agent as they are now, for a command that was carried out before."""
    if entry.request_hash != asked.request_hash:
        raise IdempotencyMismatch(entry.key)
    return (yield from get_agent(env, json.loads(entry.result)["agent"])), False


def handle_agent(env: Environment, command: AgentCommand) -> Flow[AgentState]:
    """Carry out a command on an agent, and what follows from it for the tickets that they hold.

    Who goes away or offline gives back what they are offered; who goes offline also what they have, if the policy says so.
    Who loses a right gives back what they are offered and can no longer take; what they have is looked at, too.
    Each ticket is a transaction of its own: what a crash leaves undone, the offers' own time-out does. A repeat under the
    same key changes nothing: what the agent holds by then, they have got since.
    """
    if isinstance(command, Enrol):
        return (yield from _enrol(env, command))
    state, fresh = yield from execute(env, command)
    if not fresh or not isinstance(command, SetPresence) or command.presence == "available":
        return state
    routing = env.book.current.routing
    requeue = command.presence == "offline" and routing is not None and routing.policy.on_leave == "requeue"
    for held in state.load:
        follow_up: CommandBase | None = Withdraw(ticket_id=held.ticket_id) if held.offered else None
        if not held.offered and requeue:
            follow_up = Release(ticket_id=held.ticket_id, by=SYSTEM)
        if follow_up is not None:
            try:
                yield from handle(env, follow_up)
            except Refused:
                continue  # the ticket has moved on by itself meanwhile: nothing is left to give back
            except (*UNREADABLE, TicketNotFound) as error:
                env.unreadable.skip(
                    f"ticket:{held.ticket_id}", error
                )  # the others are given back all the same
    return (yield from get_agent(env, state.id))


def _enrol(env: Environment, command: Enrol) -> Flow[AgentState]:
    known = yield from known_agents(env, (command.agent_id,))
    state, fresh = yield from execute(env, command)
    before = known.get(command.agent_id)
    if not fresh or before is None or before.agent == state.agent:
        return state
    yield from recheck(env, state)
    return (yield from get_agent(env, state.id))


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
    """Check for every open ticket that an agent has, or is offered, whether they may still have it.

    Each ticket is a transaction of its own. What a crash leaves undone is noticed when the ticket is touched.
    """
    held = dict.fromkeys(load.ticket_id for load in state.load)
    held |= dict.fromkeys(row.id for row in (yield from _tickets_of(env, state.id)))
    for ticket_id in held:
        try:
            yield from handle(env, Recheck(ticket_id=ticket_id))
        except Refused:
            continue  # it has moved on by itself meanwhile
        except (*UNREADABLE, TicketNotFound) as error:
            env.unreadable.skip(f"ticket:{ticket_id}", error)  # the others are looked at all the same


def misplaced(env: Environment) -> Flow[tuple[Misplaced, ...]]:
    """Every open ticket whose agent lacks what it needs now, by agent and then by id."""
    now_us = to_us((yield from requests.now()))
    found: list[Misplaced] = []
    for state in (yield from all_agents(env)):
        for row in (yield from _tickets_of(env, state.id)):
            ticket = yield from read_or_skip(env, row)
            if ticket is None:
                continue
            others = yield from same_person(env, ticket.requester)
            lacks = lost(ticket, env.book[ticket.policy], state, now_us, others)
            if lacks:
                found.append(Misplaced(ticket.id, state.id, lacks))
    return tuple(found)


def _tickets_of(env: Environment, agent_id: str) -> Flow[list[TicketRow]]:
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
