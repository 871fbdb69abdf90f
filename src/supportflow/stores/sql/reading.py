"""Reading tickets, streams and agents; searches."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.model.storage import AgentRow, EventRow, Query, TicketRow
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.commits import AGENT, EVENT, TICKET

__all__ = ["agents", "events", "find_ref", "load", "load_agent", "search"]

_FLAGS = frozenset({"open", "queued"})
_NULLABLE = frozenset({"due_us"})
_OPEN, _QUEUED = TICKET.index("open"), TICKET.index("queued")
_TABLES = ("ticket", "ticket_archive")


def _ticket(row: Sequence[Any]) -> TicketRow:
    # SQLite keeps booleans as numbers.
    values = list(row)
    values[_OPEN], values[_QUEUED] = bool(values[_OPEN]), bool(values[_QUEUED])
    return TicketRow(*values)


def load(cursor: Cursor, backend: Backend, tenant: str, ticket_id: str) -> TicketRow | None:
    """A ticket's row, archived or not, or None."""
    for table in _TABLES:
        cursor.execute(
            backend.sql(f"SELECT {names(TICKET)} FROM supportflow_{table} WHERE tenant = ? AND id = ?"),
            (tenant, ticket_id),
        )
        row = cursor.fetchone()
        if row is not None:
            return _ticket(row)
    return None


def find_ref(cursor: Cursor, backend: Backend, tenant: str, ref: str) -> str | None:
    """Id of the ticket that a host's reference names, archived or not, or None."""
    for table in _TABLES:
        cursor.execute(
            backend.sql(f"SELECT id FROM supportflow_{table} WHERE tenant = ? AND ref = ?"),
            (tenant, ref),
        )
        row = cursor.fetchone()
        if row is not None:
            return str(row[0])
    return None


def events(
    cursor: Cursor, backend: Backend, tenant: str, stream: str, after: int, limit: int | None
) -> tuple[EventRow, ...]:
    """The events of a stream from the one after `after`."""
    for table in ("event", "event_archive") if stream.startswith("ticket:") else ("event",):
        cut = "" if limit is None else " LIMIT ?"
        values = (tenant, stream, after) if limit is None else (tenant, stream, after, limit)
        cursor.execute(
            backend.sql(
                f"SELECT {names(EVENT)} FROM supportflow_{table}"
                f" WHERE tenant = ? AND stream = ? AND seq > ? ORDER BY seq{cut}"
            ),
            values,
        )
        rows = cursor.fetchall()
        if rows:
            return tuple(EventRow(*row) for row in rows)
    return ()


def load_agent(cursor: Cursor, backend: Backend, tenant: str, agent_id: str) -> AgentRow | None:
    """An agent's row, or None."""
    cursor.execute(
        backend.sql(f"SELECT {names(AGENT)} FROM supportflow_agent WHERE tenant = ? AND id = ?"),
        (tenant, agent_id),
    )
    row = cursor.fetchone()
    return None if row is None else _agent(row)


def agents(cursor: Cursor, backend: Backend, tenant: str, after: str, limit: int) -> tuple[AgentRow, ...]:
    """The agents whose ids sort after `after`, in that order."""
    cursor.execute(
        backend.sql(
            f"SELECT {names(AGENT)} FROM supportflow_agent WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?"
        ),
        (tenant, after, limit),
    )
    return tuple(_agent(row) for row in cursor.fetchall())


def _agent(row: Sequence[Any]) -> AgentRow:
    agent_id, version, fold_version, available, snapshot = row
    return AgentRow(agent_id, version, fold_version, bool(available), snapshot)


def search(cursor: Cursor, backend: Backend, tenant: str, query: Query) -> tuple[TicketRow, ...]:
    """The rows that match, in the query's order. Archived ones do not.

    Raises:
        InvalidInput: If a column is not one of a ticket's row.
    """
    unknown = {*query.equal, *query.order} - set(TICKET)
    if unknown:
        raise InvalidInput("query", f"has no column {min(unknown)!r}")
    shape = tuple(
        (name, bool(value) if name in _FLAGS else None, value is None) for name, value in query.equal.items()
    )
    after = None if query.after is None else tuple(value is None for value in query.after)
    statement = _search(backend, shape, query.order, after, query.descending)
    values: list[object] = [tenant]
    values += [value for name, value in query.equal.items() if name not in _FLAGS and value is not None]
    if query.after is not None:
        values += _place(query.order, query.after, query.descending)
    cursor.execute(statement, (*values, query.limit))
    return tuple(map(_ticket, cursor.fetchall()))


@lru_cache(maxsize=512)
def _search(
    backend: Backend,
    equal: tuple[tuple[str, bool | None, bool], ...],
    order: tuple[str, ...],
    after: tuple[bool, ...] | None,
    descending: bool,
) -> str:
    conditions = ["tenant = ?"]
    for name, flag, is_none in equal:
        if flag is not None:
            conditions.append(backend.flag(name, flag))
        else:
            conditions.append(f'"{name}" IS NULL' if is_none else f'"{name}" = ?')
    if after is not None:
        conditions.append(_beyond(order, after, descending))
    direction = f" DESC{backend.earlier}" if descending else f" ASC{backend.later}"
    plain = " DESC" if descending else ""
    ordering = ", ".join(f'"{name}"{direction if name in _NULLABLE else plain}' for name in order)
    return backend.sql(
        f"SELECT {names(TICKET)} FROM supportflow_ticket WHERE {' AND '.join(conditions)}"
        f" ORDER BY {ordering} LIMIT ?"
    )


def _beyond(order: tuple[str, ...], after: tuple[bool, ...], descending: bool) -> str:
    """The condition for rows beyond a place in an order, None being beyond every value."""
    sign = "<" if descending else ">"
    if not _NULLABLE & set(order):  # one comparison of rows is what an index answers
        return f"({names(order)}) {sign} ({', '.join('?' * len(order))})"
    alternatives = []
    for number, (name, is_none) in enumerate(zip(order, after, strict=True)):
        further = f'"{name}" {sign} ?'
        if name in _NULLABLE:
            if is_none:
                further = f'"{name}" IS NOT NULL' if descending else ""
            elif not descending:
                further = f'({further} OR "{name}" IS NULL)'
        if further:
            same = [
                f'"{earlier}" IS NULL' if none else f'"{earlier}" = ?'
                for earlier, none in zip(order[:number], after, strict=False)
            ]
            alternatives.append(f"({' AND '.join([*same, further])})")
    return f"({' OR '.join(alternatives)})"


def _place(
    order: tuple[str, ...], after: tuple[int | str | None, ...], descending: bool
) -> list[int | str | None]:
    """The parameters of `_beyond`."""
    if not _NULLABLE & set(order):
        return list(after)
    values: list[int | str | None] = []
    for number, value in enumerate(after):
        if value is not None or descending:
            values += [one for one in after[: number + 1] if one is not None]
    return values
