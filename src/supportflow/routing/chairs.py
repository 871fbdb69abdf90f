"""Who is there, and what the floor has proposed to them."""

from supportflow.model.routing import Requirement
from supportflow.routing.signature import Entry, Seat

__all__ = ["Chair", "Proposed"]


class Proposed:
    """A proposal that is not answered yet."""

    __slots__ = ("agent_id", "entry", "requirement", "wanted")

    def __init__(self, entry: Entry, agent_id: str, requirement: Requirement) -> None:
        self.entry = entry
        self.agent_id = agent_id
        self.requirement = requirement
        self.wanted = True


class Chair:
    """An agent who is there, with what the floor has proposed to them."""

    __slots__ = ("kept", "lanes", "seat", "traits", "used")

    def __init__(self, seat: Seat, kept: dict[str, Proposed]) -> None:
        self.seat = seat
        self.traits = seat.traits  # the object that was seen first: it is compared by identity
        self.kept = kept
        self.lanes = 0
        self.see(seat)

    def see(self, seat: Seat) -> None:
        """The agent is as this seat says."""
        self.seat = seat
        used = 0
        for load in seat.load:
            used += load.weight
        for one in self.kept.values():
            used += one.requirement.weight
        self.used = used

    def full(self) -> frozenset[str]:
        """Channels of which the agent has as many as they may."""
        held = [load.channel for load in self.seat.load]
        held += [one.requirement.channel for one in self.kept.values()]
        return frozenset(channel for channel, most in self.seat.limits if held.count(channel) >= most)
