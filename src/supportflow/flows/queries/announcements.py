"""Questions about announcements: what was said on a ticket, and who was sent it."""

from supportflow._time import from_us
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.queries.tickets import history, lookup
from supportflow.flows.requests import Flow
from supportflow.model.announcements import Announcement, AnnouncementText, Telling
from supportflow.model.events import ReplySent, TicketsListed

__all__ = ["announcements", "tellings"]


def announcements(
    env: Environment, ticket_id: str | None, ref: str | None
) -> Flow[tuple[AnnouncementText, ...]]:
    """What was announced on a ticket, with its texts as they are now."""
    ticket = yield from lookup(env, ticket_id, ref)
    result: list[AnnouncementText] = []
    for one in ticket.spread.announcements:
        said = yield from _texts(env, one)
        result.append(
            AnnouncementText(
                number=one.number,
                by=one.by,
                revision=one.proposed,
                state=_state(one),
                texts=said,
                audience=one.audience,
                until=from_us(one.until_us) if one.approved else None,
            )
        )
    return tuple(result)


def _state(one: Announcement) -> str:
    if one.withdrawn:
        return "withdrawn"
    if one.waits:
        return "waiting"
    return "approved" if one.approved else "rejected"


def _texts(env: Environment, one: Announcement) -> Flow[dict[str, str | None]]:
    refs = one.draft if one.waits else one.texts
    found = yield from requests.contents(env.tenant, [ref.id for ref in refs.values()])
    return {language: found[ref.id].value if ref.id in found else None for language, ref in refs.items()}


def tellings(
    env: Environment, ticket_id: str | None, ref: str | None, number: str
) -> Flow[tuple[Telling, ...]]:
    """Who was sent an announcement, and in which words: every message of it, in the order of the tickets."""
    ticket = yield from lookup(env, ticket_id, ref)
    listed: dict[str, None] = {ticket.id: None}
    for event in (yield from history(env, ticket.id, None)):
        if isinstance(event, TicketsListed) and event.number == number:
            listed |= dict.fromkeys(event.tickets)
    result: list[Telling] = []
    for told_id in listed:
        told = yield from lookup(env, told_id, None)
        for event in (yield from history(env, told_id, None)):
            said = event.announced if isinstance(event, ReplySent) else None
            if (
                isinstance(event, ReplySent)
                and said is not None
                and (said.ticket, said.number) == (ticket.id, number)
            ):
                result.append(
                    Telling(
                        ticket=told_id,
                        requester=None if told_id == ticket.id else told.requester,
                        channel=event.channel,
                        revision=said.revision,
                        withdrawn=said.withdrawn,
                        at=event.recorded_at,
                    )
                )
    return tuple(result)
