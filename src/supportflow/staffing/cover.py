"""The cheapest stretches of hours that give every hour what it needs: exactly, as a flow of least cost.

Each hour says: those on duty in it, less those too many, are as many as it needs. Subtract each line from the next, and
every stretch stands in two of them only, where it begins and where it ends: a flow from hour to hour, which has whole
numbers (Segal 1974, "The operator-scheduling problem: a network-flow approach", Operations Research 22).
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

__all__ = ["Stretch", "covered"]

_ENDLESS = 1 << 60


class Stretch(NamedTuple):
    """Hours that somebody can be on duty.

    Attributes:
        first: The first hour.
        after: The hour after the last.
        cost: Of one person.
    """

    first: int
    after: int
    cost: int


def covered(needs: Sequence[int], stretches: Sequence[Stretch]) -> list[int]:
    """How many people each stretch should have, so that they cost the least; of equal costs, the fewest people.

    Args:
        needs: How many people each hour needs; an hour that needs anybody lies in a stretch.
        stretches: Stretches within these hours.
    """
    flow = _Flow(len(needs) + 3)
    source, sink = len(needs) + 1, len(needs) + 2
    people = 1 + sum(needs)  # more than anybody could ever need, so that one fewer weighs less than any cost
    placed = [flow.arc(one.first, one.after, _ENDLESS, one.cost * people + 1) for one in stretches]
    before = 0
    for hour, need in enumerate((*needs, 0)):
        if hour:
            flow.arc(hour, hour - 1, _ENDLESS, 0)  # those too many
        if need > before:
            flow.arc(source, hour, need - before, 0)
        elif need < before:
            flow.arc(hour, sink, before - need, 0)
        before = need
    flow.send(source, sink)
    return [flow.sent(arc) for arc in placed]


class _Flow:
    """A network with costs of at least 0; an arc and what may flow back on it have numbers that differ in the last bit."""

    def __init__(self, nodes: int) -> None:
        self._from: list[list[int]] = [[] for _ in range(nodes)]
        self._to: list[int] = []
        self._left: list[int] = []
        self._cost: list[int] = []
        self._price = [0] * nodes

    def arc(self, start: int, end: int, most: int, cost: int) -> int:
        """Add an arc, and give its number."""
        number = len(self._to)
        for place, (here, there, left, price) in enumerate(
            ((start, end, most, cost), (end, start, 0, -cost))
        ):
            self._from[here].append(number + place)
            self._to.append(there)
            self._left.append(left)
            self._cost.append(price)
        return number

    def sent(self, arc: int) -> int:
        """What flows on an arc."""
        return self._left[arc ^ 1]

    def send(self, source: int, sink: int) -> None:
        """Send all that can flow, always by the cheapest way that is left."""
        while (way := self._cheapest(source, sink)) is not None:
            amount = min(self._left[arc] for arc in way)
            for arc in way:
                self._left[arc] -= amount
                self._left[arc ^ 1] += amount

    def _cheapest(self, source: int, sink: int) -> list[int] | None:
        """The arcs of the cheapest way; None if there is none. Prices keep every cost at 0 or above (Johnson 1977)."""
        cost_to: dict[int, int] = {source: 0}
        by: dict[int, int] = {}
        done: set[int] = set()
        heap = [(0, source)]
        while heap:
            cost, node = heappop(heap)
            if node in done:
                continue
            done.add(node)
            for arc in self._from[node]:
                there = self._to[arc]
                if not self._left[arc] or there in done:
                    continue
                total = cost + self._cost[arc] + self._price[node] - self._price[there]
                if there not in cost_to or total < cost_to[there]:
                    cost_to[there], by[there] = total, arc
                    heappush(heap, (total, there))
        if sink not in done:
            return None
        for node in done:
            self._price[node] += min(cost_to[node], cost_to[sink]) - cost_to[sink]
        way: list[int] = []
        node = sink
        while node != source:
            way.append(by[node])
            node = self._to[by[node] ^ 1]
        return way
