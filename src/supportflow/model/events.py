"""Events: facts in the past tense, in one discriminated union. Folding a ticket's events gives the ticket.

Rules that keep old recordings loadable: a field is never renamed or given another meaning; a new field has a default;
a change that this cannot express raises `VERSION` and brings an upcaster (`supportflow.model.upcast`).
"""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from supportflow._time import Instant
from supportflow.model.base import Id, Name, StatusCategory, TicketType, Value
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.people import Actor
from supportflow.model.records import Attributes, ClockMove, Refusal, Verdict

__all__ = [
    "EVENT_TYPES",
    "ActionAuthorised",
    "AssignmentChanged",
    "ClocksMoved",
    "ContactJoined",
    "DeskEvent",
    "Event",
    "EventBase",
    "EvidenceProvided",
    "EvidenceRequested",
    "FollowUpOpened",
    "MessageReceived",
    "NoteAdded",
    "PartyAdded",
    "PartyDeadlinePassed",
    "PolicyPublished",
    "PriorityChanged",
    "ReplySent",
    "RequesterEvent",
    "RequesterLinked",
    "RequesterUnlinked",
    "RequesterVerified",
    "SlaBreached",
    "SlaCorrected",
    "SlaExcluded",
    "SlaJudged",
    "SlaOverdue",
    "SlaWarned",
    "StatusChanged",
    "StatusKept",
    "StepCompleted",
    "TicketAbsorbed",
    "TicketAdopted",
    "TicketEvent",
    "TicketMerged",
    "TicketOpened",
    "TicketSplit",
    "TicketUpdated",
    "event_adapter",
]


class EventBase(Value):
    """What every event says.

    Attributes:
        kind: Which event it is, such as `"sla_breached"`.
        recorded_at: The instant at which it stands in its stream; it never goes back within a stream.
        observed_at: The caller's own time, where it differs.
        by: Who caused it.
    """

    VERSION: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    if TYPE_CHECKING:
        # Each kind of event declares its own, as the discriminator of the union.
        kind: str

    recorded_at: Instant
    observed_at: Instant | None = None
    by: Actor


class TicketEvent(EventBase):
    """An event in a ticket's stream."""

    ticket_id: Id

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return f"ticket:{self.ticket_id}"


class DeskEvent(EventBase):
    """An event in the desk's own stream: one per tenant."""

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return "desk"


class RequesterEvent(EventBase):
    """An event in a requester's stream: what is known of a person across tickets. Ids only."""

    requester: Id

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return f"requester:{self.requester}"


class TicketOpened(TicketEvent):
    """A ticket was opened.

    Attributes:
        subject: Reference to the subject line.
        body: Reference to the first message, if there was one.
        personal: Reference to the requester's personal attributes.
        rule: What chose the priority class: a rule's name, `"given"` or `"default"`.
        evidence: The lexicon entries that spoke for it.
        policy: Fingerprint of the policy that the ticket lives under.
        repeat_of: Id of the ticket by which the same person wrote about the same thing shortly before.
        flags: What a person should see whatever the class: `"self_harm"`, `"phishing_link"`, …
        review: True if the text raised the class to security, for a person to look at.
        redacted: Kinds of secrets and personal data that were removed from the texts.
        product: The product that the text names.
    """

    kind: Literal["ticket_opened"] = "ticket_opened"
    ref: Id | None = None
    requester: Id
    channel: Name
    type: TicketType
    status: Name
    category: StatusCategory
    topic: Name | None = None
    language: Name | None = None
    tz: Name | None = None
    subject: ContentRef | None = None
    body: ContentRef | None = None
    personal: ContentRef | None = None
    attachments: tuple[AttachmentHandle, ...] = ()
    group: Name | None = None
    assignee: Id | None = None
    priority_class: Name
    level: int
    rule: Name
    evidence: tuple[str, ...] = ()
    attributes: Attributes = Field(default_factory=dict)
    opened_at: Instant
    private: bool = False
    policy: str
    follow_up_of: Id | None = None
    split_from: Id | None = None
    repeat_of: Id | None = None
    flags: tuple[Name, ...] = ()
    review: bool = False
    redacted: tuple[Name, ...] = ()
    product: Name | None = None


