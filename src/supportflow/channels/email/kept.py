"""A file of SQLite's beside the desk's store, for what mail alone needs to keep."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from supportflow.exceptions import StoreError

__all__ = ["KeptFile"]


class KeptFile:
    """Shared by threads, and with other processes; what is deleted is overwritten.

    Args:
        path: The file, made if it is not there.
        what: What is kept in it, for errors.
        tables: Statements that make its tables, if they are not there.

    Raises:
        StoreError: If it cannot be opened; and whenever it cannot be used.
    """

    def __init__(self, path: Path | str, what: str, tables: Sequence[str]) -> None:
        self._lock = Lock()
        self._what = what
        try:
            self._database = sqlite3.connect(path, check_same_thread=False, timeout=30, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA secure_delete = ON")
            for one in tables:
                self._database.execute(one)
        except sqlite3.Error as error:
            raise StoreError(f"the file of {what} cannot be opened: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def used(self) -> Iterator[sqlite3.Cursor]:
        """A cursor; each statement is a transaction of its own."""
        try:
            with self._lock, closing(self._database.cursor()) as cursor:
                yield cursor
        except sqlite3.Error as error:
            raise StoreError(f"the file of {self._what} cannot be used: {error}") from error

    @contextmanager
    def written(self) -> Iterator[sqlite3.Cursor]:
        """A cursor inside of one transaction that writes."""
        with self.used() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def emptied(self) -> None:
        """After something was deleted: the log beside the file still has its pages as they were."""
        with self.used() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
