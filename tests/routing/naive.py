"""The floor again, without an index: every question looks at every ticket and every agent."""

from dataclasses import dataclass, field

from supportflow.model.routing import Load, Requirement
from supportflow.routing import Absent, Entry, Gone, Present, Proposal, Rejected, Seat, Waiting


def suits(seat: Seat, requirement: Requirement) -> bool:
    """Whether an agent is what a requirement asks for."""
    have = seat.traits
    return (
        ("tier", requirement.tier, 0) in have
        and all(
            any(kind == "skill" and name == skill and level >= least for kind, name, level in have)
            for skill, least in requirement.skills
        )
        and (requirement.language is None or ("language", requirement.language, 0) in have)
        and (requirement.group is None or ("group", requirement.group, 0) in have)
    )


@dataclass
class NaiveFloor:
    """What `Floor` promises, said as plainly as possible."""

    pick: str = "longest_idle"
    waiting: dict[str, Entry] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    proposed: dict[str, tuple[Entry, str, Requirement]] = field(default_factory=dict)
    unwanted: set[str] = field(default_factory=set)
    passed: set[tuple[str, str]] = field(default_factory=set)
    turns: dict[str, tuple[int, int]] = field(default_factory=dict)
    latest: int = 0
    made: list[Proposal] = field(default_factory=list)

    # --- who could

    def held(self, agent_id: str) -> list[Load]:
        """Work and proposals."""
        kept = [
            Load(ticket_id, requirement.channel, requirement.weight, offered=True)
            for ticket_id, (_, who, requirement) in self.proposed.items()
            if who == agent_id
        ]
        return [*self.seats[agent_id].load, *kept]

    def fits(self, agent_id: str, requirement: Requirement, *, hand_over: bool, spare: int) -> bool:
        """Whether an agent has room."""
        seat = self.seats[agent_id]
        held = self.held(agent_id)
        after = sum(load.weight for load in held) + requirement.weight + spare
        most = seat.capacity if hand_over else seat.capacity - seat.reserved
        same = sum(load.channel == requirement.channel for load in held)
        return seat.available and after <= most and same < dict(seat.limits).get(requirement.channel, 1 << 60)

    def ways(self, entry: Entry) -> list[tuple[Requirement, int]]:
        """The ways in which a ticket can be taken."""
        return [(entry.requirement, 0), *entry.also]

    def could(self, entry: Entry, agent_id: str, way: tuple[Requirement, int]) -> bool:
        """Whether an agent could take a ticket in a way."""
        requirement, spare = way
        return (
            agent_id not in entry.barred
            and (entry.ticket_id, agent_id) not in self.passed
            and suits(self.seats[agent_id], requirement)
            and self.fits(agent_id, requirement, hand_over=entry.hand_over, spare=spare)
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Tickets that wait and agents who could take them."""
        return [
            (entry.ticket_id, agent_id)
            for entry in self.waiting.values()
            for agent_id in self.seats
            if any(self.could(entry, agent_id, way) for way in self.ways(entry))
        ]

    # --- who does

    def propose(self, entry: Entry, agent_id: str, requirement: Requirement) -> None:
        self.waiting.pop(entry.ticket_id, None)
        self.proposed[entry.ticket_id] = (entry, agent_id, requirement)
        self.turns[agent_id] = (self.latest, len(self.made) + self.turns.get("", (0, 0))[1] + 1)
        self.made.append(Proposal(entry.ticket_id, agent_id, requirement))

    def order(self, agent_id: str) -> tuple[float, tuple[int, int], str]:
        seat = self.seats[agent_id]
        busy = any(who == agent_id for _, who, _ in self.proposed.values())
        idle = max((seat.idle_us, 0), self.turns[agent_id]) if busy else (seat.idle_us, 0)
        share = 0.0
        if self.pick == "least_loaded" and seat.capacity:
            share = sum(load.weight for load in self.held(agent_id)) / seat.capacity
        return (share, idle, agent_id)

    def offer(self, ticket_id: str) -> None:
        entry = self.waiting[ticket_id]
        for way in self.ways(entry):
            if entry.preferred in self.seats and self.could(entry, entry.preferred, way):
                self.propose(entry, entry.preferred, way[0])
                return
        for way in self.ways(entry):
            able = [agent_id for agent_id in self.seats if self.could(entry, agent_id, way)]
            if able:
                self.propose(entry, min(able, key=self.order), way[0])
                return

    def refill(self, agent_id: str) -> None:
        while agent_id in self.seats:
            able = [
                (entry.key, entry.ticket_id, way[0])
                for entry in self.waiting.values()
                for way in self.ways(entry)
                if self.could(entry, agent_id, way)
            ]
            if not able:
                return
            first = min(able, key=lambda one: one[:2])  # of several ways, the first
            self.propose(self.waiting[first[1]], agent_id, first[2])

    # --- what happens

    def apply(self, change: object) -> tuple[Proposal, ...]:
        self.made = []
        match change:
            case Waiting(entry):
                self.wait(entry)
            case Gone(ticket_id):
                self.passed = {pair for pair in self.passed if pair[0] != ticket_id}
                self.waiting.pop(ticket_id, None)
                if ticket_id in self.proposed:
                    self.unwanted.add(ticket_id)
            case Present(seat):
                self.present(seat)
            case Absent(agent_id):
                if self.seats.pop(agent_id, None):
                    self.passed = {pair for pair in self.passed if pair[1] != agent_id}
            case Rejected(ticket_id, agent_id):
                self.rejected(ticket_id, agent_id)
        self.turns[""] = (0, self.turns.get("", (0, 0))[1] + len(self.made))
        return tuple(self.made)

    def wait(self, entry: Entry) -> None:
        ticket_id = entry.ticket_id
        freed = None
        if ticket_id in self.proposed:
            old, freed, _ = self.proposed[ticket_id]
            newer = entry.version > old.version
            if not newer and not (entry.version == old.version and ticket_id in self.unwanted):
                return
            del self.proposed[ticket_id]
            self.unwanted.discard(ticket_id)
        elif ticket_id in self.waiting:
            known = self.waiting[ticket_id]
            if entry.version < known.version or entry == known:
                return
        self.passed = {pair for pair in self.passed if pair[0] != ticket_id}
        self.waiting[ticket_id] = entry
        if freed is not None:
            self.refill(freed)
        if ticket_id in self.waiting:
            self.offer(ticket_id)

    def present(self, seat: Seat) -> None:
        agent_id = seat.agent_id
        known = self.seats.get(agent_id)
        if known is not None and (seat.version < known.version or seat == known):
            return
        for load in seat.load:
            if load.ticket_id in self.proposed and self.proposed[load.ticket_id][1] == agent_id:
                del self.proposed[load.ticket_id]
                self.unwanted.discard(load.ticket_id)
                self.passed = {pair for pair in self.passed if pair[0] != load.ticket_id}
        self.latest = max(self.latest, seat.idle_us)
        self.seats[agent_id] = seat
        self.passed = {pair for pair in self.passed if pair[1] != agent_id}
        self.refill(agent_id)

    def rejected(self, ticket_id: str, agent_id: str) -> None:
        if ticket_id not in self.proposed or self.proposed[ticket_id][1] != agent_id:
            return
        entry = self.proposed.pop(ticket_id)[0]
        if ticket_id in self.unwanted:
            self.unwanted.discard(ticket_id)
        else:
            self.waiting[ticket_id] = entry
            self.passed.add((ticket_id, agent_id))
            self.offer(ticket_id)
        self.refill(agent_id)
