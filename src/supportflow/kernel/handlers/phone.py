"""Calls: what a host's telephony tells, and the call that is owed to who hung up before somebody answered."""

from supportflow._time import from_us, to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.after.ended import end_call_back
from supportflow.kernel.after.evidence import still_waits
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.queue import queue_place
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.tickets import begin_from
from supportflow.model.base import StatusCategory
from supportflow.model.commands import AnswerCall, EndCall, PromiseCallBack, StartCall
from supportflow.model.content import as_ref
from supportflow.model.events import (
    CallAnswered,
    CallBackPromised,
    CallEnded,
    CallStarted,
    FollowUpOpened,
    NoteAdded,
)
from supportflow.model.phone import MOST_CALLS, Call, CallOutcome, CallPromise
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["answer_call", "end_call", "promise_call_back", "start_call", "take_call_back_along"]


def start_call(draft: Draft, command: StartCall) -> None:
    """Record that a call begins, and the place in the queue that the ticket has with it.

    Raises:
        Refused: If the ticket is closed, has too many calls, or somebody says it who cannot.
    """
    ticket = draft.ticket
    known = ticket.phone.call(command.call)
    if known is not None:
        if known.outgoing is not command.outgoing:
            raise InvalidInput("call", "is the id of another call of this ticket")
        return
    able = {"agent", "host", "system"} if command.outgoing else {"host", "requester", "system"}
    if command.by.kind not in able:
        way = "makes no call for the desk" if command.outgoing else "does not call as the requester"
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} {way}")
    if ticket.status_category.is_final:
        raise Refused(
            ticket.id, command.kind, f"the ticket is {ticket.status_category.value}; open one for the call"
        )
    if len(ticket.phone.calls) >= MOST_CALLS:
        raise Refused(ticket.id, command.kind, f"the ticket has {MOST_CALLS} calls; open another one")
    started = draft.event(CallStarted, call=command.call, outgoing=command.outgoing)
    # Its place is the one that the call itself gives it: asked of a draft that is thrown away.
    trial = draft.beside(ticket, draft.policy, draft.people, draft.people_known)
    _begin(trial, started)
    place = queue_place(trial.ticket, trial.policy)[0].order_us
    _begin(draft, started.model_copy(update={"order_us": place}))


def _begin(draft: Draft, started: CallStarted) -> None:
    draft.emit(started)
    if started.outgoing:
        owed = draft.ticket.phone.call_back
        end_call_back(draft, "late" if owed is not None and owed.missed else "kept", started.call)
        draft.begin_work("call")
        return
    if draft.ticket.status_category is StatusCategory.PENDING and not still_waits(draft):
        draft.fire_if_permitted("requester_replied", cause="call")
    elif draft.ticket.status_category is StatusCategory.RESOLVED:
        draft.fire_if_permitted("reopen", cause="call")


def answer_call(draft: Draft, command: AnswerCall) -> None:
    """Record that requester and agent speak.

    Raises:
        Refused: If somebody else than an agent answers, or the call is over.
    """
    ticket, call = draft.ticket, _call(draft.ticket, command.call)
    if command.by.kind != "agent":
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does not speak for the desk")
    if call.answered_us is not None:
        return
    if call.ended_us is not None:
        raise Refused(ticket.id, command.kind, "the call is over")
    draft.emit(draft.event(CallAnswered, call=call.id))
    if not call.outgoing:
        end_call_back(draft, "called_again", call.id)
    draft.begin_work("call")


def end_call(draft: Draft, command: EndCall, facts: Facts, book: PolicyBook) -> None:
    """Record that a call ends; to who hung up before somebody answered a call is owed, as the policy says."""
    call = _call(draft.ticket, command.call)
    if call.ended_us is not None:
        return
    note = as_ref(command.body)
    outcome = _outcome(call)
    draft.emit(draft.event(CallEnded, call=call.id, outcome=outcome, note=note))
    if note is not None:
        draft.emit(draft.event(NoteAdded, body=note, redacted=facts.redacted))
    if outcome == "abandoned":
        _owe(draft, call, facts, book)


