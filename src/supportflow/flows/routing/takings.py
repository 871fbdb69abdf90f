"""The tickets that were taken of late, as a desk remembers them between two questions: it follows the feed.

A question costs what has happened since the last one. As with places in the queue, this is a projection and no second truth.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import NamedTuple

from supportflow._time import to_us
from supportflow.exceptions import DamagedRow, NewerSchemaError
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.base import StatusCategory
from supportflow.model.events import AssignmentChanged, StatusChanged, TicketRouted
from supportflow.model.storage import FeedRow
from supportflow.routing.waiting import LOOKED_AT, Basis, Passed

__all__ = ["TAIL", "Takings", "basis_of"]

TAIL = 5_000
"""So many of the latest events are looked at."""

PAGE = 1_000

_BASES = 32
"""For so many groups of agents what follows is kept."""


class _Away(NamedTuple):
    """A ticket that nobody is to work on for now: its requester has to say something first, or it has ended.

    Attributes:
        place: The place in the feed of what this rests on.
        waits: Whether it waits for an agent as soon as it comes back.
    """

    place: int
    waits: bool


class _Taking(NamedTuple):
    """A ticket that waited, and was taken.

    Attributes:
        ticket_id: The ticket.
        agent: Who took it.
        entered_us: Since when it waited.
        taken_us: When it was taken.
        place: Where in the feed it began to wait.
    """

    ticket_id: str
    agent: str
    entered_us: int
    taken_us: int
    place: int


@dataclass(slots=True)
class Takings:
    """What a desk remembers of tickets that were taken.

    Attributes:
        feed: The place in the feed that it has come to.
        since: Ticket that waits → the place where that began, and when.
        away: Ticket that nobody is to work on for now.
        taken: Those that were taken, in the order of the feed.
        ranks: Ticket → what comes before the order of entering.
        stale: Tickets of which something has happened since that was read.
        bases: Agents → what follows for who waits for one of them, and the instant from which on it does.
        read_us: The state of the places in the queue that the ranks were read with.
    """

    feed: int = -1
    since: dict[str, tuple[int, int]] = field(default_factory=dict)
    away: dict[str, _Away] = field(default_factory=dict)
    taken: list[_Taking] = field(default_factory=list)
    ranks: dict[str, tuple[int, int]] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    bases: dict[frozenset[str], tuple[Basis, int]] = field(default_factory=dict)
    read_us: int = 0

    def begin_at(self, place: int) -> None:
        """Forget everything, and go on behind a place."""
        self.feed = place
        for one in (self.since, self.away, self.taken, self.ranks, self.stale, self.bases):
            one.clear()

    def see(self, row: FeedRow, busy: Container[StatusCategory]) -> None:
        """Take in what comes next in the feed.

        Args:
            row: An event.
            busy: The categories of status in which a ticket waits for an agent, or takes of one's time.
        """
        kind, _, name = row.stream.partition(":")
        if kind == "ticket" and name in self.ranks:
            self.stale.add(name)
        event = _read(row)
        if isinstance(event, TicketRouted):
            self._begin(row.place, event)
        elif isinstance(event, StatusChanged):
            self._change(row.place, event, busy=event.category in busy)
        elif event is not None and event.assignee is not None and event.previous_assignee is None:
            self._take(event, event.assignee)
        self.feed = row.place

    def _begin(self, place: int, event: TicketRouted) -> None:
        """Note that a ticket begins to wait; one that needs something else now goes on waiting as it did."""
        if event.cause == "changed" and event.since != event.recorded_at:
            return
        away = self.away.get(event.ticket_id)
        if away is None:
            self.since[event.ticket_id] = place, to_us(event.since)
        else:
            self.away[event.ticket_id] = _Away(away.place, waits=True)

    def _change(self, place: int, event: StatusChanged, *, busy: bool) -> None:
        """Note that a ticket is to be worked on, or not: what its requester takes to answer is no wait for an agent."""
        if not busy:
            known = self.away.get(event.ticket_id, _Away(place, waits=False))
            waited = self.since.pop(event.ticket_id, None)
            self.away[event.ticket_id] = known if waited is None else _Away(waited[0], waits=True)
            return
        away = self.away.pop(event.ticket_id, None)
        if away is not None and away.waits:
            self.since[event.ticket_id] = away.place, to_us(event.recorded_at)

    def _take(self, event: AssignmentChanged, agent: str) -> None:
        """Note that somebody has got a ticket that nobody had."""
        away = self.away.get(event.ticket_id)
        if away is not None:
            self.away[event.ticket_id] = away._replace(waits=False)
        waited = self.since.pop(event.ticket_id, None)
        if waited is not None:
            place, entered_us = waited
            self.taken.append(_Taking(event.ticket_id, agent, entered_us, to_us(event.recorded_at), place))
            self.bases.clear()

    def drop_until(self, place: int) -> None:
        """Forget what began to wait at a place of the feed or before."""
        if any(one.place <= place for one in self.taken):
            self.taken = [one for one in self.taken if one.place > place]
            self.bases.clear()
        if len(self.since) > TAIL:
            self.since = {name: one for name, one in self.since.items() if one[0] > place}
        if len(self.away) > TAIL:
            self.away = {name: one for name, one in self.away.items() if one.place > place}

    def recent(self, able: frozenset[str], now_us: int) -> tuple[list[_Taking], int]:
        """The latest that some agents have taken, and when they took one last: after now, if the clock was set back."""
        own = [one for one in self.taken if one.agent in able]
        known = [one for one in own if one.taken_us <= now_us]
        return known[-2 * LOOKED_AT :], max((one.taken_us for one in own), default=0)


def basis_of(
    env: Environment, takings: Takings, able: frozenset[str], read_us: int, now_us: int
) -> Flow[Basis]:
    """What the tickets tell that some agents have taken of late.

    Args:
        env: The desk.
        takings: What it remembers.
        able: The agents.
        read_us: The state of the places in the queue: with another one, ranks are read anew.
        now_us: Now.
    """
    yield from _follow(env, takings)
    if takings.read_us != read_us:
        takings.stale.update(takings.ranks)
        takings.read_us = read_us
    if takings.stale:
        yield from _read_ranks(env, takings, takings.stale)
        takings.stale.clear()
    known = takings.bases.get(able)
    if known is not None and known[1] <= now_us:
        return known[0]
    own, last_us = takings.recent(able, now_us)
    yield from _read_ranks(env, takings, {one.ticket_id for one in own} - takings.ranks.keys())
    ranks = takings.ranks
    basis = Basis(
        [Passed(one.entered_us, one.taken_us, ranks[one.ticket_id]) for one in own if one.ticket_id in ranks]
    )
    if last_us > now_us:
        return basis  # it holds for this question alone: later ones know of more
    if len(takings.bases) >= _BASES:
        del takings.bases[next(iter(takings.bases))]
    takings.bases[able] = basis, last_us
    return basis


def _follow(env: Environment, takings: Takings) -> Flow[None]:
    """Bring it up to the end of the feed: the first time, and whoever was away for long, from a bounded number of events."""
    end = yield from requests.feed_end(env.tenant)
    if not max(end - TAIL, 0) <= takings.feed <= end:
        takings.begin_at(max(end - TAIL, 0))
    routing = env.book.current.routing
    busy: frozenset[StatusCategory] = frozenset() if routing is None else routing.busy_in
    while True:
        rows = yield from requests.feed(env.tenant, takings.feed, PAGE)
        for row in rows:
            takings.see(row, busy)
        if len(rows) < PAGE:
            break
    takings.drop_until(takings.feed - TAIL)


def _read_ranks(env: Environment, takings: Takings, names: set[str]) -> Flow[None]:
    if not names:
        return
    rows = yield from requests.load_many(env.tenant, sorted(names))
    found = {row.id: (row.rank, row.level) for row in rows}
    if any(takings.ranks.get(name) != found.get(name) for name in names & takings.ranks.keys()):
        takings.bases.clear()
    for name in names - found.keys():
        takings.ranks.pop(name, None)
    takings.ranks |= found


def _read(row: FeedRow) -> TicketRouted | StatusChanged | AssignmentChanged | None:
    if row.event.kind not in {"ticket_routed", "status_changed", "assignment_changed"}:
        return None
    try:
        event = read_row(row.event)
    except (DamagedRow, NewerSchemaError):  # of a ticket that cannot be read: it tells nothing of the others
        return None
    return event if isinstance(event, TicketRouted | StatusChanged | AssignmentChanged) else None
