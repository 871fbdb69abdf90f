"""How long a ticket that waits will wait, told from which tickets were taken of late by agents who could take it, too."""

from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.routing.places import PlaceIndex, place_in
from supportflow.flows.routing.takings import Takings, basis_of
from supportflow.model.waiting import ExpectedWait
from supportflow.routing.eligibility import absence
from supportflow.routing.roster import rostered
from supportflow.routing.signature import Entry, Seat, demands

__all__ = ["expected"]


def expected(
    env: Environment, index: PlaceIndex, takings: Takings, ticket_id: str | None, ref: str | None
) -> Flow[ExpectedWait | None]:
    """How long a ticket waits from now on; None if it does not wait.

    Raises:
        TicketNotFound: If there is no such ticket.
        Refused: If the policy has no routing.
    """
    if env.tentative:  # what a host's transaction has written is in no feed
        index, takings = PlaceIndex(), Takings()
    found, place = yield from place_in(env, index, ticket_id, ref)
    places = index.places
    entry = None if places is None else places.entry(found)
    if place is None or places is None or entry is None:
        return None
    able = _able(index, entry)
    shifts, now_us = env.book.current.shifts, index.now_us
    at_work = sum(
        not absence(state, on_duty=rostered(state.agent, state.overrides, shifts, now_us))
        for state in map(index.agents.__getitem__, able)
    )
    basis = yield from basis_of(env, takings, able, index.read_us, now_us)
    return basis.expected(place, at_work, now_us)


def _able(index: PlaceIndex, entry: Entry) -> frozenset[str]:
    """Ids of the agents who could take a ticket, whether or not they are there."""
    wants = [
        demands(requirement) for requirement in (entry.requirement, *(way.requirement for way in entry.also))
    ]
    return frozenset(
        name
        for name, state in index.agents.items()
        if name not in entry.barred and any(one <= Seat.of(state, index.now_us).traits for one in wants)
    )
