"""Applying a commit: one statement on PostgreSQL, a few in one transaction on SQLite. All of it or nothing."""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from supportflow.model.storage import (
    AgentRow,
    Commit,
    StreamChange,
    TicketRow,
)
from supportflow.stores.sql import feeding, linking
from supportflow.stores.sql.backends import Backend, Cursor, Undo, names
from supportflow.stores.sql.columns import AGENT, EVENT_KEPT, EVENT_ROW, TICKET, TYPES
from supportflow.stores.sql.link import Mode

__all__ = ["LENGTH", "apply", "mode"]

_CONTENT_ROW = ("tenant", "id", "subject", "salt", "value")
_OUTBOX_ROW = ("tenant", "key", "topic", "ticket_id", "seq", "attempts", "next_us", "made_us")
_INBOX_ROW = ("tenant", "key", "request_hash", "result", "at_us")
_ticket_values = attrgetter(*TICKET)
_agent_values = attrgetter(*AGENT)


class _Rows(NamedTuple):
    """A commit, sorted by what happens to it."""

    updated: list[StreamChange]
    added: list[StreamChange]
    bare: list[StreamChange]


class _Shape(NamedTuple):
    """What a commit's statement depends on.

    Attributes:
        updated: For each row that is there already, whether it is an agent's.
        added: For each new row, whether it is an agent's, and whether it has a reference.
        bare: How many streams without a row.
        spans: How many streams have new events.
    """

    updated: tuple[bool, ...]
    added: tuple[tuple[bool, bool], ...]
    bare: int
    events: int
    spans: int
    contents: int
    outbox: int
    inbox: bool


def _sorted(commit: Commit) -> _Rows:
    rows = _Rows([], [], [])
    changes = commit.changes
    # In one order, whoever writes: so that two commits of the same streams do not wait for each other.
    for change in sorted(changes, key=attrgetter("stream")) if len(changes) > 1 else changes:
        if change.row is None:
            rows.bare.append(change)
        elif change.expected:
            rows.updated.append(change)
        else:
            rows.added.append(change)
    return rows


def mode(commit: Commit, backend: Backend) -> Mode:
    """How a commit is run. On PostgreSQL it needs no transaction around it if at most one row can stand in its way."""
    if backend.name == "postgresql" and sum(change.row is not None for change in commit.changes) > 1:
        return "write"
    return "once"


def apply(cursor: Cursor, backend: Backend, commit: Commit) -> None:
    """Apply a commit.

    Raises:
        Undo: If something stands in its way: the transaction must be rolled back, and `obstacle` says what it is.
    """
    if backend.name == "postgresql":
        _apply_at_once(cursor, commit)
    else:
        _apply_in_steps(cursor, commit)


# --- PostgreSQL --------------------------------------------------------------------------------


def _apply_at_once(cursor: Cursor, commit: Commit) -> None:
    rows = _sorted(commit)
    shape = _Shape(
        tuple(isinstance(change.row, AgentRow) for change in rows.updated),
        tuple(
            (isinstance(change.row, AgentRow), getattr(change.row, "ref", None) is not None)
            for change in rows.added
        ),
        len(rows.bare),
        sum(len(change.events) for change in commit.changes),
        sum(bool(change.events) for change in commit.changes),
        len(commit.content),
        len(commit.outbox),
        commit.inbox is not None,
    )
    # Numbers go as texts: psycopg would give each size of number a type, and so a prepared statement, of its own.
    values = [str(value) if type(value) is int else value for value in _values(commit, rows)]
    cursor.execute(_statement(shape), values)
    if cursor.fetchone() is None:
        raise Undo


def _values(commit: Commit, rows: _Rows) -> list[Any]:
    """The parameters of `_statement`, in its order."""
    tenant, inbox = commit.tenant, commit.inbox
    values = _ready_values(commit, rows)
    for change in rows.updated:
        assert change.row is not None
        values += _row_values(change.row)
        values += (tenant, change.row.id, change.expected)
    for change in rows.added:
        assert change.row is not None
        values.append(tenant)
        values += _row_values(change.row)
    values += linking.fresh_values(commit)
    for span in feeding.spans(commit):
        values += (tenant, *span)
    for content in commit.content:
        values += (tenant, *content)
    for one in commit.outbox:
        values += (tenant, *one, one.next_us)
    if inbox is not None:
        values += (tenant, *inbox, commit.at_us)
    return values


def _ready_values(commit: Commit, rows: _Rows) -> list[Any]:
    """The parameters of `_ready`."""
    tenant = commit.tenant
    values: list[Any] = [] if commit.inbox is None else [tenant, commit.inbox.key]
    for change in rows.bare:
        values += (tenant, change.stream, change.expected)
    for change in rows.added:
        row = change.row
        if isinstance(row, TicketRow):
            values += (tenant, row.id) if row.ref is None else (tenant, row.id, tenant, row.ref)
    return values


