"""Folding of `model/events/phone`: calls, and the calls that are owed."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.events import (
    CallAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    CallEnded,
    CallStarted,
    EventBase,
    RequesterVerified,
)
from supportflow.model.phone import Call, CallBack, Phone
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES", "with_verified_caller"]

Changes = dict[str, Any]


def with_verified_caller(phone: Phone, event: RequesterVerified) -> Phone:
    """The calls after a verification: it was found out in the call that lasts, if somebody speaks in one."""
    spoken = [call for call in phone.calls if call.answered_us is not None and call.ended_us is None]
    if not spoken or event.elsewhere:
        return phone
    return _with_call(phone, spoken[-1].id, level=event.level, method=event.method)


def _with_call(phone: Phone, call_id: str, **changes: Any) -> Phone:
    calls = tuple(replace(call, **changes) if call.id == call_id else call for call in phone.calls)
    return replace(phone, calls=calls)


def _started(ticket: Ticket, event: CallStarted) -> Changes:
    at_us = to_us(event.recorded_at)
    call = Call(event.call, at_us, outgoing=event.outgoing, order_us=event.order_us)
    changes: Changes = {"phone": replace(ticket.phone, calls=(*ticket.phone.calls, call))}
    if event.outgoing:
        return changes
    changes["last_received_at"] = event.recorded_at
    if ticket.foreseen and ticket.contacted_at is None:
        changes["contacted_at"], changes["awaits_contact"] = event.recorded_at, False
    if ticket.waiting_since is None:
        changes["waiting_since"] = event.recorded_at
    return changes


def _answered(ticket: Ticket, event: CallAnswered) -> Changes:
    """Whoever is spoken with is answered: what a public reply of an agent changes changes here, too."""
    at_us = to_us(event.recorded_at)
    changes: Changes = {
        "phone": _with_call(ticket.phone, event.call, answered_us=at_us, agent=event.by.id),
        "replies": ticket.replies + 1,
        "last_replied_at": event.recorded_at,
        "waiting_since": None,
    }
    if ticket.first_replied_at is None:
        changes["first_replied_at"] = event.recorded_at
    return changes


def _ended(ticket: Ticket, event: CallEnded) -> Changes:
    at_us = to_us(event.recorded_at)
    return {
        "phone": _with_call(ticket.phone, event.call, ended_us=at_us, outcome=event.outcome, note=event.note)
    }


def _promised(ticket: Ticket, event: CallBackPromised) -> Changes:
    phone = ticket.phone
    if event.call is not None and event.cause == "promised":
        phone = _with_call(phone, event.call, promised=True)
    # Only one that comes with a merged ticket can be over already: it was missed there.
    due_us, at_us = to_us(event.due_at), to_us(event.recorded_at)
    owed = CallBack(due_us, event.order_us, at_us, event.call, missed=due_us < at_us)
    return {"phone": replace(phone, call_back=owed)}


def _missed(ticket: Ticket, _event: CallBackMissed) -> Changes:
    owed = ticket.phone.call_back
    if owed is None:
        return {}
    return {"phone": replace(ticket.phone, call_back=replace(owed, missed=True))}


def _over(ticket: Ticket, _event: CallBackEnded) -> Changes:
    return {"phone": replace(ticket.phone, call_back=None)}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    CallStarted: _started,
    CallAnswered: _answered,
    CallEnded: _ended,
    CallBackPromised: _promised,
    CallBackMissed: _missed,
    CallBackEnded: _over,
}
"""Event class → what it changes on the ticket."""
