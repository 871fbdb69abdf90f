"""A clock with its past: stretches that have left the ticket, and targets that it had before, are in its events."""

from typing import NamedTuple

from supportflow.kernel import evolve
from supportflow.model.records import Clock, Segment
from supportflow.model.ticket import Ticket
from supportflow.replay.recording import Case

__all__ = ["ClockPast", "clock_past"]


class ClockPast(NamedTuple):
    """A clock with its past.

    Attributes:
        clock: The clock with all its segments.
        promises: (since when, how long, by which SLA policy): the targets that it had, one after the other.
    """

    clock: Clock
    promises: tuple[tuple[int, int, str], ...]


def clock_past(case: Case, target: str, cycle: int) -> ClockPast | None:
    """What became of the clock of a target and cycle; None if the case never had it."""
    found: Clock | None = None
    ticket: Ticket | None = None
    segments: dict[int, Segment] = {}
    promises: list[tuple[int, int, str]] = []
    for event in case.events:
        ticket = evolve(ticket, event, tenant=case.ticket.tenant)
        for clock in ticket.clocks:
            if (clock.target, clock.cycle) == (target, cycle):
                found = clock
                segments |= {segment.start_us: segment for segment in clock.segments}
                if not promises or promises[-1][1:] != (clock.duration_us, clock.sla):
                    promises.append((clock.attached_us, clock.duration_us, clock.sla))
    if found is None:
        return None
    kept_us = found.segments[0].start_us
    older = [segments[start_us] for start_us in sorted(segments) if start_us < kept_us]
    return ClockPast(found._replace(segments=(*older, *found.segments), folded_us=0), tuple(promises))
