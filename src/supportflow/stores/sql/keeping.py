"""What is kept and for how long: texts, policy versions, old tickets, idempotency keys."""

from collections.abc import Collection

from supportflow.model.content import Content
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.columns import EVENT, TICKET

__all__ = ["archive", "contents", "erase", "get_policy", "purge_keys", "put_policy"]

_BATCH = 500
"""Ids in one statement: SQLite takes at least 999 parameters."""


def contents(cursor: Cursor, backend: Backend, tenant: str, ids: Collection[str]) -> dict[str, Content]:
    """Content rows by id."""
    wanted = list(ids)
    found: dict[str, Content] = {}
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        marks = ", ".join("?" * len(batch))
        cursor.execute(
            backend.sql(
                f"SELECT id, subject, salt, value FROM supportflow_content WHERE tenant = ? AND id IN ({marks})"
            ),
            (tenant, *batch),
        )
        found.update({row[0]: Content(*row) for row in cursor.fetchall()})
    return found


def erase(cursor: Cursor, backend: Backend, tenant: str, subject: str) -> int:
    """Erase salt and value of every content row of a subject."""
    cursor.execute(
        backend.sql(
            "UPDATE supportflow_content SET salt = NULL, value = NULL"
            " WHERE tenant = ? AND subject = ? AND salt IS NOT NULL"
        ),
        (tenant, subject),
    )
    return cursor.rowcount


def put_policy(cursor: Cursor, backend: Backend, tenant: str, fingerprint: str, document: bytes) -> None:
    """Keep a policy version."""
    cursor.execute(
        backend.sql(
            "INSERT INTO supportflow_policy (tenant, fingerprint, document) VALUES (?, ?, ?)"
            " ON CONFLICT (tenant, fingerprint) DO NOTHING"
        ),
        (tenant, fingerprint, document),
    )


def get_policy(cursor: Cursor, backend: Backend, tenant: str, fingerprint: str) -> bytes | None:
    """A policy version, or None."""
    cursor.execute(
        backend.sql("SELECT document FROM supportflow_policy WHERE tenant = ? AND fingerprint = ?"),
        (tenant, fingerprint),
    )
    row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def archive(cursor: Cursor, backend: Backend, tenant: str, before_us: int, limit: int) -> int:
    """Move tickets that are closed or cancelled, and their events, to the archive tables.

    Their texts stay where they are: they are found by id and erased by subject only, so old ones slow nothing, and there is
    one place to erase them from.
    """
    cursor.execute(
        backend.sql(
            f"SELECT id FROM supportflow_ticket WHERE tenant = ? AND {backend.flag('open', False)} AND updated_us < ?"
            " AND status_category IN ('closed', 'cancelled') AND wakeup_us IS NULL"
            f" ORDER BY updated_us LIMIT ?{backend.lock}"
        ),
        (tenant, before_us, limit),
    )
    ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        marks = ", ".join("?" * len(batch))
        for table, columns, key, values in (
            ("ticket", ("tenant", *TICKET), "id", batch),
            ("event", ("tenant", "stream", *EVENT), "stream", [f"ticket:{ticket_id}" for ticket_id in batch]),
        ):
            listed = names(columns)
            chosen = f"FROM supportflow_{table} WHERE tenant = ? AND {key} IN ({marks})"
            cursor.execute(
                backend.sql(f"INSERT INTO supportflow_{table}_archive ({listed}) SELECT {listed} {chosen}"),
                (tenant, *values),
            )
            cursor.execute(backend.sql(f"DELETE {chosen}"), (tenant, *values))
    return len(ids)


def purge_keys(cursor: Cursor, backend: Backend, tenant: str, before_us: int, limit: int) -> int:
    """Forget idempotency keys of commands from before an instant."""
    cursor.execute(
        backend.sql(
            "DELETE FROM supportflow_inbox WHERE tenant = ? AND key IN"
            " (SELECT key FROM supportflow_inbox WHERE tenant = ? AND at_us < ? ORDER BY at_us LIMIT ?)"
        ),
        (tenant, tenant, before_us, limit),
    )
    return cursor.rowcount
