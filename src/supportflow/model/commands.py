"""Commands: requests in the imperative. A command may be refused; `Observe` and `Adopt` report facts and are not.

Texts enter as typed. Before anything is decided, the flow puts them into content rows and replaces them by references.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, TypeAdapter

from supportflow._time import Instant
from supportflow.model.base import Body, Id, Key, Name, Subject, TicketType, Value
from supportflow.model.casework import Party
from supportflow.model.content import Attachment, AttachmentHandle, Attachments, ContentRef, Text
from supportflow.model.people import HOST, SYSTEM, Actor, RequesterId, opaque
from supportflow.model.records import AttributeValue

__all__ = [
    "AddNote",
    "AddParty",
    "Adopt",
    "Advance",
    "Assign",
    "Authorise",
    "Cancel",
    "Close",
    "Command",
    "CompleteStep",
    "Correct",
    "Exclude",
    "Fact",
    "Hold",
    "Merge",
    "Observe",
    "OpenTicket",
    "Provide",
    "Receive",
    "Reopen",
    "Reply",
    "Resolve",
    "Resume",
    "SetPriority",
    "Split",
    "TicketCommand",
    "Trigger",
    "Update",
    "Verify",
    "WaitForRequester",
    "command_adapter",
]

Level = Annotated[int, Field(strict=True, ge=1, le=4)]
AttributeMap = Annotated[Mapping[Name, AttributeValue], Field(max_length=200)]
EvidenceItem = Annotated[Body | ContentRef | AttachmentHandle | Attachment, Field(union_mode="left_to_right")]
EvidenceMap = Annotated[Mapping[Name, EvidenceItem], Field(max_length=50)]
"""Item → a value as typed or a file; both become references before anything is decided."""
MAX_VALIDITY = timedelta(days=3_660)
Validity = Annotated[timedelta, Field(gt=timedelta(0), le=MAX_VALIDITY)]
"""How long something counts: longer than nothing, at most ten years."""


def _opaque_outside(by: Actor) -> Actor:
    if by.kind in {"requester", "party"}:
        opaque(by.id)
    return by


By = Annotated[Actor, AfterValidator(_opaque_outside)]
"""Who asks for a command. People outside are named by an opaque id, for it stays in events for ever."""


class CommandBase(Value):
    """What every command says.

    Attributes:
        by: Who asks for it.
        key: Idempotency key: the same key twice is one command. A message id is a good one.
    """

    by: By
    key: Key | None = None


class TicketCommand(CommandBase):
    """A command on one ticket, named by supportflow's id or by the host's reference."""

    ticket_id: Id | None = None
    ref: Id | None = None


class Described(Value):
    """What opening and adopting a ticket both say of it.

    Attributes:
        requester: Opaque id of the person who asks.
        subject: One line; kept as content.
        language: A BCP 47 tag.
        tz: The requester's zone, an IANA name.
        category: The topic, by the policy's name for it.
        level: Priority level, 1 (highest) to 4.
        attributes: Attributes that the policy declares.
    """

    requester: RequesterId
    channel: Name = "web"
    type: TicketType = TicketType.INCIDENT
    subject: Subject | ContentRef = ""
    language: Name | None = None
    tz: Name | None = None
    category: Name | None = None
    group: Name | None = None
    assignee: Id | None = None
    priority_class: Name | None = None
    level: Level | None = None
    attributes: AttributeMap = Field(default_factory=dict)


class OpenTicket(Described, CommandBase):
    """Open a ticket.

    Attributes:
        by: Who opens it: usually the requester; an agent opening for a requester is named here.
        ref: The host's own id, unique in the tenant.
        personal: Personal attributes of the requester, kept as content.
        evidence: Items of evidence that came with it, by the policy's names.
        opened_at: When it came in, if that was before now.
        private: Opened by an agent for internal work: no response is owed.
        follow_up_of: Id of a closed ticket that this one follows.
    """

    kind: Literal["open"] = "open"
    ref: Id | None = None
    personal: Annotated[ContentRef | Mapping[Name, Body] | None, Field(union_mode="left_to_right")] = None
    body: Text = ""
    attachments: Attachments = ()
    evidence: EvidenceMap = Field(default_factory=dict)
    opened_at: Instant | None = None
    private: StrictBool = False
    follow_up_of: Id | None = None


class Receive(TicketCommand):
    """Take in a message that came from outside.

    Attributes:
        by: Its writer: the requester, or somebody else on the thread (a `party`).
        evidence: Items of evidence that came with it, by the policy's names.
        automatic: `"auto_reply"` or `"bounce"` if a machine wrote it.
    """

    kind: Literal["receive"] = "receive"
    body: Text
    channel: Name | None = None
    attachments: Attachments = ()
    evidence: EvidenceMap = Field(default_factory=dict)
    automatic: Literal["auto_reply", "bounce"] | None = None


class Reply(TicketCommand):
    """Send a public reply to the requester, or to a party of the case.

    Attributes:
        to: Id of the party that it is for; None for the requester.
    """

    kind: Literal["reply"] = "reply"
    body: Text
    attachments: Attachments = ()
    to: RequesterId | None = None


class AddNote(TicketCommand):
    """Keep an internal note, which the requester never sees."""

    kind: Literal["note"] = "note"
    body: Text
    attachments: Attachments = ()


class Assign(TicketCommand):
    """Give the ticket to a group, an agent, or both; None leaves that side as it is, `""` clears it."""

    kind: Literal["assign"] = "assign"
    agent: Id | Literal[""] | None = None
    group: Name | Literal[""] | None = None


class Update(TicketCommand):
    """Set declared attributes, the category or the language."""

    kind: Literal["update"] = "update"
    attributes: AttributeMap = Field(default_factory=dict)
    category: Name | None = None
    language: Name | None = None


class SetPriority(TicketCommand):
    """Set the priority class, the level (1 to 4), or both."""

    kind: Literal["set_priority"] = "set_priority"
    priority_class: Name | None = None
    level: Level | None = None
    reason: Text | None = None


class Trigger(TicketCommand):
    """Fire a trigger that the host's own lifecycle declares."""

    kind: Literal["trigger"] = "trigger"
    trigger: Name
    reason: Text | None = None


