"""Tickets and agents as the store has them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TypeVar

from supportflow.exceptions import DamagedRow, InvalidInput, NewerSchemaError, PolicyNotFound, TicketNotFound
from supportflow.flows import requests
from supportflow.flows.environment import UNREADABLE, Environment
from supportflow.flows.people import RequesterStream
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.kernel import FOLD_VERSION, fold
from supportflow.kernel.fold.agents import AGENT_FOLD_VERSION, fold_agent
from supportflow.model.events import (
    EventBase,
    EvidenceRequested,
    ReplySent,
    RequesterInformed,
)
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.sections.informing import informing_text, promise_text, warning_text

__all__ = [
    "all_agents",
    "fetch_policy",
    "find_ref",
    "follow_merges",
    "get",
    "get_agent",
    "get_with_requester",
    "identify",
    "known_agents",
    "lineage",
    "read_agent",
    "read_agent_or_skip",
    "read_or_skip",
    "read_ticket",
    "read_tickets",
    "request_text",
    "with_policy_words",
]

T = TypeVar("T")

_AGENTS_PAGE = 1_000


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
    found = yield from find_ref(env, ref)
    if found is None:
        raise TicketNotFound(ref)
    return found


def find_ref(env: Environment, ref: str) -> Flow[str | None]:
    """The id of the ticket that a host's reference names, or None."""
    if env.held is not None:
        return env.held.refs.get(ref)
    return (yield from requests.find_ref(env.tenant, ref))


def get(env: Environment, ticket_id: str) -> Flow[Ticket]:
    """A ticket, with the policy version that it lives under in the book.

    Raises:
        TicketNotFound: If there is none.
    """
    if env.held is not None:
        held = env.held.tickets.get(ticket_id)
        if held is None:
            raise TicketNotFound(ticket_id)
        return held
    row = yield from requests.load(env.tenant, ticket_id)
    if row is None:
        raise TicketNotFound(ticket_id)
    return _at_hand(env, row) or (yield from read_ticket(env, row))


def get_with_requester(
    env: Environment, ticket_id: str | None, ref: str | None
) -> Flow[tuple[Ticket, RequesterStream]]:
    """A ticket by its id, or by the host's reference if that is None, and what is recorded of its requester.

    Of a store that has both in one call.

    Raises:
        TicketNotFound: If there is none.
    """
    found = yield from requests.load_with_requester(env.tenant, ticket_id, ref)
    if found is None:
        name = ref if ticket_id is None else ticket_id
        assert name is not None
        raise TicketNotFound(name)
    row, events = found
    ticket = _at_hand(env, row) or (yield from read_ticket(env, row))
    return ticket, RequesterStream(row.requester, events)


def _at_hand(env: Environment, row: TicketRow) -> Ticket | None:
    """The ticket in a row as its snapshot says, if that can be read and its policy is in the book: so it is, mostly."""
    ticket = _snapshot(env, row) if row.fold_version == FOLD_VERSION else None
    if ticket is None or ticket.policy not in env.book:
        return None
    env.unreadable.used(f"ticket:{row.id}")
    return ticket


def read_ticket(env: Environment, row: TicketRow) -> Flow[Ticket]:
    """The ticket in a row. A snapshot of another fold, or one that is damaged, is made anew from the ticket's events.

    Raises:
        NewerSchemaError: If the snapshot or an event is of a newer supportflow: that one sees to it.
        DamagedRow: If neither the snapshot nor the events can be read.
        PolicyNotFound: If the version that it lives under is not kept.
    """
    current = row.fold_version == FOLD_VERSION
    if not current and row.fold_version > FOLD_VERSION:
        raise NewerSchemaError("ticket snapshot", row.fold_version, FOLD_VERSION)
    ticket = _snapshot(env, row) if current else None
    if ticket is None:
        ticket = yield from _fold(
            env, f"ticket:{row.id}", row.version, partial(fold, tenant=env.tenant), "ticket"
        )
        if current:
            env.unreadable.mended(f"ticket:{row.id}")
    yield from fetch_policy(env, ticket.policy)
    env.unreadable.used(f"ticket:{row.id}")
    return ticket


