"""How long a ticket that waits will wait, told from which tickets were taken of late by agents who could take it, too."""

from supportflow._time import to_us
from supportflow.exceptions import DamagedRow, NewerSchemaError
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.routing.places import PlaceIndex, place_in
from supportflow.flows.rows import read_row
from supportflow.model.events import AssignmentChanged, TicketRouted
from supportflow.model.storage import FeedRow
from supportflow.model.waiting import ExpectedWait
from supportflow.routing.eligibility import absence
from supportflow.routing.roster import rostered
from supportflow.routing.signature import Entry, Seat, demands
from supportflow.routing.waiting import LOOKED_AT, Passed, expected_wait

__all__ = ["expected"]

TAIL = 5_000
"""So many of the latest events are looked at."""

PAGE = 1_000


def expected(
    env: Environment, index: PlaceIndex, ticket_id: str | None, ref: str | None
) -> Flow[ExpectedWait | None]:
    """How long a ticket waits from now on; None if it does not wait.

    Raises:
        TicketNotFound: If there is no such ticket.
        Refused: If the policy has no routing.
    """
    if env.tentative:  # what a host's transaction has written is in no feed
        index = PlaceIndex()
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
    past = yield from _taken(env, able)
    return expected_wait(place, at_work, past, now_us)


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


def _taken(env: Environment, able: frozenset[str]) -> Flow[list[Passed]]:
    """The tickets that these agents have taken of late."""
    place = max((yield from requests.feed_end(env.tenant)) - TAIL, 0)
    since: dict[str, int] = {}
    taken: list[tuple[str, int, int]] = []
    while True:
        rows = yield from requests.feed(env.tenant, place, PAGE)
        for row in rows:
            event = _read(row)
            if isinstance(event, TicketRouted):
                since[event.ticket_id] = to_us(event.since)
            elif event is not None and event.assignee in able and event.previous_assignee is None:
                entered_us = since.pop(event.ticket_id, None)
                if entered_us is not None:
                    taken.append((event.ticket_id, entered_us, to_us(event.recorded_at)))
        if len(rows) < PAGE:
            break
        place = rows[-1].place
    taken = taken[-2 * LOOKED_AT :]
    names = tuple(dict.fromkeys(name for name, _, _ in taken))
    found = (yield from requests.load_many(env.tenant, names)) if names else ()
    ranks = {row.id: (row.rank, row.level) for row in found}
    return [Passed(entered, at, ranks[name]) for name, entered, at in taken if name in ranks]


def _read(row: FeedRow) -> TicketRouted | AssignmentChanged | None:
    if row.event.kind not in {"ticket_routed", "assignment_changed"}:
        return None
    try:
        event = read_row(row.event)
    except (DamagedRow, NewerSchemaError):  # of a ticket that cannot be read: it tells nothing of the others
        return None
    return event if isinstance(event, TicketRouted | AssignmentChanged) else None
