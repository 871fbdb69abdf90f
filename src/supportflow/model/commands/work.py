"""Work on a ticket: who has it, what it is about, how urgent it is, and moving it through its lifecycle."""

from typing import Literal

from pydantic import Field, StrictBool

from supportflow.model.base import AgentId, Name
from supportflow.model.commands.base import AttributeMap, Level, TicketCommand
from supportflow.model.content import Text
from supportflow.model.tags import Tag

__all__ = [
    "Assign",
    "Cancel",
    "Close",
    "Hold",
    "Reopen",
    "Resolve",
    "Resume",
    "SetPriority",
    "Trigger",
    "Update",
    "WaitForRequester",
]


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
