"""Who is the same person under several ids: recorded in the streams of requesters."""

from supportflow.exceptions import ConflictError, InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.commands.agents import recheck
from supportflow.flows.environment import Environment
from supportflow.flows.load import known_agents
from supportflow.flows.people import linked_ids as _links
from supportflow.flows.people import same_person
from supportflow.flows.requests import Flow
from supportflow.flows.rows import event_row
from supportflow.model.base import is_id
from supportflow.model.events import RequesterLinked, RequesterUnlinked
from supportflow.model.people import NOBODY, Actor, opaque
from supportflow.model.storage import Commit, Conflict, StreamChange

__all__ = ["link", "record_link"]


def record_link(
    env: Environment, requester: str, other: str, by: Actor, *, linked: bool
) -> Flow[frozenset[str]]:
    """Record that two ids are, or are not, one person's; both streams or neither. What is so already is not recorded again.

    Returns:
        The other ids of the person.

    Raises:
        InvalidInput: If the two are the same id, or look like an address.
        Refused: If somebody outside asks for it.
        ConflictError: If others kept changing the same streams.
    """
    _check_link(requester, other, by, linked=linked)
    if env.tentative:
        yield from requests.reserve()
    for attempt in range(1, requests.ATTEMPTS + 1):
        links, version = yield from _links(env, requester)
        if (other in links) == linked:
            return (yield from same_person(env, requester))
        _, other_version = yield from _links(env, other)
        now = yield from requests.now()
        kind = RequesterLinked if linked else RequesterUnlinked
        changes = tuple(
            StreamChange(
                f"requester:{own}",
                expected,
                (event_row(expected + 1, kind(recorded_at=now, by=by, requester=own, other=their)),),
            )
            for own, their, expected in ((requester, other, version), (other, requester, other_version))
        )
        answer = yield from requests.commit(Commit(env.tenant, changes))
        if not isinstance(answer, Conflict):
            return (yield from same_person(env, requester))
        yield from requests.pause_after_conflict(attempt)
    raise ConflictError(f"requester:{requester}", requests.ATTEMPTS)


def _check_link(requester: str, other: str, by: Actor, *, linked: bool) -> None:
    """Accept two ids of people, and who says that they are, or are not, one person's."""
    for name, given in (("requester", requester), ("other", other)):
        if not is_id(given):
            raise InvalidInput(name, "is not an id")
        try:
            opaque(given)
        except ValueError as error:
            raise InvalidInput(name, str(error)) from None
        if given == NOBODY:
            raise InvalidInput(name, "is the requester of whom nobody knows who it is")
    if requester == other:
        raise InvalidInput("other", "is the same id")
    if by.kind in {"requester", "party"}:
        raise Refused(requester, "link_requester", f"a {by.kind} cannot say who is who")
    if not linked and by.kind == "agent" and by.id in {requester, other}:
        raise Refused(requester, "unlink_requester", "nobody says of themselves that they are somebody else")


def link(env: Environment, requester: str, other: str, by: Actor, *, linked: bool) -> Flow[frozenset[str]]:
    """Record that two ids are, or are not, one person's; agents among them may turn out to have their own tickets.

    Returns:
        The other ids of the person.

    Raises:
        SupportflowError: As `_record`, and as `recheck`.
    """
    person = yield from record_link(env, requester, other, by, linked=linked)
    for state in (yield from known_agents(env, {requester, other, *person})).values():
        yield from recheck(env, state)
    return person
