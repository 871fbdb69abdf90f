"""Opening a ticket, changing what it is, merging and splitting it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow._time import Instant
from supportflow.model.base import AgentId, Body, Id, Name, Subject
from supportflow.model.commands.base import (
    AttributeMap,
    By,
    CommandBase,
    Described,
    EvidenceMap,
    Level,
    TicketCommand,
)
from supportflow.model.content import Attachments, ContentRef, Text
from supportflow.model.people import SYSTEM
from supportflow.model.tags import Tag

__all__ = [
    "Advance",
    "Assign",
    "Merge",
    "OpenTicket",
    "SetPriority",
    "Split",
    "Update",
]


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


class Assign(TicketCommand):
    """Give the ticket to a group, an agent, or both; None leaves that side as it is, `""` clears it.

    Attributes:
        over_capacity: True to give it to an agent who has no capacity left for it.
    """

    kind: Literal["assign"] = "assign"
    agent: AgentId | Literal[""] | None = None
    group: Name | Literal[""] | None = None
    over_capacity: StrictBool = False


class Update(TicketCommand):
    """Set declared attributes, the category or the language."""

    kind: Literal["update"] = "update"
    attributes: AttributeMap = Field(default_factory=dict)
    category: Name | None = None
    language: Tag | None = None


class SetPriority(TicketCommand):
    """Set the priority class, the level (1 to 4), or both."""

    kind: Literal["set_priority"] = "set_priority"
    priority_class: Name | None = None
    level: Level | None = None
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


class Advance(TicketCommand):
    """Let what is due on a ticket happen: warnings, breaches, steps of ladders, automatic closing."""

    kind: Literal["advance"] = "advance"
    by: By = SYSTEM