class WaitForRequester(TicketCommand):
    """Wait for the requester."""

    kind: Literal["wait_for_requester"] = "wait_for_requester"
    reason: Text | None = None


class Hold(TicketCommand):
    """Wait for a third party or another team."""

    kind: Literal["hold"] = "hold"
    reason: Text | None = None


class Resume(TicketCommand):
    """Go on working."""

    kind: Literal["resume"] = "resume"
    reason: Text | None = None


class Resolve(TicketCommand):
    """Declare it answered."""

    kind: Literal["resolve"] = "resolve"
    reason: Text | None = None


class Reopen(TicketCommand):
    """Take a resolved ticket up again."""

    kind: Literal["reopen"] = "reopen"
    reason: Text | None = None


class Close(TicketCommand):
    """Close a resolved ticket for good."""

    kind: Literal["close"] = "close"
    reason: Text | None = None


class Cancel(TicketCommand):
    """Declare that it never needed an answer."""

    kind: Literal["cancel"] = "cancel"
    reason: Text | None = None


class Merge(TicketCommand):
    """Merge this ticket into another one, which goes on."""

    kind: Literal["merge"] = "merge"
    into_id: Id | None = None
    into_ref: Id | None = None


class Split(TicketCommand):
    """Open a second ticket of the same requester for a part of this one."""

    kind: Literal["split"] = "split"
    new_ref: Id | None = None
    subject: Subject | ContentRef = ""
    body: Text = ""


