"""How a database does, in numbers: what waits, what is due, who leads. It is read, and nothing is claimed."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from supportflow.stores.sql.backends import Backend, Cursor
from supportflow.stores.sql.revisions import VERSION_TABLE

__all__ = ["Leader", "Overview", "overview", "texts", "waiting"]


class Leader(NamedTuple):
    """Who leads at something that one process at a time does.

    Attributes:
        role: What, such as `"dispatcher"`.
        holder: The process, as it called itself.
        until_us: Until when it leads, if it is not heard of again.
    """

    role: str
    holder: str
    until_us: int


class Overview(NamedTuple):
    """How a tenant's part of a database does.

    Attributes:
        revision: Of the tables.
        used: Whether a desk of the tenant has ever written to it.
        at_us: The instant that this is true of, by the clock of whoever asks.
        now_us: The database's own clock at this instant; None where it has none.
        latest_us: When a ticket was changed last, by the clock of whoever changed it; None if there is none.
        open: Tickets that are owed something.
        queued: Of these, those that wait for an agent.
        queued_since_us: When the one that waits longest came in.
        due: Tickets whose wake-up has passed.
        due_since_us: The earliest wake-up.
        claimed: Tickets that a worker has taken to let time pass on them.
        deliveries: Deliveries that wait.
        deliveries_due: Of these, those whose time has come.
        deliveries_since_us: When the first of these was to be made.
        failing: Deliveries that have failed at least once, and are tried again.
        dead: Deliveries that were given up.
        leaders: Who leads at what.
    """

    revision: str
    used: bool
    at_us: int
    now_us: int | None
    latest_us: int | None
    open: int
    queued: int
    queued_since_us: int | None
    due: int
    due_since_us: int | None
    claimed: int
    deliveries: int
    deliveries_due: int
    deliveries_since_us: int | None
    failing: int
    dead: int
    leaders: tuple[Leader, ...]


_WITHOUT = "NOT dead AND topic <> 'floor'"
"""What tells a dispatcher of changes is no delivery."""


def overview(cursor: Cursor, backend: Backend, tenant: str, clock: Callable[[], int]) -> Overview:
    """The numbers of a tenant, now by a clock: it is read beside the database's own, when everything is connected."""

    def row(statement: str, *values: object) -> tuple[int | None, ...]:
        cursor.execute(backend.sql(statement), values)
        return tuple(cursor.fetchone())

    tickets = f"SELECT count(*), min(order_us) FROM supportflow_ticket WHERE tenant = ? AND {backend.flag('queued', 1)}"
    cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
    revision = str(cursor.fetchone()[0])
    now_us, server_us = clock(), None
    if backend.name == "postgresql":
        (server_us,) = row("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    (used,) = row(
        "SELECT count(*) FROM (SELECT 1 FROM supportflow_event WHERE tenant = ? LIMIT 1) AS one", tenant
    )
    (latest,) = row("SELECT max(updated_us) FROM supportflow_ticket WHERE tenant = ?", tenant)
    (opened,) = row(
        f"SELECT count(*) FROM supportflow_ticket WHERE tenant = ? AND {backend.flag('open', 1)}", tenant
    )
    queued, since = row(tickets, tenant)
    due, first = row(
        "SELECT count(*), min(wakeup_us) FROM supportflow_ticket WHERE tenant = ? AND wakeup_us < ?",
        tenant,
        now_us,
    )
    (claimed,) = row(
        "SELECT count(*) FROM supportflow_ticket WHERE tenant = ? AND wakeup_us < ? AND claimed_us > ?",
        tenant, now_us, now_us,
    )  # fmt: skip
    waiting, failing = row(
        f"SELECT count(*), coalesce(sum(CASE WHEN attempts > 0 AND error IS NOT NULL THEN 1 ELSE 0 END), 0)"
        f" FROM supportflow_outbox WHERE tenant = ? AND {_WITHOUT}", tenant,
    )  # fmt: skip
    ready, ready_since = row(
        f"SELECT count(*), min(next_us) FROM supportflow_outbox WHERE tenant = ? AND next_us <= ? AND {_WITHOUT}",
        tenant, now_us,
    )  # fmt: skip
    (dead,) = row("SELECT count(*) FROM supportflow_outbox WHERE tenant = ? AND dead", tenant)
    cursor.execute(
        backend.sql("SELECT role, holder, until_us FROM supportflow_leader WHERE tenant = ? ORDER BY role"),
        (tenant,),
    )
    leaders = tuple(Leader(*found) for found in cursor.fetchall())
    return Overview(
        revision, bool(used), now_us, server_us, latest, opened or 0, queued or 0, since, due or 0, first, claimed or 0,
        waiting or 0, ready or 0, ready_since, int(failing or 0), dead or 0, leaders,
    )  # fmt: skip


def texts(cursor: Cursor, backend: Backend, tenant: str, subject: str) -> int:
    """How many texts of a person are there still."""
    cursor.execute(
        backend.sql(
            "SELECT count(*) FROM supportflow_content WHERE tenant = ? AND subject = ? AND salt IS NOT NULL"
        ),
        (tenant, subject),
    )
    return int(cursor.fetchone()[0])


def waiting(cursor: Cursor, backend: Backend, tenant: str, topics: Collection[str]) -> int:
    """How many deliveries wait under some topics; those that were given up are not among them."""
    marks = ", ".join("?" * len(topics))
    cursor.execute(
        backend.sql(
            f"SELECT count(*) FROM supportflow_outbox WHERE tenant = ? AND NOT dead AND topic IN ({marks})"
        ),
        (tenant, *topics),
    )
    return int(cursor.fetchone()[0])
