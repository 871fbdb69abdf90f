"""Who is there, what the floor has proposed to them, and what they have room for."""

from collections.abc import Sequence

from supportflow.model.routing import Requirement
from supportflow.routing.changes import Proposal
from supportflow.routing.signature import Entry, Lane, Seat, units

__all__ = ["Chair", "Promised", "Room", "Rooms"]

Promised = tuple[Entry, Proposal]
"""A ticket, and the proposal of it that is not answered yet."""

_Limits = tuple[tuple[str, int], ...]


class Room:
    """What agents with the same limits, and the same units kept free for hand-overs, have room for.

    It is worked out once for each number of free units and each choice of channels of which they have enough: a key is
    that number, with a bit for each limit behind it, which is set where it is reached.
    """

    __slots__ = ("_all", "channels", "closed", "lanes", "limits", "reserved", "width")

    def __init__(self, reserved: int, limits: _Limits, every: Sequence[Lane]) -> None:
        self.reserved = reserved
        self.limits = limits
        self.width = len(limits)
        self.channels = frozenset(channel for channel, _ in limits)
        self.closed = sum(1 << at for at, (_, most) in enumerate(limits) if most <= 0)
        self.lanes: dict[int, int] = {}
        self._all = every

    def meet(self, key: int) -> int:
        """The lanes for a key that was not asked for before."""
        free = key >> self.width
        full = self.full(key)
        lanes = self.lanes[key] = sum(
            1 << number
            for number, lane in enumerate(self._all)
            if units(lane, self.reserved) <= free and lane.channel not in full
        )
        return lanes

    def full(self, key: int) -> frozenset[str]:
        """The channels of which somebody with this key has enough."""
        return frozenset(channel for at, (channel, _) in enumerate(self.limits) if key >> at & 1)


class Rooms:
    """What each agent has room for, worked out once for all who are alike.

    Args:
        lanes: Every lane there is; its index is its number. After it has grown, `forget`.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes
        self._alike: dict[tuple[int, _Limits], Room] = {}

    def of(self, reserved: int, limits: _Limits) -> Room:
        """What agents with these limits have room for."""
        found = self._alike.get((reserved, limits))
        if found is None:
            found = self._alike[reserved, limits] = Room(reserved, limits, self._lanes)
        return found

    def forget(self) -> None:
        """There is a new lane: who has room for it?"""
        for room in self._alike.values():
            room.lanes.clear()


class Chair:
    """An agent who is there, with what the floor has proposed to them.

    Attributes:
        seat: The agent as the floor was told last.
        traits: The object that was seen first: it is compared by identity.
        alike: What they, and all who are alike, have room for.
        kept: What is proposed to them, and not answered yet.
        used: Units that they hold or that are proposed to them, as they were counted last.
        lanes: What the floor has looked for on their behalf.
    """

    __slots__ = ("_key", "alike", "kept", "lanes", "seat", "traits", "used")

    def __init__(self, seat: Seat, kept: dict[str, Promised], rooms: Rooms) -> None:
        self.traits = seat.traits
        self.kept = kept
        self.lanes = 0
        self.used = 0
        self._key = 0
        self.alike = rooms.of(seat.reserved, seat.limits)
        self.seat = seat

    def room(self) -> int:
        """The lanes that the agent has room for just now, counted anew: bit `n` stands for lane `n`."""
        seat, room = self.seat, self.alike
        channels, limited, used = room.channels, False, 0
        for load in seat.load:
            used += load.weight
            if load.channel in channels:
                limited = True
        if self.kept:
            for _, (_, _, requirement) in self.kept.values():
                used += requirement.weight
                if requirement.channel in channels:
                    limited = True
        self.used = used
        key = self._key = seat.capacity - used << room.width | (self._reached() if limited else room.closed)
        if not seat.available:
            return 0
        lanes = room.lanes.get(key)
        return room.meet(key) if lanes is None else lanes

    def less(self, requirement: Requirement) -> int:
        """The lanes that are left once a ticket is proposed to them too: what was counted before stands."""
        room, weight = self.alike, requirement.weight
        self.used += weight
        key = self._key - (weight << room.width)
        if requirement.channel in room.channels:
            key = key >> room.width << room.width | self._reached()
        self._key = key
        lanes = room.lanes.get(key)
        return room.meet(key) if lanes is None else lanes

    def full(self) -> frozenset[str]:
        """Channels of which the agent has as many as they may."""
        return self.alike.full(self._reached())

    def _reached(self) -> int:
        """The bits of the limits that they have reached."""
        held = [load.channel for load in self.seat.load]
        held += [proposal.requirement.channel for _, proposal in self.kept.values()]
        return sum(
            1 << at for at, (channel, most) in enumerate(self.alike.limits) if held.count(channel) >= most
        )
