"""Messages: from outside, to the requester, and among agents."""

from supportflow._time import from_us
from supportflow.exceptions import Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.hearing import bring, heed, record, words_of
from supportflow.kernel.intake import ask, waits
from supportflow.kernel.opening import as_ref, begin, handles
from supportflow.kernel.order import conclude
from supportflow.model.base import StatusCategory
from supportflow.model.commands import AddNote, Described, Receive, Reply
from supportflow.model.events import (
    FollowUpOpened,
    NoteAdded,
    ReplySent,
    TicketOpened,
)
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["add_note", "leaves_by", "receive", "reply"]


def leaves_by(ticket: Ticket, command: Reply) -> str:
    """The channel that a reply leaves by."""
    party = None if command.to is None else ticket.case.party(command.to)
    return command.channel or (party and party.channel) or ticket.channel


def receive(draft: Draft, command: Receive, facts: Facts, book: PolicyBook) -> None:
    """Take in a message. The requester's words answer a question, reopen what was resolved, or open a follow-up."""
    ticket = draft.ticket
    words = words_of(ticket, command, facts.case.same_person)
    asked = ticket.informational
    reopens = ticket.status_category is StatusCategory.RESOLVED and _can_reopen(draft)
    if words.origin == "requester" and not ticket.is_open and not reopens:
        _follow_up(draft, command, facts, book)
        return
    record(draft, words, facts.heard)
    bring(draft, words)
    if words.origin == "requester":
        if ticket.status_category is StatusCategory.PENDING and not waits(draft):
            draft.fire_if_permitted("requester_replied", cause="message")
        elif reopens:
            draft.fire("reopen", cause="message")
    heed(draft, words, facts.heard, asked=asked)
    if words.origin == "requester":
        ask(draft, None if facts.signals is None else facts.signals.tag or facts.signals.language)


def _can_reopen(draft: Draft) -> bool:
    found = draft.policy.lifecycle.lookup(draft.ticket.status, "reopen", draft.view)
    return found is not None and not found.kept


def _follow_up(draft: Draft, command: Receive, facts: Facts, book: PolicyBook) -> None:
    """Open a ticket for what came after the end of another one."""
    ended = draft.ticket
    draft.emit(FollowUpOpened(**draft.head(), into=facts.ticket_id))
    policy = book.current
    known = {name: value for name, value in ended.attributes.items() if name in policy.document.fields}
    event = TicketOpened(
        ticket_id=facts.ticket_id,
        recorded_at=from_us(draft.at_us),
        observed_at=draft.observed_at,
        by=command.by,
        requester=ended.requester,
        channel=command.channel or ended.channel,
        type=ended.type,
        status=policy.lifecycle.initial,
        category=policy.lifecycle.category(policy.lifecycle.initial),
        topic=ended.category,
        language=ended.language,
        tz=ended.tz,
        subject=ended.subject,
        body=as_ref(command.body),
        personal=ended.personal,
        attachments=handles(command.attachments),
        priority_class=policy.document.classes[-1],
        level=ended.level,
        rule="default",
        attributes=known,
        opened_at=from_us(draft.at_us),
        policy=policy.fingerprint,
        follow_up_of=ended.id,
        spoken=ended.spoken,
        informational=ended.informational,
        redacted=facts.redacted,
    )
    same_class = ended.priority_class if ended.priority_class in policy.document.classes else None
    asked = Described(requester=ended.requester, priority_class=same_class, level=ended.level)
    opened = begin(
        event,
        asked,
        facts.signals,
        policy,
        ended.tenant,
        detected_us=draft.detected_us,
        given=ended.given,
    )
    conclude(opened, facts, None)
    draft.include(opened)


def reply(draft: Draft, command: Reply, facts: Facts, book: PolicyBook) -> None:
    """Answer the requester, or a party, in public."""
    del book
    ticket = draft.ticket
    if ticket.status_category.is_final:
        raise Refused(
            ticket.id, command.kind, f"the ticket is {ticket.status_category.value}; open a follow-up"
        )
    if command.by.kind not in {"agent", "bot"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} cannot answer for the desk")
    if facts.case.asks_for is not None:
        raise Refused(
            ticket.id, command.kind, f"it asks for a secret ({facts.case.asks_for}), which support never does"
        )
    channel = leaves_by(ticket, command)
    if facts.case.discloses:
        kinds = ", ".join(facts.case.discloses)
        raise Refused(
            ticket.id, command.kind, f"it would say personal data in public on {channel!r} ({kinds})"
        )
    if command.to is not None and ticket.case.party(command.to) is None:
        raise Refused(ticket.id, command.kind, "the reply is for somebody who is no party of the case")
    draft.emit(
        ReplySent(
            **draft.head(),
            body=as_ref(command.body),
            channel=channel,
            attachments=handles(command.attachments),
            to=command.to,
            redacted=facts.redacted,
            in_reply_to=ticket.received,
        )
    )
    draft.begin_work("reply")


def add_note(draft: Draft, command: AddNote, facts: Facts, book: PolicyBook) -> None:
    """Keep an internal note, at any time."""
    del book
    body, attachments = as_ref(command.body), handles(command.attachments)
    draft.emit(NoteAdded(**draft.head(), body=body, attachments=attachments, redacted=facts.redacted))