def _row_values(row: TicketRow | AgentRow) -> tuple[Any, ...]:
    return _ticket_values(row) if isinstance(row, TicketRow) else _agent_values(row)


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> str:
    """The statement that applies a commit of a shape; it answers with a row if it did, with none if it could not."""
    ready = _ready(shape)
    parts = [f"ready AS MATERIALIZED (SELECT 1 AS ok WHERE {' AND '.join(ready)})"] if ready else []
    only_if, source = (" AND EXISTS (SELECT 1 FROM ready)", " FROM ready") if ready else ("", "")
    changed = [_update_one(is_agent, only_if) for is_agent in shape.updated]
    changed += [_insert_one(is_agent, source) for is_agent, _ in shape.added]
    parts += [f"row{number} AS ({statement})" for number, statement in enumerate(changed)]
    if len(changed) == 1:
        parts.append("done AS (SELECT ok FROM row0)")
    elif changed:
        total = " + ".join(f"(SELECT count(*) FROM row{number})" for number in range(len(changed)))
        parts.append(f"done AS (SELECT 1 AS ok WHERE {total} = {len(changed)})")
    else:
        parts.append(f"done AS (SELECT 1 AS ok{source})")
    if shape.events:
        rows = ", ".join([f"({_typed(linking.FRESH)})"] * shape.events)
        parts.append(f"fresh({names(linking.FRESH)}) AS MATERIALIZED (VALUES {rows})")
        parts.append(linking.linked(alone=shape.events == shape.spans))
        parts.append(
            f"add_event AS (INSERT INTO supportflow_event ({names(EVENT_KEPT)})"
            f" SELECT {', '.join(f'f.{column}' for column in EVENT_ROW)}, l.link"
            " FROM done, fresh AS f JOIN linked AS l ON l.stream = f.stream AND l.seq = f.seq)"
        )
    for table, columns, number, unless in (
        ("feed", feeding.ROW, shape.spans, ""),
        ("content", _CONTENT_ROW, shape.contents, " ON CONFLICT (tenant, id) DO NOTHING"),
        ("outbox", _OUTBOX_ROW, shape.outbox, " ON CONFLICT (tenant, key) DO NOTHING"),
        ("inbox", _INBOX_ROW, int(shape.inbox), ""),
    ):
        if number:
            rows = ", ".join([f"({_typed(columns)})"] * number)
            parts.append(
                f"add_{table} AS (INSERT INTO supportflow_{table} ({names(columns)})"
                f" SELECT v.* FROM done, (VALUES {rows}) AS v{unless})"
            )
    return f"WITH RECURSIVE {', '.join(parts)} SELECT ok FROM done".replace("?", "%s")


def _ready(shape: _Shape) -> list[str]:
    """What must be so before any row is looked at."""
    archived = "NOT EXISTS (SELECT 1 FROM supportflow_ticket_archive WHERE tenant = ? AND {} = ?)"
    ready: list[str] = []
    if shape.inbox:
        ready.append("NOT EXISTS (SELECT 1 FROM supportflow_inbox WHERE tenant = ? AND key = ?)")
    length = "(SELECT coalesce(max(seq), 0) FROM supportflow_event WHERE tenant = ? AND stream = ?) = ?::int"
    ready += [length] * shape.bare
    for is_agent, has_ref in shape.added:
        if not is_agent:
            ready.append(archived.format("id"))
        if has_ref:
            ready.append(archived.format("ref"))
    return ready


def _update_one(is_agent: bool, only_if: str) -> str:
    table, columns, reset = _table(is_agent)
    assignments = ", ".join(f'"{column}" = ?' for column in columns)
    return (
        f"UPDATE {table} SET {assignments}{reset}"
        f" WHERE tenant = ? AND id = ? AND version = ?::int{only_if} RETURNING 1 AS ok"
    )


def _insert_one(is_agent: bool, source: str) -> str:
    table, columns, _ = _table(is_agent)
    return (
        f"INSERT INTO {table} (tenant, {names(columns)}) SELECT {_typed(('tenant', *columns))}{source}"
        " ON CONFLICT (tenant, id) DO NOTHING RETURNING 1 AS ok"
    )


def _table(is_agent: bool) -> tuple[str, tuple[str, ...], str]:
    if is_agent:
        return "supportflow_agent", AGENT, ""
    return "supportflow_ticket", TICKET, ", claimed_us = NULL, claims = 0"


def _typed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"?::{TYPES.get(column, 'text')}" for column in columns)


