"""Messages: from outside, to the requester, and among agents."""

from typing import NamedTuple

from supportflow.exceptions import Refused
from supportflow.kernel.after.evidence import request_evidence, still_waits
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts, TextFacts
from supportflow.kernel.handlers.casework import record_evidence
from supportflow.kernel.handlers.stars import take_reply
from supportflow.kernel.handlers.tickets import begin_from, class_in_text
from supportflow.kernel.handlers.updates import promise_in, with_warnings
from supportflow.kernel.handlers.work import learn_language
from supportflow.model.base import StatusCategory
from supportflow.model.commands import AddNote, Observed, Receive, RecordDelivery, Reply
from supportflow.model.content import Attachments, ContentRef, as_ref, handles
from supportflow.model.events import (
    DeliveryReported,
    FollowUpOpened,
    MessageReceived,
    NoteAdded,
    PriorityChanged,
    ReplySent,
)
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook
from supportflow.triage.compiled import evidence_of, told_apart

__all__ = [
    "Inbound",
    "add_note",
    "apply_signals",
    "inbound_of",
    "leaves_by",
    "origin_in",
    "origin_of",
    "receive",
    "record_delivery",
    "record_message",
    "record_message_evidence",
    "reply",
]


def leaves_by(ticket: Ticket, command: Reply) -> str:
    """The channel that a reply leaves by."""
    party = None if command.to is None else ticket.case.party(command.to)
    return command.channel or (party and party.channel) or ticket.channel


def receive(draft: Draft, command: Receive, facts: Facts, book: PolicyBook) -> None:
    """Record a message. The requester's words answer a question, reopen what was resolved, or open a follow-up."""
    ticket = draft.ticket
    words = inbound_of(ticket, command, facts.case.same_person)
    asked = ticket.informational
    said = facts.case.said
    if said is not None and words.origin == "requester" and not ticket.is_open:
        alone = said.alone and not words.attachments and not words.evidence
        if take_reply(draft, words.by, words.body, said._replace(alone=alone), facts, book):
            return
    reopens = ticket.status_category is StatusCategory.RESOLVED and _can_reopen(draft)
    if words.origin == "requester" and not ticket.is_open and not reopens:
        _follow_up(draft, command, facts, book)
        return
    record_message(draft, words, facts.text)
    record_message_evidence(draft, words)
    if words.origin == "requester":
        if ticket.status_category is StatusCategory.PENDING and not still_waits(draft):
            draft.fire_if_permitted("requester_replied", cause="message")
        elif reopens:
            draft.fire("reopen", cause="message")
    apply_signals(draft, words, facts.text, asked=asked)
    if words.origin == "requester":
        request_evidence(
            draft, None if facts.signals is None else facts.signals.tag or facts.signals.language
        )


def _can_reopen(draft: Draft) -> bool:
    found = draft.policy.lifecycle.lookup(draft.ticket.status, "reopen", draft.view)
    return found is not None and not found.kept


def _follow_up(draft: Draft, command: Receive, facts: Facts, book: PolicyBook) -> None:
    """Open a ticket for what came after the end of another one."""
    ended = draft.ticket
    draft.emit(draft.event(FollowUpOpened, into=facts.ticket_id))
    opened = begin_from(
        draft,
        book.current,
        command.by,
        facts,
        channel=command.channel or ended.channel,
        body=as_ref(command.body),
        attachments=handles(command.attachments),
        follow_up_of=ended.id,
    )
    conclude(opened, facts, None)
    draft.include(opened)


def reply(draft: Draft, command: Reply, facts: Facts) -> None:
    """Answer the requester, or a party, in public."""
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
    sent = draft.event(
        ReplySent,
        body=as_ref(command.body),
        channel=channel,
        attachments=handles(command.attachments),
        to=command.to,
        redacted=facts.redacted,
        in_reply_to=ticket.received,
    )
    if draft.policy.document.updates is not None:
        promised = promise_in(draft, sent)
        sent = sent if promised is None else sent.model_copy(update={"promised": promised})
        sent = with_warnings(draft, sent)
    draft.emit(sent)
    draft.begin_work("reply")


def add_note(draft: Draft, command: AddNote, facts: Facts) -> None:
    """Keep an internal note, at any time."""
    body, attachments = as_ref(command.body), handles(command.attachments)
    draft.emit(draft.event(NoteAdded, body=body, attachments=attachments, redacted=facts.redacted))