def _outcome(call: Call) -> CallOutcome:
    if call.answered_us is not None:
        return "answered"
    if call.outgoing:
        return "unreached"
    return "promised" if call.promised else "abandoned"


def _owe(draft: Draft, call: Call, facts: Facts, book: PolicyBook) -> None:
    """Owe a call to who hung up; on a ticket that has ended meanwhile, by one that follows it."""
    ticket = draft.ticket
    if ticket.status_category is StatusCategory.RESOLVED:
        draft.fire_if_permitted("reopen", cause="call")
    if draft.ticket.is_open:
        _promise(draft, "abandoned", call.order_us, call=call.id)
        return
    if book.current.document.phone is None:
        return
    draft.emit(draft.event(FollowUpOpened, into=facts.ticket_id))
    opened = begin_from(draft, book.current, draft.by, facts, channel=ticket.channel, follow_up_of=ticket.id)
    _promise(opened, "abandoned", call.order_us, call=call.id)
    conclude(opened, facts, None)
    draft.include(opened)


def promise_call_back(draft: Draft, command: PromiseCallBack) -> None:
    """Record that a call is promised, in place of one that is owed already.

    Raises:
        Refused: If somebody outside promises it, or the ticket has ended.
        InvalidInput: If the time has passed, or none is given and the policy has none.
    """
    ticket = draft.ticket
    if command.by.kind in {"party", "requester"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} promises nothing for the desk")
    if not ticket.is_open:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    ringing = ticket.phone.ringing
    if command.at is None:
        if draft.policy.document.phone is None:
            raise InvalidInput("at", "is needed: the policy says no time for calls that are promised")
        place, due_us = queue_place(ticket, draft.policy)[0].order_us, None
    else:
        due_us = to_us(command.at)
        if due_us <= draft.at_us:
            raise InvalidInput("at", "is not in the future")
        place = due_us
    if ringing is not None:
        place = ringing.order_us
    owed = ticket.phone.call_back
    if owed is not None:
        place = min(place, owed.order_us)
        end_call_back(draft, "replaced")
    call = None if ringing is None else ringing.id
    _promise(draft, "promised", place, due_us=due_us, call=call)


def _promise(
    draft: Draft, cause: CallPromise, order_us: int, *, due_us: int | None = None, call: str | None = None
) -> None:
    """Record the promise; one that is owed already stays what it is."""
    if draft.ticket.phone.call_back is not None:
        return
    due_us = draft.policy.call_back_at_us(draft.at_us) if due_us is None else due_us
    if due_us is not None:
        draft.emit(
            draft.event(CallBackPromised, due_at=from_us(due_us), order_us=order_us, cause=cause, call=call)
        )


def take_call_back_along(draft: Draft, other: Draft, source: Ticket) -> None:
    """Owe on the ticket that goes on what the one that is merged into it owes: the earlier time, and the earlier place.

    Args:
        draft: The ticket that is merged.
        other: The ticket that goes on.
        source: The ticket that is merged, before it was.
    """
    owed = source.phone.call_back
    if owed is None:
        return
    end_call_back(draft, "merged")
    known = other.ticket.phone.call_back
    due_us, order_us, call = owed.due_us, owed.order_us, owed.call
    if known is not None:
        if known.due_us <= due_us and known.order_us <= order_us:
            return
        due_us, order_us = min(due_us, known.due_us), min(order_us, known.order_us)
        call = call if owed.due_us < known.due_us else known.call
        end_call_back(other, "replaced")
    _promise(other, "merged", order_us, due_us=due_us, call=call)


def _call(ticket: Ticket, call_id: str) -> Call:
    """The call of that id.

    Raises:
        InvalidInput: If the ticket has none.
    """
    known = ticket.phone.call(call_id)
    if known is None:
        raise InvalidInput("call", "is no call of this ticket")
    return known
