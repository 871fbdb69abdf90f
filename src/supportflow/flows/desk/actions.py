"""The verbs about actions of the host, written once for `Desk` and `AsyncDesk`."""

from abc import abstractmethod
from typing import Any, Generic

from supportflow.flows.desk.methods import Result, Shared
from supportflow.flows.desk.verbs import By, TicketName, build, named
from supportflow.model import commands
from supportflow.model.commands import CommandBase
from supportflow.model.people import actor

__all__ = ["ActionVerbs"]


class ActionVerbs(Shared, Generic[Result]):
    """What a desk can be told about actions of the host."""

    @abstractmethod
    def handle(self, command: CommandBase) -> Result:
        """Carry out a command on a ticket."""

    def _acted(
        self, cls: type[CommandBase], ticket: TicketName, ref: str | None, by: By, /, **fields: Any
    ) -> Result:
        return self.handle(build(cls, {**named(ticket, ref), "by": actor(by), **fields}))

    def request_action(
        self,
        ticket: TicketName = None,
        *,
        action: str,
        by: By,
        amount: int | None = None,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Ask the host to do something: freeze an account, unlock it, pay a compensation.

        Above the limit of whoever asks, it waits for an agent of a tier that may decide it.

        Args:
            ticket: The ticket; or name it by `ref`.
            action: By the policy's name for it, in `authority.host`.
            by: Who asks.
            amount: In the smallest unit of the policy's currency.
            reason: Why, for people.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the policy's authority has no such action.
            Refused: If somebody outside asks, the ticket has ended, or nobody could approve it.
            NotVerified: If the requester is not verified as well as the action needs.
        """
        return self._acted(
            commands.RequestAction, ticket, ref, by, action=action, amount=amount, reason=reason, key=key
        )

    def decide_action(
        self,
        ticket: TicketName = None,
        *,
        number: str,
        approve: bool,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Approve an action that waits, or reject it. Who asked for it never decides it.

        Raises:
            InvalidInput: If the ticket has no such action.
            Refused: If it does not wait, or is for another tier to decide.
        """
        return self._acted(
            commands.DecideAction, ticket, ref, by, number=number, approve=approve, reason=reason, key=key
        )

    def undo_action(
        self,
        ticket: TicketName = None,
        *,
        number: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Ask the host to take back what it did, by the action that the policy names for that.

        Raises:
            InvalidInput: If the ticket has no such action.
            Refused: If it was not done, nothing takes it back, or that was asked for already.
        """
        return self._acted(commands.UndoAction, ticket, ref, by, number=number, reason=reason, key=key)
