"""Questions whose answers have texts in them: messages and evidence."""

from collections.abc import Mapping

from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.load import get, request_text, with_policy_words
from supportflow.flows.queries.access import Sealed, sealed_on, without
from supportflow.flows.queries.tickets import history, lookup
from supportflow.flows.requests import Flow
from supportflow.kernel.casework import has_evidence
from supportflow.model.base import is_id
from supportflow.model.casework import Party
from supportflow.model.content import Content, ContentRef
from supportflow.model.events import (
    EvidenceProvided,
    EvidenceRequested,
    MessageReceived,
    NoteAdded,
    RatingGiven,
    RatingLeftOut,
    ReplySent,
    RequesterInformed,
    TicketAbsorbed,
    TicketOpened,
)
from supportflow.model.people import Actor, Requester
from supportflow.model.ticket import Evidence, Message, Ticket
from supportflow.triage.wording import label

__all__ = ["Reader", "evidence", "messages"]

_Rating = RatingGiven | RatingLeftOut
_Written = TicketOpened | MessageReceived | ReplySent | NoteAdded | _Rating
MessageEvent = _Written | EvidenceRequested | RequesterInformed

Reader = Party | Requester | Actor | str


def messages(
    env: Environment, ticket_id: str | None, ref: str | None, seen_by: Reader | None = None
) -> Flow[tuple[Message, ...]]:
    """The messages of a ticket with their texts, in order; only those that somebody may see, if a reader is named.

    What the policy's access seals is masked, whoever reads it. The words of a rating are the requester's, too.

    Raises:
        InvalidInput: If the reader is neither the ticket's requester nor a party of its case.
    """
    ticket = yield from lookup(env, ticket_id, ref)
    events = yield from history(env, ticket.id, None)
    listed: list[MessageEvent] = [event for event in events if isinstance(event, MessageEvent)]
    if seen_by is not None:
        reader = _reader(ticket, seen_by)
        listed = [event for event in listed if _may_see(ticket, reader, event)]
    ids = [body.id for body in map(_body, listed) if body is not None]
    received = {
        event.body.id for event in listed if isinstance(event, MessageReceived) and event.body is not None
    }
    sealed = yield from sealed_on(env, ticket, events)
    found = without((yield from requests.contents(env.tenant, ids)), sealed)
    result: list[Message] = []
    for event in listed:
        if isinstance(event, EvidenceRequested | RequesterInformed):
            body: str | None = yield from request_text(env, ticket, event)
            result.append(Message(event.recorded_at, event.by, "public_reply", body))
        elif isinstance(event, RatingGiven | RatingLeftOut):
            if event.comment is not None and event.comment.id not in received:
                result.append(_message(event, _text(event.comment, found), sealed))
        elif event.body is not None or not isinstance(event, TicketOpened):
            body = _text(event.body, found)
            if isinstance(event, ReplySent) and (event.warned or event.promised is not None):
                body = yield from with_policy_words(env, event, body)
            result.append(_message(event, body, sealed))
    return tuple(result)


def _body(event: MessageEvent) -> ContentRef | None:
    if isinstance(event, EvidenceRequested | RequesterInformed):
        return None
    return event.comment if isinstance(event, RatingGiven | RatingLeftOut) else event.body


def _message(event: _Written, body: str | None, sealed: Sealed) -> Message:
    return Message(
        at=event.recorded_at,
        by=event.by,
        origin=_origin(event),
        body=body,
        attachments=() if isinstance(event, RatingGiven | RatingLeftOut) else event.attachments,
        to=event.to if isinstance(event, ReplySent) else None,
        flags=event.flags if isinstance(event, MessageReceived) else (),
        sealed=_is_sealed(_body(event), sealed),
    )


def _text(ref: ContentRef | None, found: Mapping[str, Content]) -> str | None:
    return found[ref.id].value if ref is not None and ref.id in found else None


def _is_sealed(ref: ContentRef | None, sealed: Sealed) -> bool:
    return ref is not None and ref.id in sealed


