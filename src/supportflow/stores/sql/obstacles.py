"""What stands in the way of a commit: a stream that has changed, an archived ticket, a reference or a key in use."""

from supportflow.model.storage import (
    AgentRow,
    Answer,
    Commit,
    Conflict,
    Duplicate,
    InboxEntry,
    RefTaken,
    StreamChange,
    TicketRow,
)
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.columns import EVENT_KEPT, TICKET
from supportflow.stores.sql.commits import LENGTH

__all__ = ["obstacle", "recall", "restore"]


def recall(cursor: Cursor, backend: Backend, tenant: str, key: str) -> InboxEntry | None:
    """What an idempotency key was used for, or None."""
    cursor.execute(
        backend.sql("SELECT key, request_hash, result FROM supportflow_inbox WHERE tenant = ? AND key = ?"),
        (tenant, key),
    )
    row = cursor.fetchone()
    return None if row is None else InboxEntry(*row)


def obstacle(cursor: Cursor, backend: Backend, commit: Commit) -> tuple[Answer | None, tuple[str, ...]]:
    """What keeps a commit from being applied, in the order of the port, or None; and the archived tickets in it."""
    tenant = commit.tenant
    if commit.inbox is not None:
        known = recall(cursor, backend, tenant, commit.inbox.key)
        if known is not None:
            return Duplicate(known), ()
    archived: list[str] = []
    for change in commit.changes:
        version, is_archived = _version(cursor, backend, tenant, change)
        if version != change.expected:
            return Conflict(change.stream), ()
        if is_archived:
            assert change.row is not None
            archived.append(change.row.id)
    for change in commit.changes:
        row = change.row
        if isinstance(row, TicketRow) and row.ref is not None:
            for table in ("ticket", "ticket_archive"):
                cursor.execute(
                    backend.sql(f"SELECT id FROM supportflow_{table} WHERE tenant = ? AND ref = ?"),
                    (tenant, row.ref),
                )
                found = cursor.fetchone()
                if found is not None and found[0] != row.id:
                    return RefTaken(row.ref), ()
    return None, tuple(archived)


def _version(cursor: Cursor, backend: Backend, tenant: str, change: StreamChange) -> tuple[int, bool]:
    """The version of a change's stream, and whether it is archived."""
    if change.row is None:
        cursor.execute(backend.sql(LENGTH), (tenant, change.stream))
        return cursor.fetchone()[0], False
    tables = ("agent",) if isinstance(change.row, AgentRow) else ("ticket", "ticket_archive")
    for table in tables:
        cursor.execute(
            backend.sql(f"SELECT version FROM supportflow_{table} WHERE tenant = ? AND id = ?"),
            (tenant, change.row.id),
        )
        row = cursor.fetchone()
        if row is not None:
            return row[0], table == "ticket_archive"
    return 0, False


def restore(cursor: Cursor, backend: Backend, tenant: str, ticket_ids: tuple[str, ...]) -> None:
    """Bring tickets back from the archive."""
    for ticket_id in ticket_ids:
        for table, columns, key, value in (
            ("ticket", ("tenant", *TICKET), "id", ticket_id),
            ("event", EVENT_KEPT, "stream", f"ticket:{ticket_id}"),
        ):
            listed = names(columns)
            cursor.execute(
                backend.sql(
                    f"INSERT INTO supportflow_{table} ({listed}) SELECT {listed} FROM supportflow_{table}_archive"
                    f" WHERE tenant = ? AND {key} = ? ON CONFLICT DO NOTHING"
                ),
                (tenant, value),
            )
            cursor.execute(
                backend.sql(f"DELETE FROM supportflow_{table}_archive WHERE tenant = ? AND {key} = ?"),
                (tenant, value),
            )
