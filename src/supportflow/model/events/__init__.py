"""Events: facts in the past tense, in one discriminated union. Folding a ticket's events gives the ticket.

Rules that keep old recordings loadable: a field is never renamed or given another meaning; a new field has a default;
a change that this cannot express raises `VERSION` and brings an upcaster (`supportflow.model.upcast`).
"""

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from supportflow.model.events.access import ConsentGiven, ConsentWithdrawn, ContentViewed
from supportflow.model.events.actions import (
    ActionApproved,
    ActionDone,
    ActionFailed,
    ActionHeldBack,
    ActionRejected,
    ActionRequested,
)
from supportflow.model.events.agents import (
    AgentEnrolled,
    LoadReleased,
    LoadTaken,
    PresenceChanged,
    ShiftOverridden,
)
from supportflow.model.events.announcements import (
    AnnouncementApproved,
    AnnouncementProposed,
    AnnouncementRejected,
    AnnouncementWithdrawn,
    IncidentLinked,
    ProblemSolved,
    TicketsListed,
)
from supportflow.model.events.base import AgentEvent, DeskEvent, EventBase, RequesterEvent, TicketEvent
from supportflow.model.events.bot import BotAnswered, GuideAdvanced
from supportflow.model.events.casework import (
    ActionAuthorised,
    EvidenceProvided,
    EvidenceRequested,
    PartyAdded,
    PartyDeadlinePassed,
    PersonVerified,
    RequesterVerified,
    StepCompleted,
)
from supportflow.model.events.desk import (
    ClocksRecomputed,
    PolicyPublished,
    RequesterLinked,
    RequesterUnlinked,
    SpreadBegun,
    SpreadEnded,
    SurgeDeclared,
    SurgeEnded,
    TicketsMoved,
    TopicsSubscribed,
    TopicsUnsubscribed,
    WatchTripped,
    ZoneDataChanged,
)
from supportflow.model.events.escalation import (
    LadderEnded,
    LadderEvent,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    TicketEscalated,
)
from supportflow.model.events.informing import PartChanged, RequesterInformed
from supportflow.model.events.messages import DeliveryReported, MessageReceived, NoteAdded, ReplySent
from supportflow.model.events.phone import (
    CallAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    CallEnded,
    CallStarted,
)
from supportflow.model.events.ratings import RatingAsked, RatingGiven, RatingLeftOut, RatingRequested
from supportflow.model.events.routing import (
    DeclinesForgotten,
    FitnessChanged,
    HandedOver,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    OverflowOpened,
    RequirementRelaxed,
    TicketRouted,
)
from supportflow.model.events.sla import (
    ClocksMoved,
    SlaBreached,
    SlaCorrected,
    SlaExcluded,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
)
from supportflow.model.events.tickets import (
    AssignmentChanged,
    ContactJoined,
    FollowUpOpened,
    PriorityChanged,
    StatusChanged,
    StatusKept,
    TicketAbsorbed,
    TicketAdopted,
    TicketMerged,
    TicketOpened,
    TicketSplit,
    TicketUpdated,
)