def record_delivery(draft: Draft, command: RecordDelivery, _facts: Facts) -> None:
    """Record what became of a reply on its way. One that can never arrive is work again: somebody finds another way.

    Raises:
        Refused: If somebody outside or an agent reports it.
    """
    ticket = draft.ticket
    if command.by.kind not in {"host", "system"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does not report for a channel")
    draft.emit(
        DeliveryReported(
            **draft.head(),
            delivery=command.delivery,
            channel=command.channel,
            state=command.state,
            receipt=command.receipt,
            code=command.code,
        )
    )
    if command.state != "undeliverable":
        return
    if ticket.status_category is StatusCategory.PENDING:
        draft.fire_if_permitted("resume", cause="undeliverable")
    elif ticket.status_category is StatusCategory.RESOLVED and _can_reopen(draft):
        draft.fire("reopen", cause="undeliverable")


class Inbound(NamedTuple):
    """What somebody outside wrote.

    Attributes:
        by: Who.
        origin: Whose words they count as.
        body: The text; None if there is none.
        channel: Where they came in; None for the ticket's channel.
        attachments: Files that came with them.
        evidence: Items of evidence that came with them.
        automatic: True if a machine wrote them.
    """

    by: Actor
    origin: str
    body: ContentRef | None
    channel: str | None
    attachments: Attachments
    evidence: dict[str, object]
    automatic: bool


def origin_of(
    ticket: Ticket, by: Actor, automatic: str | None, same_person: frozenset[str] = frozenset()
) -> str:
    """Whose words a message counts as. Only the requester's own ids make it the requester's.

    Args:
        ticket: The ticket.
        by: Its writer.
        automatic: Set if a machine wrote it.
        same_person: Ids that are known to be the requester's, too.
    """
    if automatic is not None:
        return automatic
    if by.kind == "party" or (by.kind == "requester" and ticket.case.party(by.id) is not None):
        return "party"
    is_requester = by.kind == "requester" and (by.id == ticket.requester or by.id in same_person)
    return "requester" if is_requester else "stranger"


def origin_in(ticket: Ticket, said: Receive | Observed, same_person: frozenset[str] = frozenset()) -> str:
    """`origin_of` a message that came in, or that a host reports."""
    if not isinstance(said, Observed):
        return origin_of(ticket, said.by, said.automatic, same_person)
    if said.requester_wrote:  # the host says so, and it knows its people
        return said.automatic or "requester"
    return origin_of(ticket, said.by, said.automatic, same_person)


def inbound_of(ticket: Ticket, said: Receive | Observed, same_person: frozenset[str]) -> Inbound:
    """A message that came in, or that a host reports, in one form."""
    return Inbound(
        by=said.writer(ticket.requester) if isinstance(said, Observed) else said.by,
        origin=origin_in(ticket, said, same_person),
        body=as_ref(said.body),
        channel=said.channel,
        attachments=said.attachments,
        evidence=dict(said.evidence),
        automatic=said.automatic is not None,
    )


def record_message(draft: Draft, words: Inbound, text: TextFacts) -> None:
    """Record that a message came in."""
    signals = text.signals
    draft.emit(
        MessageReceived(
            **{**draft.head(), "by": words.by},
            origin=words.origin,
            body=words.body,
            channel=words.channel or draft.ticket.channel,
            attachments=handles(words.attachments),
            flags=_flags(text, words.origin),
            review=signals is not None and signals.raised_for_review,
            redacted=text.redacted,
            spoken=None if words.automatic else class_in_text(signals, draft.policy),
            informational=signals is not None and signals.informational,
            agency=words.origin == "requester" and signals is not None and signals.agency,
        )
    )


def record_message_evidence(draft: Draft, words: Inbound) -> None:
    """Record the evidence that came with a message, of the requester's or of a party's."""
    if words.origin == "party":
        record_evidence(draft, words.evidence, words.attachments, party=words.by.id)
    elif words.origin == "requester":
        record_evidence(draft, words.evidence, words.attachments)


def apply_signals(draft: Draft, words: Inbound, text: TextFacts, *, asked: bool) -> None:
    """Take language and class from what a message says.

    Args:
        draft: The ticket.
        words: The message.
        text: What its text says.
        asked: True if the ticket was a mere question before.
    """
    if words.origin == "requester" and text.signals is not None:
        learn_language(draft, text.signals)
    if not words.automatic:  # a bounce quotes the desk's own words
        _raise_class(draft, text, asked=asked)


def _flags(text: TextFacts, origin: str) -> tuple[str, ...]:
    """The flags of a message: what its text says and, if it is not the requester's, whom it pretends to be from."""
    read = () if text.signals is None else text.signals.flags
    if origin not in {"stranger", "party"} or not text.flags:
        return read
    return tuple(sorted({*read, *text.flags}))


def _raise_class(draft: Draft, text: TextFacts, *, asked: bool) -> None:
    """Raise the class if the text asks for a higher one; it never lowers it.

    A ticket that was a mere question has its level decided anew once a report comes in: until then the question kept it low.
    """
    signals, ticket, priority = text.signals, draft.ticket, draft.policy.priority
    if signals is None:
        return
    level, levels = ticket.level, tuple[str, ...]()
    if asked and not ticket.informational:
        again = priority.again(ticket, draft.view())
        level, levels = again.level, told_apart(again)[1]
    raises = priority.raises(signals, ticket.priority_class)
    if not raises and level == ticket.level:
        return
    draft.emit(
        PriorityChanged(
            **draft.head(),
            priority_class=signals.priority_class if raises else ticket.priority_class,
            level=level,
            previous_class=ticket.priority_class,
            previous_level=ticket.level,
            rule="words",
            chosen_by="words",
            evidence=(*evidence_of(signals), *levels),
            level_evidence=len(levels),
        )
    )
