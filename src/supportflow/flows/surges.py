"""Surges: declared by hand and by themselves, ended, asked for; and the open tickets that move with them."""

from datetime import timedelta

from supportflow._legible import first_illegible
from supportflow._time import Instant, from_us, span_us, to_us
from supportflow.conditions import ConditionIndex
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.commands.clean import clean_line
from supportflow.flows.commands.handle import handle
from supportflow.flows.desk_stream import append, event_instant, synchronise, with_surges
from supportflow.flows.environment import Environment, Stop, is_of_one_row, never
from supportflow.flows.load import read_or_skip, read_ticket
from supportflow.flows.requests import Flow
from supportflow.model.base import is_id
from supportflow.model.commands import Advance
from supportflow.model.durations import given_duration
from supportflow.model.events import DeskEvent, EventBase, SurgeDeclared, SurgeEnded, TicketsMoved
from supportflow.model.people import SYSTEM, Actor
from supportflow.model.storage import Query
from supportflow.model.surges import ActiveSurge
from supportflow.policy.document.surges import LONGEST, Arrivals

__all__ = [
    "LAST_US",
    "Advance",
    "declaration",
    "declare",
    "declare_due",
    "end",
    "in_force",
    "move_tickets",
]

LAST_US = 253_402_300_799_999_999
"""The last instant that there is."""

_PAGE = 200


