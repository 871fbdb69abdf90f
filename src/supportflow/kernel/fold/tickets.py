"""Folding of `model/events/tickets`: how a ticket begins, its status, who has it, its class, and what it absorbs."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import takewhile
from typing import Any

from pydantic import TypeAdapter

from supportflow._dataclass import replace
from supportflow.kernel.fold.bot import first_message
from supportflow.kernel.fold.casework import waiting_after, with_names
from supportflow.model.base import KeptName, StatusCategory
from supportflow.model.casework import PartyState, Verification
from supportflow.model.events import (
    AssignmentChanged,
    EventBase,
    FollowUpOpened,
    PriorityChanged,
    StatusChanged,
    TicketAbsorbed,
    TicketAdopted,
    TicketMerged,
    TicketOpened,
    TicketUpdated,
)
from supportflow.model.events.tickets import ChosenBy
from supportflow.model.made import made, remade
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES", "begin", "by_its_name", "priority_of", "reclassed"]

Changes = dict[str, Any]


def begin(event: TicketOpened | TicketAdopted, tenant: str) -> Ticket:
    """The ticket that begins with this event.

    Args:
        event: The event.
        tenant: Whose ticket it is, as the caller says; everything else is the event's.
    """
    # To read a field of a model costs as much as ten lines of Python: these are read of what it consists of.
    told = event.__dict__
    fields: Changes = {
        **priority_of(event),
        **(_adopted(event) if isinstance(event, TicketAdopted) else _opened(event)),
    }
    return made(
        Ticket,
        fields,
        id=told["ticket_id"],
        tenant=_checked_name(tenant),
        ref=told["ref"],
        version=1,
        type=told["type"],
        status=told["status"],
        status_category=told["category"],
        category=told["topic"],
        channel=told["channel"],
        language=told["language"],
        tz=told["tz"],
        requester=told["requester"],
        subject=told["subject"],
        group=told["group"],
        assignee=told["assignee"],
        priority_class=told["priority_class"],
        level=told["level"],
        rule=told["rule"],
        evidence=told["evidence"],
        attributes=told["attributes"].copy(),
        opened_at=told["opened_at"],
        recorded_at=told["recorded_at"],
        touched_at=told["recorded_at"],
        policy=told["policy"],
    )


def reclassed(ticket: Ticket, event: TicketOpened | TicketAdopted) -> Ticket:
    """A ticket that has just begun, as `begin` makes it of the same event with the priority that was chosen since."""
    told = event.__dict__
    chosen = {name: told[name] for name in ("priority_class", "level", "rule", "evidence")}
    return remade(ticket, {**priority_of(event), **chosen})


@lru_cache(maxsize=256)
def _checked_name(tenant: str) -> str:
    """The name of a tenant: `fold` takes it from whoever calls."""
    return str(TypeAdapter(KeptName).validate_python(tenant))


def _opened(event: TicketOpened) -> Changes:
    described = event.body is not None
    return {
        "known_at": event.recorded_at,
        "personal": event.personal,
        "private": event.private,
        "flags": event.flags,
        "review": event.review,
        "agency": event.agency,
        "product": event.product,
        # Of what the host foresaw, nobody waits for an answer before somebody asks.
        "waiting_since": None if event.private or event.foreseen is not None else event.opened_at,
        "foreseen": () if event.foreseen is None else (event.foreseen,),
        "awaits_contact": event.awaits_contact,
        "last_received_at": event.opened_at if described else None,
        "received": 1 if described else 0,
        "bot": first_message(event),
        "split_from": event.split_from,
        "follow_up_of": event.follow_up_of,
        "repeat_of": event.repeat_of,
        "review_of": event.review_of,
    }


def _adopted(event: TicketAdopted) -> Changes:
    category, at = event.category, event.opened_at
    resolved = at if category in {StatusCategory.RESOLVED, StatusCategory.CLOSED} else None
    return {
        "known_at": event.adopted_at,
        "waiting_since": at,
        "resolved_at": resolved,
        "closed_at": at if category.is_final else None,
    }


def _status_changed(ticket: Ticket, event: StatusChanged) -> Changes:
    category = event.category
    before = ticket.status_category
    changes: Changes = {
        "status": event.target,
        "status_category": category,
        "case": waiting_after(ticket.case, event),
    }
    if before.is_final and not category.is_final:
        # Only a host's own report takes an end back; then it was none, and nothing went on elsewhere because of it.
        changes["closed_at"] = changes["merged_into"] = changes["followed_by"] = None
    if category is before:
        return changes
    if category is StatusCategory.RESOLVED:
        changes["resolved_at"] = event.recorded_at
    elif category.is_final:
        changes["closed_at"] = event.recorded_at
    elif not before.is_open:
        changes["resolved_at"] = changes["followed_by"] = None
        changes["reopens"] = ticket.reopens + 1
    return changes


def _assignment_changed(ticket: Ticket, event: AssignmentChanged) -> Changes:
    changes: Changes = {
        "group": event.group,
        "assignee": event.assignee,
        "reassignments": ticket.reassignments + 1,
    }
    routing = ticket.routing
    if event.assignee != ticket.assignee and (routing.waived, routing.lacks) != (event.waived, ()):
        changes["routing"] = replace(routing, waived=event.waived, lacks=())
    return changes


def _updated(ticket: Ticket, event: TicketUpdated) -> Changes:
    changes: Changes = {}
    if event.attributes:
        merged = {**ticket.attributes, **event.attributes}
        changes["attributes"] = {name: value for name, value in merged.items() if value is not None}
    if event.topic is not None:
        changes["category"] = event.topic
    if event.language is not None:
        changes["language"] = event.language
    return changes


def _merged(_ticket: Ticket, event: TicketMerged) -> Changes:
    return {
        "status": event.status,
        "status_category": event.category,
        "closed_at": event.recorded_at,
        "merged_into": event.into,
    }


def _followed(_ticket: Ticket, event: FollowUpOpened) -> Changes:
    return {"followed_by": event.into}


def _absorbed(ticket: Ticket, event: TicketAbsorbed) -> Changes:
    case = ticket.case
    parties = {party.id: party for party in event.parties}
    own = tuple(_both(party, parties.pop(party.id, party)) for party in case.parties)
    changes: Changes = {"absorbed": ticket.absorbed + 1}
    joined = replace(
        case,
        asked=with_names(case.asked, *event.asked),
        provided=with_names(case.provided, *event.provided),
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
    if event.warned:
        changes["warned"] = tuple(sorted({*ticket.warned, *event.warned}))
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
        expects=with_names(party.expects, *other.expects),
        given=with_names(party.given, *other.given),
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


def priority_of(event: TicketOpened | TicketAdopted) -> Changes:
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


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    StatusChanged: _status_changed,
    AssignmentChanged: _assignment_changed,
    TicketUpdated: _updated,
    PriorityChanged: _priority_changed,
    TicketMerged: _merged,
    TicketAbsorbed: _absorbed,
    FollowUpOpened: _followed,
}
"""Event class → what it changes on the ticket."""
