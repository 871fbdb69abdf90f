"""Folding of `model/events/sla`: what clocks do."""

from collections.abc import Callable
from typing import Any

from supportflow._time import to_us
from supportflow.model.events import (
    ClocksMoved,
    EventBase,
    SlaBreached,
    SlaExcluded,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
)
from supportflow.model.ticket import Ticket
from supportflow.sla.clock import apply_move, apply_verdict

__all__ = ["CHANGES"]

Changes = dict[str, Any]


def _clocks_moved(ticket: Ticket, event: ClocksMoved) -> Changes:
    clocks = ticket.clocks
    for move in event.moves:
        clocks = apply_move(clocks, move)
    if event.dropped:
        clocks = tuple(clock for clock in clocks if clock.key not in event.dropped)
    changes: Changes = {"clocks": clocks, "sla": event.sla}
    if event.policy is not None:
        changes["policy"] = event.policy
    return changes


def _reached(ticket: Ticket, event: SlaWarned | SlaBreached | SlaOverdue) -> Changes:
    breached = isinstance(event, SlaBreached)
    return {
        "clocks": tuple(
            clock._replace(
                passed=event.passed, breached_us=to_us(event.reached_at) if breached else clock.breached_us
            )
            if clock.key == event.clock
            else clock
            for clock in ticket.clocks
        )
    }


def _judged(ticket: Ticket, event: SlaJudged) -> Changes:
    return {"clocks": apply_verdict(ticket.clocks, event.clock, event.verdict)}


def _excluded(ticket: Ticket, event: SlaExcluded) -> Changes:
    clocks = tuple(
        clock._replace(excluded=True) if clock.key == event.clock else clock for clock in ticket.clocks
    )
    return {"clocks": clocks}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    ClocksMoved: _clocks_moved,
    SlaWarned: _reached,
    SlaBreached: _reached,
    SlaOverdue: _reached,
    SlaJudged: _judged,
    SlaExcluded: _excluded,
}
"""Event class → what it changes on the ticket."""