def declaration(
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
    at = event_instant(env, now)
    known = with_surges(env.book, env.desk, to_us(now)).since_us
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


def declare_due(env: Environment) -> Flow[None]:
    """Declare the surges for which enough tickets have arrived. Two processes that see it at once declare it once."""
    for name, surge in env.book.base.document.surges.items():
        if surge.when is not None:
            yield from _declare_if_due(env, name, surge.when, surge.lasts_for)


def _declare_if_due(env: Environment, name: str, rule: Arrivals, lasts_for: timedelta) -> Flow[None]:
    now_us = to_us((yield from requests.now()))
    since_us = _counted_since_us(env, name, rule, now_us)
    if since_us is None or (yield from _count_arrivals(env, rule, since_us)) < rule.count:
        return

    def declared(now: Instant) -> list[DeskEvent]:
        again_us = _counted_since_us(env, name, rule, to_us(now))
        if again_us is None or again_us > since_us + to_us(now) - now_us:
            return []  # another process has declared it meanwhile, or it has ended again
        return [declaration(env, name, lasts_for, now, SYSTEM, arrivals=rule.count)]

    yield from append(env, declared)


def _counted_since_us(env: Environment, name: str, rule: Arrivals, now_us: int) -> int | None:
    """The instant from which on arrivals count; None if the surge is in force, or was until a moment ago."""
    if any(surge.name == name for surge in env.desk.in_force(now_us)):
        return None
    since_us = now_us - span_us(rule.within)
    ended_us = env.desk.ended.get(name)
    if ended_us is not None:
        since_us = max(since_us, ended_us + span_us(rule.cooldown) + 1)
    return since_us if since_us <= now_us else None


def _count_arrivals(env: Environment, rule: Arrivals, since_us: int) -> Flow[int]:
    """How many tickets that count were opened from an instant on, up to as many as it takes."""
    fields = env.book.base.fields
    counts = None if rule.condition is None else ConditionIndex([rule.condition], fields)
    arrived, limit = 0, 1  # mostly the latest ticket is too old to count, and is all that has to be read
    after: tuple[int | str | None, ...] | None = None
    while True:
        query = Query({}, ("opened_us", "id"), after, limit, descending=True)
        rows = yield from requests.search(env.tenant, query)
        for row in rows:
            if row.opened_us < since_us:
                return arrived
            if counts is not None:
                ticket = yield from read_or_skip(env, row)
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


def move_tickets(env: Environment, limit: int | None, stop: Stop) -> Flow[tuple[EventBase, ...]]:
    """Look at the open tickets after a surge has begun or ended, and move those that ought to live under another version.

    It goes on where this process stopped. Every process that ticks does the same until one of them is through; a ticket that
    was moved already is only read.

    Args:
        env: The desk.
        limit: How many tickets to look at; all, if None.
        stop: Asked before each; True ends it.

    Returns:
        What was recorded on the tickets.
    """
    events: list[EventBase] = []
    change = env.desk.unmoved
    if not change:
        return ()
    after = env.surge_progress[1] if env.surge_progress[0] == change else None
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
                    events += (yield from handle(env, Advance(ticket_id=row.id))).events
            except Exception as error:
                if not is_of_one_row(error):
                    raise
                # The ticket moves with whatever happens to it next.
                env.unreadable.skip(f"ticket:{row.id}", error)
            after = (row.opened_us, row.id)
            env.surge_progress = (change, after)
            seen += 1
        if len(rows) < size:
            yield from append(env, lambda now: _all_moved(env, change, now))
            break
    return tuple(events)


def _all_moved(env: Environment, change: int, now: Instant) -> list[DeskEvent]:
    """The event that all open tickets were looked at; none if a surge has begun or ended meanwhile."""
    if env.desk.unmoved != change:
        return []
    return [TicketsMoved(recorded_at=event_instant(env, now), by=SYSTEM)]


def declare(
    env: Environment, name: str, for_: timedelta | None, by: Actor, reason: str | None
) -> Flow[ActiveSurge]:
    """Declare a surge of the policy; if it is in force already, it lasts longer, and never shorter.

    Raises:
        InvalidInput: If the policy has no such surge, or the duration or the reason cannot be used.
        Refused: If somebody outside asks for it.
        PolicyError: If it does not go together with those that are in force.
    """
    _refuse_outside(by, "declare_surge")
    known = env.book.base.document.surges
    if not is_id(name) or name not in known:
        raise InvalidInput("surge", f"is not one of the policy's: {', '.join(known) or 'it has none'}")
    lasts_for = known[name].lasts_for if for_ is None else given_duration(for_, "for_")
    if not timedelta(0) < lasts_for <= LONGEST:
        raise InvalidInput("for_", f"is not a duration of up to {LONGEST.days} days")
    if reason is not None:
        if not is_id(reason) or first_illegible(reason) is not None:
            raise InvalidInput("reason", "is not one line of up to 200 characters that people can read")
        reason = clean_line(reason, env.book.current.redaction)

    def declared(now: Instant) -> list[DeskEvent]:
        event = declaration(env, name, lasts_for, now, by, reason=reason)
        running = _active(env, name, now)
        return [] if running is not None and running.until >= event.until else [event]

    # What ended unnoticed is taken off first: else a surge that is declared again would seem never to have ended.
    yield from synchronise(env, (yield from requests.now()))
    yield from move_tickets(env, None, never)
    yield from append(env, declared)
    yield from move_tickets(env, None, never)
    found = _active(env, name, (yield from requests.now()))
    if found is None:  # somebody has ended it meanwhile
        raise Refused("", "declare_surge", "it was ended at the same time")
    return found


def end(env: Environment, name: str, by: Actor) -> Flow[bool]:
    """End a surge now; False if it is not in force.

    Raises:
        InvalidInput: If that is no name.
        Refused: If somebody outside asks for it.
    """
    _refuse_outside(by, "end_surge")
    if not is_id(name):
        raise InvalidInput("surge", "is not a name")
    ended = False

    def over(now: Instant) -> list[DeskEvent]:
        nonlocal ended
        ended = _active(env, name, now) is not None
        event = SurgeEnded(recorded_at=event_instant(env, now), by=by, name=name, cause="command")
        return [event] if ended else []

    yield from append(env, over)
    yield from move_tickets(env, None, never)
    return ended


def in_force(env: Environment) -> Flow[tuple[ActiveSurge, ...]]:
    """The surges in force, in the order in which they were declared."""
    now = yield from requests.now()
    yield from synchronise(env, now, look=True)
    return tuple(one for one in env.desk.in_force(to_us(now)) if one.name in env.book.surges)


def _refuse_outside(by: Actor, action: str) -> None:
    if by.kind in {"requester", "party"}:
        raise Refused("", action, "only the organisation's own people say what is a surge")


def _active(env: Environment, name: str, now: Instant) -> ActiveSurge | None:
    return next((one for one in env.desk.in_force(to_us(now)) if one.name == name), None)
