"""Every kind of event, and the class that it is read by, which is loaded when somebody asks for it."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from supportflow.model.events.base import EventBase

__all__ = ["EVENT_TYPES", "EventTypes"]

_HOMES = {
    "ticket_opened": "tickets.TicketOpened",
    "ticket_adopted": "tickets.TicketAdopted",
    "message_received": "messages.MessageReceived",
    "delivery_reported": "messages.DeliveryReported",
    "reply_sent": "messages.ReplySent",
    "note_added": "messages.NoteAdded",
    "status_changed": "tickets.StatusChanged",
    "status_kept": "tickets.StatusKept",
    "assignment_changed": "tickets.AssignmentChanged",
    "ticket_updated": "tickets.TicketUpdated",
    "priority_changed": "tickets.PriorityChanged",
    "ticket_merged": "tickets.TicketMerged",
    "ticket_absorbed": "tickets.TicketAbsorbed",
    "ticket_split": "tickets.TicketSplit",
    "follow_up_opened": "tickets.FollowUpOpened",
    "clocks_moved": "sla.ClocksMoved",
    "sla_warned": "sla.SlaWarned",
    "sla_breached": "sla.SlaBreached",
    "sla_overdue": "sla.SlaOverdue",
    "sla_judged": "sla.SlaJudged",
    "sla_excluded": "sla.SlaExcluded",
    "sla_corrected": "sla.SlaCorrected",
    "evidence_requested": "casework.EvidenceRequested",
    "evidence_provided": "casework.EvidenceProvided",
    "step_completed": "casework.StepCompleted",
    "party_added": "casework.PartyAdded",
    "party_deadline_passed": "casework.PartyDeadlinePassed",
    "requester_verified": "casework.RequesterVerified",
    "action_authorised": "casework.ActionAuthorised",
    "consent_given": "access.ConsentGiven",
    "consent_withdrawn": "access.ConsentWithdrawn",
    "content_viewed": "access.ContentViewed",
    "contact_joined": "tickets.ContactJoined",
    "ladder_started": "escalation.LadderStarted",
    "ladder_step_reached": "escalation.LadderStepReached",
    "ladder_paused": "escalation.LadderPaused",
    "ladder_resumed": "escalation.LadderResumed",
    "ladder_ended": "escalation.LadderEnded",
    "ticket_escalated": "escalation.TicketEscalated",
    "requester_linked": "desk.RequesterLinked",
    "requester_unlinked": "desk.RequesterUnlinked",
    "ticket_routed": "routing.TicketRouted",
    "requirement_relaxed": "routing.RequirementRelaxed",
    "overflow_opened": "routing.OverflowOpened",
    "declines_forgotten": "routing.DeclinesForgotten",
    "offer_made": "routing.OfferMade",
    "offer_accepted": "routing.OfferAccepted",
    "offer_declined": "routing.OfferDeclined",
    "offer_expired": "routing.OfferExpired",
    "offer_withdrawn": "routing.OfferWithdrawn",
    "fitness_changed": "routing.FitnessChanged",
    "handed_over": "routing.HandedOver",
    "action_requested": "actions.ActionRequested",
    "action_approved": "actions.ActionApproved",
    "action_held_back": "actions.ActionHeldBack",
    "action_rejected": "actions.ActionRejected",
    "action_done": "actions.ActionDone",
    "action_failed": "actions.ActionFailed",
    "bot_answered": "bot.BotAnswered",
    "guide_advanced": "bot.GuideAdvanced",
    "requester_informed": "informing.RequesterInformed",
    "part_changed": "informing.PartChanged",
    "announcement_approved": "announcements.AnnouncementApproved",
    "announcement_proposed": "announcements.AnnouncementProposed",
    "announcement_rejected": "announcements.AnnouncementRejected",
    "announcement_withdrawn": "announcements.AnnouncementWithdrawn",
    "incident_linked": "announcements.IncidentLinked",
    "problem_solved": "announcements.ProblemSolved",
    "tickets_listed": "announcements.TicketsListed",
    "agent_enrolled": "agents.AgentEnrolled",
    "presence_changed": "agents.PresenceChanged",
    "shift_overridden": "agents.ShiftOverridden",
    "load_taken": "agents.LoadTaken",
    "load_released": "agents.LoadReleased",
    "policy_published": "desk.PolicyPublished",
    "topics_subscribed": "desk.TopicsSubscribed",
    "topics_unsubscribed": "desk.TopicsUnsubscribed",
    "spread_begun": "desk.SpreadBegun",
    "spread_ended": "desk.SpreadEnded",
    "surge_declared": "desk.SurgeDeclared",
    "surge_ended": "desk.SurgeEnded",
    "tickets_moved": "desk.TicketsMoved",
    "watch_tripped": "desk.WatchTripped",
    "zone_data_changed": "desk.ZoneDataChanged",
    "clocks_recomputed": "desk.ClocksRecomputed",
    "rating_requested": "ratings.RatingRequested",
    "rating_given": "ratings.RatingGiven",
    "rating_left_out": "ratings.RatingLeftOut",
    "rating_asked": "ratings.RatingAsked",
    "person_verified": "casework.PersonVerified",
    "call_started": "phone.CallStarted",
    "call_answered": "phone.CallAnswered",
    "call_ended": "phone.CallEnded",
    "call_back_promised": "phone.CallBackPromised",
    "call_back_missed": "phone.CallBackMissed",
    "call_back_ended": "phone.CallBackEnded",
}
"""Kind → its module and its class. The order is that of the union."""


class EventTypes(Mapping[str, type[EventBase]]):
    """Event classes by their kinds.

    Attributes:
        loaded: Those that somebody has asked for.
    """

    def __init__(self) -> None:
        self.loaded: dict[str, type[EventBase]] = {}

    def __getitem__(self, kind: str) -> type[EventBase]:
        found = self.loaded.get(kind)
        if found is None:
            module, _, name = _HOMES[kind].partition(".")
            # Two threads that ask at once find the same class: a module is loaded once.
            found = self.loaded[kind] = getattr(import_module(f".{module}", __package__), name)
        return found

    def __contains__(self, kind: object) -> bool:
        return kind in _HOMES

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


EVENT_TYPES = EventTypes()
"""Every event class by its kind."""
