"""Questions about what many are told: what was announced on a ticket, who was sent it, and who was sent a warning."""

from supportflow._time import from_us
from supportflow.exceptions import DamagedRow, NewerSchemaError
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.queries.tickets import MAX_LIMIT, history, lookup
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.announcements import Announcement, AnnouncementText, Telling, WarningSent
from supportflow.model.events import ReplySent, TicketsListed
from supportflow.model.events.messages import Warned
from supportflow.model.storage import StreamRow

__all__ = ["announcements", "tellings", "warned"]


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


def warned(env: Environment, warning: str) -> Flow[tuple[WarningSent, ...]]:
    """Who was sent a warning of the policy, in which language and when, earliest first; at one instant by ticket."""
    replies: list[tuple[ReplySent, Warned]] = []
    stream, seq = "", 0
    while True:
        rows = yield from requests.warned(env.tenant, stream, seq, MAX_LIMIT)
        for reply in filter(None, map(_reply, rows)):
            replies += [(reply, one) for one in reply.warned if one.warning == warning]
        if len(rows) < MAX_LIMIT:
            break
        stream, seq = rows[-1].stream, rows[-1].event.seq
    replies.sort(key=lambda found: found[0].recorded_at)
    named = list(dict.fromkeys(reply.ticket_id for reply, _ in replies))
    known: dict[str, str] = {}
    for start in range(0, len(named), MAX_LIMIT):
        found = yield from requests.load_many(env.tenant, named[start : start + MAX_LIMIT])
        known |= {row.id: row.requester for row in found}
    return tuple(
        WarningSent(
            ticket=reply.ticket_id,
            requester=known[reply.ticket_id],
            channel=reply.channel,
            language=one.language,
            policy=one.policy,
            by=reply.by,
            at=reply.recorded_at,
        )
        for reply, one in replies
        if reply.ticket_id in known
    )


def _reply(row: StreamRow) -> ReplySent | None:
    try:
        event = read_row(row.event)
    except (DamagedRow, NewerSchemaError):  # one that cannot be read must not keep anybody from the others
        return None
    return event if isinstance(event, ReplySent) else None
