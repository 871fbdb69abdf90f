"""Dispatch: the floor is kept current by change rows, and what it proposes is offered to agents.

The floor is a projection and never a second truth: it proposes, the kernel decides on both streams, and what is refused or
overtaken is told to the floor, which proposes again. One dispatcher of a tenant leads at a time; another takes over with a
floor of its own when the leader has not been heard of for a while. Two that both believe they lead do no harm.
"""

from operator import itemgetter
from typing import NamedTuple

from supportflow._time import SECOND_US, to_us
from supportflow.exceptions import ConflictError, InvalidInput, Refused, TicketNotFound
from supportflow.flows import requests
from supportflow.flows.commands.agents import recheck
from supportflow.flows.commands.handle import handle
from supportflow.flows.desk_stream import synchronise
from supportflow.flows.environment import Environment, check_number, refuse_in_transaction
from supportflow.flows.load import get_agent
from supportflow.flows.people import same_person
from supportflow.flows.queries.tickets import lookup
from supportflow.flows.requests import Flow
from supportflow.flows.routing.floor import (
    Dispatcher,
    Run,
    due_again,
    load_floor,
    reload,
    shift_changes,
    ticket_change,
)
from supportflow.flows.rows import FLOOR
from supportflow.kernel.sides import side
from supportflow.model.commands import Offer
from supportflow.model.events import EventBase
from supportflow.model.routing import AgentState
from supportflow.routing.floor import Change, Floor, Gone, Present, Rejected, Waiting
from supportflow.routing.whynot import OUTSIDE, Reason

__all__ = ["Dispatched", "dispatch", "resign", "why_not"]

LEASE_US = 30 * SECOND_US
"""How long a dispatcher leads without being heard of."""

_BATCH = 500

_NEVER_US = 0  # before the end of every lead
_ALWAYS_US = 1 << 62  # after every instant that a row can be planned for


class Dispatched(NamedTuple):
    """What a dispatch did.

    Attributes:
        leading: False if another dispatcher of the tenant leads; then nothing was done.
        offered: Offers made, or tickets assigned where the policy does not ask.
        refused: Proposals that were overtaken by something else.
        waiting: Tickets that wait and are offered to nobody.
        events: What was recorded.
        unreadable: Tickets (`"ticket:<id>"`) and agents that cannot be read: left out, and looked at again each minute.
    """

    leading: bool
    offered: int = 0
    refused: int = 0
    waiting: int = 0
    events: tuple[EventBase, ...] = ()
    unreadable: tuple[str, ...] = ()


def dispatch(env: Environment, dispatcher: Dispatcher, limit: int) -> Flow[Dispatched]:
    """Take in what has changed, and offer what waits to those who can take it.

    Args:
        env: The desk.
        dispatcher: What the desk keeps between two dispatches.
        limit: How many offers at most.

    Raises:
        Refused: If the policy has no routing.
        InvalidInput: If the limit cannot be used, or the desk is inside a host's transaction.
    """
    check_number("limit", limit, 0)
    refuse_in_transaction(env)
    now = yield from requests.now()
    now_us = to_us(now)
    yield from synchronise(env, now)
    current = env.book.current
    if current.routing is None:
        raise Refused("", "dispatch", "the policy has no routing")
    if not dispatcher.holder:
        dispatcher.holder = yield from requests.new_id(now)
    if not (yield from _lead(env, dispatcher, now_us)):
        return Dispatched(leading=False)
    if dispatcher.floor is None or dispatcher.policy != current.fingerprint:
        run = Run(env, dispatcher, Floor(current.routing.policy.pick), now_us)
        yield from load_floor(run)
        dispatcher.floor, dispatcher.policy = run.floor, current.fingerprint
    else:
        run = Run(env, dispatcher, dispatcher.floor, now_us)
    try:
        while True:
            changed = yield from _apply_changes(run)
            if not dispatcher.leads:
                return Dispatched(False, run.offered, run.refused, events=tuple(run.events))
            if run.offered + run.refused >= limit or not (changed or run.floor.proposed):
                break
            yield from _propose(run, limit)
    except BaseException:
        # Rows may be done with that the floor has not heard of: the next dispatch builds it anew.
        dispatcher.floor = None
        raise
    left_out = tuple(sorted(dispatcher.left_out))
    return Dispatched(True, run.offered, run.refused, len(run.floor), tuple(run.events), left_out)


