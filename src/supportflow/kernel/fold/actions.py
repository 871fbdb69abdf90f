"""Folding of `model/events/actions`: what is asked of the host, and what became of it."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow.model.actions import ActionState, Progress
from supportflow.model.events import (
    ActionApproved,
    ActionDone,
    ActionFailed,
    ActionHeldBack,
    ActionRejected,
    ActionRequested,
    EventBase,
)
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES"]


def _requested(ticket: Ticket, event: ActionRequested) -> dict[str, Any]:
    asked = ActionState(
        id=event.number,
        action=event.action,
        state="waiting" if event.waits else "approved",
        by=event.by.id,
        by_kind=event.by.kind,
        amount=event.amount,
        undoes=event.undoes,
    )
    changes: dict[str, Any] = {"actions": (*ticket.actions, asked)}
    if event.action in ticket.held_back:
        changes["held_back"] = tuple(one for one in ticket.held_back if one != event.action)
        changes["held_past"] = tuple(one for one in ticket.held_past if one != event.action)
    return changes


def _held_back(ticket: Ticket, event: ActionHeldBack) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "held_back": tuple(sorted({*ticket.held_back, event.action})),
        "review": True,
    }
    if not event.lacks:
        changes["held_past"] = tuple(sorted({*ticket.held_past, event.action}))
    return changes


def _becomes(state: Progress) -> Callable[[Ticket, Any], dict[str, Any]]:
    def change(ticket: Ticket, event: ActionApproved) -> dict[str, Any]:
        actions = tuple(
            replace(one, state=state) if one.id == event.number else one for one in ticket.actions
        )
        return {"actions": actions}

    return change


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], dict[str, Any]]] = {
    ActionRequested: _requested,
    ActionHeldBack: _held_back,
    ActionApproved: _becomes("approved"),
    ActionRejected: _becomes("rejected"),
    ActionDone: _becomes("done"),
    ActionFailed: _becomes("failed"),
}
"""Event class → what it changes on the ticket."""
