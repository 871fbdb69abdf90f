"""Actions of the host: asked for, approved, done, undone."""

from typing import Literal

from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent

__all__ = [
    "ActionApproved",
    "ActionDone",
    "ActionFailed",
    "ActionHeldBack",
    "ActionRejected",
    "ActionRequested",
]


class ActionRequested(TicketEvent):
    """Somebody asked the host to do something: to freeze an account, to unlock it, to pay.

    Attributes:
        number: Its number on the ticket, `"1"` for the first.
        action: The action, by the policy's name for it.
        amount: In the smallest unit of the policy's currency.
        waits: True if it is above what they may decide: somebody with more authority must approve.
        tiers: Who can approve it.
        undoes: Number of the action that it takes back.
        cause: A command asked for it, the policy did, or another action failed.
        reason: Why, for people.
    """

    kind: Literal["action_requested"] = "action_requested"
    number: Id
    action: KeptName
    amount: int | None = None
    waits: bool = False
    tiers: tuple[KeptName, ...] = ()
    undoes: Id | None = None
    cause: Literal["command", "policy", "failure"] = "command"
    reason: ContentRef | None = None


class ActionHeldBack(TicketEvent):
    """The policy would ask the host for something, and too little speaks for it yet, or only the past: a person looks first.

    Attributes:
        action: The action, by the policy's name for it.
        signals: The policy's signals that speak for it.
        lacks: How much more must speak for it; 0 if only what was before the desk knew the ticket speaks for it.
    """

    kind: Literal["action_held_back"] = "action_held_back"
    action: KeptName
    signals: tuple[KeptName, ...] = ()
    lacks: int


class ActionApproved(TicketEvent):
    """Somebody with the authority approved an action."""

    kind: Literal["action_approved"] = "action_approved"
    number: Id
    action: KeptName


class ActionRejected(TicketEvent):
    """Somebody with the authority did not approve an action."""

    kind: Literal["action_rejected"] = "action_rejected"
    number: Id
    action: KeptName
    reason: ContentRef | None = None


class ActionDone(TicketEvent):
    """The host did what it was asked for.

    Attributes:
        receipt: The host's own id of what it did.
    """

    kind: Literal["action_done"] = "action_done"
    number: Id
    action: KeptName
    receipt: Id | None = None


class ActionFailed(TicketEvent):
    """The host could not do what it was asked for, however often it was tried.

    Attributes:
        error: The kind of the last error; never its text.
    """

    kind: Literal["action_failed"] = "action_failed"
    number: Id
    action: KeptName
    error: KeptName
