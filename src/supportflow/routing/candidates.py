"""The agents who have room, in the order in which work goes to them, so that a ticket finds its agent at once.

Each agent with room owns a position, and positions are in the order of idleness. For each trait, each lane and each
degree of load there is one whole number whose bits are positions; the agents for a ticket are the *and* of a few of
these, and the lowest bit is the one who has been idle the longest. Positions are given in rising order, and one that an
agent has left can be used again by somebody who belongs between its neighbours; only if there is none, all positions
are laid out anew, when a ticket comes next: for all at once who came meanwhile, as at the beginning of a shift.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from operator import itemgetter

from supportflow.routing.signature import Trait

__all__ = ["Candidates", "Rank"]

Rank = tuple[int, int, str]
"""Idle since (µs), a turn among those whom the floor has just given work, and the agent's id. The lowest comes first."""

_SPACE = 8


class _Place:
    """Where an agent stands, and in which masks."""

    __slots__ = ("bit", "index", "lanes", "level", "traits")

    def __init__(self, index: int, traits: frozenset[Trait], lanes: int, level: float) -> None:
        self.index = index
        self.bit = 1 << index
        self.traits = traits
        self.lanes = lanes
        self.level = level


class Candidates:
    """The agents who have room.

    Only traits that some ticket has asked for have a mask.
    """

    def __init__(self) -> None:
        self._ranks: list[Rank] = []
        self._at: list[str | None] = []
        self._places: dict[str, _Place] = {}
        self._unplaced: dict[str, tuple[Rank, frozenset[Trait], int, float]] = {}
        self._masks: dict[Trait, int] = {}
        self._asked: dict[frozenset[Trait], tuple[Trait, ...]] = {}
        self._lanes: list[int] = []
        self._numbers: dict[int, tuple[int, ...]] = {}
        self._levels: dict[float, int] = {}
        self._order: list[float] = []

    def __len__(self) -> int:
        return len(self._places) + len(self._unplaced)

    def put(self, agent_id: str, rank: Rank, traits: frozenset[Trait], lanes: int, level: float) -> None:
        """An agent's place, instead of the one they had.

        Args:
            agent_id: Who.
            rank: Their place in the order.
            traits: What they are.
            lanes: What they have room for: bit `n` stands for lane `n`.
            level: How loaded they are: the least comes first, and rank decides among equals.
        """
        old = self._places.get(agent_id)
        if old is not None:
            if (
                lanes == old.lanes
                and level == old.level
                and traits is old.traits
                and self._ranks[old.index] == rank
            ):
                return
            self._leave(agent_id, old)
        elif self._unplaced:
            self._unplaced.pop(agent_id, None)
        index = self._free(rank)
        if index is None:
            self._unplaced[agent_id] = (rank, traits, lanes, level)
            return
        self._ranks[index] = rank
        self._at[index] = agent_id
        place = self._places[agent_id] = _Place(index, traits, lanes, level)
        self._enter(place)

    def remove(self, agent_id: str) -> None:
        """An agent has no room any longer, if they had any."""
        old = self._places.get(agent_id)
        if old is not None:
            self._leave(agent_id, old)
        else:
            self._unplaced.pop(agent_id, None)

    def pick(
        self,
        demands: frozenset[Trait],
        lane: int,
        barred: Iterable[str] = (),
        only: str | None = None,
    ) -> str | None:
        """The first agent who can take a ticket; None if nobody can.

        Args:
            demands: What the ticket asks for.
            lane: The number of its lane.
            barred: Who must not have it.
            only: Nobody but this agent will do.
        """
        if self._unplaced:
            self._lay_out()
        if lane >= len(self._lanes):
            return None
        mask = self._lanes[lane]
        if only is not None:
            place = self._places.get(only)
            mask &= place.bit if place is not None else 0
        masks = self._masks
        for trait in demands:
            if not mask:
                return None
            wanted = masks.get(trait)
            mask &= self._ask(trait) if wanted is None else wanted
        for agent_id in barred:
            place = self._places.get(agent_id)
            if place is not None:
                mask &= ~place.bit
        if not mask:
            return None
        if len(self._order) > 1:
            mask = next(least for least in (mask & self._levels[level] for level in self._order) if least)
        return self._at[(mask & -mask).bit_length() - 1]

    # --- masks

    def _enter(self, place: _Place) -> None:
        asked = self._asked.get(place.traits)
        if asked is None:
            asked = self._asked[place.traits] = tuple(sorted(place.traits & self._masks.keys()))
        self._toggle(place, asked)
        if place.level in self._levels:
            self._levels[place.level] ^= place.bit
        else:
            self._levels[place.level] = place.bit
            insort(self._order, place.level)

    def _leave(self, agent_id: str, place: _Place) -> None:
        self._toggle(place, self._asked[place.traits])
        left = self._levels[place.level] ^ place.bit
        if left:
            self._levels[place.level] = left
        else:
            del self._levels[place.level]
            self._order.remove(place.level)
        self._at[place.index] = None
        del self._places[agent_id]

    def _toggle(self, place: _Place, asked: tuple[Trait, ...]) -> None:
        bit = place.bit
        masks = self._masks
        for trait in asked:
            masks[trait] ^= bit
        numbers = self._numbers.get(place.lanes)
        lanes = self._lanes
        for number in self._meet(place.lanes) if numbers is None else numbers:
            lanes[number] ^= bit

    def _meet(self, lanes: int) -> tuple[int, ...]:
        """The numbers of some lanes that were not asked for before."""
        self._lanes += [0] * (lanes.bit_length() - len(self._lanes))
        numbers = self._numbers[lanes] = tuple(
            number for number in range(lanes.bit_length()) if lanes >> number & 1
        )
        return numbers

    def _ask(self, trait: Trait) -> int:
        """The mask of a trait that no ticket has asked for before."""
        mask = 0
        for place in self._places.values():
            if trait in place.traits:
                mask |= place.bit
        self._masks[trait] = mask
        for traits, asked in self._asked.items():
            if trait in traits:
                self._asked[traits] = (*asked, trait)
        return mask

    # --- positions

    def _free(self, rank: Rank) -> int | None:
        """A position where a rank belongs; None if there is none."""
        ranks, at = self._ranks, self._at
        index = len(ranks) if not ranks or ranks[-1] <= rank else bisect_right(ranks, rank)
        if index and at[index - 1] is None:
            return index - 1
        if index == len(ranks):
            if index > _SPACE * (len(self._places) + _SPACE):
                return None
            ranks.append(rank)
            at.append(None)
            return index
        return index if at[index] is None else None

    def _lay_out(self) -> None:
        """Give everybody a position anew, with a free one after each."""
        everybody = [
            (self._ranks[place.index], who, place.traits, place.lanes, place.level)
            for who, place in self._places.items()
        ]
        everybody += [
            (rank, who, traits, lanes, level) for who, (rank, traits, lanes, level) in self._unplaced.items()
        ]
        self._ranks, self._at, self._places, self._unplaced = [], [], {}, {}
        self._masks = dict.fromkeys(self._masks, 0)
        self._asked = {}
        self._lanes = [0] * len(self._lanes)
        self._levels, self._order = {}, []
        for rank, who, traits, lanes, level in sorted(everybody, key=itemgetter(0)):
            place = self._places[who] = _Place(len(self._ranks), traits, lanes, level)
            self._ranks += (rank, rank)
            self._at += (who, None)
            self._enter(place)