def _origin(event: MessageEvent) -> str:
    if isinstance(event, MessageReceived):
        return event.origin
    if isinstance(event, RatingGiven | RatingLeftOut):
        return "requester"
    if isinstance(event, TicketOpened):
        return (
            "requester"
            if event.by.kind == "requester"
            else "internal_note"
            if event.private
            else event.by.kind
        )
    return "internal_note" if isinstance(event, NoteAdded) else "public_reply"


def _reader(ticket: Ticket, seen_by: Reader) -> str:
    """The id of somebody who takes part in the case."""
    reader = seen_by.id if isinstance(seen_by, Party | Requester | Actor) else seen_by
    if not is_id(reader):
        raise InvalidInput("seen_by", "is not a Requester, a Party, an Actor or an id")
    if reader != ticket.requester and ticket.case.party(reader) is None:
        raise InvalidInput("seen_by", "is neither the requester nor a party of the case")
    return reader


def _may_see(ticket: Ticket, reader: str, event: MessageEvent) -> bool:
    """A person sees what they wrote themselves, and what the desk wrote to them."""
    is_requester = reader == ticket.requester
    if isinstance(event, ReplySent):
        return event.to == (None if is_requester else reader)
    if isinstance(event, EvidenceRequested | RequesterInformed | RatingGiven | RatingLeftOut):
        return is_requester
    if isinstance(event, NoteAdded):
        return False
    if isinstance(event, TicketOpened):
        return is_requester and not event.private
    return event.origin == "requester" if is_requester else event.origin == "party" and event.by.id == reader


def evidence(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[tuple[Evidence, ...]]:
    """The requester's evidence: every item that the ticket's category needs, and whatever else came; the latest of each."""
    ticket = yield from lookup(env, ticket_id, ref)
    cases = env.book[ticket.policy].cases
    given, sources = yield from _load_evidence(env, ticket.id)
    sealed: set[str] = set()
    for source in sources if env.book.current.access else ():
        sealed.update((yield from sealed_on(env, (yield from get(env, source)))))
    found = without(
        (yield from requests.contents(env.tenant, [ref.id for ref in map(_ref, given.values()) if ref])),
        sealed,
    )
    required = {spec.name: spec for spec in cases.specs(ticket.category)}
    language = ticket.language or cases.intake.language
    items: list[Evidence] = []
    for item in dict.fromkeys((*required, *given)):
        spec = cases.spec(ticket.category, item)
        event = given.get(item)
        attribute = spec is not None and spec.kind == "attribute" and has_evidence(ticket, spec)
        items.append(
            Evidence(
                item=item,
                label=item if spec is None else label(spec, language),
                required=item in required,
                provided_at=None if event is None else event.recorded_at,
                by=None if event is None else event.by,
                value=str(ticket.attributes[item])
                if attribute
                else _text(None if event is None else event.value, found),
                attachment=None if event is None else event.attachment,
                sealed=event is not None and _is_sealed(_ref(event), sealed),
            )
        )
    return tuple(items)


def _ref(event: EvidenceProvided) -> ContentRef | None:
    return event.value if event.attachment is None else event.attachment.content


def _load_evidence(env: Environment, ticket_id: str) -> Flow[tuple[dict[str, EvidenceProvided], set[str]]]:
    """The latest of each item that the requester gave, on the ticket or on one merged into it; the ids of these tickets."""
    found: dict[str, EvidenceProvided] = {}
    waiting: list[tuple[str, frozenset[str] | None]] = [(ticket_id, None)]
    seen = {ticket_id}
    while waiting:
        name, wanted = waiting.pop(0)
        for event in (yield from history(env, name, None)):
            if isinstance(event, EvidenceProvided) and event.party is None:
                known = found.get(event.item)
                later = known is None or known.recorded_at <= event.recorded_at
                if later and (wanted is None or event.item in wanted):
                    found[event.item] = event
            elif isinstance(event, TicketAbsorbed) and event.provided and event.source_id not in seen:
                seen.add(event.source_id)
                waiting.append((event.source_id, frozenset(event.provided)))
    return found, seen
