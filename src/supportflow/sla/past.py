"""What the clocks ask of a ticket's past: the few moments at which the present alone does not say how to go on."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from supportflow.model.records import Clock
from supportflow.sla.compiled import CompiledSla, CompiledTarget

__all__ = ["Before", "Past", "Since"]


class Before(NamedTuple):
    """A slot's clock before the changes of target at one instant.

    Attributes:
        clock: The clock; None if the ticket had none.
        policy: Fingerprint of the policy that counted it.
    """

    clock: Clock | None
    policy: str


class Since(NamedTuple):
    """What a clock has become, had its target applied all along.

    Attributes:
        clock: The clock; None if the metric has asked for nothing.
        open_us: How long the ticket has been open since.
    """

    clock: Clock | None
    open_us: int = 0


class Past(Protocol):
    """A ticket's past."""

    def before(self, slot: str, /) -> Sequence[Before]:
        """A slot's clock as it was before each change of its targets at this very instant.

        Returns:
            In order. Nothing if they did not change, if something has happened to the clock since that cannot be taken back,
            or if the past is not at hand.
        """
        ...

    def away(self, slot: str, /) -> Before | None:
        """A slot's clock as it was when its target last did not apply, if that was at this very instant, or up to it.

        Returns:
            None if the target applied before this instant and since, if something has happened to the clock since it came
            back that cannot be taken back, or if the past is not at hand.
        """
        ...

    def since(self, sla: CompiledSla, target: CompiledTarget, clock: Clock | None, /) -> Since | None:
        """What a target's clock would be now, had the target applied since the clock was cancelled or judged.

        Args:
            sla: The SLA policy that applies now.
            target: The target in it.
            clock: The clock as it ended; None if the ticket had none, and the target is to apply from the opening on.

        Returns:
            None if the past is not at hand.
        """
        ...
