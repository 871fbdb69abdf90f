"""When the rungs of a ladder are due, and who is on call then."""

from supportflow.calendars import BusinessCalendar
from supportflow.escalation import come_due
from supportflow.model.records import Clock
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing import rotation
from supportflow.sla.clock import reach_us
from supportflow.sla.compiled import ALWAYS

__all__ = ["LadderTimes", "next_rung", "on_call"]


_MILLION = 1_000_000


class LadderTimes:
    """What ladders ask of a ticket's clocks and of its policy's calendars.

    Args:
        ticket: The ticket.
        policy: The policy that it lives under.
    """

    __slots__ = ("_policy", "_ticket")

    def __init__(self, ticket: Ticket, policy: CompiledPolicy) -> None:
        self._ticket = ticket
        self._policy = policy

    def calendar(self, name: str) -> BusinessCalendar:
        """A calendar by name; around the clock, if a later version of the policy has dropped it."""
        try:
            return self._policy.calendar(name)
        except KeyError:
            return self._policy.calendar(ALWAYS)

    def reach(self, target: str, ppm: int) -> tuple[int, int] | None:
        """When the running clock of a target reaches a share of it, and since when it runs."""
        clock = self._clock(target)
        if clock is None or not clock.running:
            return None
        return reach_us(clock, _counted(clock, ppm), self._policy.calendar), clock.segments[-1].start_us

    def reach_or_past(self, target: str, ppm: int) -> tuple[int, int] | None:
        """The same; of a clock that waits, what it has counted already lies in the past."""
        clock = self._clock(target)
        if clock is None or clock.state != "paused" or clock.banked_us < _counted(clock, ppm):
            return self.reach(target, ppm)
        since_us, end_us = clock.segments[-1].start_us, clock.segments[-1].end_us
        assert end_us is not None
        if clock.banked_us == _counted(clock, ppm):
            return end_us, since_us
        return reach_us(clock, _counted(clock, ppm), self._policy.calendar), since_us

    def _clock(self, target: str) -> Clock | None:
        return next((clock for clock in self._ticket.clocks if clock.target == target), None)


def _counted(clock: Clock, ppm: int) -> int:
    """The counted time that is a share of a clock's target."""
    return (clock.duration_us * ppm + _MILLION // 2) // _MILLION


def next_rung(ticket: Ticket, policy: CompiledPolicy) -> tuple[int, int] | None:
    """The instant and the place of the rung that fires next by itself; None if none does."""
    state = ticket.ladder
    if state is None or not state.rungs:
        return None
    asked = LadderTimes(ticket, policy)
    return come_due(state, asked.reach, asked.calendar)


def on_call(policy: CompiledPolicy, name: str, at_us: int) -> str | None:
    """The agent who is on call in a rotation at an instant; None if nobody is, or there is no such rotation."""
    found = next((one for one in policy.document.rotations if one.name == name), None)
    return None if found is None else rotation.on_call(found, policy.shifts, at_us)
