"""Folding of `model/events/ratings`."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.events import EventBase, RatingGiven, RatingLeftOut, RatingRequested
from supportflow.model.rating import RatingState
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES"]

Changes = dict[str, Any]


def _requested(_ticket: Ticket, event: RatingRequested) -> Changes:
    state = RatingState(
        asked_us=to_us(event.recorded_at),
        until_us=to_us(event.until),
        agent=event.agent,
        weight=event.weight,
        questions=event.questions,
        by_reply=event.by_reply,
    )
    return {"rating": state}


def _given(ticket: Ticket, event: RatingGiven) -> Changes:
    return {"rating": replace(ticket.rating, stars=event.stars)}


def _left_out(_ticket: Ticket, _event: RatingLeftOut) -> Changes:
    return {}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    RatingRequested: _requested,
    RatingGiven: _given,
    RatingLeftOut: _left_out,
}
"""Event class → what it changes on the ticket."""
