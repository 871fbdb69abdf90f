"""Folding: a ticket is what its events say, and nothing else. No policy, no calendar, no clock is needed to fold."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from supportflow.exceptions import StoreError
from supportflow.kernel.fold import messages, tickets
from supportflow.model.events import EventBase, TicketAdopted, TicketOpened
from supportflow.model.inside import like
from supportflow.model.people import SYSTEM
from supportflow.model.ticket import Ticket

__all__ = ["FOLD_VERSION", "evolve", "fold"]


FOLD_VERSION = 5
"""Raised when the fold changes: a snapshot of another version is folded again from its events."""


Changes = dict[str, Any]


def evolve(ticket: Ticket | None, event: EventBase, *, tenant: str = "default") -> Ticket:
    """The ticket after an event.

    Args:
        ticket: The ticket before it; None before its first event.
        event: The event.
        tenant: The tenant of a ticket that begins.

    Raises:
        StoreError: If the stream does not begin with an opening, or has an event that no ticket can have.
    """
    if ticket is None:
        if isinstance(event, TicketOpened | TicketAdopted):
            return tickets.begin(event, tenant)
        raise StoreError(f"a ticket's stream begins with {type(event).__name__}")
    kind = type(event)
    change = _CHANGES.get(kind) or _loaded(kind)
    if change is None:
        raise StoreError(f"{type(event).__name__} does not belong in a ticket's stream")
    # To read a field of a model costs as much as ten lines of Python: what is read anyway is read from these.
    now, told = ticket.__dict__.copy(), event.__dict__
    now.update(change(ticket, event))
    now["version"] += 1
    now["recorded_at"] = told["recorded_at"]
    by = told["by"]
    if by is not SYSTEM and by.kind != "system":
        now["touched_at"] = told["recorded_at"]
    return like(ticket, now)


def fold(events: Iterable[EventBase], *, tenant: str = "default") -> Ticket:
    """The ticket that a whole stream gives.

    Raises:
        StoreError: If the stream is empty or broken.
    """
    ticket: Ticket | None = None
    for event in events:
        ticket = evolve(ticket, event, tenant=tenant)
    if ticket is None:
        raise StoreError("the stream is empty")
    return ticket


def _nothing(_ticket: Ticket, _event: EventBase) -> Changes:
    """What is only remembered."""
    return {}


_CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {**messages.CHANGES, **tickets.CHANGES}
"""What each event changes; of the families below, once the first of one has come."""

_FAMILIES = {
    "access": "access",
    "actions": "actions",
    "announcements": "announcements",
    "bot": "bot",
    "casework": "casework",
    "escalation": "escalation",
    "informing": "announcements",
    "phone": "phone",
    "ratings": "ratings",
    "routing": "routing",
    "sla": "sla",
}
"""Module of events → the module that folds them. A test holds it to what is there."""
_REMEMBERED = frozenset(
    (
        "ActionAuthorised",
        "ContactJoined",
        "SlaCorrected",
        "StatusKept",
        "TicketEscalated",
        "TicketSplit",
    )
)
"""Events that change nothing of the ticket."""


def _loaded(kind: type[EventBase]) -> Callable[[Ticket, Any], Changes] | None:
    """What an event changes of which none has come yet. Two threads that ask at once load the same."""
    room, _, family = kind.__module__.rpartition(".")
    if room != EventBase.__module__.rpartition(".")[0]:
        return None  # a class of somebody else's, whatever it is called
    if kind.__name__ in _REMEMBERED:
        _CHANGES[kind] = _nothing
    elif family in _FAMILIES:
        _CHANGES.update(import_module(f"supportflow.kernel.fold.{_FAMILIES[family]}").CHANGES)
    return _CHANGES.get(kind)
