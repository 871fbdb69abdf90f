"""Words that came in: recorded, read for what they bring, and heeded. What the desk does about them is for the caller."""

from typing import NamedTuple

from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Heard
from supportflow.kernel.intake import take_in
from supportflow.kernel.opening import as_ref, handles, spoken_for
from supportflow.kernel.working import learn_language
from supportflow.model.commands import Observed, Receive
from supportflow.model.content import Attachments, ContentRef
from supportflow.model.events import MessageReceived, PriorityChanged
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.triage.compiled import evidence_of, told_apart

__all__ = ["Words", "bring", "heed", "origin_in", "origin_of", "record", "words_of"]


class Words(NamedTuple):
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
    """Whose words a message is: nobody but the requester is taken for the requester.

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
    """Whose words a message that came in, or that a host reports, counts as."""
    if not isinstance(said, Observed):
        return origin_of(ticket, said.by, said.automatic, same_person)
    if said.requester_wrote:  # the host knows whom it means
        return said.automatic or "requester"
    return origin_of(ticket, said.by, said.automatic, same_person)


def words_of(ticket: Ticket, said: Receive | Observed, same_person: frozenset[str]) -> Words:
    """The words of a message that came in, or that a host reports."""
    return Words(
        by=said.writer(ticket.requester) if isinstance(said, Observed) else said.by,
        origin=origin_in(ticket, said, same_person),
        body=as_ref(said.body),
        channel=said.channel,
        attachments=said.attachments,
        evidence=dict(said.evidence),
        automatic=said.automatic is not None,
    )


def record(draft: Draft, words: Words, heard: Heard) -> None:
    """Record that a message came in."""
    signals = heard.signals
    draft.emit(
        MessageReceived(
            **{**draft.head(), "by": words.by},
            origin=words.origin,
            body=words.body,
            channel=words.channel or draft.ticket.channel,
            attachments=handles(words.attachments),
            flags=_flags(heard, words.origin),
            review=signals is not None and signals.raised_for_review,
            redacted=heard.redacted,
            spoken=None if words.automatic else spoken_for(signals, draft.policy),
            informational=signals is not None and signals.informational,
            agency=words.origin == "requester" and signals is not None and signals.agency,
        )
    )


def bring(draft: Draft, words: Words) -> None:
    """Record the evidence that came with a message, of the requester's or of a party's."""
    if words.origin == "party":
        take_in(draft, words.evidence, words.attachments, party=words.by.id)
    elif words.origin == "requester":
        take_in(draft, words.evidence, words.attachments)


def heed(draft: Draft, words: Words, heard: Heard, *, asked: bool) -> None:
    """Let a message tell the ticket's language, and raise its class.

    Args:
        draft: The ticket.
        words: The message.
        heard: What its text says.
        asked: True if the ticket was a mere question before.
    """
    if words.origin == "requester" and heard.signals is not None:
        learn_language(draft, heard.signals)
    if not words.automatic:  # a bounce quotes the desk's own words
        _raise_class(draft, heard, asked=asked)


def _flags(heard: Heard, origin: str) -> tuple[str, ...]:
    """What a person should see: what the text says and, if it is not the requester's, what it pretends."""
    read = () if heard.signals is None else heard.signals.flags
    if origin not in {"stranger", "party"} or not heard.flags:
        return read
    return tuple(sorted({*read, *heard.flags}))


def _raise_class(draft: Draft, heard: Heard, *, asked: bool) -> None:
    """A later message can raise the class, never lower it. A question about security is raised by a report after it."""
    signals, ticket, priority = heard.signals, draft.ticket, draft.policy.priority
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
