"""A ticket as the floor sees it."""

from collections.abc import Container

from supportflow.kernel.sides import side
from supportflow.kernel.waiting import is_queued
from supportflow.kernel.wakeup import queue_place
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.signature import Entry

__all__ = ["entry_of"]


def entry_of(ticket: Ticket, policy: CompiledPolicy, agents: Container[str] = ()) -> Entry | None:
    """The ticket as the floor sees it; None if it does not wait.

    Args:
        ticket: The ticket.
        policy: The version that it lives under.
        agents: Who is known on the floor. Of those who take part in the case from outside only these are named, since only
            tickets that name the same people wait in one heap.
    """
    if not is_queued(ticket, policy):
        return None
    routing, state = policy.routing, ticket.routing
    assert routing is not None
    assert state.requirement is not None
    key = queue_place(ticket, policy)[0]
    known = [who for who in (ticket.requester, *(one.id for one in ticket.case.parties)) if who in agents]
    outside = tuple(who for who in known if side(ticket, who, policy) is not None)
    lent = routing.lent(state.route, state.requirement) if state.overflow else None
    return Entry(
        ticket_id=ticket.id,
        key=(key.rank, key.level, key.order_us),
        requirement=state.requirement,
        since_us=state.since_us,
        barred=(*state.barred, *state.declined, *outside),
        preferred=state.preferred,
        hand_over=state.handed_over,
        also=() if lent is None else (lent,),
        version=ticket.version,
        outside=outside,
    )