class Observed(Value):
    """What can be observed of a ticket at one instant.

    Attributes:
        status: The status, by the name that the policy's lifecycle gives it.
        agent: The assignee; `""` for nobody.
        group: The support group; `""` for none.
        replied: True if an agent answered the requester in public.
        requester_wrote: True if the requester wrote.
    """

    status: Name | None = None
    agent: Id | Literal[""] | None = None
    group: Name | Literal[""] | None = None
    priority_class: Name | None = None
    level: Level | None = None
    attributes: AttributeMap = Field(default_factory=dict)
    replied: StrictBool = False
    requester_wrote: StrictBool = False
    by: By = HOST


class Observe(Observed, TicketCommand):
    """Report what happened in a host that is itself the authority. Never refused.

    Attributes:
        at: When it happened; not later than now. Now, if not given.
    """

    kind: Literal["observe"] = "observe"
    by: By = HOST
    at: Instant | None = None


class Fact(Observed):
    """One fact of an adopted ticket's past."""

    at: Instant


class Adopt(Described, CommandBase):
    """Take in a ticket that existed before supportflow came.

    Attributes:
        opened_at: When it was opened.
        status: Its status when opened if there is a history, otherwise its status now.
        history: What happened since, in any order; it is sorted by `at`.
    """

    kind: Literal["adopt"] = "adopt"
    by: By = HOST
    ref: Id
    opened_at: Instant
    status: Name
    requester: RequesterId = "unknown"
    history: Annotated[tuple[Fact, ...], Field(max_length=10_000)] = ()


class Exclude(TicketCommand):
    """Leave a judged clock out of the adjusted rate, with a reason; the raw rate keeps it."""

    kind: Literal["exclude"] = "exclude"
    clock: Id
    reason: Text


class Correct(TicketCommand):
    """Judge a clock again; the new verdict stands beside the original."""

    kind: Literal["correct"] = "correct"
    clock: Id
    met: StrictBool
    reason: Text


class Provide(TicketCommand):
    """Give evidence: values and files by the names that the policy, or a party's entry in the case, has for them."""

    kind: Literal["provide"] = "provide"
    evidence: EvidenceMap


class CompleteStep(TicketCommand):
    """Record that a step of the ticket's procedure was done."""

    kind: Literal["complete_step"] = "complete_step"
    step: Name
    reason: Text | None = None


class AddParty(TicketCommand):
    """Make somebody a party of the case, or change what is expected of them.

    Attributes:
        party: Who, and in which role.
        due_at: Until when they are asked to answer.
        expects: The items of evidence that they are asked for.
    """

    kind: Literal["add_party"] = "add_party"
    party: Party
    due_at: Instant | None = None
    expects: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class Verify(TicketCommand):
    """Record that the requester is who they say.

    Attributes:
        level: How sure, by the policy's name for it.
        valid_for: How long it counts, from now.
        method: How it was found out.
    """

    kind: Literal["verify"] = "verify"
    level: Name
    valid_for: Validity
    method: Name


class Authorise(TicketCommand):
    """Let an action be done that needs a verified requester: an unlock, a release, a disclosure."""

    kind: Literal["authorise"] = "authorise"
    action: Name


class Advance(TicketCommand):
    """Let what is due on a ticket happen: warnings, breaches, automatic closing."""

    kind: Literal["advance"] = "advance"
    by: By = SYSTEM


Command = Annotated[
    OpenTicket
    | Receive
    | Reply
    | AddNote
    | Assign
    | Update
    | SetPriority
    | Trigger
    | WaitForRequester
    | Hold
    | Resume
    | Resolve
    | Reopen
    | Close
    | Cancel
    | Merge
    | Split
    | Observe
    | Adopt
    | Exclude
    | Correct
    | Provide
    | CompleteStep
    | AddParty
    | Verify
    | Authorise
    | Advance,
    Field(discriminator="kind"),
]
"""Any command; `kind` tells which."""

command_adapter: TypeAdapter[Command] = TypeAdapter(Command, config={"defer_build": True})
"""Reads a command from plain data: `command_adapter.validate_python({"kind": "resolve", "ref": "4711", …})`."""