def _lead(env: Environment, dispatcher: Dispatcher, now_us: int) -> Flow[bool]:
    """Become, or stay, the leader.

    A floor can be used for as long as nobody else has led: it does not know the changes that another leader took in.
    """
    if dispatcher.floor is not None and not (yield from _holds_lead(env, dispatcher, now_us, _NEVER_US)):
        dispatcher.floor = None
    return dispatcher.floor is not None or (yield from _holds_lead(env, dispatcher, now_us, now_us))


def _holds_lead(env: Environment, dispatcher: Dispatcher, now_us: int, since_us: int) -> Flow[bool]:
    """True if nobody else leads whose time has not passed at `since_us`; at `_NEVER_US`: if nobody else has led at all."""
    return requests.lead(env.tenant, "dispatcher", dispatcher.holder, since_us, now_us + LEASE_US)


def resign(env: Environment, dispatcher: Dispatcher) -> Flow[None]:
    """Stop leading, so that another dispatcher need not wait until this one has not been heard of for long enough."""
    if dispatcher.floor is None:
        return
    dispatcher.floor = None
    now_us = to_us((yield from requests.now()))
    yield from requests.lead(env.tenant, "dispatcher", dispatcher.holder, now_us, now_us)


def why_not(
    env: Environment, ticket_id: str | None, ref: str | None, agent_id: str
) -> Flow[tuple[Reason, ...]]:
    """Why an agent does not get a ticket now: every reason, and what would change it. Empty if they would be offered it.

    Raises:
        TicketNotFound: If there is no such ticket.
        Refused: If the policy has no routing.
    """
    ticket = yield from lookup(env, ticket_id, ref)
    people = yield from same_person(env, ticket.requester)
    outside = side(ticket, agent_id, env.book[ticket.policy], people)
    first = () if outside is None else (OUTSIDE,)
    if ticket.routing.offer is not None:
        if ticket.routing.offer.agent == agent_id:
            return first
        return (*first, Reason("taken", f"it is offered to {ticket.routing.offer.agent}", "the offer ends"))
    floor = yield from _current_floor(env)
    if f"agent:{agent_id}" in env.unreadable.skipped:
        yield from get_agent(env, agent_id)  # says why it cannot be told
    return (*first, *(reason for reason in floor.why_not(ticket.id, agent_id) if reason != OUTSIDE))


def _current_floor(env: Environment) -> Flow[Floor]:
    """A floor as it is now, for a question. It looks at everything that waits."""
    routing = env.book.current.routing
    if routing is None:
        raise Refused("", "dispatch", "the policy has no routing")
    now = yield from requests.now()
    run = Run(env, Dispatcher(), Floor(routing.policy.pick), to_us(now))
    yield from load_floor(run)
    return run.floor


