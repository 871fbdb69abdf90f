"""A ticket of a run, and what it will do."""

from collections.abc import Container

from supportflow.kernel import Decision
from supportflow.kernel.due.queue import entry_of
from supportflow.model.base import StatusCategory
from supportflow.model.events import AgentEvent, EventBase
from supportflow.model.people import Actor
from supportflow.model.routing import Offer as Standing
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.floor import Change, Gone, Waiting
from supportflow.simulation.plan import Drawn

__all__ = ["Case", "own_events"]


class Case:
    """A ticket, and what it will do."""

    __slots__ = (
        "_requester", "asks", "counts", "drawn", "ends_us", "first_class", "left_us", "number", "offer", "on_floor", "open",
        "resolved", "ticket", "token", "waited", "waits", "wake_us", "worker", "writes",
    )  # fmt: skip

    def __init__(self, number: int, drawn: Drawn, ticket: Ticket, *, counts: bool) -> None:
        self.number = number
        self.drawn = drawn
        self.ticket = ticket
        self.counts = counts
        self.first_class = ticket.priority_class
        self.left_us = drawn.works_us
        self.asks = drawn.asks
        self.ends_us = 0
        self.worker: str | None = None
        self.token = 0
        self.wake_us: int | None = None
        self._requester: Actor | None = None
        self.offer: Standing | None = None
        self.on_floor = self.open = self.waits = False
        self.waited = self.resolved = self.writes = False

    @property
    def requester(self) -> Actor:
        """Who asked."""
        if self._requester is None:
            self._requester = Actor(kind="requester", id=self.ticket.requester)
        return self._requester

    def change(self, policy: CompiledPolicy) -> Change:
        """What the floor is told of it."""
        entry = entry_of(self.ticket, policy)
        return Gone(self.ticket.id) if entry is None else Waiting(entry)

    def difference(self, busy_in: Container[StatusCategory]) -> tuple[int, int]:
        """By how much it changes the number of open and of waiting tickets since it was asked last."""
        told = self.ticket.__dict__
        category: StatusCategory = told["status_category"]
        is_open, waits = category.is_open, told["assignee"] is None and category in busy_in
        changed = is_open - self.open, waits - self.waits
        self.open, self.waits = is_open, waits
        return changed


def own_events(decision: Decision) -> list[EventBase]:
    """The events of a decision that are the ticket's own, and not of an agent's stream."""
    # To ask a model's class whether it has an instance costs five times as much.
    return [event for event in decision.events if AgentEvent not in type(event).__mro__]
