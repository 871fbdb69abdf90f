"""What a desk can be told of calls."""

from datetime import datetime

from supportflow._time import instant
from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import By, TicketName, Verbs
from supportflow.model import commands
from supportflow.model.people import HOST

__all__ = ["PhoneVerbs"]


class PhoneVerbs(Verbs[Result]):
    """What a desk can be told about calls. What is told twice counts once."""

    def start_call(
        self,
        ticket: TicketName = None,
        *,
        call: str,
        by: By = HOST,
        outgoing: bool = False,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Say that a call begins now: the requester's, or one that the desk makes.

        Args:
            ticket: The ticket; or name it by `ref`.
            call: The telephony's id of the call.
            by: Who says so: the host, the requester, or the agent who calls.
            outgoing: True if the desk calls. It keeps the promise of a call, if one is owed.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            Refused: If the ticket is closed, has too many calls, or somebody says it who cannot.
            InvalidInput: If the id is that of a call the other way.
        """
        return self._on(commands.StartCall, ticket, ref, by, key, call=call, outgoing=outgoing)

    def answer_call(
        self,
        ticket: TicketName = None,
        *,
        call: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Say that requester and agent speak from now on. It answers the requester, as a reply does.

        Args:
            ticket: The ticket; or name it by `ref`.
            call: The telephony's id of the call.
            by: The agent.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the ticket has no such call.
            Refused: If somebody else than an agent answers, or the call is over.
        """
        return self._on(commands.AnswerCall, ticket, ref, by, key, call=call)

    def end_call(
        self,
        ticket: TicketName = None,
        *,
        call: str,
        by: By = HOST,
        body: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Say that a call ends now. If nobody answered it, the requester is called back as the policy says.

        Args:
            ticket: The ticket; or name it by `ref`.
            call: The telephony's id of the call.
            by: Who says so.
            body: What is noted of the call.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the ticket has no such call.
        """
        return self._on(commands.EndCall, ticket, ref, by, key, call=call, body=body or None)

    def promise_call_back(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        at: datetime | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Promise the requester a call. While theirs rings, it keeps its place, and they can hang up.

        Args:
            ticket: The ticket; or name it by `ref`.
            by: Who promises it: an agent, a bot or the host.
            at: Until when; as the policy says, if not given.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the time has passed, or none is given and the policy has none.
            Refused: If somebody outside promises it, or the ticket has ended.
        """
        moment = None if at is None else instant(at, "at")
        return self._on(commands.PromiseCallBack, ticket, ref, by, key, at=moment)
