"""The floor: tickets that wait, agents who are there, and who gets what.

The floor is told changes and answers with proposals. It keeps one promise: after each change, no ticket waits that
somebody who is there could take. So a change can only free the pairs that it touches, and only these are looked at: a
ticket that comes looks for its agent, an agent who comes, changes or is given capacity back takes what comes first.

The floor decides nothing for good. A proposal keeps the agent's capacity until it is answered: by a seat that holds the
ticket, or by `Rejected`. All else is known to the stores; a floor can be thrown away and built anew.
"""

from collections.abc import Callable, Iterable
from typing import Literal

from supportflow.routing.candidates import Candidates, Rank
from supportflow.routing.chairs import Chair, Promised, Rooms
from supportflow.routing.changes import Absent, Change, Gone, Present, Proposal, Rejected, Waiting
from supportflow.routing.heaps import Signature
from supportflow.routing.queue import MANY, Queue
from supportflow.routing.signature import Entry, Seat
from supportflow.routing.whynot import Question, Reason, reasons

__all__ = ["Absent", "Change", "Floor", "Gone", "Pick", "Present", "Proposal", "Rejected", "Waiting"]

Pick = Literal["longest_idle", "least_loaded"]
"""Which of several agents gets a ticket: the one whose work last came or went the longest ago; or the one with the smallest
share of capacity in use, and of these the longest idle."""


