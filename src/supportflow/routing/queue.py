"""The tickets that wait, so that the best one for an agent is found without looking at the others.

Tickets with the same requirement, cost and exclusions wait in one heap: a *signature*. Agents with the same traits share a
*view*: the signatures that they can serve, apart by lane, because an agent with one free unit must pass over what takes
two. A view of few signatures compares their heads; of many, and of those that bar somebody, it keeps a heap of heads,
which is put right when it is read.
"""

from collections.abc import Iterable

from supportflow.routing.heaps import Asked, Item, Queued, Signature, Strip
from supportflow.routing.signature import Entry, Lane, Trait, demands, lane

__all__ = ["MANY", "Queue"]

MANY = 200
"""With more signatures than this in a lane, a view keeps a heap of heads of all: see `benchmarks/matcher.py --threshold`."""
_SWEEP = 1024
_SPARE_VIEWS = 64
_NOBODY: frozenset[str] = frozenset()


class _Need:
    """What is asked of an agent, whatever it costs; the signatures that ask it, and the views that can answer."""

    __slots__ = ("demands", "signatures", "views")

    def __init__(self, wants: frozenset[Trait], views: list["_View"]) -> None:
        self.demands = wants
        self.signatures: list[Signature] = []
        self.views = views


class _View:
    """What agents with these traits can serve. Somebody who is barred from anything has a view of their own."""

    __slots__ = ("agent_id", "seats", "strips", "traits")

    def __init__(self, traits: frozenset[Trait], agent_id: str | None) -> None:
        self.traits = traits
        self.agent_id = agent_id
        self.seats = 0
        self.strips: dict[int, Strip] = {}

    def add(self, signature: Signature, many: int) -> None:
        if self.agent_id is not None and self.agent_id in signature.barred:
            return
        strip = self.strips.get(1 << signature.lane)
        if strip is None:
            strip = self.strips[1 << signature.lane] = Strip()
        strip.add(signature, many)

    def can(self, signature: Signature) -> bool:
        return signature.demands <= self.traits and (
            self.agent_id is None or self.agent_id not in signature.barred
        )


