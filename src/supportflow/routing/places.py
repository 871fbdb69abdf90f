"""Who comes before whom: the places of waiting tickets in their queues, told without looking at all of them.

It is the queue as somebody who waits sees it: which tickets come first that the same agents could take. Who has room just
now does not matter, nor what is offered next. Tickets that are taken in the same ways are one *line*, kept in order; a place
is the sum of the places in the lines that count.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple

from supportflow.model.routing import Requirement
from supportflow.routing.signature import Entry, Trait, demands

__all__ = ["Places"]


class _Way(NamedTuple):
    """One way in which a ticket can be taken, and what it costs then."""

    requirement: Requirement
    hand_over: bool
    spare: int


class _Asked(NamedTuple):
    """What tickets of one line have in common: the ways in which they are taken, and who must not have them."""

    ways: tuple[_Way, ...]
    barred: frozenset[str]


class _Line:
    """Tickets that are taken in the same ways, in order."""

    __slots__ = ("asked", "crowds", "demands", "order")

    def __init__(self, asked: _Asked) -> None:
        self.asked = asked
        self.demands = tuple(demands(way.requirement) for way in asked.ways)
        self.order: list[tuple[int, int, int, str]] = []
        self.crowds: tuple[frozenset[Trait], ...] | None = None  # the traits of agents who could take them

    def shares(self, other: "_Line") -> bool:
        """Whether a ticket of the one waits with the very requirement, cost and exclusions of the other."""
        return self.asked.barred == other.asked.barred and not set(self.asked.ways).isdisjoint(
            other.asked.ways
        )


class Places:
    """The tickets that wait, and the agents there are."""

    def __init__(self) -> None:
        self._lines: dict[_Asked, _Line] = {}
        self._waiting: dict[str, tuple[Entry, _Line]] = {}
        self._traits: dict[str, frozenset[Trait]] = {}
        self._crowds: dict[frozenset[Trait], set[str]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[str]:
        """The ids of the tickets that wait, in no order."""
        return iter(self._waiting)

    def entry(self, ticket_id: str) -> Entry | None:
        """A ticket as it waits; None if it does not."""
        known = self._waiting.get(ticket_id)
        return None if known is None else known[0]

    def wait(self, entry: Entry) -> None:
        """A ticket waits, or waits in another way than before."""
        known = self._waiting.get(entry.ticket_id)
        if known is not None:
            if known[0] == entry:
                return
            self.leave(entry.ticket_id)
        own = _Way(entry.requirement, entry.hand_over, 0)
        also = (_Way(way.requirement, entry.hand_over, way.spare) for way in entry.also)
        asked = _Asked((own, *also), frozenset(entry.barred))
        line = self._lines.get(asked)
        if line is None:
            line = self._lines[asked] = _Line(asked)
        insort(line.order, (*entry.key, entry.ticket_id))
        self._waiting[entry.ticket_id] = entry, line

    def leave(self, ticket_id: str) -> None:
        """A ticket waits no longer, if it did."""
        known = self._waiting.pop(ticket_id, None)
        if known is not None:
            entry, line = known
            del line.order[bisect_left(line.order, (*entry.key, ticket_id))]
            if not line.order:
                del self._lines[line.asked]

    def seat(self, agent_id: str, traits: frozenset[Trait]) -> None:
        """An agent is there, with these traits."""
        if self._traits.get(agent_id) == traits:
            return
        self.unseat(agent_id)
        self._traits[agent_id] = traits
        crowd = self._crowds.get(traits)
        if crowd is None:
            self._crowds[traits] = {agent_id}
            self._forget_crowds()
        else:
            crowd.add(agent_id)

    def unseat(self, agent_id: str) -> None:
        """An agent has left, if they were there."""
        traits = self._traits.pop(agent_id, None)
        if traits is not None:
            crowd = self._crowds[traits]
            crowd.discard(agent_id)
            if not crowd:
                del self._crowds[traits]
                self._forget_crowds()

    def of(self, ticket_id: str) -> int | None:
        """The place of a ticket in its queue, from 1; None if it does not wait.

        Counted are the tickets that come first and that somebody could take who could take this one; and those with the
        same requirement, cost and exclusions.
        """
        known = self._waiting.get(ticket_id)
        if known is None:
            return None
        entry, own = known
        place = (*entry.key, ticket_id)
        return 1 + sum(
            bisect_left(line.order, place)
            for line in self._lines.values()
            if line is own or line.shares(own) or self._meet(line, own)
        )

    def _meet(self, one: _Line, other: _Line) -> bool:
        """Whether somebody could take tickets of both."""
        crowds = self._able(one)
        barred = one.asked.barred | other.asked.barred
        return any(
            traits in crowds and (not barred or not self._crowds[traits] <= barred)
            for traits in self._able(other)
        )

    def _able(self, line: _Line) -> tuple[frozenset[Trait], ...]:
        if line.crowds is None:
            line.crowds = tuple(
                traits for traits in self._crowds if any(wants <= traits for wants in line.demands)
            )
        return line.crowds

    def _forget_crowds(self) -> None:
        for line in self._lines.values():
            line.crowds = None
