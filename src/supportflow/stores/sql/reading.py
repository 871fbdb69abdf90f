"""Reading tickets, streams and agents by their names."""

from collections.abc import Collection, Sequence
from typing import Any

from supportflow.model.storage import AgentRow, EventRow, StreamRow, TicketRow
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.columns import AGENT, EVENT, TICKET, TYPES, WARNS
from supportflow.stores.sql.searching import read_ticket_row

__all__ = [
    "agents",
    "events",
    "find_ref",
    "load",
    "load_agent",
    "load_many",
    "load_with_requester",
    "warned",
]

BATCH = 400
"""Names in one statement, which has them twice: SQLite takes at least 999 parameters."""
_TABLES = ("ticket", "ticket_archive")
_EVENT = len(TICKET)
_LOAD = [f"SELECT {names(TICKET)} FROM supportflow_{table} WHERE tenant = ? AND id = ?" for table in _TABLES]
_REF = (
    " UNION ALL ".join(
        f"SELECT id FROM supportflow_{table} WHERE tenant = ? AND ref = ?" for table in _TABLES
    )
    + " LIMIT 1"
)
_EVENTS = [
    f"SELECT {names(EVENT)} FROM supportflow_{table} WHERE tenant = ? AND stream = ? AND seq > ? ORDER BY seq"
    for table in ("event", "event_archive")
]


_NO_EVENT = ", ".join(f"CAST(NULL AS {TYPES.get(column, 'text')})" for column in EVENT)
_NO_TICKET = ", ".join("NULL" for _ in TICKET)
_NAMED = "FROM supportflow_{} WHERE tenant = ? AND {} = ?"
_WITH_REQUESTER = {
    column: [
        f"SELECT {names(TICKET)}, {_NO_EVENT} {_NAMED.format(table, column)} UNION ALL"
        f" SELECT {_NO_TICKET}, {names(EVENT)} FROM supportflow_event WHERE tenant = ?"
        f" AND stream = (SELECT 'requester:' || requester {_NAMED.format(table, column)})"
        for table in _TABLES
    ]
    for column in ("id", "ref")
}
"""By what a ticket is named, and where it is: its row, and a row for each event of its requester's stream."""


def load(cursor: Cursor, backend: Backend, tenant: str, ticket_id: str) -> TicketRow | None:
    """A ticket's row, archived or not, or None."""
    for statement in _LOAD:
        cursor.execute(backend.sql(statement), (tenant, ticket_id))
        row = cursor.fetchone()
        if row is not None:
            return read_ticket_row(row)
    return None


def load_with_requester(
    cursor: Cursor, backend: Backend, tenant: str, ticket_id: str | None, ref: str | None
) -> tuple[TicketRow, tuple[EventRow, ...]] | None:
    """A ticket's row, archived or not, and the events of its requester's stream, in one statement; None if there is none."""
    column, name = ("ref", ref) if ticket_id is None else ("id", ticket_id)
    for statement in _WITH_REQUESTER[column]:
        cursor.execute(backend.sql(statement), (tenant, name, tenant, tenant, name))
        rows = cursor.fetchall()
        found = [row for row in rows if row[0] is not None]
        if found:
            events = sorted(row[_EVENT:] for row in rows if row[0] is None)
            return read_ticket_row(found[0][:_EVENT]), tuple(EventRow(*row) for row in events)
    return None


def load_many(
    cursor: Cursor, backend: Backend, tenant: str, ids: Collection[str], refs: Collection[str]
) -> tuple[TicketRow, ...]:
    """The rows of tickets by id and by the host's references, archived or not, each once."""
    found: dict[str, TicketRow] = {}
    for column, values in (("id", list(dict.fromkeys(ids))), ("ref", list(dict.fromkeys(refs)))):
        for start in range(0, len(values), BATCH):
            batch = values[start : start + BATCH]
            some = f"WHERE tenant = ? AND {column} IN ({', '.join('?' * len(batch))})"
            union = " UNION ALL ".join(
                f"SELECT {names(TICKET)} FROM supportflow_{table} {some}" for table in _TABLES
            )
            cursor.execute(backend.sql(union), (tenant, *batch) * 2)
            found.update((row.id, row) for row in map(read_ticket_row, cursor.fetchall()))
    return tuple(found.values())


def find_ref(cursor: Cursor, backend: Backend, tenant: str, ref: str) -> str | None:
    """Id of the ticket that a host's reference names, archived or not, or None."""
    cursor.execute(backend.sql(_REF), (tenant, ref) * len(_TABLES))
    row = cursor.fetchone()
    return None if row is None else str(row[0])


def events(
    cursor: Cursor, backend: Backend, tenant: str, stream: str, after: int, limit: int | None
) -> tuple[EventRow, ...]:
    """The events of a stream from the one after `after`."""
    cut = "" if limit is None else " LIMIT ?"
    values = (tenant, stream, after) if limit is None else (tenant, stream, after, limit)
    for statement in _EVENTS if stream.startswith("ticket:") else _EVENTS[:1]:
        cursor.execute(backend.sql(f"{statement}{cut}"), values)
        rows = cursor.fetchall()
        if rows:
            return tuple(EventRow(*row) for row in rows)
    return ()


def warned(
    cursor: Cursor, backend: Backend, tenant: str, stream: str, seq: int, limit: int
) -> tuple[StreamRow, ...]:
    """Replies that said a warning, archived or not, by stream and number, from the one after a place on."""
    halves = [
        f"SELECT * FROM (SELECT stream, {names(EVENT)} FROM supportflow_{table} WHERE tenant = ? AND"
        f" {WARNS[backend.name]} AND (stream, seq) > (?, ?) ORDER BY stream, seq LIMIT ?) AS {table}_warned"
        for table in ("event", "event_archive")
    ]
    cursor.execute(
        backend.sql(f"{' UNION ALL '.join(halves)} ORDER BY stream, seq LIMIT ?"),
        (*(tenant, stream, seq, limit) * 2, limit),
    )
    return tuple(StreamRow(row[0], EventRow(*row[1:])) for row in cursor.fetchall())


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
