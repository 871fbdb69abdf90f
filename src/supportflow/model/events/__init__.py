"""Events: facts in the past tense, in one discriminated union. Folding a ticket's events gives the ticket.

Rules that keep old recordings loadable: a field is never renamed or given another meaning; a new field has a default;
a change that this cannot express raises `VERSION` and brings an upcaster (`supportflow.model.upcast`).
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.model.events.kinds import EVENT_TYPES

if TYPE_CHECKING:
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
    from supportflow.model.events.union import Event, event_adapter

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

_FAMILIES = {
    "access": "ConsentGiven ConsentWithdrawn ContentViewed",
    "actions": "ActionApproved ActionDone ActionFailed ActionHeldBack ActionRejected ActionRequested",
    "agents": "AgentEnrolled LoadReleased LoadTaken PresenceChanged ShiftOverridden",
    "announcements": (
        "AnnouncementApproved AnnouncementProposed AnnouncementRejected AnnouncementWithdrawn "
        "IncidentLinked ProblemSolved TicketsListed"
    ),
    "base": "AgentEvent DeskEvent EventBase RequesterEvent TicketEvent",
    "bot": "BotAnswered GuideAdvanced",
    "casework": (
        "ActionAuthorised EvidenceProvided EvidenceRequested PartyAdded PartyDeadlinePassed "
        "PersonVerified RequesterVerified StepCompleted"
    ),
    "desk": (
        "ClocksRecomputed PolicyPublished RequesterLinked RequesterUnlinked SpreadBegun SpreadEnded "
        "SurgeDeclared SurgeEnded TicketsMoved TopicsSubscribed TopicsUnsubscribed WatchTripped "
        "ZoneDataChanged"
    ),
    "escalation": (
        "LadderEnded LadderEvent LadderPaused LadderResumed LadderStarted LadderStepReached TicketEscalated"
    ),
    "informing": "PartChanged RequesterInformed",
    "messages": "DeliveryReported MessageReceived NoteAdded ReplySent",
    "phone": "CallAnswered CallBackEnded CallBackMissed CallBackPromised CallEnded CallStarted",
    "ratings": "RatingAsked RatingGiven RatingLeftOut RatingRequested",
    "routing": (
        "DeclinesForgotten FitnessChanged HandedOver OfferAccepted OfferDeclined OfferExpired OfferMade "
        "OfferWithdrawn OverflowOpened RequirementRelaxed TicketRouted"
    ),
    "sla": "ClocksMoved SlaBreached SlaCorrected SlaExcluded SlaJudged SlaOverdue SlaWarned",
    "tickets": (
        "AssignmentChanged ContactJoined FollowUpOpened PriorityChanged StatusChanged StatusKept "
        "TicketAbsorbed TicketAdopted TicketMerged TicketOpened TicketSplit TicketUpdated"
    ),
    "union": "Event event_adapter",
}
"""Module → what it has. A family is loaded when somebody first asks for one of it; a test holds this to what is there."""

__getattr__, __dir__ = late(
    __name__, {name: module for module, names in _FAMILIES.items() for name in names.split()}
)
