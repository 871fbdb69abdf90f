"""What is counted while the day goes by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from supportflow.model.events import ActionRequested, EventBase
from supportflow.model.ticket import Ticket

__all__ = ["CLASSES", "Count", "Tally", "share_of"]

CLASSES = ("security", "dispute", "general")


@dataclass(slots=True)
class Count:
    """Of one class.

    Attributes:
        arrived: Tickets that came in.
        by_bot: Tickets that the bot resolved.
        resolved: Tickets that people resolved.
        waiting: Ticket → instant (µs) since when it waits for a person.
        waits_us: How long those waited whom a person has taken.
        met: Verdicts on targets that were met.
        missed: Verdicts on targets that were missed.
    """

    arrived: int = 0
    by_bot: int = 0
    resolved: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    waits_us: list[int] = field(default_factory=list)
    met: int = 0
    missed: int = 0

    @property
    def open(self) -> int:
        """Tickets that are not resolved."""
        return self.arrived - self.by_bot - self.resolved

    def judge(self, ticket: Ticket) -> None:
        """Count the verdicts of a ticket."""
        for clock in ticket.clocks:
            if clock.verdict is not None:
                self.met += clock.verdict.met
                self.missed += not clock.verdict.met


@dataclass(slots=True)
class Tally:
    """Of the day.

    Attributes:
        classes: By class.
        kinds: Events by kind.
        actions: Actions that the host was asked for, by name.
    """

    classes: dict[str, Count] = field(default_factory=lambda: {name: Count() for name in CLASSES})
    kinds: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)

    def note(self, events: Iterable[EventBase]) -> None:
        """Count events."""
        for event in events:
            self.kinds[event.kind] += 1
            if isinstance(event, ActionRequested):
                self.actions[event.action] += 1


def share_of(values: Sequence[int], share: float) -> int:
    """The smallest value that at least so large a share of the values does not exceed; 0 of none."""
    if not values:
        return 0
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
