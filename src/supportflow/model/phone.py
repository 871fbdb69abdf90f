"""What a ticket knows of the telephone: the calls about it, and the call that it owes. Names and instants."""

from typing import Literal

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us
from supportflow.model.content import ContentRef

__all__ = [
    "MOST_CALLS",
    "NO_PHONE",
    "Call",
    "CallBack",
    "CallOutcome",
    "CallPromise",
    "Phone",
    "PromiseOutcome",
]

MOST_CALLS = 200
"""How many calls one ticket can have."""

CallOutcome = Literal["answered", "abandoned", "promised", "unreached"]
"""How a call ended: somebody answered it; the requester hung up before; they hung up because a call-back was promised; or
the desk called and nobody took it."""

CallPromise = Literal["abandoned", "promised", "merged"]
"""Why a call-back is owed: the requester hung up before somebody answered; somebody promised it; it came with a ticket that
was merged into this one."""

PromiseOutcome = Literal["kept", "late", "called_again", "replaced", "dropped", "merged"]
"""What became of a promised call-back: the desk called in time, or after it; the requester called again and was answered;
another time was promised; the ticket ended without it; it went to another ticket by a merge."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        id: The host's id of it: its telephony's own.
        started_us: When it began.
        outgoing: True if the desk called.
        order_us: Where it stood in the queue when it began, as `PriorityKey.order_us` says it.
        answered_us: When somebody answered it; None if nobody did.
        agent: Who spoke for the desk; None if nobody did.
        ended_us: When it ended; None while it lasts.
        outcome: How it ended; None while it lasts.
        level: The level at which the caller was verified during the call, by the policy's name; None if they were not.
        method: How that was found out.
        promised: True if a call-back was promised while it rang.
        note: What was noted of it when it ended; content.
    """

    id: str
    started_us: int
    outgoing: bool = False
    order_us: int = 0
    answered_us: int | None = None
    agent: str | None = None
    ended_us: int | None = None
    outcome: CallOutcome | None = None
    level: str | None = None
    method: str | None = None
    promised: bool = False
    note: ContentRef | None = None

    @property
    def started_at(self) -> Instant:
        """When it began."""
        return from_us(self.started_us)

    @property
    def answered_at(self) -> Instant | None:
        """When somebody answered it; None if nobody did."""
        return None if self.answered_us is None else from_us(self.answered_us)

    @property
    def ended_at(self) -> Instant | None:
        """When it ended; None while it lasts."""
        return None if self.ended_us is None else from_us(self.ended_us)

    @property
    def rings(self) -> bool:
        """True while somebody waits for an answer to it."""
        return self.answered_us is None and self.ended_us is None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that the desk owes.

    Attributes:
        due_us: Until when it was promised.
        order_us: The place that it keeps in the queue, as `PriorityKey.order_us` says it.
        promised_us: When it was promised.
        call: The call that it is promised for; None if it is for none.
        missed: True once its time passed without a call.
    """

    due_us: int
    order_us: int
    promised_us: int
    call: str | None = None
    missed: bool = False

    @property
    def due_at(self) -> Instant:
        """Until when it was promised."""
        return from_us(self.due_us)


@dataclass(frozen=True, slots=True)
class Phone:
    """The calls about one ticket.

    Attributes:
        calls: Every call, the oldest first.
        call_back: The call that the desk owes; None if it owes none.
    """

    calls: tuple[Call, ...] = ()
    call_back: CallBack | None = None

    def call(self, call_id: str) -> Call | None:
        """The call with that id, or None."""
        for call in reversed(self.calls):
            if call.id == call_id:
                return call
        return None

    @property
    def ringing(self) -> Call | None:
        """The requester's call that waits for an answer, the oldest of several; None if none does."""
        return next((call for call in self.calls if call.rings and not call.outgoing), None)


NO_PHONE = Phone()
"""Of a ticket that nobody called about."""
