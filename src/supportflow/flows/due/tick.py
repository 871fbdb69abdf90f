"""Letting happen what is due, and delivering what waits."""

from collections.abc import Iterator

from supportflow._dataclass import dataclass
from supportflow._time import SECOND_US, to_us
from supportflow.exceptions import StoreError, StoreUnavailable
from supportflow.flows import requests
from supportflow.flows.commands.handle import handle
from supportflow.flows.desk_stream import synchronise
from supportflow.flows.due.clocks import recompute_stale
from supportflow.flows.due.deliveries import deliver
from supportflow.flows.environment import Environment, Stop, check_number, never, refuse_in_transaction
from supportflow.flows.proposals import make_up
from supportflow.flows.requests import Flow
from supportflow.flows.spread import spread
from supportflow.flows.surges import declare_due, move_tickets
from supportflow.kernel import wakeup
from supportflow.model.commands import Advance
from supportflow.model.events import EventBase

__all__ = ["Tick", "idle_for", "tick"]

CLAIM_US = 30 * SECOND_US
"""How long a ticket is a tick's own: far longer than it takes. So long is lost if its process dies."""
_CLAIMED = 25


@dataclass(frozen=True, slots=True)
class Tick:
    """What happened because time passed; iterating it gives the events.

    Attributes:
        events: What was recorded: warnings, breaches, automatic closings.
        tickets: How many tickets were due.
        delivered: Deliveries that arrived.
        retried: Deliveries that failed and will be tried again.
        dead: Deliveries that were given up.
        failed: Ids of tickets that could not be advanced; they are tried again later, ever more rarely.
        errors: For each of these the class of the error.
        running: Deliveries that take long, and go on beside.
    """

    events: tuple[EventBase, ...] = ()
    tickets: int = 0
    delivered: int = 0
    retried: int = 0
    dead: int = 0
    failed: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    running: int = 0

    def __iter__(self) -> Iterator[EventBase]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)


def tick(env: Environment, limit: int, stop: Stop = never, *, wait: bool = True) -> Flow[Tick]:
    """Let everything happen that is due, then deliver what waits.

    Each ticket is claimed, so that ticks of other processes take others. One that fails stays claimed: it is tried again
    later, ever more rarely, and does not hold up the rest.

    Args:
        env: The desk.
        limit: How many tickets and how many deliveries at most.
        wait: Whether to wait in the end for deliveries that go on beside.
        stop: Asked before each ticket and each delivery; True ends the tick, and what it has claimed is given back.

    Raises:
        InvalidInput: If the limit cannot be used, or the desk is inside a host's transaction.
        StoreUnavailable: If the store cannot be reached.
    """
    check_number("limit", limit, 0)
    refuse_in_transaction(env)
    now = yield from requests.now()
    yield from synchronise(env, now, look=True)
    events = list((yield from move_tickets(env, limit, stop)))
    yield from declare_due(env)
    events += yield from move_tickets(env, limit, stop)
    yield from make_up(env)
    if env.desk.spreading:
        events += yield from spread(env, limit, stop)
    yield from recompute_stale(env, limit, stop)
    failed: dict[str, str] = {}
    done = 0
    while done < limit and not stop():
        claimed = yield from requests.claim_due(env.tenant, to_us(now), CLAIM_US, min(limit - done, _CLAIMED))
        if not claimed:
            break
        for due in claimed:
            if stop():
                yield from _give_back(env, due.ticket_id)
                continue
            done += 1
            try:
                events += yield from _advance(env, due.ticket_id)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one ticket's rows bring about, the others go on
                failed[due.ticket_id] = type(error).__name__
    delivered = yield from deliver(env, now, limit, stop, wait=wait)
    return Tick(
        events=tuple(events),
        tickets=done,
        delivered=delivered.delivered,
        retried=delivered.retried,
        dead=delivered.dead,
        running=delivered.running,
        failed=tuple(failed),
        errors=tuple(failed.values()),
    )


def _give_back(env: Environment, ticket_id: str) -> Flow[None]:
    """End the claim on a ticket that was not looked at."""
    row = yield from requests.load(env.tenant, ticket_id)
    if row is not None:
        yield from requests.reschedule(env.tenant, ticket_id, row.version, row.wakeup_us)


def idle_for(env: Environment, at_most_us: int) -> Flow[int]:
    """For how many microseconds from now no ticket is due, at most so many; 0 if one is due already."""
    now_us = to_us((yield from requests.now()))
    for ticket_id in (yield from requests.due(env.tenant, now_us + at_most_us, 1)):
        row = yield from requests.load(env.tenant, ticket_id)
        if row is not None and row.wakeup_us is not None:
            # A wake-up fires once its instant has passed.
            return min(max(row.wakeup_us + 1 - now_us, 0), at_most_us)
    return at_most_us


def _advance(env: Environment, ticket_id: str) -> Flow[tuple[EventBase, ...]]:
    outcome = yield from handle(env, Advance(ticket_id=ticket_id))
    if not outcome.events:
        # The stored wake-up is older than what the ticket says now: after a change of calendars or time zone data.
        ticket = outcome.ticket
        moved = wakeup(ticket, env.book[ticket.policy])
        if not (yield from requests.reschedule(env.tenant, ticket_id, ticket.version, moved)):
            raise StoreError(f"ticket {ticket_id} changed while its wake-up was set")
    return outcome.events
