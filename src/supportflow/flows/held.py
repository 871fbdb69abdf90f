"""A desk of values: what a flow decided is held as it is, with no rows, no JSON and no outbox.

For what needs no store, such as the replay of a log: the flows are the same, and so is every event, to the last byte once it
is written. What only a store can answer (searches, deliveries, agents) is not held.
"""

from collections.abc import Iterable

from supportflow.kernel import Decision, wakeup
from supportflow.kernel.due.queue import earliest_due_us
from supportflow.model.content import Content
from supportflow.model.events import EventBase, TicketEvent
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["Held"]


class Held:
    """Tickets as they stand, when each must be looked at next, their events, and texts by the id of their reference.

    Not for several threads.
    """

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.wakeups: dict[str, int | None] = {}
        self.refs: dict[str, str] = {}
        self.contents: dict[str, Content] = {}
        self._events: dict[str, list[EventBase]] = {}

    def take(self, book: PolicyBook, decision: Decision, contents: Iterable[Content]) -> None:
        """Hold what was decided, and the texts that it refers to.

        Raises:
            NoWorkingTime: If a ticket would be due when nobody works any more. A store could not keep it either.
        """
        for ticket in decision.tickets:
            policy = book[ticket.policy]
            earliest_due_us(ticket, policy)
            self.wakeups[ticket.id] = wakeup(ticket, policy)
        self.contents.update((one.id, one) for one in contents)
        for event in decision.events:
            assert isinstance(event, TicketEvent)  # agents are not held
            self._events.setdefault(event.ticket_id, []).append(event)
        for ticket in decision.tickets:
            self.tickets[ticket.id] = ticket
            if ticket.ref is not None:
                self.refs[ticket.ref] = ticket.id

    def events(self, ticket_id: str) -> tuple[EventBase, ...]:
        """The events of a ticket, in order."""
        return tuple(self._events.get(ticket_id, ()))

    def forget(self) -> None:
        """Hold nothing any more."""
        self.tickets.clear()
        self.wakeups.clear()
        self.refs.clear()
        self.contents.clear()
        self._events.clear()
