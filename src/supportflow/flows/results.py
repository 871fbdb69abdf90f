"""What a tick answers, and the rows of a list."""

from collections.abc import Iterator
from dataclasses import dataclass

from supportflow._time import Instant
from supportflow.model.events import EventBase
from supportflow.model.people import Requester
from supportflow.model.ticket import Ticket
from supportflow.sla.reading import ClockReading

__all__ = ["Row", "Rows", "Tick"]


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
        running: Deliveries that take long, and go on beside.
    """

    events: tuple[EventBase, ...] = ()
    tickets: int = 0
    delivered: int = 0
    retried: int = 0
    dead: int = 0
    failed: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    running: int = 0

    def __iter__(self) -> Iterator[EventBase]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket with what a list shows of it, all read at one instant.

    Attributes:
        ticket: The ticket.
        subject: Its subject line; None once erased, or if it has none.
        requester: Who asks, with name and addresses as they were given when the ticket was opened; without, once erased.
        due_at: When the first of its clocks that is not over is due, overdue or not: its place in `order="due"`. None if
            none has a due time.
        clocks: The latest cycle of each SLA clock, as `desk.clocks` reads them, but without their account.
    """

    ticket: Ticket
    subject: str | None
    requester: Requester
    due_at: Instant | None
    clocks: tuple[ClockReading, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows; iterating it gives them.

    Attributes:
        rows: In the order that was asked for.
        cursor: Pass it to the next call to go on; None after the last page.
        unreadable: Ids of tickets that belong on this page and cannot be read.
    """

    rows: tuple[Row, ...]
    cursor: str | None = None
    unreadable: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
