"""The feed: the events of all streams in one order, in which nothing ever comes before what somebody has read.

A change of a stream is a span of events, and a span has the place of its last event; the others come just before. SQLite has
one writer at a time, so a span gets its place when it is written. On PostgreSQL the transaction that wrote first can be
committed last, and a reader who has gone on would never see it. So a span gets its place only once it is committed: from
whoever reads next, or from a writer after some hundred commits, one of them at a time. What is committed later comes later.
"""

from collections.abc import Iterator

from supportflow.model.storage import Commit, EventRow, FeedRow
from supportflow.stores.sql.backends import Backend, Cursor
from supportflow.stores.sql.columns import EVENT

__all__ = ["ROW", "add", "end", "is_behind", "place", "read", "spans"]

ROW = ("tenant", "stream", "first", "last")
BATCH = 5_000
"""Spans that get their places in one transaction."""
_ADD = (
    "INSERT INTO supportflow_feed (tenant, arrived, stream, first, last, place)"
    " SELECT tenant, place, stream, first, last, place FROM (SELECT ? AS tenant, ? AS stream, ? AS first, ? AS last,"
    " ? + coalesce((SELECT max(place) FROM supportflow_feed WHERE tenant = ? AND place IS NOT NULL), 0) AS place)"
)
_NEW = "FROM supportflow_feed WHERE tenant = ? AND place IS NULL"
_PLACE = (
    f"WITH fresh AS (SELECT arrived, last - first + 1 AS length {_NEW} ORDER BY arrived LIMIT ?),"
    " summed AS (SELECT arrived, sum(length) OVER (ORDER BY arrived) AS so_far FROM fresh),"
    " placed AS (UPDATE supportflow_feed AS f SET place = ?::bigint + summed.so_far FROM summed"
    " WHERE f.tenant = ? AND f.arrived = summed.arrived RETURNING f.place)"
    " UPDATE supportflow_feed_end SET place = (SELECT max(place) FROM placed)"
    " WHERE tenant = ? AND EXISTS (SELECT 1 FROM placed) RETURNING (SELECT count(*) FROM placed)"
)


def spans(commit: Commit) -> Iterator[tuple[str, int, int]]:
    """The streams that have new events, each with the first and the last of them."""
    for change in commit.changes:
        if change.events:
            yield change.stream, change.events[0].seq, change.events[-1].seq


def add(cursor: Cursor, commit: Commit) -> None:
    """Put a commit's events into the feed of a SQLite database. On PostgreSQL the statement of the commit does that."""
    tenant = commit.tenant
    for stream, first, last in spans(commit):
        cursor.execute(_ADD, (tenant, stream, first, last, last - first + 1, tenant))


def place(cursor: Cursor, backend: Backend, tenant: str, most: int = BATCH) -> int:
    """Give committed spans their places, in the order in which they were written; how many, up to so many.

    To be called in a transaction of its own: whoever reads while it lasts waits for it, and commands do not.
    """
    lock = backend.sql("SELECT place FROM supportflow_feed_end WHERE tenant = ? FOR UPDATE")
    cursor.execute(lock, (tenant,))
    end = cursor.fetchone()
    if end is None:
        cursor.execute(
            backend.sql(
                "INSERT INTO supportflow_feed_end (tenant, place) VALUES (?, 0) ON CONFLICT (tenant) DO NOTHING"
            ),
            (tenant,),
        )
        cursor.execute(lock, (tenant,))
        end = cursor.fetchone()
    # Only now is it looked what is new: what others have placed before the lock was had is not.
    cursor.execute(backend.sql(_PLACE), (tenant, most, end[0], tenant, tenant))
    placed = cursor.fetchone()
    return 0 if placed is None else int(placed[0])


def is_behind(cursor: Cursor, backend: Backend, tenant: str) -> bool:
    """Whether something was committed that has no place yet."""
    if backend.name == "sqlite":
        return False
    cursor.execute(backend.sql(f"SELECT EXISTS (SELECT 1 {_NEW})"), (tenant,))
    return bool(cursor.fetchone()[0])


def end(cursor: Cursor, backend: Backend, tenant: str) -> int:
    """The last place that was given."""
    cursor.execute(
        backend.sql(
            "SELECT coalesce(max(place), 0) FROM supportflow_feed WHERE tenant = ? AND place IS NOT NULL"
        ),
        (tenant,),
    )
    return int(cursor.fetchone()[0])


def read(cursor: Cursor, backend: Backend, tenant: str, after: int, limit: int) -> tuple[FeedRow, ...]:
    """The events beyond a place, archived or not, in order."""
    events = ", ".join(f"e.{column}" for column in EVENT)
    some = "(SELECT stream, first, last, place FROM supportflow_feed WHERE tenant = ? AND place > ? ORDER BY place LIMIT ?)"
    parts = [
        f"SELECT f.place - f.last + e.seq AS at, f.stream, {events} FROM {some} AS f JOIN supportflow_{table} AS e"
        " ON e.tenant = ? AND e.stream = f.stream AND e.seq BETWEEN f.first AND f.last"
        " WHERE f.place - f.last + e.seq > ?"
        for table in ("event", "event_archive")
    ]
    cursor.execute(
        backend.sql(f"{' UNION ALL '.join(parts)} ORDER BY at LIMIT ?"),
        (*(tenant, after, limit, tenant, after) * 2, limit),
    )
    return tuple(FeedRow(at, stream, EventRow(*event)) for at, stream, *event in cursor.fetchall())
