"""Intake: what evidence is missing, asking for all of it once, and going on when it is complete."""

from collections.abc import Mapping

from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.commands import Provide
from supportflow.model.content import AttachmentHandle, Attachments, ContentRef
from supportflow.model.events import EvidenceProvided, EvidenceRequested
from supportflow.model.people import SYSTEM
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, PolicyBook
from supportflow.triage.intake import EvidenceSpec, fits_media

__all__ = ["ask", "has", "missing", "provide", "take_in", "waits"]


def missing(ticket: Ticket, policy: CompiledPolicy) -> tuple[str, ...]:
    """The items of evidence that a ticket's category needs and that have not come, in the policy's order."""
    return tuple(spec.name for spec in policy.cases.specs(ticket.category) if not has(ticket, spec))


def has(ticket: Ticket, spec: EvidenceSpec) -> bool:
    """True if an item came, or is an attribute that the ticket carries."""
    if spec.kind == "attribute":
        return spec.name in ticket.attributes
    return spec.name in ticket.case.provided


def take_in(
    draft: Draft,
    evidence: Mapping[str, object],
    attachments: Attachments = (),
    *,
    party: str | None = None,
    redacted: tuple[str, ...] = (),
) -> None:
    """Record evidence that came: items by name, and files that can only be one of the missing items.

    Args:
        draft: The ticket.
        evidence: Item → reference to a value, or handle of a file.
        attachments: Files of the message. The first that can be a missing item is taken for it; none counts twice.
        party: Id of the party that it is from; None for the requester.
        redacted: Kinds that were removed from evidence that comes without a message, which would say it.

    Raises:
        InvalidInput: If an item is neither the policy's nor expected of the party.
    """
    if not evidence and not attachments:
        return
    ticket, cases = draft.ticket, draft.policy.cases
    state = None if party is None else ticket.case.party(party)
    expected = state.missing if state is not None else missing(ticket, draft.policy)
    for item, given in evidence.items():
        if cases.spec(ticket.category, item) is None and item not in expected:
            raise InvalidInput(f"evidence.{item}", "is no item of evidence that the policy knows")
        _provided(draft, item, given, party, redacted)
    wanted = [item for item in expected if item not in evidence]
    for handle in attachments:
        fitting = next((item for item in wanted if _can_be(draft, item, handle)), None)
        if fitting is not None:
            wanted.remove(fitting)
            _provided(draft, fitting, handle, party, redacted)


def _can_be(draft: Draft, item: str, handle: object) -> bool:
    spec = draft.policy.cases.spec(draft.ticket.category, item)
    return isinstance(handle, AttachmentHandle) and spec is not None and fits_media(spec, handle.media_type)


def _provided(draft: Draft, item: str, given: object, party: str | None, redacted: tuple[str, ...]) -> None:
    assert isinstance(given, ContentRef | AttachmentHandle), (
        "values are replaced by references before anything is decided"
    )
    value, attachment = (given, None) if isinstance(given, ContentRef) else (None, given)
    draft.emit(
        EvidenceProvided(
            **draft.head(), item=item, value=value, attachment=attachment, party=party, redacted=redacted
        )
    )


def provide(draft: Draft, command: Provide, facts: Facts, book: PolicyBook) -> None:
    """Take in evidence that somebody gives apart from a message."""
    del book
    ticket, by = draft.ticket, command.by
    if not command.evidence:
        raise InvalidInput("evidence", "is empty")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    outside = by.kind in {"party", "requester"}
    party = by.id if outside and ticket.case.party(by.id) is not None else None
    known = by.kind == "requester" and (by.id == ticket.requester or by.id in facts.case.same_person)
    if outside and party is None and not known:
        raise Refused(
            ticket.id, command.kind, "only the requester, the desk and parties of the case give evidence"
        )
    take_in(draft, command.evidence, party=party, redacted=facts.redacted)
    ask(draft, None)


def waits(draft: Draft) -> bool:
    """True if the ticket goes on waiting for evidence whatever the requester has just written."""
    ticket, policy = draft.ticket, draft.policy
    return ticket.case.waiting and policy.cases.intake.incomplete == "wait" and bool(missing(ticket, policy))


def ask(draft: Draft, written_in: str | None) -> None:
    """Ask for all that is missing and was never asked for, and wait; or go on, if nothing keeps the ticket waiting.

    The request is no agent's answer: it stops no response clock.

    Args:
        draft: The ticket.
        written_in: The language of what the requester just wrote, if it can be told.
    """
    ticket, cases = draft.ticket, draft.policy.cases
    if not (cases.rules or ticket.case.waiting) or not ticket.is_open or ticket.private:
        return
    lacking = missing(ticket, draft.policy)
    unasked = tuple(item for item in lacking if item not in ticket.case.asked)
    if unasked and ticket.follow_up_of is None and ticket.split_from is None:
        _request(draft, unasked, written_in)
        if cases.waits(ticket.priority_class):
            _as_system(draft, "wait_for_requester")
    elif ticket.case.waiting and not (lacking and cases.waits(ticket.priority_class)):
        _go_on(draft)


def _request(draft: Draft, items: tuple[str, ...], written_in: str | None) -> None:
    ticket, cases = draft.ticket, draft.policy.cases
    assert ticket.category is not None
    template = cases.rules[ticket.category].template
    head = {**draft.head(), "by": SYSTEM}
    draft.emit(
        EvidenceRequested(
            **head,
            topic=ticket.category,
            items=items,
            template=template,
            language=cases.language(template, ticket.language or written_in),
            channel=ticket.channel,
            policy=draft.policy.fingerprint,
        )
    )


def _as_system(draft: Draft, trigger: str) -> None:
    by, draft.by = draft.by, SYSTEM
    draft.fire_if_permitted(trigger, cause="intake")
    draft.by = by


def _go_on(draft: Draft) -> None:
    """The requester's own words answer; what others do resumes the work. A lifecycle may know only one of the two."""
    triggers = ["requester_replied", "resume"]
    if draft.by.kind != "requester":
        triggers.reverse()
    for trigger in triggers:
        if draft.fire_if_permitted(trigger, cause="intake"):
            return
