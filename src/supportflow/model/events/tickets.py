"""How a ticket begins, goes on and ends: opening, status, assignment, priority, merge and split."""

from typing import ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName, StatusCategory, TicketType
from supportflow.model.casework import PartyState, Verification
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.events.base import TicketEvent
from supportflow.model.records import Attributes, Refusal
from supportflow.model.routing import Lack

__all__ = [
    "AssignmentChanged",
    "ContactJoined",
    "FollowUpOpened",
    "Given",
    "PriorityChanged",
    "StatusChanged",
    "StatusKept",
    "TicketAbsorbed",
    "TicketAdopted",
    "TicketMerged",
    "TicketOpened",
    "TicketSplit",
    "TicketUpdated",
]


Given = Literal["class", "level"]
"""What of a priority somebody chose by themselves."""

ChosenBy = Literal["rule", "default", "given", "words", "merged", "ladder"]
"""What chose a class: a `rule` of the policy; nothing, so the `default`; somebody, by hand (`given`); the `words` of a text;
a ticket that was `merged` in; a step of a `ladder`."""


class TicketOpened(TicketEvent):
    """A ticket was opened.

    Attributes:
        subject: Reference to the subject line.
        body: Reference to the first message, if there was one.
        personal: Reference to the requester's personal attributes.
        rule: The name of the rule that chose the priority class; else the word of `chosen_by`.
        evidence: What spoke for it, then what decided the level.
        chosen_by: What kind of thing chose the class; None in recordings from before it was written down.
        level_evidence: How many of the last entries of the evidence decided the level; None in recordings from before it was
            written down.
        policy: Fingerprint of the policy that the ticket lives under.
        repeat_of: Id of the ticket by which the same person wrote about the same thing shortly before.
        flags: What a person should see whatever the class: `"self_harm"`, `"phishing_link"`, …
        review: True if the text raised the class to security, for a person to look at.
        redacted: Kinds of secrets and personal data that were removed from the texts.
        product: The product that the text names.
        given: What the host chose by itself: the class, the level.
        spoken: Classes that texts speak for, the lowest left out.
        informational: True if they only ask about security.
        agency: True if the text reports an incident, and says that it was not by the writer's will.
        review_of: Id of the ticket whose bad rating it is about.
        foreseen: The host's event that it was opened for, before its requester asked.
        awaits_contact: True if its clocks start when the requester first writes.
    """

    kind: Literal["ticket_opened"] = "ticket_opened"
    ref: Id | None = None
    requester: Id
    channel: KeptName
    type: TicketType
    status: KeptName
    category: StatusCategory
    topic: KeptName | None = None
    language: KeptName | None = None
    tz: KeptName | None = None
    subject: ContentRef | None = None
    body: ContentRef | None = None
    personal: ContentRef | None = None
    attachments: tuple[AttachmentHandle, ...] = ()
    group: KeptName | None = None
    assignee: Id | None = None
    priority_class: KeptName
    level: int
    rule: KeptName
    evidence: tuple[str, ...] = ()
    chosen_by: ChosenBy | None = None
    level_evidence: int | None = None
    attributes: Attributes = Field(default_factory=dict)
    opened_at: Instant
    private: bool = False
    policy: str
    follow_up_of: Id | None = None
    split_from: Id | None = None
    repeat_of: Id | None = None
    flags: tuple[KeptName, ...] = ()
    review: bool = False
    redacted: tuple[KeptName, ...] = ()
    product: KeptName | None = None
    given: tuple[Given, ...] = ()
    spoken: tuple[KeptName, ...] = ()
    informational: bool = False
    agency: bool = False
    review_of: Id | None = None
    foreseen: KeptName | None = None
    awaits_contact: bool = False


class TicketAdopted(TicketEvent):
    """A ticket that existed before was taken in; facts of its past follow as events of their own."""

    kind: Literal["ticket_adopted"] = "ticket_adopted"
    ref: Id
    requester: Id
    channel: KeptName
    type: TicketType
    status: KeptName
    category: StatusCategory
    topic: KeptName | None = None
    language: KeptName | None = None
    tz: KeptName | None = None
    subject: ContentRef | None = None
    group: KeptName | None = None
    assignee: Id | None = None
    priority_class: KeptName
    level: int
    rule: KeptName
    evidence: tuple[str, ...] = ()
    chosen_by: ChosenBy | None = None
    level_evidence: int | None = None
    attributes: Attributes = Field(default_factory=dict)
    opened_at: Instant
    adopted_at: Instant
    policy: str
    given: tuple[Given, ...] = ()
    spoken: tuple[KeptName, ...] = ()
    informational: bool = False


class StatusChanged(TicketEvent):
    """The ticket went from one status to another.

    Attributes:
        trigger: The lifecycle trigger; None if none leads there (only observed facts).
        forced: True if a command would have been refused; `refusal` says why.
        cause: What fired it: `"command"`, `"message"`, `"reply"`, `"assignment"`, `"observation"`, `"auto_close"`, …
        reason: Reference to what the caller gave as reason.
    """

    kind: Literal["status_changed"] = "status_changed"
    trigger: KeptName | None
    source: KeptName
    target: KeptName
    category: StatusCategory
    cause: KeptName
    forced: bool = False
    refusal: Refusal | None = None
    reason: ContentRef | None = None


