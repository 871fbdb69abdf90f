"""Folding of `model/events/casework`: evidence, steps, parties and verification."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.kernel.fold.phone import with_verified_caller
from supportflow.model.base import StatusCategory
from supportflow.model.casework import Casework, PartyState, Verification
from supportflow.model.events import (
    EventBase,
    EvidenceProvided,
    EvidenceRequested,
    PartyAdded,
    PartyDeadlinePassed,
    RequesterVerified,
    StatusChanged,
    StepCompleted,
)
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES", "change_party", "party_wrote", "waiting_after", "with_names"]

Changes = dict[str, Any]


def waiting_after(case: Casework, event: StatusChanged) -> Casework:
    """The case after a change of status: it waits for evidence only while the status that intake chose lasts."""
    waiting = event.cause == "intake" and event.category is StatusCategory.PENDING
    return case if waiting == case.waiting else replace(case, waiting=waiting)


def party_wrote(case: Casework, party_id: str) -> Casework:
    """The case after a party wrote; somebody whom nobody made a party of it changes nothing."""
    return case if case.party(party_id) is None else change_party(case, party_id, heard=True)


def change_party(case: Casework, party_id: str, **changes: Any) -> Casework:
    """The case with a party that has changed."""
    parties = tuple(replace(party, **changes) if party.id == party_id else party for party in case.parties)
    return replace(case, parties=parties)


def with_names(names: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """Names, and those that are new among more, in order."""
    return (*names, *(name for name in more if name not in names))


def _requested(ticket: Ticket, event: EvidenceRequested) -> Changes:
    return {"case": replace(ticket.case, asked=with_names(ticket.case.asked, *event.items))}


def _provided(ticket: Ticket, event: EvidenceProvided) -> Changes:
    case = ticket.case
    if event.party is None:
        return {"case": replace(case, provided=with_names(case.provided, event.item))}
    party = case.party(event.party)
    return (
        {}
        if party is None
        else {"case": change_party(case, party.id, given=with_names(party.given, event.item))}
    )


def _step(ticket: Ticket, event: StepCompleted) -> Changes:
    case = ticket.case
    if event.step in case.steps:
        return {}
    authors = (*case.authors, (event.by.kind, event.by.id))
    return {"case": replace(case, steps=(*case.steps, event.step), authors=authors)}


def _party_added(ticket: Ticket, event: PartyAdded) -> Changes:
    """A party that is added again is asked anew: what it said before does not answer."""
    due_us = None if event.due_at is None else to_us(event.due_at)
    known = ticket.case.party(event.party)
    state = PartyState(
        role=event.role,
        id=event.party,
        channel=event.channel,
        due_us=due_us,
        expects=event.expects,
        given=() if known is None else known.given,
    )
    others = tuple(party for party in ticket.case.parties if party.id != event.party)
    return {"case": replace(ticket.case, parties=(*others, state))}


def _deadline_passed(ticket: Ticket, event: PartyDeadlinePassed) -> Changes:
    return {"case": change_party(ticket.case, event.party, overdue=True)}


def _verified(ticket: Ticket, event: RequesterVerified) -> Changes:
    others = tuple(one for one in ticket.case.verifications if one.level != event.level)
    latest = Verification(event.level, event.method, to_us(event.valid_until))
    changes: Changes = {"case": replace(ticket.case, verifications=(*others, latest))}
    if ticket.phone.calls:
        changes["phone"] = with_verified_caller(ticket.phone, event)
    return changes


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    EvidenceRequested: _requested,
    EvidenceProvided: _provided,
    StepCompleted: _step,
    PartyAdded: _party_added,
    PartyDeadlinePassed: _deadline_passed,
    RequesterVerified: _verified,
}
"""Event class → what it changes on the ticket."""
