"""Commands about actions of the host."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow.model.base import Id, Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["DecideAction", "RecordAction", "RequestAction", "UndoAction"]

MAX_AMOUNT = 10**15
Amount = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]


class RequestAction(TicketCommand):
    """Ask the host to do something.

    Attributes:
        action: By the policy's name for it.
        amount: In the smallest unit of the policy's currency.
        reason: Why, for people.
    """

    kind: Literal["request_action"] = "request_action"
    action: Name
    amount: Amount | None = None
    reason: Text | None = None


class DecideAction(TicketCommand):
    """Approve an action that waits for somebody with more authority, or reject it.

    Attributes:
        number: Its number on the ticket.
        approve: True to approve it.
        reason: Why, for people.
    """

    kind: Literal["decide_action"] = "decide_action"
    number: Id
    approve: StrictBool
    reason: Text | None = None


class UndoAction(TicketCommand):
    """Ask the host to take back what it did.

    Attributes:
        number: Number of the action on the ticket.
        reason: Why, for people.
    """

    kind: Literal["undo_action"] = "undo_action"
    number: Id
    reason: Text | None = None


class RecordAction(TicketCommand):
    """Record what became of an action.

    Attributes:
        number: Its number on the ticket.
        done: True if the host did it.
        receipt: The host's own id of what it did.
        error: The kind of the error, if it failed.
    """

    kind: Literal["record_action"] = "record_action"
    number: Id
    done: StrictBool
    receipt: Id | None = None
    error: Name | None = None