class StatusKept(TicketEvent):
    """A trigger asked for the status that the ticket is in: recorded, nothing changed."""

    kind: Literal["status_kept"] = "status_kept"
    trigger: KeptName | None
    status: KeptName
    cause: KeptName
    reason: ContentRef | None = None


class AssignmentChanged(TicketEvent):
    """The ticket has another group or assignee; both are named as they are now.

    Attributes:
        waived: What the assignee lacks and whoever assigned the ticket passed over; None if that was not looked at.
        outside: True if the new assignee takes part in the case from outside, as its requester or a party: no clock stops.
    """

    kind: Literal["assignment_changed"] = "assignment_changed"
    group: KeptName | None
    assignee: Id | None
    previous_group: KeptName | None = None
    previous_assignee: Id | None = None
    waived: tuple[Lack, ...] | None = None
    outside: bool = False


class TicketUpdated(TicketEvent):
    """Declared attributes, topic or language changed; only what changed is named."""

    SPEAKS: ClassVar[bool] = True

    kind: Literal["ticket_updated"] = "ticket_updated"
    attributes: Attributes = Field(default_factory=dict)
    topic: KeptName | None = None
    language: KeptName | None = None


class PriorityChanged(TicketEvent):
    """The ticket has another priority class or level, or a person has settled the one that it has.

    Attributes:
        rule: The name of the rule that decided; else the word of `chosen_by` (`"escalation"` for a ladder).
        evidence: What spoke for the class, in the policy's words, then what decided the level.
        chosen_by: What kind of thing decided; None in recordings from before it was written down.
        level_evidence: How many of the last entries of the evidence decided the level; None in recordings from before it was
            written down.
        given: What was settled by hand, and stays whatever attributes say later.
    """

    SPEAKS: ClassVar[bool] = True

    kind: Literal["priority_changed"] = "priority_changed"
    priority_class: KeptName
    level: int
    previous_class: KeptName
    previous_level: int
    rule: KeptName
    evidence: tuple[str, ...] = ()
    chosen_by: ChosenBy | None = None
    level_evidence: int | None = None
    reason: ContentRef | None = None
    given: tuple[Given, ...] = ()


class TicketMerged(TicketEvent):
    """This ticket was merged into another one and is closed."""

    kind: Literal["ticket_merged"] = "ticket_merged"
    into: Id
    status: KeptName
    category: StatusCategory
    source: KeptName


class TicketAbsorbed(TicketEvent):
    """Another ticket was merged into this one, and brought along what is known of the case.

    Attributes:
        source_id: The other ticket.
        opened_at: When that one came in.
        provided: Items of evidence that its requester gave, who is this one's, too. The other ticket's stream has them.
        asked: Items of evidence that were asked for there.
        parties: Who took part in it besides the requester.
        verifications: How sure the desk was of its requester, who is this one's, too.
        flags: What a person should see.
        review: True if a text raised its class to security, for a person to look at.
        spoken: Classes that its texts speak for.
        agency: True if its texts say that an incident was not by their writer's will; only if that is this one's requester.
        warned: The warnings of the policy that its requester was sent, who is this one's, too.
    """

    SPEAKS: ClassVar[bool] = True

    kind: Literal["ticket_absorbed"] = "ticket_absorbed"
    source_id: Id
    opened_at: Instant
    provided: tuple[KeptName, ...] = ()
    asked: tuple[KeptName, ...] = ()
    parties: tuple[PartyState, ...] = ()
    verifications: tuple[Verification, ...] = ()
    flags: tuple[KeptName, ...] = ()
    review: bool = False
    spoken: tuple[KeptName, ...] = ()
    agency: bool = False
    warned: tuple[KeptName, ...] = ()


class TicketSplit(TicketEvent):
    """A part of this ticket goes on as a ticket of its own."""

    kind: Literal["ticket_split"] = "ticket_split"
    into: Id


class FollowUpOpened(TicketEvent):
    """The requester wrote after the end of this ticket; a new one took it up."""

    kind: Literal["follow_up_opened"] = "follow_up_opened"
    into: Id


class ContactJoined(TicketEvent):
    """The requester wrote anew about what this ticket is about; their message follows.

    Attributes:
        requester: The id that they wrote under.
        channel: Where it came in.
        ref: The host's own id of the contact, which is not that of the ticket.
        subject: Reference to its subject line.
        personal: Reference to the personal attributes that came with it.
    """

    SPEAKS: ClassVar[bool] = True

    kind: Literal["contact_joined"] = "contact_joined"
    requester: Id
    channel: KeptName
    ref: Id | None = None
    subject: ContentRef | None = None
    personal: ContentRef | None = None

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Its fields in the order in which they were always written, though all events have a `ref` by now."""
        fields: dict[str, object] = write(self)
        order = {name: place for place, name in enumerate(_JOINED)}
        return dict(sorted(fields.items(), key=lambda field: order.get(field[0], -1)))


_JOINED = ("kind", "requester", "channel", "ref", "subject", "personal")