__all__ = [
    "EVENT_TYPES",
    "ActionApproved",
    "ActionAuthorised",
    "ActionDone",
    "ActionFailed",
    "ActionHeldBack",
    "ActionRejected",
    "ActionRequested",
    "AgentEnrolled",
    "AgentEvent",
    "AnnouncementApproved",
    "AnnouncementProposed",
    "AnnouncementRejected",
    "AnnouncementWithdrawn",
    "AssignmentChanged",
    "BotAnswered",
    "CallAnswered",
    "CallBackEnded",
    "CallBackMissed",
    "CallBackPromised",
    "CallEnded",
    "CallStarted",
    "ClocksMoved",
    "ClocksRecomputed",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ContactJoined",
    "ContentViewed",
    "DeclinesForgotten",
    "DeliveryReported",
    "DeskEvent",
    "Event",
    "EventBase",
    "EvidenceProvided",
    "EvidenceRequested",
    "FitnessChanged",
    "FollowUpOpened",
    "GuideAdvanced",
    "HandedOver",
    "IncidentLinked",
    "LadderEnded",
    "LadderEvent",
    "LadderPaused",
    "LadderResumed",
    "LadderStarted",
    "LadderStepReached",
    "LoadReleased",
    "LoadTaken",
    "MessageReceived",
    "NoteAdded",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferMade",
    "OfferWithdrawn",
    "OverflowOpened",
    "PartChanged",
    "PartyAdded",
    "PartyDeadlinePassed",
    "PersonVerified",
    "PolicyPublished",
    "PresenceChanged",
    "PriorityChanged",
    "ProblemSolved",
    "RatingAsked",
    "RatingGiven",
    "RatingLeftOut",
    "RatingRequested",
    "ReplySent",
    "RequesterEvent",
    "RequesterInformed",
    "RequesterLinked",
    "RequesterUnlinked",
    "RequesterVerified",
    "RequirementRelaxed",
    "ShiftOverridden",
    "SlaBreached",
    "SlaCorrected",
    "SlaExcluded",
    "SlaJudged",
    "SlaOverdue",
    "SlaWarned",
    "SpreadBegun",
    "SpreadEnded",
    "StatusChanged",
    "StatusKept",
    "StepCompleted",
    "SurgeDeclared",
    "SurgeEnded",
    "TicketAbsorbed",
    "TicketAdopted",
    "TicketEscalated",
    "TicketEvent",
    "TicketMerged",
    "TicketOpened",
    "TicketRouted",
    "TicketSplit",
    "TicketUpdated",
    "TicketsListed",
    "TicketsMoved",
    "TopicsSubscribed",
    "TopicsUnsubscribed",
    "WatchTripped",
    "ZoneDataChanged",
    "event_adapter",
]

Event = Annotated[
    TicketOpened
    | TicketAdopted
    | MessageReceived
    | DeliveryReported
    | ReplySent
    | NoteAdded
    | StatusChanged
    | StatusKept
    | AssignmentChanged
    | TicketUpdated
    | PriorityChanged
    | TicketMerged
    | TicketAbsorbed
    | TicketSplit
    | FollowUpOpened
    | ClocksMoved
    | SlaWarned
    | SlaBreached
    | SlaOverdue
    | SlaJudged
    | SlaExcluded
    | SlaCorrected
    | EvidenceRequested
    | EvidenceProvided
    | StepCompleted
    | PartyAdded
    | PartyDeadlinePassed
    | RequesterVerified
    | ActionAuthorised
    | ConsentGiven
    | ConsentWithdrawn
    | ContentViewed
    | ContactJoined
    | LadderStarted
    | LadderStepReached
    | LadderPaused
    | LadderResumed
    | LadderEnded
    | TicketEscalated
    | RequesterLinked
    | RequesterUnlinked
    | TicketRouted
    | RequirementRelaxed
    | OverflowOpened
    | DeclinesForgotten
    | OfferMade
    | OfferAccepted
    | OfferDeclined
    | OfferExpired
    | OfferWithdrawn
    | FitnessChanged
    | HandedOver
    | ActionRequested
    | ActionApproved
    | ActionHeldBack
    | ActionRejected
    | ActionDone
    | ActionFailed
    | BotAnswered
    | GuideAdvanced
    | RequesterInformed
    | PartChanged
    | AnnouncementApproved
    | AnnouncementProposed
    | AnnouncementRejected
    | AnnouncementWithdrawn
    | IncidentLinked
    | ProblemSolved
    | TicketsListed
    | AgentEnrolled
    | PresenceChanged
    | ShiftOverridden
    | LoadTaken
    | LoadReleased
    | PolicyPublished
    | TopicsSubscribed
    | TopicsUnsubscribed
    | SpreadBegun
    | SpreadEnded
    | SurgeDeclared
    | SurgeEnded
    | TicketsMoved
    | WatchTripped
    | ZoneDataChanged
    | ClocksRecomputed
    | RatingRequested
    | RatingGiven
    | RatingLeftOut
    | RatingAsked
    | PersonVerified
    | CallStarted
    | CallAnswered
    | CallEnded
    | CallBackPromised
    | CallBackMissed
    | CallBackEnded,
    Field(discriminator="kind"),
]
"""Any event; `kind` tells which."""

event_adapter: TypeAdapter[Event] = TypeAdapter(Event, config={"defer_build": True})
"""Reads an event from plain data."""

EVENT_TYPES: dict[str, type[EventBase]] = {
    get_args(cls.__annotations__["kind"])[0]: cls for cls in get_args(get_args(Event)[0])
}
"""Every event class by its kind."""
