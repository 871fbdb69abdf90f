"""Setting wake-ups anew: an update of time zone data or of supportflow can make tickets due at other instants."""

from typing import NamedTuple

from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.loading import read_ticket
from supportflow.flows.noticing import is_one_row_s
from supportflow.flows.queries import MAX_LIMIT, cursor_after, read_cursor, whole
from supportflow.flows.requests import Flow
from supportflow.kernel import wakeup
from supportflow.model.storage import Query, SortColumn, TicketRow

__all__ = ["Recomputed", "recompute"]

_COLUMNS: tuple[SortColumn, ...] = ("opened_us", "id")


class Recomputed(NamedTuple):
    """What became of one batch.

    Attributes:
        seen: Tickets that were looked at.
        moved: Those whose wake-up is another now.
        failed: Ids of those that could not be read; they stay as they are.
        cursor: For the next batch; None after the last.
    """

    seen: int
    moved: int
    failed: tuple[str, ...]
    cursor: str | None


def recompute(env: Environment, cursor: str | None, limit: int) -> Flow[Recomputed]:
    """Compare the wake-ups of one batch of tickets with what the tickets say now, and set those that differ.

    A ticket is never overtaken: one that changes meanwhile is left to that change, which computes it anew.

    Args:
        env: The desk.
        cursor: From the batch before.
        limit: How many tickets at most.

    Raises:
        InvalidInput: If the limit or the cursor cannot be used.
    """
    whole("limit", limit, 1, MAX_LIMIT)
    after = None if cursor is None else read_cursor(cursor, "opened", len(_COLUMNS))
    rows = yield from requests.search(env.tenant, Query({}, _COLUMNS, after, limit + 1))
    moved, failed = 0, list[str]()
    for row in rows[:limit]:
        try:
            moved += yield from _set(env, row)
        except Exception as error:
            if not is_one_row_s(error):
                raise
            env.noticed.skip(f"ticket:{row.id}", error)
            failed.append(row.id)
    onward = cursor_after("opened", _COLUMNS, rows[limit - 1]) if len(rows) > limit else None
    return Recomputed(len(rows[:limit]), moved, tuple(failed), onward)


def _set(env: Environment, row: TicketRow) -> Flow[bool]:
    if row.wakeup_us is None and row.status_category in {"closed", "cancelled"}:
        return False  # nothing is due on it for ever: it need not be read
    ticket = yield from read_ticket(env, row)
    at_us = wakeup(ticket, env.book[ticket.policy])
    return at_us != row.wakeup_us and (yield from requests.reschedule(env.tenant, row.id, row.version, at_us))
