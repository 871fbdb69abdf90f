"""Where a ticket stands in the queue, and how the floor sees it there."""

from collections.abc import Container

from supportflow._time import to_us
from supportflow.kernel.due.next import of_running, uncap_us
from supportflow.kernel.sides import side
from supportflow.model.records import Clock, ClockMove
from supportflow.model.routing import Routing
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.signature import Entry
from supportflow.sla.clock import apply_move, due_us
from supportflow.triage.compiled import PriorityKey

__all__ = ["earliest_due_us", "entry_of", "is_queued", "priority_key", "queue_place"]


def is_queued(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """True while a ticket waits for an agent: nobody has it, and it is offered to nobody."""
    routing, told = policy.routing, ticket.__dict__
    state: Routing = told["routing"]
    return (
        routing is not None
        and told["assignee"] is None
        and state.requirement is not None
        and state.offer is None
        and told["status_category"] in routing.busy_in
    )


def earliest_due_us(ticket: Ticket, policy: CompiledPolicy) -> int | None:
    """The earliest due time of the clocks that are not over, in microseconds: overdue or not, noticed or not.

    So a ticket's place in a queue does not depend on whether anybody has let time pass. A breach that was recorded changes
    nothing: the clock was due then. Nor does the end of a pause that its target limits: when the clock will be due if nobody
    ends the pause before is known already. Any other paused clock has a due time only if it is overdue, in an open ticket.
    A clock that only waits for its verdict has none: what it waited for was done.
    """
    running = of_running(ticket.clocks, policy)
    if running is not None:
        return running.due_us
    due = [_due_us(ticket, clock, policy) for clock in ticket.clocks if clock.active]
    return min((at_us for at_us in due if at_us is not None), default=None)


def _due_us(ticket: Ticket, clock: Clock, policy: CompiledPolicy) -> int | None:
    if clock.over_us is not None:
        return None
    if clock.breached_us is not None and (clock.running or ticket.is_open):
        return clock.breached_us
    if clock.running:
        return due_us(clock, policy.calendar)
    ends_us = uncap_us(ticket, clock, policy)
    if ends_us is None:
        return None
    at_us = max(ends_us, to_us(ticket.recorded_at))
    (resumed,) = apply_move((clock,), ClockMove(clock.key, "resume", at_us, calendar=clock.calendar))
    return due_us(resumed, policy.calendar)


def priority_key(ticket: Ticket, policy: CompiledPolicy) -> PriorityKey:
    """Where the ticket stands in the queue: class, level, due time (time of opening if it has none), id."""
    return queue_place(ticket, policy)[0]


def queue_place(ticket: Ticket, policy: CompiledPolicy) -> tuple[PriorityKey, int | None]:
    """Where the ticket stands in the queue, and the earliest due time that this rests on."""
    due = earliest_due_us(ticket, policy)
    return policy.priority.key_of(ticket, due), due


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
