"""Moving a ticket through its lifecycle."""

from typing import Literal

from supportflow.model.base import Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = [
    "Cancel",
    "Close",
    "Hold",
    "Reopen",
    "Resolve",
    "Resume",
    "Trigger",
    "WaitForRequester",
]


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