def _snapshot(env: Environment, row: TicketRow) -> Ticket | None:
    """The ticket as the row says; None if it does not say it, or says it of another one."""
    ticket = env.snapshots.read(row)
    if ticket is None:
        return None
    fits = (ticket.id, ticket.version, ticket.tenant) == (row.id, row.version, env.tenant)
    return ticket if fits else None


def _fold(
    env: Environment, stream: str, version: int, fold_events: Callable[[Iterable[EventBase]], T], what: str
) -> Flow[T]:
    """What the events of a stream make.

    Args:
        env: The desk.
        stream: Which stream.
        version: How many events it must have.
        fold_events: The fold of its kind.
        what: What they make, in one word.

    Raises:
        NewerSchemaError: If an event is of a newer supportflow.
        DamagedRow: If events are missing, or they cannot be folded.
    """
    rows = yield from requests.events(env.tenant, stream)
    if [one.seq for one in rows] != list(range(1, len(rows) + 1)) or len(rows) != version:
        raise DamagedRow(stream, "its events are not complete")
    try:
        return fold_events(map(read_row, rows))
    except NewerSchemaError:
        raise
    except Exception as error:
        # A history that a desk wrote raises nothing. Of what somebody else wrote, nobody knows what it raises.
        raise DamagedRow(stream, f"its events make no {what} ({type(error).__name__})") from error


def read_or_skip(env: Environment, row: TicketRow) -> Flow[Ticket | None]:
    """The ticket in a row among others; None if it cannot be read, which is noted."""
    try:
        return (yield from read_ticket(env, row))
    except UNREADABLE as error:
        env.unreadable.skip(f"ticket:{row.id}", error)
        return None


def request_text(env: Environment, ticket: Ticket, event: EvidenceRequested | RequesterInformed) -> Flow[str]:
    """Words that are the policy's: what the policy that the event names made of it, then and now."""
    yield from fetch_policy(env, event.policy)
    if isinstance(event, RequesterInformed):
        return informing_text(env.book[event.policy].document, event, ticket.ref or ticket.id)
    return env.book[event.policy].cases.request(
        event.topic,
        event.items,
        template=event.template,
        language=event.language,
        ref=ticket.ref,
        ticket_id=ticket.id,
    )


def with_policy_words(env: Environment, event: ReplySent, body: str | None) -> Flow[str | None]:
    """A reply as its reader gets it: with the warnings that it says, and the sentence of when they hear again."""
    if body is None:
        return None
    parts = [body]
    for warned in event.warned:
        yield from fetch_policy(env, warned.policy)
        parts.append(warning_text(env.book[warned.policy].document, warned))
    if event.promised is not None:
        yield from fetch_policy(env, event.promised.policy)
        document = env.book[event.promised.policy].document
        parts.append(promise_text(document, event.promised, event.recorded_at))
    return "\n\n".join(parts)


def fetch_policy(env: Environment, fingerprint: str) -> Flow[None]:
    """Have a version of the policy in the book, if the store has it."""
    if fingerprint in env.book:
        return
    document = yield from requests.get_policy(env.tenant, fingerprint)
    if document is None:
        raise PolicyNotFound(fingerprint)
    try:
        policy = CompiledPolicy(Policy.stored(document))
    except (ValueError, TypeError) as error:  # a newer version may say what this one does not know, too
        raise DamagedRow(f"policy:{fingerprint}", f"it is no policy ({type(error).__name__})") from None
    env.book.add(policy)
    if policy.document.overlay is not None:
        # Where the ticket goes when the surges are over.
        yield from fetch_policy(env, policy.document.overlay.base)


def read_tickets(env: Environment, rows: Sequence[TicketRow]) -> Flow[tuple[Ticket, ...]]:
    """The tickets in rows, in their order, without those that cannot be read: these are noted."""
    tickets: list[Ticket] = []
    for row in rows:
        ticket = yield from read_or_skip(env, row)
        if ticket is not None:
            tickets.append(ticket)
    return tuple(tickets)


