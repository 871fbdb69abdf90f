"""What a tick answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from supportflow.model.events import EventBase

__all__ = ["Tick"]


@dataclass(frozen=True, slots=True)
class Tick:
    """What happened because time passed; iterating it gives the events.

    Attributes:
        events: What was recorded: warnings, breaches, automatic closings.
        tickets: How many tickets were due.
        delivered: Deliveries that arrived.
        retried: Deliveries that failed and will be tried again.
        dead: Deliveries that were given up.
        failed: Ids of tickets that could not be advanced; they are tried again later, ever more rarely.
        errors: For each of these the class of the error.
    """

    events: tuple[EventBase, ...] = ()
    tickets: int = 0
    delivered: int = 0
    retried: int = 0
    dead: int = 0
    failed: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[EventBase]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)