class TicketAdopted(TicketEvent):
    """A ticket that existed before was taken in; facts of its past follow as events of their own."""

    kind: Literal["ticket_adopted"] = "ticket_adopted"
    ref: Id
    requester: Id
    channel: Name
    type: TicketType
    status: Name
    category: StatusCategory
    topic: Name | None = None
    language: Name | None = None
    tz: Name | None = None
    subject: ContentRef | None = None
    group: Name | None = None
    assignee: Id | None = None
    priority_class: Name
    level: int
    rule: Name
    evidence: tuple[str, ...] = ()
    attributes: Attributes = Field(default_factory=dict)
    opened_at: Instant
    adopted_at: Instant
    policy: str


class MessageReceived(TicketEvent):
    """A message came in from outside.

    Attributes:
        origin: Whose words they are. Only `requester` answers a question or asks a new one.
        flags: What a person should see.
        review: True if the text raised the class to security, for a person to look at.
        redacted: Kinds of secrets and personal data that were removed from it.
    """

    kind: Literal["message_received"] = "message_received"
    origin: Literal["requester", "stranger", "party", "auto_reply", "bounce"]
    body: ContentRef | None = None
    channel: Name
    attachments: tuple[AttachmentHandle, ...] = ()
    flags: tuple[Name, ...] = ()
    review: bool = False
    redacted: tuple[Name, ...] = ()


class ReplySent(TicketEvent):
    """An agent or a bot answered in public.

    Attributes:
        in_reply_to: Number of messages that had come in before, for threading.
        to: Id of the party that it is for; None for the requester. Only a reply to the requester stops clocks.
    """

    kind: Literal["reply_sent"] = "reply_sent"
    body: ContentRef | None = None
    channel: Name
    attachments: tuple[AttachmentHandle, ...] = ()
    redacted: tuple[Name, ...] = ()
    in_reply_to: int = 0
    to: Id | None = None


class NoteAdded(TicketEvent):
    """Somebody wrote an internal note."""

    kind: Literal["note_added"] = "note_added"
    body: ContentRef | None = None
    attachments: tuple[AttachmentHandle, ...] = ()
    redacted: tuple[Name, ...] = ()


class StatusChanged(TicketEvent):
    """The ticket went from one status to another.

    Attributes:
        trigger: The lifecycle trigger; None if none leads there (only observed facts).
        forced: True if a command would have been refused; `refusal` says why.
        cause: What fired it: `"command"`, `"message"`, `"reply"`, `"assignment"`, `"observation"`, `"auto_close"`, …
        reason: Reference to what the caller gave as reason.
    """

    kind: Literal["status_changed"] = "status_changed"
    trigger: Name | None
    source: Name
    target: Name
    category: StatusCategory
    cause: Name
    forced: bool = False
    refusal: Refusal | None = None
    reason: ContentRef | None = None


class StatusKept(TicketEvent):
    """A trigger asked for the status that the ticket is in: recorded, nothing changed."""

    kind: Literal["status_kept"] = "status_kept"
    trigger: Name | None
    status: Name
    cause: Name
    reason: ContentRef | None = None


class AssignmentChanged(TicketEvent):
    """The ticket has another group or assignee; both are named as they are now."""

    kind: Literal["assignment_changed"] = "assignment_changed"
    group: Name | None
    assignee: Id | None
    previous_group: Name | None = None
    previous_assignee: Id | None = None


class TicketUpdated(TicketEvent):
    """Declared attributes, topic or language changed; only what changed is named."""

    kind: Literal["ticket_updated"] = "ticket_updated"
    attributes: Attributes = Field(default_factory=dict)
    topic: Name | None = None
    language: Name | None = None


class PriorityChanged(TicketEvent):
    """The ticket has another priority class or level."""

    kind: Literal["priority_changed"] = "priority_changed"
    priority_class: Name
    level: int
    previous_class: Name
    previous_level: int
    rule: Name
    evidence: tuple[str, ...] = ()
    reason: ContentRef | None = None


