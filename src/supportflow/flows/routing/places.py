"""Where a ticket stands in its queue: answered from an index that a desk keeps, and that the feed keeps current.

The index is a projection and never a second truth. It is read from the store once, then follows the feed: a question costs
what has happened since the last one, whichever process has brought it about. Now and then it is compared with the store.
"""

import heapq
from dataclasses import dataclass, field

from supportflow._time import MINUTE_US, to_us
from supportflow.exceptions import Refused, TicketNotFound
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.load import identify, read_agent_or_skip, read_or_skip, read_ticket
from supportflow.flows.requests import Flow
from supportflow.kernel.due.queue import entry_of
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, Query, SortColumn, TicketRow
from supportflow.routing.places import Places
from supportflow.routing.signature import Seat

__all__ = ["PlaceIndex", "place_in", "queue_position"]

AGE_US = 60 * MINUTE_US
"""The index is compared with the store after so long: what was set anew without an event is not in the feed."""

PAGE = 1_000

MOST = 5
"""So many pages of the feed cost as much as comparing."""

_ORDER: tuple[SortColumn, ...] = ("rank", "level", "order_us", "id")


@dataclass(slots=True)
class PlaceIndex:
    """What a desk keeps between two questions.

    Attributes:
        places: The index; None until the first question.
        feed: The place in the feed that it has come to.
        read_us: When it was read from the store, or compared with it.
        now_us: When it was asked last.
        agents: The agents in it.
        lapses: Heap of (instant, agent): a certificate of theirs lapses then.
    """

    places: Places | None = None
    feed: int = 0
    read_us: int = 0
    now_us: int = 0
    agents: dict[str, AgentState] = field(default_factory=dict)
    lapses: list[tuple[int, str]] = field(default_factory=list)


def queue_position(
    env: Environment, index: PlaceIndex, ticket_id: str | None, ref: str | None
) -> Flow[int | None]:
    """The place of a ticket among those that the same agents could take, from 1; None if it does not wait.

    Raises:
        TicketNotFound: If there is no such ticket.
        Refused: If the policy has no routing.
    """
    if env.tentative:  # what a host's transaction has written is in no feed
        index = PlaceIndex()
    return (yield from place_in(env, index, ticket_id, ref))[1]


def place_in(
    env: Environment, index: PlaceIndex, ticket_id: str | None, ref: str | None
) -> Flow[tuple[str, int | None]]:
    """The id of a ticket, and its place by an index, which is brought up to now.

    Raises:
        TicketNotFound: If there is no such ticket.
        Refused: If the policy has no routing.
    """
    found = yield from identify(env, ticket_id, ref)
    row = yield from requests.load(env.tenant, found)
    if row is None:
        raise TicketNotFound(found)
    if env.book.current.routing is None:
        raise Refused("", "dispatch", "the policy has no routing")
    now_us = to_us((yield from requests.now()))
    try:
        places = yield from _refresh(env, index, now_us)
    except BaseException:
        index.read_us = (
            now_us + 1
        )  # a change in the feed may be lost: compare the index with the store next time
        raise
    place = places.of(found)
    if place is None and row.queued:
        yield from read_ticket(env, row)  # it waits, but is not in the index: raises why it cannot be read
    return found, place


def _refresh(env: Environment, index: PlaceIndex, now_us: int) -> Flow[Places]:
    """The index as of now."""
    places = index.places
    if places is None or not index.read_us <= now_us < index.read_us + AGE_US or now_us < index.now_us:
        return (yield from _load(env, index, now_us))
    index.now_us = now_us
    changed: dict[str, None] = {}
    for _ in range(MOST):
        rows = yield from requests.feed(env.tenant, index.feed, PAGE)
        if any(row.event.kind == "clocks_recomputed" for row in rows):
            break
        changed.update((row.stream, None) for row in rows)
        if rows:
            index.feed = rows[-1].place
        if len(rows) < PAGE:
            yield from _apply_changes(env, index, places, changed)
            _expire_certificates(index, places)
            return places
    return (yield from _load(env, index, now_us))


