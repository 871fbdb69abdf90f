"""A ticket as the floor sees it."""

from supportflow.kernel.waiting import is_queued
from supportflow.kernel.wakeup import queue_place
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.signature import Entry

__all__ = ["entry_of"]


def entry_of(ticket: Ticket, policy: CompiledPolicy) -> Entry | None:
    """The ticket as the floor sees it; None if it does not wait."""
    if not is_queued(ticket, policy):
        return None
    routing, state = policy.routing, ticket.routing
    assert routing is not None
    assert state.requirement is not None
    key = queue_place(ticket, policy)[0]
    lent = routing.lent(state.route, state.requirement) if state.overflow else None
    return Entry(
        ticket_id=ticket.id,
        key=(key.rank, key.level, key.order_us),
        requirement=state.requirement,
        since_us=state.since_us,
        barred=(*state.barred, *state.declined),
        preferred=state.preferred,
        hand_over=state.handed_over,
        also=() if lent is None else (lent,),
        version=ticket.version,
    )
