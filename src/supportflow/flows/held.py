"""A desk of values: what a flow decided is held as it is, with no rows, no JSON and no outbox.

For what needs no store, such as the replay of a log: the flows are the same, and so is every event, to the last byte once it
is written. What only a store can answer (searches, deliveries, agents) is not held.
"""

from collections.abc import Sequence

from supportflow.kernel import Decision, wakeup
from supportflow.kernel.due.queue import earliest_due_us
from supportflow.model.base import StatusCategory
from supportflow.model.content import Content
from supportflow.model.events import EventBase
from supportflow.model.records import Clock
from supportflow.model.routing import NO_ROUTING
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["Held"]


class Held:
    """Tickets as they stand, their events, and texts by the id of their reference.

    Not for several threads.
    """

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.refs: dict[str, str] = {}
        self.contents: dict[str, Content] = {}
        self._events: dict[str, list[EventBase]] = {}
        # Clocks of which it is known that each has a due time, by ticket: most events leave a ticket's clocks alone.
        self._timed: dict[str, tuple[Clock, ...]] = {}

    def take(self, book: PolicyBook, decision: Decision, contents: Sequence[Content] = ()) -> None:
        """Hold what was decided, and the texts that it refers to.

        Raises:
            NoWorkingTime: If a ticket would be due when nobody works any more. A store could not keep it either.
        """
        for ticket in decision.tickets:
            if self._timed.get(ticket.id) is not ticket.clocks or not _only_clocks(ticket):
                policy = book[ticket.policy]
                earliest_due_us(ticket, policy)
                wakeup(ticket, policy)
                self._timed[ticket.id] = ticket.clocks
        if contents:
            self.contents.update((one.id, one) for one in contents)
        kept = self._events
        for event in decision.events:
            ticket_id = event.__dict__["ticket_id"]  # of a ticket's events only: agents are not held
            if ticket_id in kept:
                kept[ticket_id].append(event)
            else:
                kept[ticket_id] = [event]
        for ticket in decision.tickets:
            self.tickets[ticket.id] = ticket
            if ticket.ref is not None:
                self.refs[ticket.ref] = ticket.id

    def wakeup_us(self, book: PolicyBook, ticket_id: str) -> int | None:
        """When a ticket must be looked at next; None if time alone does nothing to it."""
        ticket = self.tickets[ticket_id]
        return wakeup(ticket, book[ticket.policy])

    def events(self, ticket_id: str) -> tuple[EventBase, ...]:
        """The events of a ticket, in order."""
        return tuple(self._events.get(ticket_id, ()))

    def forget(self) -> None:
        """Hold nothing any more."""
        self.tickets.clear()
        self._timed.clear()
        self.refs.clear()
        self.contents.clear()
        self._events.clear()


def _only_clocks(ticket: Ticket) -> bool:
    """True if nothing of a ticket but its clocks has a time of its own, and none of them is paused: a pause can end."""
    if ticket.routing is not NO_ROUTING or ticket.ladder is not None:
        return False
    if ticket.status_category is StatusCategory.RESOLVED:  # it can close by itself
        return False
    for clock in ticket.clocks:  # noqa: SIM110 - a generator costs more than what it would ask
        if clock.state == "paused":
            return False
    return True
