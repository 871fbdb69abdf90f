"""What a host's telephony, and whoever speaks, say of calls."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["AnswerCall", "EndCall", "PromiseCallBack", "StartCall"]


class StartCall(TicketCommand):
    """A call begins now. Said twice, it is one.

    Attributes:
        call: The host's id of it.
        outgoing: True if the desk calls.
    """

    kind: Literal["start_call"] = "start_call"
    call: Id
    outgoing: bool = False


class AnswerCall(TicketCommand):
    """Requester and agent speak from now on. Said twice, the first counts.

    Attributes:
        call: The host's id of it.
        by: The agent who speaks for the desk.
    """

    kind: Literal["answer_call"] = "answer_call"
    call: Id


class EndCall(TicketCommand):
    """A call ends now. Said twice, the first counts.

    Attributes:
        call: The host's id of it.
        body: What is noted of it.
    """

    kind: Literal["end_call"] = "end_call"
    call: Id
    body: Text | None = None


class PromiseCallBack(TicketCommand):
    """Promise to call. While a call rings, it keeps that call's place, and whoever hangs up then has abandoned nothing.

    Attributes:
        at: Until when; as the policy says, if not given.
    """

    kind: Literal["promise_call_back"] = "promise_call_back"
    at: Instant | None = None
