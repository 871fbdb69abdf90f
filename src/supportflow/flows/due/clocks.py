"""Setting clocks anew: an update of time zone data or of supportflow can make tickets due at other instants."""

from typing import NamedTuple

from supportflow._time import Instant
from supportflow.calendars.tzdata import is_older
from supportflow.flows import requests
from supportflow.flows.desk_stream import append, event_instant
from supportflow.flows.environment import Environment, Stop, check_number, is_of_one_row
from supportflow.flows.load import read_ticket
from supportflow.flows.queries.tickets import MAX_LIMIT, cursor_after, read_cursor
from supportflow.flows.requests import Flow
from supportflow.flows.rows import reset_rows, ticket_row
from supportflow.model.events import ClocksRecomputed, DeskEvent
from supportflow.model.people import SYSTEM
from supportflow.model.storage import Commit, Committed, Query, SortColumn, StreamChange, TicketRow

__all__ = ["Recomputed", "recompute", "recompute_stale"]

_COLUMNS: tuple[SortColumn, ...] = ("opened_us", "id")

_WITH_CLOCKS = ({"open": True}, {"status_category": "resolved"})
"""Tickets on which something can be due: a resolved one may close by itself."""

_PAGE = 200


class Recomputed(NamedTuple):
    """What became of one batch.

    Attributes:
        seen: Tickets that were looked at.
        moved: Those whose wake-up or due time is another now.
        failed: Ids of those that could not be read; they stay as they are.
        cursor: For the next batch; None after the last.
    """

    seen: int
    moved: int
    failed: tuple[str, ...]
    cursor: str | None


def recompute(env: Environment, cursor: str | None, limit: int) -> Flow[Recomputed]:
    """Compare stored wake-ups and due times of one batch of tickets with what the tickets say now, and store what differs.

    A ticket that changes meanwhile is left alone: the change has computed both anew.

    Args:
        env: The desk.
        cursor: From the batch before.
        limit: How many tickets at most.

    Raises:
        InvalidInput: If the limit or the cursor cannot be used.
    """
    check_number("limit", limit, 1, MAX_LIMIT)
    after = None if cursor is None else read_cursor(cursor, "opened", len(_COLUMNS))
    rows = yield from requests.search(env.tenant, Query({}, _COLUMNS, after, limit + 1))
    moved, failed = 0, list[str]()
    for row in rows[:limit]:
        try:
            moved += yield from _recompute_one(env, row)
        except Exception as error:
            if not is_of_one_row(error):
                raise
            env.unreadable.skip(f"ticket:{row.id}", error)
            failed.append(row.id)
    onward = cursor_after("opened", _COLUMNS, rows[limit - 1]) if len(rows) > limit else None
    return Recomputed(len(rows[:limit]), moved, tuple(failed), onward)


def _recompute_one(env: Environment, row: TicketRow) -> Flow[bool]:
    if row.wakeup_us is None and row.status_category in {"closed", "cancelled"}:
        return False  # nothing will ever be due on it
    ticket = yield from read_ticket(env, row)
    fresh = ticket_row(ticket, env.book[ticket.policy])
    if (fresh.wakeup_us, fresh.due_us) == (row.wakeup_us, row.due_us):
        return False
    change = StreamChange(f"ticket:{row.id}", row.version, (), fresh)
    told = reset_rows(env, fresh) if fresh.due_us != row.due_us else ()
    answer = yield from requests.commit(Commit(env.tenant, (change,), outbox=told))
    return isinstance(answer, Committed)


# --- after a change of the zone data -----------------------------------------------------------


def recompute_stale(env: Environment, limit: int, stop: Stop) -> Flow[None]:
    """Set the clocks of the open tickets anew after the zone data has changed, as far as they are stale.

    It goes on where this process stopped. Every process that reads the newest data does so until one of them is through.

    Args:
        env: The desk.
        limit: How many tickets to look at.
        stop: Asked before each; True ends it.
    """
    stale = env.desk.stale
    if not stale or is_older(env.zones, env.desk.newest_zones):
        return
    _, kind, after = env.clock_progress if env.clock_progress[0] == stale else (stale, 0, None)
    seen = 0
    while seen < limit:
        size = min(_PAGE, limit - seen)
        rows = yield from requests.search(env.tenant, Query(_WITH_CLOCKS[kind], _COLUMNS, after, size))
        for row in rows:
            if stop():
                return
            try:
                yield from _recompute_one(env, row)
            except Exception as error:
                if not is_of_one_row(error):
                    raise
                # Whatever happens to the ticket next sets its clocks, or fails for all to see.
                env.unreadable.skip(f"ticket:{row.id}", error)
            after = (row.opened_us, row.id)
            env.clock_progress = (stale, kind, after)
            seen += 1
        if len(rows) < size:
            kind, after = kind + 1, None
            env.clock_progress = (stale, kind, after)
        if kind == len(_WITH_CLOCKS):
            yield from append(env, lambda now: _all_recomputed(env, stale, now))
            return


def _all_recomputed(env: Environment, stale: int, now: Instant) -> list[DeskEvent]:
    """That all were set; nothing, if the data has changed again meanwhile."""
    if env.desk.stale != stale:
        return []
    return [ClocksRecomputed(recorded_at=event_instant(env, now), by=SYSTEM, zone_data=dict(env.zones))]
