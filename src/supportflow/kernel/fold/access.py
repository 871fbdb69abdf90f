"""Folding of `model/events/access`: consents. A view changes nothing on the ticket."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.casework import Consent
from supportflow.model.events import ConsentGiven, ConsentWithdrawn, ContentViewed, EventBase
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES"]

Changes = dict[str, Any]


def _given(ticket: Ticket, event: ConsentGiven) -> Changes:
    until_us = to_us(event.valid_until)
    new = tuple(
        Consent(event.person, purpose, until_us, event.by.kind, event.by.id) for purpose in event.purposes
    )
    return {"case": replace(ticket.case, consents=(*_others(ticket, event), *new))}


def _withdrawn(ticket: Ticket, event: ConsentWithdrawn) -> Changes:
    return {"case": replace(ticket.case, consents=_others(ticket, event))}


def _viewed(_ticket: Ticket, _event: ContentViewed) -> Changes:
    return {}


def _others(ticket: Ticket, event: ConsentGiven | ConsentWithdrawn) -> tuple[Consent, ...]:
    """The consents that an event says nothing of."""
    return tuple(
        one for one in ticket.case.consents if one.person != event.person or one.purpose not in event.purposes
    )


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    ConsentGiven: _given,
    ConsentWithdrawn: _withdrawn,
    ContentViewed: _viewed,
}
"""Event class → what it changes on the ticket."""
