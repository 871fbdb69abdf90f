"""What waits for its time: wake-ups, deliveries, and who leads."""

import secrets
from collections.abc import Collection

from supportflow.model.storage import DeadLetter, Due, Lease, OutboxRow
from supportflow.stores.sql.backends import Backend, Cursor

__all__ = ["claim_due", "dead_letters", "drop", "due", "lead", "lease", "reschedule", "revive", "settle"]

_DUE = "SELECT id FROM supportflow_ticket WHERE tenant = ? AND wakeup_us < ? ORDER BY wakeup_us, id LIMIT ?"
# Rows that another worker is claiming are passed over. Only then is the claim written: a row that a claim made later than
# the snapshot is looked at again by the database, and no longer matches.
_CLAIM = (
    "WITH one AS {materialized}(SELECT id FROM supportflow_ticket WHERE tenant = ? AND wakeup_us < ?"
    " AND (claimed_us IS NULL OR claimed_us <= ?) ORDER BY wakeup_us, id LIMIT ?{lock})"
    " UPDATE supportflow_ticket SET claims = claims + 1, claimed_us = {until}"
    " WHERE tenant = ? AND id IN (SELECT id FROM one) RETURNING id, claims, wakeup_us"
)
_UNTIL = {
    "sqlite": "? + (? << min(claims, 6))",
    "postgresql": "?::bigint + (?::bigint << least(claims, 6))",
}
_LEASE = (
    "WITH one AS {materialized}(SELECT o.key FROM supportflow_outbox AS o"
    " WHERE o.tenant = ? AND NOT o.dead AND o.next_us <= ? AND o.topic IN ({topics})"
    " AND NOT EXISTS (SELECT 1 FROM supportflow_outbox AS p WHERE p.tenant = o.tenant AND p.topic = o.topic"
    " AND p.ticket_id = o.ticket_id AND p.seq < o.seq AND NOT p.dead)"
    " ORDER BY o.next_us, o.made_us, o.key LIMIT ?{lock})"
    " UPDATE supportflow_outbox SET next_us = ?, attempts = attempts + 1, token = ?"
    " WHERE tenant = ? AND key IN (SELECT key FROM one)"
    " RETURNING key, topic, ticket_id, seq, attempts, next_us, made_us"
)
_ROW = "key, topic, ticket_id, seq, attempts, next_us"


def due(cursor: Cursor, backend: Backend, tenant: str, before_us: int, limit: int) -> tuple[str, ...]:
    """Ids of tickets whose wake-up lies strictly before an instant, earliest first."""
    cursor.execute(backend.sql(_DUE), (tenant, before_us, limit))
    return tuple(row[0] for row in cursor.fetchall())


def claim_due(
    cursor: Cursor, backend: Backend, tenant: str, now_us: int, lease_us: int, limit: int
) -> tuple[Due, ...]:
    """Claim tickets that are due, earliest first."""
    statement = _CLAIM.format(materialized="MATERIALIZED ", until=_UNTIL[backend.name], lock=backend.lock)
    cursor.execute(backend.sql(statement), (tenant, now_us, now_us, limit, now_us, lease_us, tenant))
    rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[0]))
    return tuple(Due(ticket_id, claims) for ticket_id, claims, _ in rows)


def reschedule(
    cursor: Cursor, backend: Backend, tenant: str, ticket_id: str, version: int, wakeup_us: int | None
) -> bool:
    """Set a ticket's wake-up, if it is still at that version."""
    cursor.execute(
        backend.sql(
            "UPDATE supportflow_ticket SET wakeup_us = ?, claimed_us = NULL, claims = 0"
            " WHERE tenant = ? AND id = ? AND version = ?"
        ),
        (wakeup_us, tenant, ticket_id, version),
    )
    return cursor.rowcount == 1


def lead(
    cursor: Cursor, backend: Backend, tenant: str, role: str, holder: str, now_us: int, until_us: int
) -> bool:
    """Become, or stay, the only holder of a role until an instant."""
    cursor.execute(
        backend.sql(
            "INSERT INTO supportflow_leader AS l (tenant, role, holder, until_us) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (tenant, role) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us"
            " WHERE l.holder = excluded.holder OR l.until_us <= ?"
        ),
        (tenant, role, holder, until_us, now_us),
    )
    return cursor.rowcount == 1


def lease(
    cursor: Cursor,
    backend: Backend,
    tenant: str,
    now_us: int,
    until_us: int,
    topics: Collection[str],
    limit: int,
) -> tuple[Lease, ...]:
    """Claim deliveries that are due, the first of each ticket and topic; those first that have been for longest."""
    if not topics:
        return ()
    token = secrets.token_hex(16)
    statement = _LEASE.format(
        materialized="MATERIALIZED ", topics=", ".join("?" * len(topics)), lock=backend.lock
    )
    if backend.name == "postgresql":
        statement = statement.replace(backend.lock, " FOR UPDATE OF o SKIP LOCKED")
    cursor.execute(backend.sql(statement), (tenant, now_us, *topics, limit, until_us, token, tenant))
    rows = sorted(cursor.fetchall(), key=lambda row: (row[6], row[2], row[3]))
    return tuple(Lease(OutboxRow(*row[:6]), token) for row in rows)


def settle(
    cursor: Cursor,
    backend: Backend,
    tenant: str,
    key: str,
    token: str,
    *,
    retry_us: int | None,
    error: str | None,
) -> bool:
    """End a claim."""
    mine = " WHERE tenant = ? AND key = ? AND token = ?"
    if error is None and retry_us is not None:
        cursor.execute(
            backend.sql(
                f"UPDATE supportflow_outbox SET token = NULL, next_us = ?, attempts = attempts - 1{mine}"
            ),
            (retry_us, tenant, key, token),
        )
    elif error is None:
        cursor.execute(backend.sql(f"DELETE FROM supportflow_outbox{mine}"), (tenant, key, token))
    elif retry_us is None:
        cursor.execute(
            backend.sql(f"UPDATE supportflow_outbox SET token = NULL, error = ?, dead = true{mine}"),
            (error, tenant, key, token),
        )
    else:
        cursor.execute(
            backend.sql(f"UPDATE supportflow_outbox SET token = NULL, error = ?, next_us = ?{mine}"),
            (error, retry_us, tenant, key, token),
        )
    return cursor.rowcount == 1


def dead_letters(cursor: Cursor, backend: Backend, tenant: str, limit: int) -> tuple[DeadLetter, ...]:
    """Deliveries that were given up, oldest first."""
    cursor.execute(
        backend.sql(
            f"SELECT {_ROW}, error FROM supportflow_outbox WHERE tenant = ? AND dead"
            " ORDER BY made_us, ticket_id, seq, key LIMIT ?"
        ),
        (tenant, limit),
    )
    return tuple(DeadLetter(OutboxRow(*row[:6]), row[6] or "") for row in cursor.fetchall())


def revive(cursor: Cursor, backend: Backend, tenant: str, key: str, now_us: int) -> bool:
    """Make a dead delivery due again, in its old place."""
    cursor.execute(
        backend.sql(
            "UPDATE supportflow_outbox SET dead = false, attempts = 0, next_us = ?"
            " WHERE tenant = ? AND key = ? AND dead"
        ),
        (now_us, tenant, key),
    )
    return cursor.rowcount == 1


def drop(cursor: Cursor, backend: Backend, tenant: str, key: str) -> bool:
    """Forget a dead delivery."""
    cursor.execute(
        backend.sql("DELETE FROM supportflow_outbox WHERE tenant = ? AND key = ? AND dead"), (tenant, key)
    )
    return cursor.rowcount == 1