def follow_merges(env: Environment, ticket: Ticket) -> Flow[Ticket]:
    """Where a message for a ticket belongs: the ticket that it was merged into, or the follow-up that took it up."""
    visited = {ticket.id}
    while not ticket.is_open:
        onward = ticket.merged_into or ticket.followed_by
        if onward is None or onward in visited:  # what a host reports can lead in a circle
            break
        visited.add(onward)
        ticket = yield from get(env, onward)
    return ticket


def read_agent(env: Environment, row: AgentRow) -> Flow[AgentState]:
    """The agent in a row. A snapshot of another fold, or one that is damaged, is made anew from the agent's events.

    Raises:
        NewerSchemaError: If the snapshot or an event is of a newer supportflow: that one sees to it.
        DamagedRow: If neither the snapshot nor the events can be read.
    """
    stream = f"agent:{row.id}"
    current = row.fold_version == AGENT_FOLD_VERSION
    if not current and row.fold_version > AGENT_FOLD_VERSION:
        raise NewerSchemaError("agent snapshot", row.fold_version, AGENT_FOLD_VERSION)
    state = env.agent_snapshots.read(row) if current else None
    if state is None:
        state = yield from _fold(env, stream, row.version, fold_agent, "agent")
        if current:
            env.unreadable.mended(stream)
    env.unreadable.used(stream)
    return state


def known_agents(env: Environment, ids: Collection[str]) -> Flow[dict[str, AgentState]]:
    """Those of the agents whom the desk knows."""
    found: dict[str, AgentState] = {}
    if env.held is not None:
        return found
    for agent_id in sorted(ids):
        row = yield from requests.load_agent(env.tenant, agent_id)
        if row is not None:
            found[agent_id] = yield from read_agent(env, row)
    return found


def lineage(env: Environment, ticket: Ticket) -> Flow[tuple[tuple[EventBase, ...], ...]]:
    """The events of the tickets that a ticket follows or was split from, the nearest first: it shares texts with them."""
    met = {ticket.id}
    streams: list[tuple[EventBase, ...]] = []
    waiting = [one for one in (ticket.split_from, ticket.follow_up_of) if one is not None]
    while waiting:
        name = waiting.pop(0)
        if name in met:
            continue
        met.add(name)
        rows = yield from requests.events(env.tenant, f"ticket:{name}")
        streams.append(tuple(map(read_row, rows)))
        first = streams[-1][0] if rows else None
        waiting += [
            one for one in (getattr(first, "split_from", None), getattr(first, "follow_up_of", None)) if one
        ]
    return tuple(streams)


def get_agent(env: Environment, agent_id: str) -> Flow[AgentState]:
    """An agent.

    Raises:
        InvalidInput: If the desk does not know them.
    """
    row = yield from requests.load_agent(env.tenant, agent_id)
    if row is None:
        raise InvalidInput("agent", "is no agent whom the desk knows; enrol them first")
    return (yield from read_agent(env, row))


def read_agent_or_skip(env: Environment, row: AgentRow) -> Flow[AgentState | None]:
    """The agent in a row among others; None if they cannot be read, which is noted."""
    try:
        return (yield from read_agent(env, row))
    except UNREADABLE as error:
        env.unreadable.skip(f"agent:{row.id}", error)
        return None


def all_agents(env: Environment) -> Flow[tuple[AgentState, ...]]:
    """Every agent whom the desk knows, in the order of their ids, without those who cannot be read: these are noted."""
    states: list[AgentState] = []
    after = ""
    while True:
        rows = yield from requests.agents(env.tenant, after, _AGENTS_PAGE)
        for row in rows:
            state = yield from read_agent_or_skip(env, row)
            if state is not None:
                states.append(state)
        if len(rows) < _AGENTS_PAGE:
            return tuple(states)
        after = rows[-1].id