def _expire_certificates(index: PlaceIndex, places: Places) -> None:
    while index.lapses and index.lapses[0][0] <= index.now_us:
        state = index.agents.get(heapq.heappop(index.lapses)[1])
        if state is not None:  # else they could not be read meanwhile
            _place_agent(index, places, state)


def _load(env: Environment, index: PlaceIndex, now_us: int) -> Flow[Places]:
    """The index as the store has it. What is recorded meanwhile is behind its place in the feed, and is read again."""
    places = index.places
    if places is None or now_us < index.now_us:  # or a certificate counts again that had lapsed
        places, index.agents, index.lapses = Places(), {}, []
    feed = 0 if env.tentative else (yield from requests.feed_end(env.tenant))
    index.now_us = now_us
    yield from _compare_agents(env, index, places)
    _expire_certificates(index, places)
    waiting: set[str] = set()
    after: tuple[int | str | None, ...] | None = None
    while True:
        rows = yield from requests.search(env.tenant, Query({"queued": True}, _ORDER, after, PAGE))
        for row in rows:
            waiting.add(row.id)
            if not _is_known(places, row):
                yield from _apply_ticket(env, places, row)
        if len(rows) < PAGE:
            break
        after = tuple(getattr(rows[-1], column) for column in _ORDER)
    for ticket_id in set(places) - waiting:
        places.leave(ticket_id)
    index.places, index.feed, index.read_us = places, feed, now_us
    return places


def _is_known(places: Places, row: TicketRow) -> bool:
    entry = places.entry(row.id)
    return entry is not None and (entry.version, entry.key) == (
        row.version,
        (row.rank, row.level, row.order_us),
    )


def _compare_agents(env: Environment, index: PlaceIndex, places: Places) -> Flow[None]:
    after = ""
    while True:
        rows = yield from requests.agents(env.tenant, after, PAGE)
        for row in rows:
            known = index.agents.get(row.id)
            if known is None or known.version != row.version:
                yield from _apply_agent(env, index, places, row)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _apply_changes(
    env: Environment, index: PlaceIndex, places: Places, streams: dict[str, None]
) -> Flow[None]:
    """Look anew at what has changed."""
    named = [stream.partition(":")[::2] for stream in streams]
    tickets = [name for kind, name in named if kind == "ticket"]
    rows = (yield from requests.load_many(env.tenant, tickets)) if tickets else ()
    for ticket_id in set(tickets) - {row.id for row in rows}:
        places.leave(ticket_id)
    for row in rows:
        yield from _apply_ticket(env, places, row)
    for kind, name in named:
        if kind != "agent":
            continue
        agent = yield from requests.load_agent(env.tenant, name)
        if agent is None:
            places.unseat(name)
        else:
            yield from _apply_agent(env, index, places, agent)


def _apply_ticket(env: Environment, places: Places, row: TicketRow) -> Flow[None]:
    """A ticket as it is in the queue, or not."""
    entry = None
    if row.queued:
        ticket = yield from read_or_skip(env, row)
        entry = None if ticket is None else entry_of(ticket, env.book[ticket.policy])
    if entry is None:
        places.leave(row.id)
    else:
        places.wait(entry)


def _apply_agent(env: Environment, index: PlaceIndex, places: Places, row: AgentRow) -> Flow[None]:
    state = yield from read_agent_or_skip(env, row)
    if state is not None:
        _place_agent(index, places, state)
    else:
        index.agents.pop(row.id, None)
        places.unseat(row.id)


def _place_agent(index: PlaceIndex, places: Places, state: AgentState) -> None:
    """An agent with what they can do now; when that changes by itself is noted."""
    index.agents[state.id] = state
    seat = Seat.of(state, index.now_us)
    if seat.next_change_us is not None:
        heapq.heappush(index.lapses, (seat.next_change_us, state.id))
    places.seat(state.id, seat.traits)