def _apply_changes(run: Run) -> Flow[bool]:
    """Tell the floor what has changed; True if something has.

    A row is deleted before the ticket or agent that it names is read: whatever changes after that writes a row of its own. A
    floor that is lost in between is built anew. Before a row is deleted, the lead is checked: if another led meanwhile, the
    row is put back, and whoever leads next builds a floor that includes the change. If the clock was set back since, what
    had changed has changed all the same.
    """
    env = run.env
    leases = yield from requests.lease(env.tenant, _ALWAYS_US, run.now_us + LEASE_US, (FLOOR,), _BATCH)
    if leases and not (yield from _holds_lead(env, run.dispatcher, run.now_us, _NEVER_US)):
        run.dispatcher.floor = None
        for lease in leases:
            yield from requests.settle(
                env.tenant, lease.row.key, lease.token, retry_us=run.now_us, error=None
            )
        return False
    streams: dict[str, None] = {}
    for lease in leases:
        yield from requests.settle(env.tenant, lease.row.key, lease.token, retry_us=None, error=None)
        streams[lease.row.key.rsplit(":", 2)[0]] = None
    changes: list[tuple[tuple[int, object], Change]] = []
    for state, change in shift_changes(run):
        if state.agent.skills:  # a certificate may have lapsed
            yield from recheck(env, state)
        changes += _agent_changes(change, state, other=bool(state.agent.skills))
    for stream in (*streams, *due_again(run, streams)):
        known = run.dispatcher.agents.get(stream.partition(":")[2])
        change = yield from reload(run, stream)
        if isinstance(change, Present) and known is not None:
            other = run.dispatcher.agents[known.id].agent != known.agent
            if other:  # whoever told the desk so may have crashed before it looked at their tickets
                yield from recheck(env, run.dispatcher.agents[known.id])
            changes += _agent_changes(change, known, other=other)
            continue
        changes.append((_order(change, known), change))
    for _, change in sorted(changes, key=itemgetter(0)):
        run.tell(change)
    return bool(changes)


def _agent_changes(
    change: Change, known: AgentState, *, other: bool
) -> list[tuple[tuple[int, object], Change]]:
    """What the floor is told of an agent who is there, each with its turn.

    An agent whose abilities may have changed takes nothing until all changes are known: else they could get what they can no
    longer take, or something less urgent than what they can take now.
    """
    changes: list[tuple[tuple[int, object], Change]] = [(_order(change, known), change)]
    if other and isinstance(change, Present) and change.seat.available:
        pause = Present(change.seat._replace(available=False))
        changes.insert(0, (_order(pause, known), pause))
    return changes


def _order(change: Change, known: AgentState | None) -> tuple[int, object]:
    """The order of what has changed between two dispatches: what comes in together is served by priority.

    What is gone goes first; then agents who have got more to do, or take nothing; then the tickets, the most urgent first,
    for those who were free already; then agents who have got free.
    """
    if isinstance(change, Waiting):
        return 2, (change.entry.key, change.entry.ticket_id)
    if isinstance(change, Present):
        seat = change.seat
        busier = known is not None and not set(seat.load) <= set(known.load)
        return 1 if busier or not seat.available else 3, seat.agent_id
    return 0, change[0]


def _propose(run: Run, limit: int) -> Flow[None]:
    """Offer what the floor has proposed. What is refused is told to the floor, with what is true instead."""
    for proposal in run.floor.proposed:
        if run.offered + run.refused >= limit:
            return
        if not run.floor.stands(proposal):
            continue  # an answer to an earlier proposal has changed it
        ticket_id, agent_id = proposal.ticket_id, proposal.agent_id
        try:
            outcome = yield from handle(run.env, Offer(ticket_id=ticket_id, agent=agent_id))
        except (Refused, InvalidInput, ConflictError, TicketNotFound):
            run.refused += 1
            run.tell(Rejected(ticket_id, agent_id))
            for stream in (f"ticket:{ticket_id}", f"agent:{agent_id}"):
                run.tell((yield from reload(run, stream)))
            continue
        except Exception as error:  # noqa: BLE001 - whatever one row brings about, the others go on
            run.refused += 1
            run.tell(Rejected(ticket_id, agent_id))
            run.tell((yield from reload(run, f"agent:{agent_id}")))
            if f"agent:{agent_id}" not in run.dispatcher.left_out:  # else the ticket is all right
                run.leave_out(f"ticket:{ticket_id}", error)
                run.tell(Gone(ticket_id))
            continue
        run.offered += 1
        run.events += outcome.events
        run.tell(ticket_change(run, outcome.ticket))
        run.tell((yield from reload(run, f"agent:{agent_id}")))
