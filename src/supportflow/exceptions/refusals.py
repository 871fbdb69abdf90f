"""A command was understood, and is not allowed in this state."""

from collections.abc import Sequence

from supportflow.exceptions.base import SupportflowError

__all__ = ["NotVerified", "Refused", "StepsMissing", "TransitionRefused", "VersionMismatch"]


class Refused(SupportflowError):
    """The command was understood and is not allowed now; nothing was changed.

    Attributes:
        ticket_id: The ticket.
        command: The command's kind.
        reason: Why, in one sentence.
    """

    def __init__(self, ticket_id: str, command: str, reason: str) -> None:
        super().__init__(f"{command} refused for ticket {ticket_id}: {reason}")
        self.ticket_id = ticket_id
        self.command = command
        self.reason = reason


class StepsMissing(Refused):
    """Mandatory steps of the procedure of the ticket's category are not done.

    Attributes:
        steps: Their names, in the procedure's order.
    """

    def __init__(self, ticket_id: str, command: str, steps: Sequence[str]) -> None:
        super().__init__(ticket_id, command, f"steps are missing: {', '.join(steps)}")
        self.steps = tuple(steps)


class NotVerified(Refused):
    """The requester is not verified as the action needs.

    Attributes:
        action: The action.
        needs: The level that it needs.
        level: The highest level that is verified now; None if there is none.
        expired: True if a verification of the needed level, or a higher one, was there and has ended.
    """

    def __init__(self, ticket_id: str, action: str, needs: str, level: str | None, *, expired: bool) -> None:
        self.action = action
        self.needs = needs
        self.level = level
        self.expired = expired
        has = (
            "the verification has ended"
            if expired
            else f"verified is {level!r}"
            if level
            else "nothing is verified"
        )
        super().__init__(ticket_id, "authorise", f"{action!r} needs level {needs!r}; {has}")


class TransitionRefused(Refused):
    """The lifecycle does not allow this trigger in this status.

    Attributes:
        status: The status that the ticket is in.
        trigger: The trigger that was refused.
        unmet_guards: The guards that stood in the way, by name; empty if no transition exists at all.
        permitted: The triggers that would be accepted now, sorted.
    """

    def __init__(
        self, ticket_id: str, status: str, trigger: str, unmet_guards: Sequence[str], permitted: Sequence[str]
    ) -> None:
        self.status = status
        self.trigger = trigger
        self.unmet_guards = tuple(unmet_guards)
        self.permitted = tuple(permitted)
        why = f"unmet guards: {', '.join(unmet_guards)}" if unmet_guards else "no such transition"
        allowed = ", ".join(permitted) or "nothing"
        super().__init__(ticket_id, trigger, f"status is {status!r}; {why}; permitted: {allowed}")


class VersionMismatch(Refused):
    """The command was meant for another version of the ticket than there is now.

    Attributes:
        expected: The version that it was meant for.
        version: The version of the ticket now.
    """

    def __init__(self, ticket_id: str, command: str, expected: int, version: int) -> None:
        super().__init__(
            ticket_id, command, f"meant for version {expected}, and the ticket has version {version}"
        )
        self.expected = expected
        self.version = version
