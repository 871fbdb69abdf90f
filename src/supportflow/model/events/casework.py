"""Evidence, steps, parties and verification."""

from typing import ClassVar, Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.events.base import RequesterEvent, TicketEvent

__all__ = [
    "ActionAuthorised",
    "EvidenceProvided",
    "EvidenceRequested",
    "PartyAdded",
    "PartyDeadlinePassed",
    "PersonVerified",
    "RequesterVerified",
    "StepCompleted",
]


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
    topic: KeptName
    items: tuple[KeptName, ...]
    template: KeptName
    language: KeptName
    channel: KeptName
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

    SPEAKS: ClassVar[bool] = True

    kind: Literal["evidence_provided"] = "evidence_provided"
    item: KeptName
    value: ContentRef | None = None
    attachment: AttachmentHandle | None = None
    party: Id | None = None
    redacted: tuple[KeptName, ...] = ()


class StepCompleted(TicketEvent):
    """A step of the ticket's procedure was done."""

    kind: Literal["step_completed"] = "step_completed"
    step: KeptName
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
    role: KeptName
    party: Id
    channel: KeptName | None = None
    due_at: Instant | None = None
    expects: tuple[KeptName, ...] = ()


class PartyDeadlinePassed(TicketEvent):
    """A party did not answer in time. `due_at` is the true instant, however late it was noticed.

    Attributes:
        role: What they are in the case.
        party: Opaque id of the person.
        due_at: Until when they were asked to answer.
        missing: The items of evidence that had not come.
        detected_at: When it was noticed.
    """

    IS_FACT: ClassVar[bool] = False

    kind: Literal["party_deadline_passed"] = "party_deadline_passed"
    role: KeptName
    party: Id
    due_at: Instant
    missing: tuple[KeptName, ...] = ()
    detected_at: Instant


class RequesterVerified(TicketEvent):
    """The requester was found to be who they say.

    Attributes:
        level: How sure, by the policy's name for it.
        method: How it was found out.
        valid_until: From this instant on it no longer counts.
        elsewhere: True if that was found out on another case of the person, and counts here, too.
    """

    SPEAKS: ClassVar[bool] = True

    kind: Literal["requester_verified"] = "requester_verified"
    level: KeptName
    method: KeptName
    valid_until: Instant
    elsewhere: bool = False


class PersonVerified(RequesterEvent):
    """A person was found to be who they say, for every case of theirs. It stands in the streams of all their ids.

    Attributes:
        level: How sure, by the policy's name for it.
        method: How it was found out.
        valid_until: From this instant on it no longer counts.
        ticket_id: On which case.
    """

    kind: Literal["person_verified"] = "person_verified"
    level: KeptName
    method: KeptName
    valid_until: Instant
    ticket_id: Id


class ActionAuthorised(TicketEvent):
    """An action that needs a verified requester may be done.

    Attributes:
        action: Its name in the policy.
        needs: The level that it needs.
        level: The level that the requester was verified at.
        valid_until: When that verification ends.
    """

    kind: Literal["action_authorised"] = "action_authorised"
    action: KeptName
    needs: KeptName
    level: KeptName
    valid_until: Instant
