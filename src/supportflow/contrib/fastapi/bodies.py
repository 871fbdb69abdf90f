"""What the router takes: one body for each verb, with the verb's own keywords. Who acts is never in a body."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from supportflow._time import Instant
from supportflow.model.base import AgentId, Body, Id, Name, Subject, TicketType
from supportflow.model.casework import Party
from supportflow.model.commands.base import AttributeMap, Level
from supportflow.model.commands.escalation import Audience
from supportflow.model.content import Attachment
from supportflow.model.people import Actor, Requester, RequesterId
from supportflow.model.routing import Presence
from supportflow.model.tags import Tag

__all__ = [
    "BODIES",
    "DraftBody",
    "Given",
    "OpenBody",
    "PresenceBody",
    "ReasonBody",
    "ReceivedBody",
    "ViewBody",
]

Files = Annotated[tuple[Attachment, ...], Field(max_length=100)]
Evidence = Annotated[dict[Name, Body | Attachment], Field(max_length=50)]


class Given(BaseModel):
    """What all bodies share: a misspelt member is an error, and one that is not there leaves the verb's own default."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def arguments(self) -> dict[str, Any]:
        """The keywords of the verb."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class PersonBody(Given):
    """Who asks: an opaque id; name and addresses are kept as content, and can be erased."""

    id: RequesterId
    name: Body | None = None
    email: Body | None = None
    phone: Body | None = None
    language: Tag | None = None
    tz: Name | None = None


class OpenBody(Given):
    """A new ticket."""

    subject: Subject = ""
    requester: PersonBody
    body: Body = ""
    channel: Name = "web"
    ref: Id | None = None
    type: TicketType = TicketType.INCIDENT
    priority_class: Name | None = None
    level: Level | None = None
    category: Name | None = None
    language: Tag | None = None
    tz: Name | None = None
    group: Name | None = None
    assignee: AgentId | None = None
    attributes: AttributeMap | None = None
    attachments: Files = ()
    evidence: Evidence | None = None
    opened_at: Instant | None = None
    private: bool = False
    follow_up_of: Id | None = None
    event: Name | None = None

    def arguments(self) -> dict[str, Any]:
        """The keywords of `open`."""
        return {**super().arguments(), "requester": Requester(**self.requester.arguments())}


class WriterBody(Given):
    """Who wrote a message that came in."""

    kind: Literal["requester", "party"] = "requester"
    id: RequesterId


class ReceivedBody(Given):
    """A message that came in, as somebody who works on tickets passes it on."""

    body: Body
    writer: WriterBody
    channel: Name | None = None
    attachments: Files = ()
    evidence: Evidence | None = None
    automatic: Literal["auto_reply", "bounce"] | None = None

    def arguments(self) -> dict[str, Any]:
        """The keywords of `receive`."""
        given = super().arguments()
        del given["writer"]
        return {**given, "by": Actor(kind=self.writer.kind, id=self.writer.id)}


class ReplyBody(Given):
    """A public reply."""

    body: Body
    attachments: Files = ()
    to: Id | None = None
    channel: Name | None = None


class NoteBody(Given):
    """An internal note."""

    body: Body
    attachments: Files = ()


class CallBackBody(Given):
    """Until when a call is promised; as the policy says, if not given."""

    at: Instant | None = None


class AssignBody(Given):
    """Agent, group, or both; an empty text takes it away."""

    agent: AgentId | Literal[""] | None = None
    group: Name | Literal[""] | None = None
    over_capacity: bool = False


class UpdateBody(Given):
    """Declared attributes (null clears one), the topic or the language."""

    attributes: AttributeMap | None = None
    category: Name | None = None
    language: Tag | None = None


class PriorityBody(Given):
    """The class, the level, or both."""

    priority_class: Name | None = None
    level: Level | None = None
    reason: Body | None = None


class TriggerBody(Given):
    """A trigger of the host's own lifecycle."""

    trigger: Name
    reason: Body | None = None


class ReasonBody(Given):
    """Why, in words that are kept as content."""

    reason: Body | None = None


class NothingBody(Given):
    """Nothing."""


class MergeBody(Given):
    """The ticket that goes on, by its id or by the host's."""

    into: Id | None = None
    into_ref: Id | None = None


class SplitBody(Given):
    """The second ticket."""

    subject: Subject = ""
    body: Body = ""
    new_ref: Id | None = None


class OfferBody(Given):
    """To whom the ticket is held out."""

    agent: AgentId


class HandOverBody(Given):
    """To which line of support, with what is known."""

    tier: Name
    group: Name | None = None
    reason: Body | None = None
    summary: Body | None = None


class EscalateBody(Given):
    """A ladder to start, or whom to hand the ticket to; with nothing, the next step of the ladder that runs."""

    ladder: Name | None = None
    group: Name | None = None
    tier: Name | None = None
    notify: Annotated[tuple[Audience, ...], Field(max_length=20)] = ()
    reason: Body | None = None