class TicketMerged(TicketEvent):
    """This ticket was merged into another one and is closed."""

    kind: Literal["ticket_merged"] = "ticket_merged"
    into: Id
    status: Name
    category: StatusCategory
    source: Name


class TicketAbsorbed(TicketEvent):
    """Another ticket was merged into this one."""

    kind: Literal["ticket_absorbed"] = "ticket_absorbed"
    source_id: Id
    opened_at: Instant


class TicketSplit(TicketEvent):
    """A part of this ticket goes on as a ticket of its own."""

    kind: Literal["ticket_split"] = "ticket_split"
    into: Id


class FollowUpOpened(TicketEvent):
    """The requester wrote after the end of this ticket; a new one took it up."""

    kind: Literal["follow_up_opened"] = "follow_up_opened"
    into: Id


class ClocksMoved(TicketEvent):
    """SLA clocks started, paused, resumed, changed or were cancelled."""

    kind: Literal["clocks_moved"] = "clocks_moved"
    moves: tuple[ClockMove, ...]
    sla: Name | None = None
    policy: str | None = None


class _Reached(TicketEvent):
    """A clock reached a milestone.

    Attributes:
        clock: The clock's key.
        milestone: The milestone's key.
        reached_at: The true instant.
        detected_at: When it was noticed.
        late: True if it lay in the past when the clock was attached; nobody is called for it.
    """

    clock: str
    sla: Name
    target: Name
    metric: Name
    milestone: str
    passed: int
    reached_at: Instant
    detected_at: Instant
    late: bool = False


class SlaWarned(_Reached):
    """A clock is close to its due time."""

    kind: Literal["sla_warned"] = "sla_warned"
    due_at: Instant


class SlaBreached(_Reached):
    """A clock ran out. `reached_at` is the true instant, however late it was noticed."""

    kind: Literal["sla_breached"] = "sla_breached"

    @property
    def breached_at(self) -> Instant:
        """The true instant of the breach."""
        return self.reached_at


class SlaOverdue(_Reached):
    """A clock that ran out reached a further step."""

    kind: Literal["sla_overdue"] = "sla_overdue"


class SlaJudged(TicketEvent):
    """A clock stopped, and this is its verdict for good."""

    kind: Literal["sla_judged"] = "sla_judged"
    clock: str
    sla: Name
    target: Name
    metric: Name
    verdict: Verdict


class SlaExcluded(TicketEvent):
    """A judged clock is left out of the adjusted rate."""

    kind: Literal["sla_excluded"] = "sla_excluded"
    clock: str
    reason: ContentRef | None


class SlaCorrected(TicketEvent):
    """A clock was judged again; the first verdict stays beside this one."""

    kind: Literal["sla_corrected"] = "sla_corrected"
    clock: str
    met: bool
    original: Verdict
    reason: ContentRef | None


class EvidenceRequested(TicketEvent):
    """The requester was asked for all the evidence that was missing.

    The text is what the named policy makes of the template, the items and the language: nothing personal is in it.

    Attributes:
        topic: The topic whose evidence it is.
        items: What was asked for.
        template: The template's name.
        language: The language that it was asked in.
        channel: The channel that the request left by.
        policy: Fingerprint of the policy that worded it.
    """

    kind: Literal["evidence_requested"] = "evidence_requested"
    topic: Name
    items: tuple[Name, ...]
    template: Name
    language: Name
    channel: Name
    policy: str


class EvidenceProvided(TicketEvent):
    """An item of evidence came.

    Attributes:
        item: Its name.
        value: Reference to what was given.
        attachment: The file that was given.
        party: Id of the party that it is from; None for the requester's.
        redacted: Kinds of secrets and personal data that were removed from what was given apart from a message.
    """

    kind: Literal["evidence_provided"] = "evidence_provided"
    item: Name
    value: ContentRef | None = None
    attachment: AttachmentHandle | None = None
    party: Id | None = None
    redacted: tuple[Name, ...] = ()


class StepCompleted(TicketEvent):
    """A step of the ticket's procedure was done."""

    kind: Literal["step_completed"] = "step_completed"
    step: Name
    reason: ContentRef | None = None