class Floor:
    """Who gets what. Pure: the same changes in the same order give the same proposals.

    Order: of two tickets that an agent could take, the one with the lower `Entry.key` goes first, and of equal keys the
    lower id. Of two agents who could take a ticket, the preferred one; then as `pick` says; of equally idle ones the lower
    id. To whom a proposal was made counts as the last to get work until it is answered.

    Args:
        pick: Which of several agents gets a ticket.
        many: From how many signatures on an agent keeps a heap of heads. It changes the speed, not the answers.
    """

    def __init__(self, pick: Pick = "longest_idle", *, many: int = MANY) -> None:
        self.pick = pick
        self._queue = Queue(many)
        self._open = Candidates()
        self._chairs: dict[str, Chair] = {}
        self._proposed: dict[str, Promised] = {}
        self._unwanted: set[str] = set()
        self._kept: dict[str, dict[str, Promised]] = {}
        self._turns: dict[str, Rank] = {}
        self._passed: dict[str, set[str]] = {}
        self._passed_by: dict[str, set[str]] = {}
        self._rooms = Rooms(self._queue.lanes)
        self._known_lanes = 0
        self._latest = 0
        self._turn = 0
        self._made: list[Proposal] = []
        self._do: dict[type, Callable[..., None]] = {
            Waiting: self._wait,
            Gone: self._gone,
            Absent: self._absent,
            Rejected: self._rejected,
        }

    # --- what happens

    def apply(self, change: Change) -> tuple[Proposal, ...]:
        """Let a change happen.

        Returns:
            The proposals that follow from it, in the order in which they were made.

        Raises:
            InvalidInput: If a weight or a spare is below 0. Nothing has changed then.
        """
        if type(change) is Present:  # the most common by far
            self._present(change.seat)
        else:
            self._do[type(change)](*change)
        if not self._made:
            return ()
        made = tuple(self._made)
        self._made.clear()
        return made

    def open(self, seats: Iterable[Seat], entries: Iterable[Entry]) -> tuple[Proposal, ...]:
        """Fill a new floor: agents first, so that preferred ones are there, then the tickets as they come in the queue."""
        made: list[Proposal] = []
        for seat in sorted(seats, key=lambda seat: seat.agent_id):
            made += self.apply(Present(seat))
        for entry in sorted(entries, key=lambda entry: (entry.key, entry.ticket_id)):
            made += self.apply(Waiting(entry))
        return tuple(made)

    def _wait(self, entry: Entry) -> None:
        ticket_id = entry.ticket_id
        signatures = self._queue.signatures(entry)
        self._meet_lanes()
        proposed = self._proposed.get(ticket_id)
        if proposed is not None:
            known = proposed[0].version
            if entry.version > known or (entry.version == known and ticket_id in self._unwanted):
                self._let_go(proposed)
                self._forget_passes(ticket_id)
                self._queue.add(entry, signatures)
                self._refill_by_id(proposed[1].agent_id, anew=True)
                if ticket_id in self._queue and self._offer(entry, signatures):
                    self._queue.remove(ticket_id)
            return
        waiting = self._queue.find(ticket_id)
        if waiting is not None:
            if entry.version < waiting.entry.version or entry == waiting.entry:
                return
            self._forget(ticket_id)
        if not self._offer(entry, signatures):
            self._queue.add(entry, signatures)

    def _gone(self, ticket_id: str) -> None:
        proposed = self._proposed.get(ticket_id)
        if proposed is not None:
            # This may be the news of the very offer that was proposed. Its answer gives the capacity back.
            self._unwanted.add(ticket_id)
            self._forget_passes(ticket_id)
        else:
            self._forget(ticket_id)

    def _present(self, seat: Seat) -> None:
        # All at a stroke: to ask a named tuple for one thing by its name takes as long as three of these.
        agent_id, traits, _, reserved, limits, loads, _, idle_us, version, _, _ = seat
        chair = self._chairs.get(agent_id)
        anew = agent_id in self._passed_by
        if chair is None:
            kept = self._kept.setdefault(agent_id, {})
            chair = self._chairs[agent_id] = Chair(seat, kept, self._rooms)
            self._queue.seat(agent_id, traits)
        else:
            known = chair.seat.version
            if version <= known and (version < known or seat == chair.seat):
                return
            if chair.traits is not traits and chair.traits != traits:
                anew = True
                chair.traits = traits
                self._queue.seat(agent_id, traits)
            chair.seat = seat
            alike = chair.alike
            if reserved != alike.reserved or limits != alike.limits:
                chair.alike = self._rooms.of(reserved, limits)
            kept = chair.kept
        if kept:
            for load in loads:
                if load[0] in kept:
                    self._answered(load[0], kept)
        # `max` would take a twentieth of a whole decision.
        if idle_us > self._latest:  # noqa: PLR1730
            self._latest = idle_us
        if anew:
            self._look_again(agent_id)
        self._refill(agent_id, chair, anew=anew)

    def _answered(self, ticket_id: str, kept: dict[str, Promised]) -> None:
        """An agent holds what was proposed to them."""
        del self._proposed[ticket_id], kept[ticket_id]
        self._unwanted.discard(ticket_id)
        if ticket_id in self._passed:
            self._forget_passes(ticket_id)

    def _absent(self, agent_id: str) -> None:
        if self._chairs.pop(agent_id, None) is not None:
            if not self._kept[agent_id]:
                self._clear(agent_id)
            self._queue.unseat(agent_id)
            self._open.remove(agent_id)
            self._look_again(agent_id)

    def _rejected(self, ticket_id: str, agent_id: str) -> None:
        proposed = self._proposed.get(ticket_id)
        if proposed is None or proposed[1].agent_id != agent_id:
            return
        entry = proposed[0]
        wanted = ticket_id not in self._unwanted
        self._let_go(proposed)
        if wanted:
            self._passed.setdefault(ticket_id, set()).add(agent_id)
            self._passed_by.setdefault(agent_id, set()).add(ticket_id)
            signatures = self._queue.signatures(entry, self._passed[ticket_id])
            if not self._offer(entry, signatures):
                self._queue.add(entry, signatures)
        self._refill_by_id(agent_id)

    # --- matching

    def _offer(self, entry: Entry, signatures: tuple[Signature, ...]) -> bool:
        """Find an agent for a ticket; false if nobody can take it."""
        pick = self._open.pick
        if entry.preferred is not None:
            for one in signatures:
                if pick(one.demands, one.lane, one.barred, only=entry.preferred) is not None:
                    self._promise(entry, entry.preferred, one)
                    return True
        for one in signatures:
            agent_id = pick(one.demands, one.lane, one.barred)
            if agent_id is not None:
                self._promise(entry, agent_id, one)
                return True
        return False

    def _promise(self, entry: Entry, agent_id: str, signature: Signature) -> None:
        """Propose a ticket to somebody who has room for it."""
        chair = self._chairs[agent_id]
        self._propose(entry, signature, agent_id, chair)
        self._place(agent_id, chair)

    def _refill_by_id(self, agent_id: str, *, anew: bool = False) -> None:
        chair = self._chairs.get(agent_id)
        if chair is not None:
            self._refill(agent_id, chair, anew=anew)

    def _refill(self, agent_id: str, chair: Chair, *, anew: bool) -> None:
        """Let an agent take what comes first, until nothing fits.

        In lanes for which they had room before, nothing waits that they could take: else they would have it. Only if they
        have become somebody else, or other tickets have come to be theirs, all lanes are looked at anew.
        """
        had = chair.lanes
        unseen = ~0 if anew else ~had
        lanes = chair.lanes = chair.room()
        while lanes & unseen:
            taken = self._queue.take(agent_id, lanes & unseen)
            if taken is None:
                break
            self._propose(*taken, agent_id, chair)
            lanes = chair.lanes
        if had or lanes:  # else they had no place among those who have room, and get none
            self._place(agent_id, chair)

    def _propose(self, entry: Entry, signature: Signature, agent_id: str, chair: Chair) -> None:
        ticket_id, requirement = entry.ticket_id, signature.requirement
        # As `Proposal(...)` makes it, without a call of Python's own in between.
        proposal = tuple.__new__(Proposal, (ticket_id, agent_id, requirement))
        self._proposed[ticket_id] = chair.kept[ticket_id] = (entry, proposal)
        chair.lanes = chair.less(requirement)
        self._turn += 1
        self._turns[agent_id] = (self._latest, self._turn, agent_id)
        self._made.append(proposal)

    def _let_go(self, promised: Promised) -> None:
        """Give back the capacity that a proposal keeps."""
        ticket_id, agent_id, _ = promised[1]
        del self._proposed[ticket_id], self._kept[agent_id][ticket_id]
        self._unwanted.discard(ticket_id)
        if not self._kept[agent_id] and agent_id not in self._chairs:
            self._clear(agent_id)

    def _clear(self, agent_id: str) -> None:
        """Forget an agent who has left, now that every proposal to them is answered."""
        del self._kept[agent_id]
        self._turns.pop(agent_id, None)

    def _place(self, agent_id: str, chair: Chair) -> None:
        """Put an agent where they belong among those who have room."""
        if not chair.lanes:
            self._open.remove(agent_id)
            return
        seat = chair.seat
        rank = (seat.idle_us, 0, agent_id)
        if chair.kept:
            rank = max(rank, self._turns[agent_id])
        level = 0.0
        if self.pick == "least_loaded" and seat.capacity:
            level = chair.used / seat.capacity
        self._open.put(agent_id, rank, chair.traits, chair.lanes, level)

    def _meet_lanes(self) -> None:
        """After a lane was met for the first time: who has room for it?"""
        if len(self._queue.lanes) > self._known_lanes:
            self._known_lanes = len(self._queue.lanes)
            self._rooms.forget()
            for agent_id, chair in self._chairs.items():
                chair.lanes = chair.room()
                self._place(agent_id, chair)

    # --- pairs that are passed over

    def _forget(self, ticket_id: str) -> None:
        """Take a ticket out of the queue, if it is there, with all that is remembered of it."""
        self._queue.remove(ticket_id)
        self._forget_passes(ticket_id)

    def _forget_passes(self, ticket_id: str) -> None:
        for agent_id in self._passed.pop(ticket_id, ()):
            tickets = self._passed_by[agent_id]
            tickets.discard(ticket_id)
            if not tickets:
                del self._passed_by[agent_id]

    def _look_again(self, agent_id: str) -> None:
        """There is news of an agent: no ticket passes them over any longer."""
        for ticket_id in sorted(self._passed_by.pop(agent_id, ())):
            agents = self._passed[ticket_id]
            agents.discard(agent_id)
            if not agents:
                del self._passed[ticket_id]
            queued = self._queue.remove(ticket_id)
            if queued is not None:
                self._queue.add(queued.entry, self._queue.signatures(queued.entry, agents))

    # --- questions

    def __len__(self) -> int:
        return len(self._queue)

    def __contains__(self, ticket_id: object) -> bool:
        return isinstance(ticket_id, str) and ticket_id in self._queue

    @property
    def proposed(self) -> tuple[Proposal, ...]:
        """The proposals that are not answered yet, oldest first. Each keeps capacity until it is."""
        return tuple(proposal for _, proposal in self._proposed.values())

    def stands(self, proposal: Proposal) -> bool:
        """True while a proposal that was made is not answered, and nothing has taken it back."""
        known = self._proposed.get(proposal.ticket_id)
        return known is not None and known[1].agent_id == proposal.agent_id

    def position(self, ticket_id: str) -> int | None:
        """The place of a ticket in its queue, from 1; None if it does not wait.

        Counted are the tickets that come first and that somebody on the floor could take who could take this one, whatever
        they have room for just now; and those with the same requirement, cost and exclusions. Looks at every ticket
        that these agents could take.
        """
        ahead = self._queue.ahead(ticket_id)
        return None if ahead is None else ahead + 1

    def why_not(self, ticket_id: str, agent_id: str) -> tuple[Reason, ...]:
        """Why an agent does not get a ticket: every reason, and what would change it.

        Of several ways to take the ticket, the nearest one is explained. Empty if the ticket is proposed to
        this agent.
        """
        proposed = self._proposed.get(ticket_id)
        if proposed is not None:
            holder = proposed[1].agent_id
            if holder == agent_id:
                return ()
            return (Reason("taken", f"it is proposed to {holder}", "that proposal is rejected"),)
        queued = self._queue.find(ticket_id)
        if queued is None:
            return (Reason("not_waiting", "it does not wait", "it comes back to the queue"),)
        chair = self._chairs.get(agent_id)
        if chair is None:
            return (Reason("absent", "the agent is not on the floor", "the agent comes"),)
        place = (*queued.entry.key, ticket_id)
        question = Question(
            entry=queued.entry,
            seat=chair.seat,
            used=chair.used,
            full=chair.full(),
            passed=agent_id in self._passed.get(ticket_id, ()),
            taken_before=tuple(
                (entry.ticket_id, proposal.requirement.weight)
                for entry, proposal in chair.kept.values()
                if (*entry.key, entry.ticket_id) < place
            ),
            ahead=self._queue.ahead(ticket_id, agent_id) or 0,
        )
        return reasons(question)
