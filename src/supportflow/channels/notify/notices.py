"""What is told of an event: to colleagues, and to who asks. Two types, so that neither can take the other's way."""

from collections.abc import Mapping
from typing import NamedTuple

from supportflow._dataclass import dataclass
from supportflow.model.base import StatusCategory
from supportflow.model.events import (
    ActionFailed,
    ActionRequested,
    AssignmentChanged,
    DeliveryReported,
    HandedOver,
    LadderStepReached,
    MessageReceived,
    OfferMade,
    ReplySent,
    SlaBreached,
    SlaOverdue,
    SlaWarned,
    StatusChanged,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
)
from supportflow.model.notices import InternalTopic, RequesterTopic
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = [
    "INTERNAL",
    "InternalNotice",
    "InternalTopic",
    "RequesterNotice",
    "RequesterTopic",
    "internal_topic",
    "internal_words",
    "names_people",
    "requester_topic",
    "requester_words",
]


@dataclass(frozen=True, slots=True)
class InternalNotice:
    """What colleagues are told. It names the ticket and words of the policy's, and nothing that anybody wrote.

    Attributes:
        to: `"agent:<id>"` or `"group:<name>"`.
        topic: What it is about.
        ticket_id: The ticket.
        ref: The host's own id of it.
        text: One sentence.
    """

    to: str
    topic: InternalTopic
    ticket_id: str
    ref: str | None
    text: str


@dataclass(frozen=True, slots=True)
class RequesterNotice:
    """What somebody is told who asks. No note, no answer's words and no colleague's name stand in it.

    Attributes:
        requester: Whom it is for.
        topic: What it is about.
        ticket_id: The ticket.
        ref: The host's own id of it.
        text: One sentence.
    """

    requester: str
    topic: RequesterTopic
    ticket_id: str
    ref: str | None
    text: str


class _Topic(NamedTuple):
    """What colleagues are told of a class of events.

    Attributes:
        name: What it is about.
        field: A field of the event that decides whether they are; none, if it is empty.
        values: What must stand in it.
    """

    name: InternalTopic
    field: str = ""
    values: frozenset[object] = frozenset()


INTERNAL: Mapping[type[TicketEvent], _Topic] = {
    SlaWarned: _Topic("sla_warned"),
    SlaBreached: _Topic("sla_breached"),
    SlaOverdue: _Topic("sla_overdue"),
    LadderStepReached: _Topic("ladder_step_reached"),
    TicketEscalated: _Topic("ticket_escalated"),
    AssignmentChanged: _Topic("assigned"),
    OfferMade: _Topic("offer_made"),
    HandedOver: _Topic("handed_over"),
    MessageReceived: _Topic("message_received", "origin", frozenset({"requester", "party"})),
    DeliveryReported: _Topic("undeliverable", "state", frozenset({"undeliverable"})),
    ActionFailed: _Topic("action_failed"),
    ActionRequested: _Topic("action_waits", "waits", frozenset({True})),
}
"""Class of events → what colleagues can be told of it. A class that is not here tells them nothing."""
_NAMED = ("target", "ladder", "step", "tier", "channel", "action")
"""Fields of events that hold names of the policy's and of the host's: no text stands in one."""
_STATES: Mapping[StatusCategory, RequesterTopic] = {
    StatusCategory.PENDING: "waiting",
    StatusCategory.RESOLVED: "resolved",
    StatusCategory.CLOSED: "closed",
    StatusCategory.CANCELLED: "closed",
}


def internal_topic(event: TicketEvent) -> InternalTopic | None:
    """What colleagues can be told of an event."""
    topic = INTERNAL.get(type(event))
    if topic is None or (topic.field and getattr(event, topic.field) not in topic.values):
        return None
    return topic.name


def requester_topic(event: TicketEvent) -> RequesterTopic | None:
    """What who asks can be told of an event; None if it is none of theirs: a note, a party's mail, whatever is inside."""
    if isinstance(event, TicketOpened):
        return "opened"
    if isinstance(event, ReplySent):
        announced = event.announced is not None  # the announcement itself is on its way to them
        return "answered" if event.to is None and not event.observed and not announced else None
    if isinstance(event, StatusChanged):
        if event.trigger == "reopen":
            return "reopened"
        return _STATES.get(event.category)
    return None


def names_people(event: TicketEvent) -> tuple[str, ...]:
    """Whom an event itself names to be told: those of a step of a ladder, the new assignee, whom it is offered to."""
    match event:
        case LadderStepReached() | TicketEscalated():
            agents = tuple(f"agent:{one}" for one in event.notified)
            return agents + tuple(f"group:{one}" for one in event.groups)
        case AssignmentChanged(assignee=str(agent)) | OfferMade(agent=agent):
            return (f"agent:{agent}",)
    return ()


def internal_words(event: TicketEvent, topic: InternalTopic, language: str) -> str:
    """What colleagues are told, in a language."""
    named = {name: getattr(event, name) for name in _NAMED if hasattr(event, name)}
    return _words("internal", topic, event, language, named)


def requester_words(event: TicketEvent, topic: RequesterTopic, language: str | None) -> str:
    """What who asks is told, in a language."""
    return _words("requester", topic, event, language, {})


def _words(
    table: str, topic: str, event: TicketEvent, language: str | None, named: Mapping[str, object]
) -> str:
    text = in_language(phrase("notices", table, topic), language, FALLBACK)[1]
    return text.format(ticket=event.ref or event.ticket_id, **named)
