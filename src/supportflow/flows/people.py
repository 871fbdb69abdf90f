"""People: what is recorded in the streams of requesters."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from supportflow._time import Instant, to_us
from supportflow.flows import requests
from supportflow.flows.environment import UNREADABLE, Environment
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.kernel.facts import PersonFacts
from supportflow.model.casework import Verification
from supportflow.model.events import PersonVerified, RatingAsked, RequesterLinked, RequesterUnlinked
from supportflow.model.storage import EventRow

__all__ = ["RequesterStream", "linked_ids", "person_facts", "same_person"]

MOST_IDS = 50
"""How many ids one person can have."""


class RequesterStream(NamedTuple):
    """What is recorded of a requester, as it was read together with a ticket.

    Attributes:
        requester: Whose stream it is; None if nobody's.
        rows: Its events.
    """

    requester: str | None
    rows: Sequence[EventRow]


def same_person(
    env: Environment, requester: str, read: RequesterStream | None = None
) -> Flow[frozenset[str]]:
    """The other ids of a person, found by going from link to link; at most `MOST_IDS`.

    Args:
        env: The desk.
        requester: One of the ids.
        read: A stream that need not be read any more.
    """
    if env.held is not None:
        return frozenset()
    known = {requester}
    waiting = [requester]
    while waiting and len(known) < MOST_IDS:
        asked = waiting.pop()
        try:
            links = _links_in((yield from _events(env, asked, read)))
        except UNREADABLE as error:
            # Half of what was said about a person is no ground to take them for somebody else.
            env.unreadable.skip(f"requester:{asked}", error)
            continue
        fresh = sorted(links - known)[: MOST_IDS - len(known)]
        known.update(fresh)
        waiting += fresh
    return frozenset(known - {requester})


def linked_ids(env: Environment, requester: str) -> Flow[tuple[set[str], int]]:
    """The ids that are linked with an id directly, and the version of its stream."""
    rows = yield from _events(env, requester, None)
    return _links_in(rows), len(rows)


def _events(env: Environment, requester: str, read: RequesterStream | None) -> Flow[Sequence[EventRow]]:
    if read is not None and read.requester == requester:
        return read.rows
    return (yield from requests.events(env.tenant, f"requester:{requester}"))


def _links_in(rows: Iterable[EventRow]) -> set[str]:
    """The ids that a person's stream links with theirs."""
    links: set[str] = set()
    for event in map(read_row, rows):
        if isinstance(event, RequesterLinked):
            links.add(event.other)
        elif isinstance(event, RequesterUnlinked):
            links.discard(event.other)
    return links


def person_facts(
    env: Environment, requester: str, read: RequesterStream | None = None
) -> Flow[PersonFacts | None]:
    """What the streams of a person say, under any of their ids; None if they cannot be read.

    Args:
        env: The desk.
        requester: One of the ids.
        read: A stream that need not be read any more.
    """
    person = yield from same_person(env, requester, read)
    asked: Instant | None = None
    verified: dict[str, PersonVerified] = {}
    streams: dict[str, int] = {}
    for one in (requester, *sorted(person)):
        rows = yield from _events(env, one, read)
        streams[one] = len(rows)
        try:
            events = tuple(map(read_row, rows))
        except UNREADABLE as error:
            env.unreadable.skip(f"requester:{one}", error)
            return None
        for event in events:
            if isinstance(event, RatingAsked):
                asked = event.recorded_at if asked is None else max(asked, event.recorded_at)
            elif isinstance(event, PersonVerified):
                known = verified.get(event.level)
                if known is None or known.recorded_at <= event.recorded_at:
                    verified[event.level] = event
    return PersonFacts(
        None if asked is None else to_us(asked),
        tuple(Verification(one.level, one.method, to_us(one.valid_until)) for one in verified.values()),
        streams,
    )
