"""Heaps of tickets that wait, and what compares their heads.

Two rules keep this exact. The head of a heap always waits still (what is taken from the middle stays as a husk until it
comes up, or until husks are the half). And a heap of heads has, for each signature that is not empty, an item that is not
behind its head.
"""

from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

from supportflow.model.routing import Requirement
from supportflow.routing.signature import Entry, Trait

__all__ = ["Asked", "Item", "Queued", "Signature", "Strip"]

_HUSKS = 32


class Asked(NamedTuple):
    """What tells signatures apart."""

    requirement: Requirement
    hand_over: bool
    spare: int
    barred: frozenset[str]


class Queued:
    """An entry in the queue, in one signature for each way in which it can be taken."""

    __slots__ = ("entry", "signatures", "waits")

    def __init__(self, entry: Entry, signatures: tuple["Signature", ...]) -> None:
        self.entry = entry
        self.signatures = signatures
        self.waits = True

    def __lt__(self, other: "Queued") -> bool:
        # Only a husk and its ticket, come back with the same key, are ever compared: either may stand first.
        return False


Item = tuple[int, int, int, str, Queued]


class Signature:
    """One heap of tickets that any agent can either take all of or none of."""

    __slots__ = ("alone", "barred", "demands", "heap", "husks", "lane", "number", "requirement", "watchers")

    def __init__(self, number: int, asked: Asked, wants: frozenset[Trait], lane: int) -> None:
        self.number = number
        self.requirement = asked.requirement
        self.barred = asked.barred
        self.demands = wants
        self.lane = lane
        self.heap: list[Item] = []
        self.husks = 0
        self.watchers: list[Strip] = []
        self.alone = (self,)

    def __lt__(self, other: "Signature") -> bool:
        return self.number < other.number

    def push(self, item: Item) -> None:
        """A ticket waits."""
        heap = self.heap
        heappush(heap, item)
        if heap[0] is item:
            for strip in self.watchers:
                strip.notice(item, self)

    def drop(self, queued: Queued) -> None:
        """A ticket waits no longer."""
        heap = self.heap
        if heap[0][4] is not queued:
            self.husks += 1
            if self.husks > _HUSKS and 2 * self.husks > len(heap):
                heap[:] = [item for item in heap if item[4].waits]
                heapify(heap)
                self.husks = 0
            return
        self.shift()

    def shift(self) -> None:
        """The head waits no longer."""
        heap = self.heap
        heappop(heap)
        while self.husks and not heap[0][4].waits:
            heappop(heap)
            self.husks -= 1


class Strip:
    """The signatures of one lane in one view.

    Those that bar somebody are many and hold few tickets each: they always stand in a heap of heads. The heads of the others
    change all the time, and are compared, as long as they are few.
    """

    __slots__ = ("few", "heads", "heaps", "signatures", "watched")

    def __init__(self) -> None:
        self.signatures: list[Signature] = []
        self.few = True
        self.heaps: list[list[Item]] = []
        self.watched: list[Signature] = []
        self.heads: list[tuple[Item, Signature]] = []

    def add(self, signature: Signature, many: int) -> None:
        """A signature that the view can serve; more than so many that bar nobody are no longer few."""
        self.signatures.append(signature)
        if signature.barred or not self.few:
            self._watch(signature)
            return
        self.heaps.append(signature.heap)
        if len(self.heaps) > many:
            self.few = False
            self.heaps = []
            for one in self.signatures:
                if not one.barred:
                    self._watch(one)

    def _watch(self, signature: Signature) -> None:
        self.watched.append(signature)
        signature.watchers.append(self)
        if signature.heap:
            self.notice(signature.heap[0], signature)

    def notice(self, item: Item, signature: Signature) -> None:
        """A signature in the heap of heads has a new head."""
        heads = self.heads
        heappush(heads, (item, signature))
        if len(heads) > 2 * len(self.watched) + _HUSKS:  # nobody reads this one: it would only grow
            self.heads = [(one.heap[0], one) for one in self.watched if one.heap]
            heapify(self.heads)

    def best(self) -> Item | None:
        """What comes first."""
        best: Item | None = None
        for heap in self.heaps:
            if heap and (best is None or heap[0] < best):
                best = heap[0]
        heads = self.heads
        while heads:
            item, signature = heads[0]
            heap = signature.heap
            if not heap:
                heappop(heads)
            elif heap[0] is item:
                return item if best is None or item < best else best
            else:
                heapreplace(heads, (heap[0], signature))
        return best