class PartyAdded(TicketEvent):
    """Somebody became a party of the case, or something else is expected of them.

    Attributes:
        role: What they are in the case.
        party: Opaque id of the person.
        channel: The channel by which replies reach them, if it is not the ticket's.
        due_at: Until when they are asked to answer.
        expects: The items of evidence that they are asked for.
    """

    kind: Literal["party_added"] = "party_added"
    role: Name
    party: Id
    channel: Name | None = None
    due_at: Instant | None = None
    expects: tuple[Name, ...] = ()


class PartyDeadlinePassed(TicketEvent):
    """A party did not answer in time. `due_at` is the true instant, however late it was noticed.

    Attributes:
        role: What they are in the case.
        party: Opaque id of the person.
        due_at: Until when they were asked to answer.
        missing: The items of evidence that had not come.
        detected_at: When it was noticed.
    """

    kind: Literal["party_deadline_passed"] = "party_deadline_passed"
    role: Name
    party: Id
    due_at: Instant
    missing: tuple[Name, ...] = ()
    detected_at: Instant


class RequesterVerified(TicketEvent):
    """The requester was found to be who they say.

    Attributes:
        level: How sure, by the policy's name for it.
        method: How it was found out.
        valid_until: From this instant on it no longer counts.
    """

    kind: Literal["requester_verified"] = "requester_verified"
    level: Name
    method: Name
    valid_until: Instant


class ActionAuthorised(TicketEvent):
    """An action that needs a verified requester may be done.

    Attributes:
        action: Its name in the policy.
        needs: The level that it needs.
        level: The level that the requester was verified at.
        valid_until: When that verification ends.
    """

    kind: Literal["action_authorised"] = "action_authorised"
    action: Name
    needs: Name
    level: Name
    valid_until: Instant


class ContactJoined(TicketEvent):
    """The requester wrote anew about what this ticket is about; their message follows.

    Attributes:
        requester: The id that they wrote under.
        channel: Where it came in.
        ref: The host's own id of the contact.
        subject: Reference to its subject line.
        personal: Reference to the personal attributes that came with it.
    """

    kind: Literal["contact_joined"] = "contact_joined"
    requester: Id
    channel: Name
    ref: Id | None = None
    subject: ContentRef | None = None
    personal: ContentRef | None = None


class RequesterLinked(RequesterEvent):
    """Another id is the same person's."""

    kind: Literal["requester_linked"] = "requester_linked"
    other: Id


class RequesterUnlinked(RequesterEvent):
    """Another id is not the same person's after all."""

    kind: Literal["requester_unlinked"] = "requester_unlinked"
    other: Id


class PolicyPublished(DeskEvent):
    """The desk took a policy version into use."""

    kind: Literal["policy_published"] = "policy_published"
    fingerprint: str
    name: Name


Event = Annotated[
    TicketOpened
    | TicketAdopted
    | MessageReceived
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
    | ContactJoined
    | RequesterLinked
    | RequesterUnlinked
    | PolicyPublished,
    Field(discriminator="kind"),
]
"""Any event; `kind` tells which."""

event_adapter: TypeAdapter[Event] = TypeAdapter(Event, config={"defer_build": True})
"""Reads an event from plain data."""

EVENT_TYPES: dict[str, type[EventBase]] = {
    cls.model_fields["kind"].default: cls
    for cls in (
        TicketOpened,
        TicketAdopted,
        MessageReceived,
        ReplySent,
        NoteAdded,
        StatusChanged,
        StatusKept,
        AssignmentChanged,
        TicketUpdated,
        PriorityChanged,
        TicketMerged,
        TicketAbsorbed,
        TicketSplit,
        FollowUpOpened,
        ClocksMoved,
        SlaWarned,
        SlaBreached,
        SlaOverdue,
        SlaJudged,
        SlaExcluded,
        SlaCorrected,
        EvidenceRequested,
        EvidenceProvided,
        StepCompleted,
        PartyAdded,
        PartyDeadlinePassed,
        RequesterVerified,
        ActionAuthorised,
        ContactJoined,
        RequesterLinked,
        RequesterUnlinked,
        PolicyPublished,
    )
}
"""Every event class by its kind."""
