"""After every decision: a ticket that has ended owes no call."""

from supportflow._time import from_us
from supportflow.kernel.draft import Draft
from supportflow.model.events import CallBackEnded
from supportflow.model.phone import PromiseOutcome

__all__ = ["drop_call_back", "end_call_back"]


def end_call_back(draft: Draft, outcome: PromiseOutcome, call: str | None = None) -> None:
    """Record what became of the call that is owed, if one is."""
    owed = draft.ticket.phone.call_back
    if owed is not None:
        draft.emit(draft.event(CallBackEnded, outcome=outcome, due_at=from_us(owed.due_us), call=call))


def drop_call_back(draft: Draft) -> None:
    """Record that the call which is owed will not be made, if the ticket has ended without it."""
    if not draft.ticket.is_open:
        end_call_back(draft, "dropped")
