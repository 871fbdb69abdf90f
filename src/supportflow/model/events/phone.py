"""Calls, and the calls that are owed."""

from typing import ClassVar, Literal

from supportflow._time import Instant
from supportflow.model.base import Id
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent
from supportflow.model.phone import CallOutcome, CallPromise, PromiseOutcome

__all__ = ["CallAnswered", "CallBackEnded", "CallBackMissed", "CallBackPromised", "CallEnded", "CallStarted"]


class CallStarted(TicketEvent):
    """A call began: the requester's, or one that the desk makes.

    Attributes:
        call: The host's id of it.
        outgoing: True if the desk calls.
        order_us: Where the ticket stands in the queue with it: what `PriorityKey.order_us` says, in microseconds.
    """

    kind: Literal["call_started"] = "call_started"
    call: Id
    outgoing: bool = False
    order_us: int = 0


class CallAnswered(TicketEvent):
    """Requester and agent speak. It answers the requester, as a public reply does.

    Attributes:
        call: The host's id of it.
    """

    kind: Literal["call_answered"] = "call_answered"
    call: Id


class CallEnded(TicketEvent):
    """A call ended.

    Attributes:
        call: The host's id of it.
        outcome: How: `answered`, `abandoned`, `promised` (a call-back) or `unreached`.
        note: What was noted of it; content.
    """

    kind: Literal["call_ended"] = "call_ended"
    call: Id
    outcome: CallOutcome
    note: ContentRef | None = None


class CallBackPromised(TicketEvent):
    """The desk owes a call.

    Attributes:
        due_at: Until when.
        order_us: The place that it keeps in the queue: what `PriorityKey.order_us` says, in microseconds.
        cause: Why it is owed.
        call: The call that it is promised for; None if it is for none.
    """

    kind: Literal["call_back_promised"] = "call_back_promised"
    due_at: Instant
    order_us: int
    cause: CallPromise
    call: Id | None = None


class CallBackMissed(TicketEvent):
    """A promised call was not made in time. `due_at` is the true instant, however late it was noticed. It is still owed.

    Attributes:
        due_at: Until when it was promised.
        detected_at: When it was noticed.
    """

    IS_FACT: ClassVar[bool] = False

    kind: Literal["call_back_missed"] = "call_back_missed"
    due_at: Instant
    detected_at: Instant


class CallBackEnded(TicketEvent):
    """The desk no longer owes the call.

    Attributes:
        outcome: What became of it: `kept`, `late`, `called_again`, `replaced`, `dropped` or `merged`.
        due_at: Until when it was promised.
        call: The call by which it ended; None if it was none.
    """

    kind: Literal["call_back_ended"] = "call_back_ended"
    outcome: PromiseOutcome
    due_at: Instant
    call: Id | None = None
