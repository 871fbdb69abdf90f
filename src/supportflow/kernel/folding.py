"""Folding of evidence, steps, parties, verification, joined contacts, merged tickets and priority."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile
from typing import Any

from supportflow._time import to_us
from supportflow.model.base import StatusCategory
from supportflow.model.casework import Casework, PartyState, Verification
from supportflow.model.events import (
    ActionAuthorised,
    ContactJoined,
    EventBase,
    EvidenceProvided,
    EvidenceRequested,
    MessageReceived,
    PartyAdded,
    PartyDeadlinePassed,
    PriorityChanged,
    RequesterVerified,
    StatusChanged,
    StepCompleted,
    TicketAbsorbed,
    TicketAdopted,
    TicketOpened,
)
from supportflow.model.events.tickets import ChosenBy
from supportflow.model.ticket import Ticket

__all__ = ["CASE_CHANGES", "chosen", "heard", "listened", "waiting_after"]

Changes = dict[str, Any]


def waiting_after(case: Casework, event: StatusChanged) -> Casework:
    """The case after a change of status: it waits for evidence only while the status that intake chose lasts."""
    waiting = event.cause == "intake" and event.category is StatusCategory.PENDING
    return case if waiting == case.waiting else replace(case, waiting=waiting)


def heard(case: Casework, party_id: str) -> Casework:
    """The case after a party wrote; somebody whom nobody made a party of it changes nothing."""
    return case if case.party(party_id) is None else _party(case, party_id, heard=True)


def _party(case: Casework, party_id: str, **changes: Any) -> Casework:
    parties = tuple(replace(party, **changes) if party.id == party_id else party for party in case.parties)
    return replace(case, parties=parties)


def _with(names: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return (*names, *(name for name in more if name not in names))


def _requested(ticket: Ticket, event: EvidenceRequested) -> Changes:
    return {"case": replace(ticket.case, asked=_with(ticket.case.asked, *event.items))}


def _provided(ticket: Ticket, event: EvidenceProvided) -> Changes:
    case = ticket.case
    if event.party is None:
        return {"case": replace(case, provided=_with(case.provided, event.item))}
    party = case.party(event.party)
    return {} if party is None else {"case": _party(case, party.id, given=_with(party.given, event.item))}


def _step(ticket: Ticket, event: StepCompleted) -> Changes:
    return {"case": replace(ticket.case, steps=_with(ticket.case.steps, event.step))}


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
    return {"case": _party(ticket.case, event.party, overdue=True)}


def _verified(ticket: Ticket, event: RequesterVerified) -> Changes:
    others = tuple(one for one in ticket.case.verifications if one.level != event.level)
    latest = Verification(event.level, event.method, to_us(event.valid_until))
    return {"case": replace(ticket.case, verifications=(*others, latest))}


def _absorbed(ticket: Ticket, event: TicketAbsorbed) -> Changes:
    case = ticket.case
    parties = {party.id: party for party in event.parties}
    own = tuple(_both(party, parties.pop(party.id, party)) for party in case.parties)
    changes: Changes = {"absorbed": ticket.absorbed + 1}
    joined = replace(
        case,
        asked=_with(case.asked, *event.asked),
        provided=_with(case.provided, *event.provided),
        parties=(*own, *parties.values()),
        verifications=_longest(*case.verifications, *event.verifications),
    )
    if joined != case:
        changes["case"] = joined
    if event.flags:
        changes["flags"] = tuple(sorted({*ticket.flags, *event.flags}))
    if event.review:
        changes["review"] = True
    if event.agency:
        changes["agency"] = True
    if event.spoken:
        changes["spoken"] = tuple(sorted({*ticket.spoken, *event.spoken}))
        changes["informational"] = False
    return changes


def _both(party: PartyState, other: PartyState) -> PartyState:
    """Somebody who is a party of both cases: asked for all that either asks for, until the time that this one gives."""
    due_us, overdue = (other.due_us, other.overdue) if party.due_us is None else (party.due_us, party.overdue)
    return replace(
        party,
        due_us=due_us,
        overdue=overdue,
        expects=_with(party.expects, *other.expects),
        given=_with(party.given, *other.given),
        heard=party.heard or other.heard,
    )


def _longest(*verifications: Verification) -> tuple[Verification, ...]:
    """Of each level, the verification that ends last."""
    found: dict[str, Verification] = {}
    for one in verifications:
        known = found.get(one.level)
        if known is None or known.until_us < one.until_us:
            found[one.level] = one
    return tuple(found.values())


# --- priority ------------------------------------------------------------------------------------

_BY_NAME: dict[str, ChosenBy] = {
    "default": "default",
    "given": "given",
    "words": "words",
    "merged": "merged",
    "escalation": "ladder",
}
_LEVEL = re.compile(r"level [1-4] by ")


def by_its_name(rule: str) -> ChosenBy:
    """What chose the class, in a recording that says it by the rule's name alone."""
    return _BY_NAME.get(rule, "rule")


def _levels_in(event: TicketOpened | TicketAdopted | PriorityChanged) -> int:
    """How many of the last entries decided the level; a recording from before the field says it by how they begin."""
    if event.level_evidence is not None:
        return event.level_evidence
    return sum(1 for _ in takewhile(_LEVEL.match, reversed(event.evidence)))


def chosen(event: TicketOpened | TicketAdopted) -> Changes:
    """What the beginning says of how class and level came about, as far as it is nothing usual."""
    given, spoken = event.given, event.spoken
    chosen_by = event.chosen_by or by_its_name(event.rule)
    # Recordings from before these fields say the same by what chose the class.
    if chosen_by == "given" and "class" not in given:
        given = tuple(sorted({"class", *given}))
    elif chosen_by == "words" and not spoken:
        spoken = (event.priority_class,)
    changes: Changes = {"chosen_by": chosen_by, "level_evidence": _levels_in(event)}
    if given:
        changes["given"] = given
    if spoken:
        changes["spoken"], changes["informational"] = spoken, event.informational
    return changes


def listened(ticket: Ticket, event: MessageReceived) -> Changes:
    """What a message says of the class: a report among questions is a report."""
    assert event.spoken is not None
    return {
        "spoken": tuple(sorted({*ticket.spoken, event.spoken})),
        "informational": ticket.informational and event.informational,
    }


def _priority_changed(ticket: Ticket, event: PriorityChanged) -> Changes:
    chosen_by = event.chosen_by or by_its_name(event.rule)
    changes: Changes = {
        "priority_class": event.priority_class,
        "level": event.level,
        "rule": event.rule,
        "chosen_by": chosen_by,
        "evidence": event.evidence,
        "level_evidence": _levels_in(event),
    }
    # A recording from before the field does not say which of the two a person set.
    given = event.given or (("class", "level") if chosen_by == "given" else ())
    if given:
        changes["given"] = tuple(sorted({*ticket.given, *given}))
    if chosen_by in {"words", "merged"}:
        changes["spoken"] = tuple(sorted({*ticket.spoken, event.priority_class}))
    return changes


def _nothing(_ticket: Ticket, _event: EventBase) -> Changes:
    return {}


CASE_CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    EvidenceRequested: _requested,
    EvidenceProvided: _provided,
    StepCompleted: _step,
    PartyAdded: _party_added,
    PartyDeadlinePassed: _deadline_passed,
    RequesterVerified: _verified,
    ActionAuthorised: _nothing,
    ContactJoined: _nothing,
    PriorityChanged: _priority_changed,
    TicketAbsorbed: _absorbed,
}
"""Event class → what it changes on the ticket."""
