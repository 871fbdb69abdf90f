"""Surges in the desk's stream: declaring them, by themselves too, and bringing the open tickets along."""

from collections.abc import Callable
from datetime import timedelta

from supportflow._time import Instant, from_us, span_us, to_us
from supportflow.conditions import ConditionIndex
from supportflow.conditions.ticket import ticket_record
from supportflow.flows import requests
from supportflow.flows.delivering import Stop
from supportflow.flows.desk_stream import append, stands_at, surges_laid
from supportflow.flows.environment import Environment
from supportflow.flows.loading import read_ticket, readable
from supportflow.flows.noticing import is_one_row_s
from supportflow.flows.requests import Flow
from supportflow.model.events import DeskEvent, EventBase, SurgeDeclared, TicketsMoved
from supportflow.model.people import SYSTEM, Actor
from supportflow.model.storage import Query
from supportflow.policy.document.surges import Arrivals

__all__ = ["LAST_US", "Advance", "announcement", "settle", "watch"]

Advance = Callable[[Environment, str], Flow[tuple[EventBase, ...]]]
"""Lets a ticket do what is due on it, which moves it to the version that it ought to live under."""

LAST_US = 253_402_300_799_999_999
"""The last instant that there is."""
_PAGE = 200


def announcement(
    env: Environment,
    name: str,
    lasts_for: timedelta,
    now: Instant,
    by: Actor,
    *,
    reason: str | None = None,
    arrivals: int | None = None,
) -> SurgeDeclared:
    """The event that a surge of the policy is in force from now on.

    Raises:
        PolicyError: If it does not go together with those that are in force.
    """
    at = stands_at(env, now)
    known = surges_laid(env.book, env.desk, to_us(now)).since_us
    book = env.book.under({**known, name: known.get(name, to_us(at))}, env.desk.ended)
    return SurgeDeclared(
        recorded_at=at,
        by=by,
        name=name,
        base=book.base.fingerprint,
        policy=book.current.fingerprint,
        reaches=book.base.document.surges[name].reaches,
        until=from_us(min(to_us(at) + span_us(lasts_for), LAST_US)),
        reason=reason,
        arrivals=arrivals,
    )


# --- by itself -----------------------------------------------------------------------------


def watch(env: Environment) -> Flow[None]:
    """Declare the surges for which enough tickets have arrived. Two processes that see it at once declare it once."""
    for name, surge in env.book.base.document.surges.items():
        if surge.when is not None:
            yield from _watch(env, name, surge.when, surge.lasts_for)


def _watch(env: Environment, name: str, rule: Arrivals, lasts_for: timedelta) -> Flow[None]:
    now_us = to_us((yield from requests.now()))
    since_us = _counts_from(env, name, rule, now_us)
    if since_us is None or (yield from _arrived(env, rule, since_us)) < rule.count:
        return

    def declared(now: Instant) -> list[DeskEvent]:
        again_us = _counts_from(env, name, rule, to_us(now))
        if again_us is None or again_us > since_us + to_us(now) - now_us:
            return []  # another process has declared it meanwhile, or it has ended again
        return [announcement(env, name, lasts_for, now, SYSTEM, arrivals=rule.count)]

    yield from append(env, declared)


def _counts_from(env: Environment, name: str, rule: Arrivals, now_us: int) -> int | None:
    """The instant from which on arrivals count; None if the surge is in force, or was until a moment ago."""
    if any(surge.name == name for surge in env.desk.in_force(now_us)):
        return None
    since_us = now_us - span_us(rule.within)
    ended_us = env.desk.ended.get(name)
    if ended_us is not None:
        since_us = max(since_us, ended_us + span_us(rule.cooldown) + 1)
    return since_us if since_us <= now_us else None


def _arrived(env: Environment, rule: Arrivals, since_us: int) -> Flow[int]:
    """How many tickets that count were opened from an instant on, up to as many as it takes."""
    fields = env.book.base.fields
    counts = None if rule.condition is None else ConditionIndex([rule.condition], fields)
    arrived, limit = 0, 1  # most of the time the latest ticket alone tells that nothing is going on
    after: tuple[int | str | None, ...] | None = None
    while True:
        query = Query({}, ("opened_us", "id"), after, limit, descending=True)
        rows = yield from requests.search(env.tenant, query)
        for row in rows:
            if row.opened_us < since_us:
                return arrived
            if counts is not None:
                ticket = yield from readable(env, row)
                if ticket is not None:
                    arrived += counts.first(ticket_record(ticket, row.opened_us)) is not None
            else:
                arrived += 1
            if arrived >= rule.count:
                return arrived
        if len(rows) < limit:
            return arrived
        after, limit = (rows[-1].opened_us, rows[-1].id), _PAGE


# --- the open tickets ----------------------------------------------------------------------


def settle(env: Environment, advance: Advance, limit: int | None, stop: Stop) -> Flow[tuple[EventBase, ...]]:
    """Look at the open tickets after a surge has begun or ended, and move those that ought to live under another version.

    It goes on where this process stopped. Every process that ticks does so until one of them is through; a ticket that has
    moved already costs no more than being read.

    Args:
        env: The desk.
        advance: Moves a ticket.
        limit: How many tickets to look at; all, if None.
        stop: Asked before each; True ends it.

    Returns:
        What was recorded on the tickets.
    """
    events: list[EventBase] = []
    change = env.desk.unmoved
    if not change:
        return ()
    after = env.sweep[1] if env.sweep[0] == change else None
    seen = 0
    while limit is None or seen < limit:
        size = _PAGE if limit is None else min(_PAGE, limit - seen)
        rows = yield from requests.search(env.tenant, Query({"open": True}, ("opened_us", "id"), after, size))
        for row in rows:
            if stop():
                return tuple(events)
            try:
                ticket = yield from read_ticket(env, row)
                policy = env.book[ticket.policy]
                if env.book.destination(policy, touched=False).policy is not policy:
                    events += yield from advance(env, row.id)
            except Exception as error:
                if not is_one_row_s(error):
                    raise
                # The ticket moves with whatever happens to it next.
                env.noticed.skip(f"ticket:{row.id}", error)
            after = (row.opened_us, row.id)
            env.sweep = (change, after)
            seen += 1
        if len(rows) < size:
            yield from append(env, lambda now: _settled(env, change, now))
            break
    return tuple(events)


def _settled(env: Environment, change: int, now: Instant) -> list[DeskEvent]:
    """That all were looked at; nothing, if a surge has begun or ended meanwhile."""
    if env.desk.unmoved != change:
        return []
    return [TicketsMoved(recorded_at=stands_at(env, now), by=SYSTEM)]
