"""Folding of the host's actions: what their events do to a ticket's `actions`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from supportflow.model.actions import ActionState, Progress
from supportflow.model.events import (
    ActionApproved,
    ActionDone,
    ActionFailed,
    ActionRejected,
    ActionRequested,
    EventBase,
)
from supportflow.model.ticket import Ticket

__all__ = ["ACTION_CHANGES"]


def _requested(ticket: Ticket, event: ActionRequested) -> dict[str, Any]:
    asked = ActionState(
        id=event.number,
        action=event.action,
        state="waiting" if event.waits else "approved",
        by=event.by.id,
        amount=event.amount,
        undoes=event.undoes,
    )
    return {"actions": (*ticket.actions, asked)}


def _becomes(state: Progress) -> Callable[[Ticket, Any], dict[str, Any]]:
    def change(ticket: Ticket, event: ActionApproved) -> dict[str, Any]:
        actions = tuple(
            replace(one, state=state) if one.id == event.number else one for one in ticket.actions
        )
        return {"actions": actions}

    return change


ACTION_CHANGES: dict[type[EventBase], Callable[[Ticket, Any], dict[str, Any]]] = {
    ActionRequested: _requested,
    ActionApproved: _becomes("approved"),
    ActionRejected: _becomes("rejected"),
    ActionDone: _becomes("done"),
    ActionFailed: _becomes("failed"),
}
"""Event class → what it changes on the ticket."""
