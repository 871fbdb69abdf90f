"""Every event, in one discriminated union: loaded by who reads any of them from plain data, or writes its JSON schema."""

from typing import Annotated

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
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    TicketEscalated,
)
from supportflow.model.events.informing import PartChanged, RequesterInformed
from supportflow.model.events.messages import (
    DeliveryReported,
    MessageReceived,
    NoteAdded,
    ReplySent,
)
from supportflow.model.events.phone import (
    CallAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    CallEnded,
    CallStarted,
)
from supportflow.model.events.ratings import (
    RatingAsked,
    RatingGiven,
    RatingLeftOut,
    RatingRequested,
)
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

__all__ = ["Event", "event_adapter"]

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
