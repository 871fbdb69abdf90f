"""A file of SQLite's beside a desk's store, for what one part alone needs to keep."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from supportflow._forks import Locked
from supportflow.exceptions import StoreError

__all__ = ["KeptFile"]

_MEMORY = ":memory:"


class KeptFile(Locked):
    """Shared by threads, and with other processes, one of which writes at a time. What is deleted is overwritten.

    There is no log beside it: one keeps what was deleted for as long as another process reads.

    Args:
        path: The file, made if it is not there; or memory.
        what: What it is, for errors.
        tables: Statements that make its tables, if they are not there.
        wait_s: How many seconds one process waits for another.

    Raises:
        StoreError: If it cannot be opened; and whenever it cannot be used.
    """

    def __init__(self, path: Path | str, what: str, tables: Sequence[str], *, wait_s: float = 30) -> None:
        super().__init__()
        self._path = path
        self._what = what
        self._wait_s = wait_s
        self._closed = False
        self._database: sqlite3.Connection | None = None
        self._left_behind: sqlite3.Connection | None = None
        try:
            opened = self._opened()
            for one in tables:
                opened.execute(one)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"{what} cannot be opened: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            if self._database is not None:
                self._database.close()

    @contextmanager
    def used(self) -> Iterator[sqlite3.Cursor]:
        """A cursor; each statement is a transaction of its own."""
        try:
            with self._lock, closing(self._opened().cursor()) as cursor:
                yield cursor
        except sqlite3.Error as error:
            raise StoreError(f"{self._what} cannot be used: {error}") from error

    @contextmanager
    def written(self) -> Iterator[sqlite3.Cursor]:
        """A cursor inside of one transaction that writes."""
        with self.used() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if cursor.connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            made = sqlite3.connect(
                self._path, check_same_thread=False, timeout=self._wait_s, isolation_level=None
            )
            self._database = made
            if self._closed:
                made.close()
            else:
                made.execute("PRAGMA secure_delete = ON")
        return self._database

    # --- forks ---------------------------------------------------------------------------------

    def _before_fork(self) -> None:
        """Have no connection to a file open: a child would believe that it holds the locks of its parent."""
        super()._before_fork()
        if self._held and self._database is not None and str(self._path) != _MEMORY:
            self._database.close()
            self._database = None

    def _after_fork_in_child(self) -> None:
        """Begin with a connection of this process; one that somebody was at is left alone, not closed."""
        super()._after_fork_in_child()
        if str(self._path) != _MEMORY:
            self._left_behind, self._database = self._database, None
