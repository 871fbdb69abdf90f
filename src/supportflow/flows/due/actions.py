"""Asking the host to act, and recording what became of it."""

from supportflow.flows import requests
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment
from supportflow.flows.load import get
from supportflow.flows.requests import Call, Flow
from supportflow.flows.rows import read_row
from supportflow.model.actions import ActionState
from supportflow.model.commands import RecordAction
from supportflow.model.events import ActionApproved, ActionRequested
from supportflow.model.people import HOST
from supportflow.model.storage import OutboxRow
from supportflow.model.ticket import Ticket
from supportflow.ports import ActionCall

__all__ = ["perform", "record_failure"]

PERFORM_S = 30.0
"""How many seconds the host may take for an action; then it counts as failed, and is asked for again later."""


def perform(env: Environment, row: OutboxRow) -> Flow[None]:
    """Ask the host to do what an event says, and record that it was done.

    Should the desk die between the two, the host is asked again under the same key.
    """
    ticket, known = yield from _load_action(env, row)
    if known is None or known.state != "approved":
        return
    call = ActionCall(
        key=_action_key(ticket, known.id),
        ticket_id=ticket.id,
        ref=ticket.ref,
        requester=ticket.requester,
        action=known.action,
        amount=known.amount,
        undoes=None if known.undoes is None else _action_key(ticket, known.undoes),
        by=known.by,
    )
    receipt = yield Call("actions", "perform", (call,), within_s=PERFORM_S)
    done = RecordAction(
        by=HOST,
        ticket_id=ticket.id,
        number=known.id,
        done=True,
        receipt=receipt if isinstance(receipt, str) and receipt else None,
    )
    yield from handle(env, done)


def record_failure(env: Environment, row: OutboxRow, error: str) -> Flow[None]:
    """Record that the host could not do it; what takes it back is asked for in the same decision."""
    ticket, known = yield from _load_action(env, row)
    if known is not None:
        failed = RecordAction(by=HOST, ticket_id=ticket.id, number=known.id, done=False, error=error[:100])
        yield from handle(env, failed)


def _load_action(env: Environment, row: OutboxRow) -> Flow[tuple[Ticket, ActionState | None]]:
    rows = yield from requests.events(env.tenant, f"ticket:{row.ticket_id}", row.seq - 1, 1)
    event = read_row(rows[0])
    assert isinstance(event, ActionRequested | ActionApproved)
    ticket = yield from get(env, row.ticket_id)
    return ticket, next((one for one in ticket.actions if one.id == event.number), None)


def _action_key(ticket: Ticket, number: str) -> str:
    return f"{ticket.id}:action:{number}"
