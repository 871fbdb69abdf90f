"""What is kept and for how long: texts, policy versions, old tickets, idempotency keys."""

from collections.abc import Collection, Mapping, Sequence

from supportflow.model.content import Content
from supportflow.model.storage import EndedRow
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.columns import EVENT_KEPT, TICKET
from supportflow.stores.sql.searching import read_ticket_row

__all__ = [
    "archive",
    "contents",
    "count_keys",
    "ended",
    "erase",
    "erase_contents",
    "get_policy",
    "purge_keys",
    "put_away",
    "put_policy",
]

_BATCH = 500
"""Ids in one statement: SQLite takes at least 999 parameters."""
_ENDED = "status_category IN ('closed', 'cancelled')"
_TICKETS = ("supportflow_ticket", "supportflow_ticket_archive")


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


def erase_contents(
    cursor: Cursor, backend: Backend, tenant: str, ids: Collection[str], versions: Mapping[str, int]
) -> bool:
    """Erase salt and value of content rows, if all these tickets are still at these versions.

    What another transaction is changing is passed over, and so counts as changed.
    """
    for ticket_id, version in versions.items():
        for table in _TICKETS:
            cursor.execute(
                backend.sql(f"SELECT version FROM {table} WHERE tenant = ? AND id = ?{backend.lock}"),
                (tenant, ticket_id),
            )
            row = cursor.fetchone()
            if row is not None:
                break
        if row is None or row[0] != version:
            return False
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        marks = ", ".join("?" * len(batch))
        cursor.execute(
            backend.sql(
                "UPDATE supportflow_content SET salt = NULL, value = NULL"
                f" WHERE tenant = ? AND id IN ({marks}) AND salt IS NOT NULL"
            ),
            (tenant, *batch),
        )
    return True


def ended(cursor: Cursor, backend: Backend, tenant: str, after: str, limit: int) -> tuple[EndedRow, ...]:
    """Tickets that are closed or cancelled, archived or not, in the order of their ids."""
    halves = [
        f"SELECT * FROM (SELECT {names(TICKET)}, {int(table == _TICKETS[1])} AS put_away FROM {table}"
        f" WHERE tenant = ? AND id > ? AND {_ENDED} ORDER BY id LIMIT ?) AS {table}_ended"
        for table in _TICKETS
    ]
    cursor.execute(
        backend.sql(f"{' UNION ALL '.join(halves)} ORDER BY id LIMIT ?"),
        (tenant, after, limit, tenant, after, limit, limit),
    )
    return tuple(EndedRow(read_ticket_row(row[:-1]), bool(row[-1])) for row in cursor.fetchall())


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
            f" AND {_ENDED} AND wakeup_us IS NULL"
            f" ORDER BY updated_us LIMIT ?{backend.lock}"
        ),
        (tenant, before_us, limit),
    )
    ids = [row[0] for row in cursor.fetchall()]
    _move(cursor, backend, tenant, ids)
    return len(ids)


def put_away(cursor: Cursor, backend: Backend, tenant: str, ticket_id: str, version: int) -> bool:
    """Move one ticket and its events to the archive tables, if it is still at that version."""
    cursor.execute(
        backend.sql(
            "SELECT id FROM supportflow_ticket WHERE tenant = ? AND id = ? AND version = ?"
            f" AND {_ENDED} AND wakeup_us IS NULL{backend.lock}"
        ),
        (tenant, ticket_id, version),
    )
    ids = [row[0] for row in cursor.fetchall()]
    _move(cursor, backend, tenant, ids)
    return bool(ids)


def _move(cursor: Cursor, backend: Backend, tenant: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        marks = ", ".join("?" * len(batch))
        for table, columns, key, values in (
            ("ticket", ("tenant", *TICKET), "id", batch),
            ("event", EVENT_KEPT, "stream", [f"ticket:{ticket_id}" for ticket_id in batch]),
        ):
            listed = names(columns)
            chosen = f"FROM supportflow_{table} WHERE tenant = ? AND {key} IN ({marks})"
            cursor.execute(
                backend.sql(f"INSERT INTO supportflow_{table}_archive ({listed}) SELECT {listed} {chosen}"),
                (tenant, *values),
            )
            cursor.execute(backend.sql(f"DELETE {chosen}"), (tenant, *values))


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


def count_keys(cursor: Cursor, backend: Backend, tenant: str, before_us: int) -> int:
    """How many idempotency keys there are of commands from before an instant."""
    cursor.execute(
        backend.sql("SELECT COUNT(*) FROM supportflow_inbox WHERE tenant = ? AND at_us < ?"),
        (tenant, before_us),
    )
    return int(cursor.fetchone()[0])
