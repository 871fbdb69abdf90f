"""What an event means to a clock: a few signals, as bits, so that a metric asks with one `&`."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from supportflow.model.base import StatusCategory
from supportflow.model.events import (
    ActionHeldBack,
    AssignmentChanged,
    CallAnswered,
    CallStarted,
    EventBase,
    MessageReceived,
    NoteAdded,
    PriorityChanged,
    ReplySent,
    RequesterInformed,
    StatusChanged,
    TicketAbsorbed,
    TicketAdopted,
    TicketMerged,
    TicketOpened,
    TicketSplit,
    TicketUpdated,
)
from supportflow.model.ticket import Ticket

__all__ = ["CATEGORY_BIT", "ENDING", "OPENING", "SIGNAL_BIT", "Signal", "bits", "signals_of"]


class Signal(StrEnum):
    """What a metric can start, stop, reset or cancel on."""

    OPENED = "opened"
    """The ticket came in, from a requester or on a requester's behalf."""
    OPENED_PRIVATELY = "opened_privately"
    """An agent opened it for internal work: nobody waits for an answer."""
    REQUESTER_MESSAGE = "requester_message"
    """The requester wrote, or called."""
    OTHER_MESSAGE = "other_message"
    """A stranger, another party, an auto-reply or a bounce wrote: it neither answers nor asks."""
    PUBLIC_REPLY = "public_reply"
    """An agent answered the requester, in writing or on the phone."""
    BOT_REPLY = "bot_reply"
    INTERNAL_NOTE = "internal_note"
    """Somebody of the desk wrote a note: not who takes part in the case from outside."""
    ASSIGNED = "assigned"
    """An agent became, or was replaced as, the assignee: not one who takes part in the case from outside."""
    UNASSIGNED = "unassigned"
    GROUP_CHANGED = "group_changed"
    STATUS_CHANGED = "status_changed"
    HELD = "held"
    """It went on hold."""
    UNHELD = "unheld"
    """It is no longer on hold."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    """From resolved, closed or cancelled back to work."""
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    """This ticket went into another one."""
    ABSORBED = "absorbed"
    """Another ticket came into this one."""
    SPLIT = "split"
    UPDATED = "updated"
    PRIORITY_CHANGED = "priority_changed"
    ACTION_HELD_BACK = "action_held_back"
    """The policy would have asked the host to act, and a person must look first."""
    FORESEEN = "foreseen"
    """The host's event opened it, and its clocks wait for the requester's first word: then it counts as `opened`."""
    INFORMED = "informed"
    """The requester was told something in the policy's own words. No shipped metric takes it for an answer."""
    ANNOUNCED = "announced"
    """An approved announcement was sent to the requester. No shipped metric takes it for an answer."""


SIGNAL_BIT = {signal: 1 << index for index, signal in enumerate(Signal)}
CATEGORY_BIT = {category: 1 << index for index, category in enumerate(StatusCategory)}


def bits(signals: Iterable[Signal]) -> int:
    """The signals as one integer."""
    mask = 0
    for signal in signals:
        mask |= SIGNAL_BIT[signal]
    return mask


ENDING = bits((Signal.RESOLVED, Signal.CLOSED, Signal.CANCELLED, Signal.MERGED))
"""The signals by which a ticket ends; each can be taken back."""
OPENING = bits((Signal.OPENED, Signal.OPENED_PRIVATELY))
"""The signals by which a ticket comes to be. Its version does not say so: a policy can come at version 1."""
_FIXED = {
    ActionHeldBack: SIGNAL_BIT[Signal.ACTION_HELD_BACK],
    PriorityChanged: SIGNAL_BIT[Signal.PRIORITY_CHANGED],
    RequesterInformed: SIGNAL_BIT[Signal.INFORMED],
    TicketAbsorbed: SIGNAL_BIT[Signal.ABSORBED],
    TicketMerged: SIGNAL_BIT[Signal.MERGED],
    TicketSplit: SIGNAL_BIT[Signal.SPLIT],
    TicketUpdated: SIGNAL_BIT[Signal.UPDATED],
}
_ENTERED = {
    StatusCategory.ON_HOLD: SIGNAL_BIT[Signal.HELD],
    StatusCategory.RESOLVED: SIGNAL_BIT[Signal.RESOLVED],
    StatusCategory.CLOSED: SIGNAL_BIT[Signal.CLOSED],
    StatusCategory.CANCELLED: SIGNAL_BIT[Signal.CANCELLED],
}
_PUBLIC_REPLY = SIGNAL_BIT[Signal.PUBLIC_REPLY]
_BOT_REPLY = SIGNAL_BIT[Signal.BOT_REPLY]
_ANNOUNCED = SIGNAL_BIT[Signal.ANNOUNCED]
_REQUESTER_MESSAGE = SIGNAL_BIT[Signal.REQUESTER_MESSAGE]
_OTHER_MESSAGE = SIGNAL_BIT[Signal.OTHER_MESSAGE]
_INTERNAL_NOTE = SIGNAL_BIT[Signal.INTERNAL_NOTE]
_STATUS_CHANGED = SIGNAL_BIT[Signal.STATUS_CHANGED]
_UNHELD = SIGNAL_BIT[Signal.UNHELD]
_REOPENED = SIGNAL_BIT[Signal.REOPENED]