# --- SQLite ------------------------------------------------------------------------------------


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT OR IGNORE INTO supportflow_{table} ({names(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _update(table: str, columns: tuple[str, ...], reset: str) -> str:
    assignments = ", ".join(f'"{column}" = ?' for column in columns)
    return f"UPDATE supportflow_{table} SET {assignments}{reset} WHERE tenant = ? AND id = ? AND version = ?"


_ADD_TICKET = _insert("ticket", ("tenant", *TICKET))
_ADD_AGENT = _insert("agent", ("tenant", *AGENT))
_ADD_EVENT = _insert("event", EVENT_KEPT).replace(" OR IGNORE", "")
_ADD_CONTENT = _insert("content", _CONTENT_ROW)
_ADD_OUTBOX = _insert("outbox", _OUTBOX_ROW)
_ADD_INBOX = _insert("inbox", _INBOX_ROW)
_SET_AGENT = _update("agent", AGENT, "")
LENGTH = "SELECT coalesce(max(seq), 0) FROM supportflow_event WHERE tenant = ? AND stream = ?"
_ARCHIVED = "SELECT version FROM supportflow_ticket_archive WHERE tenant = ? AND (id = ? OR ref = ?)"


def _apply_in_steps(cursor: Cursor, commit: Commit) -> None:
    tenant = commit.tenant
    if commit.inbox is not None:
        _one(cursor, _ADD_INBOX, (tenant, *commit.inbox, commit.at_us))
    befores = [_put(cursor, tenant, change) for change in commit.changes]
    linked = map(linking.linked_rows, repeat(tenant), commit.changes, befores)
    for statement, rows in (
        (_ADD_EVENT, list(chain.from_iterable(linked))),
        (_ADD_CONTENT, [(tenant, *content) for content in commit.content]),
        (_ADD_OUTBOX, [(tenant, *one, one.next_us) for one in commit.outbox]),
    ):
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        elif rows:
            cursor.executemany(statement, rows)
    feeding.add(cursor, commit)


def _put(cursor: Cursor, tenant: str, change: StreamChange) -> bytes | None:
    """Store the row of a change; the link before its new events."""
    row = change.row
    if row is None:
        cursor.execute(LENGTH, (tenant, change.stream))
        if cursor.fetchone()[0] != change.expected:
            raise Undo
    elif change.expected:
        if isinstance(row, TicketRow):
            return _set_ticket(cursor, tenant, row, change)
        _one(cursor, _SET_AGENT, (*_agent_values(row), tenant, row.id, change.expected))
    elif isinstance(row, AgentRow):
        _one(cursor, _ADD_AGENT, (tenant, *_agent_values(row)))
    else:
        cursor.execute(_ARCHIVED, (tenant, row.id, row.ref))
        if cursor.fetchone() is not None:
            raise Undo
        _one(cursor, _ADD_TICKET, (tenant, *_ticket_values(row)))
    return linking.link_before(cursor, tenant, change)


_INDEXED = tuple(column for column in TICKET if column not in {"id", "version", "fold_version", "snapshot"})
"""Columns of a ticket that an index has. SQLite writes an index anew if its column is set, even to what it was."""
_OTHER = tuple(column for column in TICKET if column not in {"id", *_INDEXED})
_READ_BEFORE = (
    f"SELECT {names(_INDEXED)}, ({linking.LINK}) FROM supportflow_ticket"
    " WHERE tenant = ? AND id = ? AND version = ?"
)
"""What the indexes have of a ticket, and the last link of its events: one statement for both."""
_indexed_values = attrgetter(*_INDEXED)


@lru_cache(maxsize=256)
def _set_some(columns: tuple[str, ...]) -> tuple[str, Callable[[TicketRow], tuple[Any, ...]]]:
    every = (*_OTHER, *columns)
    return _update("ticket", every, ", claimed_us = NULL, claims = 0"), attrgetter(*every)


def _set_ticket(cursor: Cursor, tenant: str, row: TicketRow, change: StreamChange) -> bytes | None:
    """Store a ticket's row; the link before the new events."""
    expected = change.expected
    cursor.execute(_READ_BEFORE, (tenant, change.stream, expected, tenant, row.id, expected))
    found = cursor.fetchone()
    if found is None:
        raise Undo
    *before, link = found
    pairs = zip(_INDEXED, before, _indexed_values(row), strict=True)
    statement, values = _set_some(tuple(column for column, old, new in pairs if old != new))
    _one(cursor, statement, (*values(row), tenant, row.id, expected))
    return link  # type: ignore[no-any-return]


def _one(cursor: Cursor, statement: str, values: tuple[Any, ...]) -> None:
    # A host's adapter for `bool`, which is its whole process's, would write them as it likes.
    cursor.execute(statement, [int(value) if value.__class__ is bool else value for value in values])
    if cursor.rowcount != 1:
        raise Undo
