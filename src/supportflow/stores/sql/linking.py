r"""The chain of each stream: links that are written with the events, and what asks for them.

On PostgreSQL the server hashes, inside the one statement of the commit; on SQLite the link before is read first. Where the
link before is missing there is none to come: those are made later, by whoever vouches for them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from supportflow.model.storage import Commit, StreamChange
from supportflow.records.chain import digest, links, root
from supportflow.stores.sql.backends import Backend, Cursor
from supportflow.stores.sql.columns import EVENT_ROW
from supportflow.stores.sql.link import Mode

__all__ = [
    "FRESH",
    "LINK",
    "Linked",
    "fresh_values",
    "link_before",
    "linked",
    "linked_rows",
    "read_links",
    "set_links",
    "streams",
]

T = TypeVar("T")
FRESH = (*EVENT_ROW, "digest", "root", "starts")
"""What a statement on PostgreSQL is told of a new event. The root is that of its stream, if it is the stream's first."""
_TABLES = ("event", "event_archive")
LINK = "SELECT link FROM supportflow_event WHERE tenant = ? AND stream = ? AND seq = ?"
"""Asks for the link of an event."""
_PREFIX = r"'\x02'::bytea"


def linked(alone: bool) -> str:
    """The parts of a statement that link the new events, given as `fresh`; the last is `linked`, of stream, seq and link.

    Args:
        alone: Whether each stream has one new event.
    """
    before = (
        "coalesce(f.root, (SELECT e.link FROM supportflow_event AS e"
        " WHERE e.tenant = f.tenant AND e.stream = f.stream AND e.seq = f.seq - 1))"
    )
    first = f"SELECT f.stream, f.seq, sha256({_PREFIX} || {before} || f.digest) AS link FROM fresh AS f"
    if alone:
        return f"linked AS ({first})"
    return (
        f"linked AS ({first} WHERE f.starts UNION ALL"
        f" SELECT f.stream, f.seq, sha256({_PREFIX} || l.link || f.digest)"
        " FROM linked AS l JOIN fresh AS f ON f.stream = l.stream AND f.seq = l.seq + 1)"
    )


def fresh_values(commit: Commit) -> list[object]:
    """The values of `FRESH` for each new event of a commit."""
    tenant = commit.tenant
    values: list[object] = []
    for change in commit.changes:
        begins = None if change.expected else root(tenant, change.stream)
        starts = True
        for event in change.events:
            values += (tenant, change.stream, *event, digest(event), begins, starts)
            begins, starts = None, False
    return values


def link_before(cursor: Cursor, tenant: str, change: StreamChange) -> bytes | None:
    """The link before the new events of a change in a SQLite database; None if it is missing."""
    if not change.expected or not change.events:
        return root(tenant, change.stream)
    cursor.execute(LINK, (tenant, change.stream, change.expected))
    found = cursor.fetchone()
    return None if found is None else found[0]


def linked_rows(tenant: str, change: StreamChange, before: bytes | None) -> Iterator[tuple[object, ...]]:
    """The new events of a change with their links, as SQLite keeps them."""
    chain = iter(()) if before is None else links(before, change.events)
    for event in change.events:
        yield (tenant, change.stream, *event, next(chain, None))


def read_links(
    cursor: Cursor, backend: Backend, tenant: str, stream: str, after: int, limit: int | None
) -> tuple[bytes | None, ...]:
    """The links of a stream's events, archived or not, from the one after `after`."""
    for table in _TABLES:
        cut = "" if limit is None else " LIMIT ?"
        cursor.execute(
            backend.sql(
                f"SELECT link FROM supportflow_{table} WHERE tenant = ? AND stream = ? AND seq > ? ORDER BY seq{cut}"
            ),
            (tenant, stream, after) if limit is None else (tenant, stream, after, limit),
        )
        rows = cursor.fetchall()
        if rows:
            return tuple(row[0] for row in rows)
    return ()


def set_links(
    cursor: Cursor, backend: Backend, tenant: str, stream: str, first: int, chain: Sequence[bytes]
) -> int:
    """Give events that have no link their links; how many had none."""
    done = 0
    for table in _TABLES:
        for seq, link in enumerate(chain, first):
            cursor.execute(
                backend.sql(
                    f"UPDATE supportflow_{table} SET link = ?"
                    " WHERE tenant = ? AND stream = ? AND seq = ? AND link IS NULL"
                ),
                (link, tenant, stream, seq),
            )
            done += cursor.rowcount
    return done


def streams(
    cursor: Cursor, backend: Backend, tenant: str, after: str, limit: int
) -> tuple[tuple[str, int], ...]:
    """The streams whose names sort after `after`, in that order, each with the number of its last event."""
    halves = " UNION ALL ".join(
        f"SELECT stream, seq FROM supportflow_{table} WHERE tenant = ? AND stream > ?" for table in _TABLES
    )
    cursor.execute(
        backend.sql(
            f"SELECT stream, max(seq) FROM ({halves}) AS every GROUP BY stream ORDER BY stream LIMIT ?"
        ),
        (tenant, after, tenant, after, limit),
    )
    return tuple((row[0], row[1]) for row in cursor.fetchall())


class Linked(ABC):
    """What a store has of it."""

    @abstractmethod
    def _run(self, mode: Mode, work: Callable[..., T], *values: Any, **named: Any) -> T:
        """Run some work on a cursor."""

    def links(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[bytes | None]:
        """The links of a stream's events, from the one after `after`."""
        return self._run("read", read_links, tenant, stream, after, limit)

    def set_links(self, tenant: str, stream: str, first: int, links: Sequence[bytes], /) -> int:
        """Give events that have no link their links; how many had none."""
        return self._run("write", set_links, tenant, stream, first, links)

    def streams(self, tenant: str, after: str, limit: int, /) -> Sequence[tuple[str, int]]:
        """The streams whose names sort after `after`, in that order, each with the number of its last event."""
        return self._run("read", streams, tenant, after, limit)
