"""Who is there, what the floor has proposed to them, and what they have room for."""

from collections.abc import Sequence

from supportflow.routing.changes import Proposal
from supportflow.routing.signature import Entry, Lane, Seat, units

__all__ = ["Chair", "Promised", "Rooms"]

Promised = tuple[Entry, Proposal]
"""A ticket, and the proposal of it that is not answered yet."""

_Limits = tuple[tuple[str, int], ...]


class _Room:
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
        self._alike: dict[tuple[int, _Limits], _Room] = {}

    def of(self, reserved: int, limits: _Limits) -> _Room:
        """What agents with these limits have room for."""
        found = self._alike.get((reserved, limits))
        if found is None:
            found = self._alike[reserved, limits] = _Room(reserved, limits, self._lanes)
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
        kept: What is proposed to them, and not answered yet.
        used: Units that they hold or that are proposed to them, as they were counted last.
        lanes: What the floor has looked for on their behalf.
    """

    __slots__ = ("_room", "kept", "lanes", "seat", "traits", "used")

    def __init__(self, seat: Seat, kept: dict[str, Promised], rooms: Rooms) -> None:
        self.traits = seat.traits
        self.kept = kept
        self.lanes = 0
        self.used = 0
        self._room = rooms.of(seat.reserved, seat.limits)
        self.seat = seat

    def see(self, seat: Seat, rooms: Rooms) -> None:
        """The agent is as this seat says."""
        self.seat = seat
        room = self._room
        if seat.limits != room.limits or seat.reserved != room.reserved:
            self._room = rooms.of(seat.reserved, seat.limits)

    def room(self) -> int:
        """The lanes that the agent has room for just now: bit `n` stands for lane `n`."""
        seat, room = self.seat, self._room
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
        if not seat.available:
            return 0
        key = seat.capacity - used << room.width | (self._reached() if limited else room.closed)
        lanes = room.lanes.get(key)
        return room.meet(key) if lanes is None else lanes

    def full(self) -> frozenset[str]:
        """Channels of which the agent has as many as they may."""
        return self._room.full(self._reached())

    def _reached(self) -> int:
        """The bits of the limits that they have reached."""
        held = [load.channel for load in self.seat.load]
        held += [proposal.requirement.channel for _, proposal in self.kept.values()]
        return sum(
            1 << at for at, (channel, most) in enumerate(self._room.limits) if held.count(channel) >= most
        )