class Queue:
    """The tickets that wait.

    Args:
        many: From how many signatures on a view keeps a heap of heads.

    Attributes:
        lanes: Every lane there is; its index is its number.
    """

    def __init__(self, many: int = MANY) -> None:
        self.lanes: list[Lane] = []
        self._many = many
        self._lane_numbers: dict[Lane, int] = {}
        self._waiting: dict[str, Queued] = {}
        self._needs: dict[frozenset[Trait], _Need] = {}
        self._signatures: dict[Asked, Signature] = {}
        self._views: dict[tuple[frozenset[Trait], str | None], _View] = {}
        self._view_of: dict[str, _View] = {}
        self._named: set[str] = set()
        self._made = 0
        self._sweep_at = _SWEEP

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, ticket_id: str) -> bool:
        return ticket_id in self._waiting

    def find(self, ticket_id: str) -> Queued | None:
        """The ticket, if it waits."""
        return self._waiting.get(ticket_id)

    # --- tickets

    def signatures(self, entry: Entry, passed: Iterable[str] = ()) -> tuple[Signature, ...]:
        """The signatures of an entry: its own, then one for each way of overflow.

        Args:
            entry: The ticket.
            passed: Agents to pass over, besides those who are barred.

        Raises:
            InvalidInput: If a weight or a spare is below 0.
        """
        self._tidy()
        barred = frozenset((*entry.barred, *passed)) if entry.barred or passed else _NOBODY
        own = self._signature(Asked(entry.requirement, entry.hand_over, 0, barred))
        if not entry.also:
            return own.alone
        ways = (Asked(way.requirement, entry.hand_over, way.spare, barred) for way in entry.also)
        return tuple(dict.fromkeys((own, *map(self._signature, ways))))

    def add(self, entry: Entry, signatures: tuple[Signature, ...]) -> None:
        """Let a ticket wait that does not wait yet."""
        queued = self._waiting[entry.ticket_id] = Queued(entry, signatures)
        item = (*entry.key, entry.ticket_id, queued)
        for signature in signatures:
            signature.push(item)

    def remove(self, ticket_id: str) -> Queued | None:
        """Let a ticket wait no longer; None if it did not."""
        queued = self._waiting.pop(ticket_id, None)
        if queued is not None:
            queued.waits = False
            for signature in queued.signatures:
                signature.drop(queued)
        return queued

    # --- agents

    def seat(self, agent_id: str, traits: frozenset[Trait]) -> None:
        """An agent is there, with these traits."""
        self._tidy()
        self._seat(agent_id, traits)

    def _seat(self, agent_id: str, traits: frozenset[Trait]) -> None:
        self.unseat(agent_id)
        view = self._view_of[agent_id] = self._view(traits, agent_id if agent_id in self._named else None)
        view.seats += 1

    def unseat(self, agent_id: str) -> None:
        """An agent has left, if they were there."""
        view = self._view_of.pop(agent_id, None)
        if view is not None:
            view.seats -= 1

    def take(self, agent_id: str, lanes: int) -> tuple[Entry, Signature] | None:
        """Take the first ticket that an agent can take out of the queue, in the first of its ways in which they can.

        Args:
            agent_id: An agent who is there.
            lanes: What they have room for: bit `n` stands for `lanes[n]`.

        Returns:
            The ticket and the way; None if there is no such ticket.
        """
        view = self._view_of[agent_id]
        best: Item | None = None
        for bit, strip in view.strips.items():
            if lanes & bit:
                head = strip.best()
                if head is not None and (best is None or head < best):
                    best = head
        if best is None:
            return None
        _, _, _, ticket_id, queued = best
        signatures = queued.signatures
        del self._waiting[ticket_id]
        queued.waits = False
        if len(signatures) == 1:
            signatures[0].shift()
            return queued.entry, signatures[0]
        for signature in signatures:
            signature.drop(queued)
        return queued.entry, next(one for one in signatures if lanes >> one.lane & 1 and view.can(one))

    # --- questions: these look at everything

    def ahead(self, ticket_id: str, agent_id: str | None = None) -> int | None:
        """How many tickets come first; None if this one does not wait.

        Args:
            ticket_id: The ticket.
            agent_id: Count what this agent could take, with the capacity for it; None: what anybody could take who is
                there and could take this ticket. What waits with the same requirement always counts.
        """
        queued = self._waiting.get(ticket_id)
        if queued is None:
            return None
        views = [
            view for view in self._views.values() if view.seats and any(map(view.can, queued.signatures))
        ]
        if agent_id is not None:
            views = [self._view_of[agent_id]]
        rivals = {} if agent_id is not None else dict.fromkeys(queued.signatures)
        for view in views:
            for strip in view.strips.values():
                rivals.update(dict.fromkeys(strip.signatures))
        place = (*queued.entry.key, ticket_id)
        return len({item[3] for one in rivals for item in one.heap if item[:4] < place and item[4].waits})

    # --- the index

    def _signature(self, asked: Asked) -> Signature:
        found = self._signatures.get(asked)
        if found is not None:
            return found
        number = self._lane(asked)
        for agent_id in sorted(asked.barred - self._named):
            self._name(agent_id)
        self._made += 1
        wants = demands(asked.requirement)
        signature = Signature(self._made, asked, wants, number)
        self._signatures[asked] = signature
        need = self._needs.get(wants)
        if need is None:
            able = [view for view in self._views.values() if wants <= view.traits]
            need = self._needs[wants] = _Need(wants, able)
        need.signatures.append(signature)
        for view in need.views:
            view.add(signature, self._many)
        return signature

    def _lane(self, asked: Asked) -> int:
        wanted = lane(asked.requirement, hand_over=asked.hand_over, spare=asked.spare)
        number = self._lane_numbers.get(wanted)
        if number is None:
            number = self._lane_numbers[wanted] = len(self.lanes)
            self.lanes.append(wanted)
        return number

    def _name(self, agent_id: str) -> None:
        """Somebody is barred from something for the first time: they see the queue by themselves from now on."""
        self._named.add(agent_id)
        view = self._view_of.get(agent_id)
        if view is not None:
            self._seat(agent_id, view.traits)

    def _view(self, traits: frozenset[Trait], agent_id: str | None) -> _View:
        view = self._views.get((traits, agent_id))
        if view is None:
            view = self._views[traits, agent_id] = _View(traits, agent_id)
            for need in self._needs.values():
                if need.demands <= traits:
                    need.views.append(view)
                    for signature in need.signatures:
                        view.add(signature, self._many)
        return view

    def _tidy(self) -> None:
        # Never between making a signature and using it: one in which nothing waits yet would be forgotten.
        if (
            len(self._signatures) >= self._sweep_at
            or len(self._views) > 2 * len(self._view_of) + _SPARE_VIEWS
        ):
            self._sweep()

    def _sweep(self) -> None:
        """Forget signatures in which nothing waits and views that nobody has; each is made again when it is needed."""
        self._signatures = {asked: one for asked, one in self._signatures.items() if one.heap}
        self._sweep_at = max(_SWEEP, 2 * len(self._signatures))
        taken = set(self._view_of.values())
        self._views = {key: view for key, view in self._views.items() if view in taken}
        for view in taken:
            view.strips = {}
        self._needs = {}
        for signature in self._signatures.values():
            signature.watchers = []
            need = self._needs.get(signature.demands)
            if need is None:
                able = [view for view in self._views.values() if signature.demands <= view.traits]
                need = self._needs[signature.demands] = _Need(signature.demands, able)
            need.signatures.append(signature)
            for view in need.views:
                view.add(signature, self._many)
        barred = {agent_id for asked in self._signatures for agent_id in asked.barred}
        self._named = barred | {view.agent_id for view in taken if view.agent_id is not None}