def signals_of(before: Ticket | None, after: Ticket, event: EventBase) -> int:
    """The signals in an event, given the ticket before and after it."""
    cls = type(event)
    fixed = _FIXED.get(cls)
    if fixed is not None:
        return fixed
    if cls is StatusChanged:
        assert before is not None
        assert isinstance(event, StatusChanged)
        return _status_signals(before.status_category, event.category)
    if cls in _OPENINGS:
        return _opening_signals(after)
    read = _READ.get(cls)
    if read is None:
        return 0
    if cls in _CONTACTS and before is not None and before.awaits_contact and not after.awaits_contact:
        return read(event) | SIGNAL_BIT[Signal.OPENED]
    return read(event)


def _reply_signals(event: ReplySent) -> int:
    if event.to is not None:
        return 0  # a party is not the requester
    if event.announced is not None:
        return _ANNOUNCED
    return _BOT_REPLY if event.by.kind == "bot" else _PUBLIC_REPLY


def _message_signals(event: MessageReceived) -> int:
    return _REQUESTER_MESSAGE if event.origin == "requester" else _OTHER_MESSAGE


def _call_signals(event: CallStarted) -> int:
    return 0 if event.outgoing else _REQUESTER_MESSAGE


def _spoken_signals(_event: CallAnswered) -> int:
    return _PUBLIC_REPLY


def _note_signals(event: NoteAdded) -> int:
    return 0 if event.by.kind in {"requester", "party"} else _INTERNAL_NOTE


def _status_signals(source: StatusCategory, target: StatusCategory) -> int:
    mask = _STATUS_CHANGED
    if source is target:
        return mask
    mask |= _ENTERED.get(target, 0)
    if source is StatusCategory.ON_HOLD:
        mask |= _UNHELD
    if target.is_open and not source.is_open:
        mask |= _REOPENED
    return mask


def _assignment_signals(event: AssignmentChanged) -> int:
    mask = 0
    if event.assignee != event.previous_assignee and not event.outside:
        mask |= SIGNAL_BIT[Signal.UNASSIGNED if event.assignee is None else Signal.ASSIGNED]
    if event.group != event.previous_group:
        mask |= SIGNAL_BIT[Signal.GROUP_CHANGED]
    return mask


_OPENINGS = frozenset({TicketOpened, TicketAdopted})
_CONTACTS = frozenset({CallStarted, MessageReceived})
_READ: dict[type[EventBase], Callable[[Any], int]] = {
    AssignmentChanged: _assignment_signals,
    CallAnswered: _spoken_signals,
    CallStarted: _call_signals,
    MessageReceived: _message_signals,
    NoteAdded: _note_signals,
    ReplySent: _reply_signals,
}
"""Event class → reads the signals in it."""


def _opening_signals(ticket: Ticket) -> int:
    begins = Signal.OPENED_PRIVATELY if ticket.private else Signal.OPENED
    mask = SIGNAL_BIT[Signal.FORESEEN if ticket.awaits_contact else begins]
    if ticket.assignee is not None:
        mask |= SIGNAL_BIT[Signal.ASSIGNED]
    if ticket.group is not None:
        mask |= SIGNAL_BIT[Signal.GROUP_CHANGED]
    if ticket.status_category is StatusCategory.ON_HOLD:
        mask |= SIGNAL_BIT[Signal.HELD]
    return mask