class EvidenceBody(Given):
    """Evidence, by the policy's names for the items: values as typed, or files."""

    evidence: Evidence


class StepBody(Given):
    """A step of the procedure that was done."""

    step: Name
    reason: Body | None = None


class PartyBody(Given):
    """Who takes part in the case, until when they are asked to answer, and with what."""

    party: Party
    due_at: Instant | None = None
    expects: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class VerifyBody(Given):
    """How sure it is that the requester is who they say, and how long that counts (`PT1H`)."""

    level: Name
    valid_for: timedelta
    method: Name


class AuthoriseBody(Given):
    """An action that needs a verified requester."""

    action: Name


class ConsentBody(Given):
    """What for, how long it counts (`P90D`), how it was given, and whose it is if not the requester's."""

    purposes: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]
    valid_for: timedelta
    method: Name
    person: Id | None = None


class WithdrawalBody(Given):
    """What a consent no longer counts for (everything, if nothing is named), and whose it is."""

    purposes: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    person: Id | None = None


class DraftBody(Given):
    """A reply that was not sent yet, and the language that it is wanted in; the requester's, if none is named."""

    body: Body
    language: Tag | None = None


class ViewBody(Given):
    """What sealed texts are opened for, and which of them; all that may be, if none is named."""

    purpose: Name
    kinds: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    items: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class ActionBody(Given):
    """An action of the host, with its amount in the smallest unit of the policy's currency."""

    action: Name
    amount: Annotated[int, Field(strict=True, gt=-(2**63), lt=2**63)] | None = None
    reason: Body | None = None


class DecisionBody(Given):
    """Whether an action that waits is approved."""

    number: Id
    approve: bool
    reason: Body | None = None


class UndoBody(Given):
    """The action that is to be taken back."""

    number: Id
    reason: Body | None = None


class ExcludeBody(Given):
    """A clock that is left out of the adjusted rate."""

    clock: Id
    reason: Body


class CorrectBody(ExcludeBody):
    """The new verdict of a clock."""

    met: bool


class AnnouncementBody(Given):
    """The words of an announcement in their languages, whom it concerns, and how long it holds (`P1D`)."""

    texts: Annotated[dict[Tag, Body], Field(min_length=1, max_length=50)]
    number: Id | None = None
    audience: Name | None = None
    links: bool = False
    lasts_for: timedelta | None = None


class ProblemBody(Given):
    """The problem that the ticket is an incident of, by its id or by the host's."""

    problem: Id | None = None
    problem_ref: Id | None = None


class PresenceBody(Given):
    """Whether an agent is there."""

    presence: Presence


BODIES: tuple[tuple[str, str, type[Given]], ...] = (
    ("received", "receive", ReceivedBody),
    ("replies", "reply", ReplyBody),
    ("notes", "note", NoteBody),
    ("assign", "assign", AssignBody),
    ("priority", "set_priority", PriorityBody),
    ("trigger", "trigger", TriggerBody),
    ("wait", "wait_for_requester", ReasonBody),
    ("hold", "hold", ReasonBody),
    ("resume", "resume", ReasonBody),
    ("resolve", "resolve", ReasonBody),
    ("reopen", "reopen", ReasonBody),
    ("close", "close_ticket", ReasonBody),
    ("cancel", "cancel", ReasonBody),
    ("merge", "merge", MergeBody),
    ("split", "split", SplitBody),
    ("offer", "offer", OfferBody),
    ("accept", "accept", NothingBody),
    ("decline", "decline", ReasonBody),
    ("release", "release", ReasonBody),
    ("hand-over", "hand_over", HandOverBody),
    ("escalate", "escalate", EscalateBody),
    ("evidence", "provide", EvidenceBody),
    ("steps", "complete_step", StepBody),
    ("parties", "add_party", PartyBody),
    ("call-back", "promise_call_back", CallBackBody),
    ("verify", "verify", VerifyBody),
    ("authorise", "authorise", AuthoriseBody),
    ("consents", "give_consent", ConsentBody),
    ("consents/withdraw", "withdraw_consent", WithdrawalBody),
    ("actions", "request_action", ActionBody),
    ("actions/decide", "decide_action", DecisionBody),
    ("actions/undo", "undo_action", UndoBody),
    ("announcements", "propose_announcement", AnnouncementBody),
    ("announcements/decide", "decide_announcement", DecisionBody),
    ("announcements/withdraw", "withdraw_announcement", UndoBody),
    ("problem", "link_incident", ProblemBody),
    ("problem/leave", "unlink_incident", NothingBody),
    ("solve", "solve_problem", ReasonBody),
    ("exclude", "exclude", ExcludeBody),
    ("correct", "correct", CorrectBody),
)
"""Path below a ticket → verb → body, in the order of the document."""
UPDATE: tuple[str, type[Given]] = ("update", UpdateBody)
"""The one verb that is a PATCH of the ticket itself."""
