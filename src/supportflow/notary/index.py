"""Where in a log the latest head of each stream lies. It can be made anew from the log at any time, and vouches for nothing.

It is also how one process at a time grows a log: whoever has its write lock. A process that dies gives it up.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from supportflow.exceptions import RecordsError
from supportflow.notary.folder import LogFolder
from supportflow.records.entries import Batch, Entry, Head, read_entry

__all__ = ["Index", "Known", "last_batch"]

_NAME = ".index.db"
_WAIT_S = 60.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS head (stream BLOB PRIMARY KEY, place INTEGER, last INTEGER, link BLOB) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS name (root BLOB PRIMARY KEY, stream BLOB) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS size (entries INTEGER)",
)


class Known(NamedTuple):
    """The latest head of a stream.

    Attributes:
        place: Where its entry lies in the log.
        last: Number of the last event.
        link: Of that event.
    """

    place: int
    last: int
    link: bytes


class Index:
    """The index of a log.

    Args:
        log: The log.
    """

    def __init__(self, log: LogFolder) -> None:
        self._log = log
        log.path.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(log.path / _NAME, timeout=_WAIT_S, isolation_level=None)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock; what is written meanwhile is kept at the end, or given up with the error.

        Raises:
            RecordsError: If somebody else holds it for too long, or the index cannot be used.
        """
        try:
            self._rows.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _unusable(error) from error
        try:
            for table in _TABLES:
                self._rows.execute(table)
            yield
            self._rows.execute("COMMIT")
        except BaseException:
            self._rows.execute("ROLLBACK")
            raise

    def catch_up(self, size: int) -> None:
        """Take in what the log has and the index has not; under the lock.

        Args:
            size: How many entries the log has.
        """
        found = self._rows.execute("SELECT entries FROM size").fetchone()
        known = 0 if found is None else found[0]
        if known > size:  # the log was put back to an earlier state
            for table in ("head", "name", "size"):
                self._rows.execute(f"DELETE FROM {table}")  # noqa: S608 - names of its own
            known = 0
        for place, data in self._log.entries(size, known):
            self.add(place, read_entry(data))
        self.note_size(size)

    def note_size(self, size: int) -> None:
        """The index has what a log of that size has."""
        self._rows.execute("DELETE FROM size")
        self._rows.execute("INSERT INTO size (entries) VALUES (?)", (size,))

    def add(self, place: int, entry: Entry) -> None:
        """Note where an entry lies."""
        if isinstance(entry, Head):
            self._rows.execute(
                "INSERT OR REPLACE INTO head (stream, place, last, link) VALUES (?, ?, ?, ?)",
                (bytes.fromhex(entry.stream), place, entry.last, bytes.fromhex(entry.head)),
            )

    def find(self, stream: bytes) -> Known | None:
        """The latest head of the stream that has this first link."""
        row = self._rows.execute("SELECT place, last, link FROM head WHERE stream = ?", (stream,)).fetchone()
        return None if row is None else Known(*row)

    def first_link(self, root: bytes) -> bytes | None:
        """The first link of the stream that has this root, if it was noted."""
        row = self._rows.execute("SELECT stream FROM name WHERE root = ?", (root,)).fetchone()
        return None if row is None else bytes(row[0])

    def note_first_link(self, root: bytes, stream: bytes) -> None:
        """Note the first link of a stream."""
        self._rows.execute("INSERT OR REPLACE INTO name (root, stream) VALUES (?, ?)", (root, stream))

    def is_at(self, size: int) -> bool:
        """Whether the index has what a log of that size has."""
        try:
            found = self._rows.execute("SELECT entries FROM size").fetchone()
        except sqlite3.OperationalError:
            return False
        return found is not None and found[0] == size

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()


def last_batch(log: LogFolder, size: int) -> Batch:
    """The batch that ends a log.

    Raises:
        RecordsError: If it does not end with one.
    """
    if not size:
        return Batch(0, 0, 0, 0, 0)
    entry = log.entry(size, size - 1)
    if not isinstance(entry, Batch):
        raise RecordsError("log", "does not end with a batch")
    return entry


def _unusable(error: sqlite3.Error) -> RecordsError:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return RecordsError("log", "another process grows it")
    return RecordsError("log", f"its index cannot be used; delete {_NAME}, it is made anew")
