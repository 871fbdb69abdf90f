"""Evidence, steps, parties, and verification of the requester."""

from collections.abc import Mapping

from supportflow._time import from_us, span_us, to_us
from supportflow.exceptions import InvalidInput, NotVerified, Refused, StepsMissing
from supportflow.kernel.after.evidence import request_evidence
from supportflow.kernel.casework import done_by_the_same, missing_evidence, missing_steps
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.casework import Verification
from supportflow.model.commands import AddParty, Authorise, CompleteStep, Provide, Verify
from supportflow.model.content import AttachmentHandle, Attachments, ContentRef, as_ref
from supportflow.model.events import (
    ActionAuthorised,
    EvidenceProvided,
    PartyAdded,
    PersonVerified,
    RequesterVerified,
    StepCompleted,
)
from supportflow.model.people import SYSTEM
from supportflow.triage.intake import fits_media

__all__ = [
    "MOST",
    "add_party",
    "authorise",
    "check_level",
    "complete_step",
    "provide",
    "record_evidence",
    "verify",
]


def record_evidence(
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
    expected = state.missing if state is not None else missing_evidence(ticket, draft.policy)
    for item, given in evidence.items():
        if cases.spec(ticket.category, item) is None and item not in expected:
            raise InvalidInput(f"evidence.{item}", "is no item of evidence that the policy knows")
        _record_item(draft, item, given, party, redacted)
    wanted = [item for item in expected if item not in evidence]
    for handle in attachments:
        fitting = next((item for item in wanted if _can_be(draft, item, handle)), None)
        if fitting is not None:
            wanted.remove(fitting)
            _record_item(draft, fitting, handle, party, redacted)


def _can_be(draft: Draft, item: str, handle: object) -> bool:
    spec = draft.policy.cases.spec(draft.ticket.category, item)
    return isinstance(handle, AttachmentHandle) and spec is not None and fits_media(spec, handle.media_type)


def _record_item(
    draft: Draft, item: str, given: object, party: str | None, redacted: tuple[str, ...]
) -> None:
    assert isinstance(given, ContentRef | AttachmentHandle), (
        "values are replaced by references before anything is decided"
    )
    value, attachment = (given, None) if isinstance(given, ContentRef) else (None, given)
    draft.emit(
        EvidenceProvided(
            **draft.head(), item=item, value=value, attachment=attachment, party=party, redacted=redacted
        )
    )


def provide(draft: Draft, command: Provide, facts: Facts) -> None:
    """Record evidence that somebody gives apart from a message."""
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
    record_evidence(draft, command.evidence, party=party, redacted=facts.redacted)
    request_evidence(draft, None)


def complete_step(draft: Draft, command: CompleteStep, facts: Facts) -> None:
    """Record a step."""
    ticket = draft.ticket
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does no steps of the desk's")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    procedure = draft.policy.cases.procedures.get(ticket.category or "")
    names = [step.name for step in procedure.steps] if procedure is not None else []
    if procedure is None or command.step not in names:
        raise InvalidInput("step", "is no step of the procedure of the ticket's category")
    if command.step in ticket.case.steps:
        return
    before = names[: names.index(command.step)]
    missing = [name for name in missing_steps(ticket, draft.policy) if name in before]
    if procedure.ordered and missing:
        raise StepsMissing(ticket.id, command.kind, missing)
    same = done_by_the_same(ticket, draft.policy, command.step, command.by, facts.case.also_by)
    if same:
        raise Refused(ticket.id, command.kind, f"it wants another person than did {', '.join(same)}")
    draft.emit(draft.event(StepCompleted, step=command.step, reason=as_ref(command.reason)))


MOST = 50
"""How many parties one case can have."""


def add_party(draft: Draft, command: AddParty, facts: Facts) -> None:
    """Make somebody a party of the case. A party that is added again is asked anew."""
    ticket, party = draft.ticket, command.party
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} cannot say who takes part")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if party.id == ticket.requester or party.id in facts.case.same_person:
        raise InvalidInput("party", "is the requester")
    if ticket.case.party(party.id) is None and len(ticket.case.parties) >= MOST:
        raise Refused(ticket.id, command.kind, f"the case has {MOST} parties")
    if command.due_at is not None and to_us(command.due_at) <= draft.at_us:
        raise InvalidInput("due_at", "is not in the future")
    draft.emit(
        draft.event(
            PartyAdded,
            role=party.role,
            party=party.id,
            channel=party.channel,
            due_at=command.due_at,
            expects=tuple(dict.fromkeys(command.expects)),
        )
    )


def verify(draft: Draft, command: Verify, facts: Facts) -> None:
    """Record that the requester is who they say. Verifying again begins anew."""
    _from_inside(draft, command)
    if command.level not in draft.policy.cases.levels:
        raise InvalidInput("level", "is no level of the policy's authority")
    said = {
        "level": command.level,
        "method": command.method,
        "valid_until": from_us(draft.at_us + span_us(command.valid_for)),
    }
    draft.emit(draft.event(RequesterVerified, **said))
    if not draft.policy.cases.person_wide or facts.person is None:
        return
    for one in sorted(facts.person.streams):
        about = {"recorded_at": draft.at, "by": command.by, "requester": one, "ticket_id": draft.ticket.id}
        draft.events.append(PersonVerified(**about, **said))


def authorise(draft: Draft, command: Authorise, facts: Facts) -> None:
    """Record that an action may be done, if a verification of its level, or a higher one, is valid now."""
    _from_inside(draft, command)
    needs = draft.policy.cases.actions.get(command.action)
    if needs is None:
        raise InvalidInput("action", "is no action of the policy's authority")
    best = check_level(draft, command.action, needs, facts)
    draft.emit(
        draft.event(
            ActionAuthorised,
            action=command.action,
            needs=needs,
            level=best.level,
            valid_until=best.valid_until,
        )
    )


def check_level(draft: Draft, action: str, needs: str, facts: Facts) -> Verification:
    """The best verification that is valid now, if it is good enough for an action.

    One of another case of the person is recorded on this one when it is needed, if the policy lets it count there.

    Raises:
        NotVerified: If none is.
    """
    ticket, cases = draft.ticket, draft.policy.cases
    # A level that this version of the policy no longer knows counts as none.
    shared = facts.person.verified if cases.person_wide and facts.person is not None else ()
    known = [one for one in (*ticket.case.verifications, *shared) if one.level in cases.levels]
    valid = [one for one in known if draft.at_us < one.until_us]
    best = max(valid, key=lambda one: (cases.levels[one.level], one.until_us), default=None)
    if best is None or cases.levels[best.level] < cases.levels[needs]:
        ended = any(cases.levels[one.level] >= cases.levels[needs] for one in known)
        held = None if best is None else best.level
        raise NotVerified(ticket.id, action, needs, held, expired=ended)
    if best not in ticket.case.verifications:
        draft.emit(
            RequesterVerified(
                **{**draft.head(), "by": SYSTEM},
                level=best.level,
                method=best.method,
                valid_until=best.valid_until,
                elsewhere=True,
            )
        )
    return best


def _from_inside(draft: Draft, command: Verify | Authorise) -> None:
    if command.by.kind in {"requester", "party"}:
        raise Refused(draft.ticket.id, command.kind, f"a {command.by.kind} cannot do this")
