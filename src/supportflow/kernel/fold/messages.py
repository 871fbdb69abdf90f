"""Folding of `model/events/messages`."""

from collections.abc import Callable
from typing import Any

from supportflow.kernel.fold.announcements import told
from supportflow.kernel.fold.bot import next_message
from supportflow.kernel.fold.casework import party_wrote
from supportflow.model.events import (
    DeliveryReported,
    EventBase,
    MessageReceived,
    NoteAdded,
    ReplySent,
    RequesterInformed,
)
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES", "spoken_classes"]

Changes = dict[str, Any]


def _message_received(ticket: Ticket, event: MessageReceived) -> Changes:
    changes: Changes = {"received": ticket.received + 1}
    if event.flags:
        changes["flags"] = tuple(sorted({*ticket.flags, *event.flags}))
    if event.review:
        changes["review"] = True
    if event.agency:
        changes["agency"] = True
    if event.spoken is not None:
        changes |= spoken_classes(ticket, event)
    if event.origin == "requester":
        changes["last_received_at"] = event.recorded_at
        if ticket.foreseen and ticket.contacted_at is None:
            changes["contacted_at"], changes["awaits_contact"] = event.recorded_at, False
        if not event.late:  # nobody waits for a machine's answer to what was written then
            changes["bot"] = next_message(ticket, event)
        if ticket.waiting_since is None:
            changes["waiting_since"] = event.recorded_at
    elif event.origin == "party":
        changes["case"] = party_wrote(ticket.case, event.by.id)
    return changes


def _reply_sent(ticket: Ticket, event: ReplySent) -> Changes:
    if event.to is not None:
        return {}
    if event.announced is not None:  # said to many, it answers nobody
        return told(ticket, event.announced, event.channel)
    changes: Changes = {"replies": ticket.replies + 1, "last_replied_at": event.recorded_at}
    if event.warned:
        changes["warned"] = tuple(sorted({*ticket.warned, *(one.warning for one in event.warned)}))
    if event.by.kind != "bot":  # a machine answers nobody: the response clocks run on, too
        changes["waiting_since"] = None
        if ticket.first_replied_at is None:
            changes["first_replied_at"] = event.recorded_at
    return changes


def _note_added(ticket: Ticket, _event: NoteAdded) -> Changes:
    return {"notes": ticket.notes + 1}


def _delivery_reported(ticket: Ticket, event: DeliveryReported) -> Changes:
    if event.state != "undeliverable":
        return {}
    changes: Changes = {"flags": tuple(sorted({*ticket.flags, "undeliverable"}))}
    if ticket.waiting_since is None:  # nobody has answered them, whatever was written
        changes["waiting_since"] = event.recorded_at
    return changes


def _informed(ticket: Ticket, event: RequesterInformed) -> Changes:
    if event.occasion != "foreseen" or event.about in ticket.foreseen:
        return {}
    return {"foreseen": (*ticket.foreseen, event.about)}


def spoken_classes(ticket: Ticket, event: MessageReceived) -> Changes:
    """What a message says of the class: a report among questions is a report."""
    assert event.spoken is not None
    return {
        "spoken": tuple(sorted({*ticket.spoken, event.spoken})),
        "informational": ticket.informational and event.informational,
    }


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    MessageReceived: _message_received,
    ReplySent: _reply_sent,
    NoteAdded: _note_added,
    DeliveryReported: _delivery_reported,
    RequesterInformed: _informed,
}
"""Event class → what it changes on the ticket."""
