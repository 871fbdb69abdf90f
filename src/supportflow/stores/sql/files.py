"""Connections to SQLite's databases, by the standard library alone: what they are set to, and how files are kept."""

import sqlite3
import warnings
from contextlib import suppress
from typing import Any, TypeVar

from supportflow.stores.sql.backends import SQLITE
from supportflow.stores.sql.link import Work
from supportflow.stores.sql.urls import SqliteUrl, in_memory

__all__ = ["SqliteSource", "opened", "read", "warn_of_wal_reset"]

T = TypeVar("T")


class SqliteSource:
    """Opens connections to a SQLite database: a new one each time, or of a database in memory always the same.

    Args:
        url: Where it is.
    """

    backend = SQLITE
    keep = True
    cursor_options: dict[str, Any] = {}  # noqa: RUF012 - nobody adds to it

    def __init__(self, url: SqliteUrl) -> None:
        self._name, self._options = url.arguments()
        self._journal = url.journal_mode
        self.in_file = not in_memory(url)
        self.one = self.shared = not self.in_file
        self._kept: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        """A connection in autocommit mode, on which what is committed is on the disk."""
        if self._kept is not None:
            return self._kept
        connection: sqlite3.Connection = sqlite3.connect(self._name, **self._options)
        try:
            connection.isolation_level = None
            if self.in_file:
                _prepare_file(connection, self._journal)
            connection.execute("PRAGMA synchronous = FULL").close()
        except BaseException:
            connection.close()
            raise
        if self.one:
            self._kept = connection
        return connection

    @staticmethod
    def raw(connection: Any) -> Any:
        """The driver's own connection: this one."""
        return connection

    def let_go(self, connection: Any) -> None:
        """Close a connection that nobody uses any more."""
        if self.in_file:
            connection.close()

    def drop(self, connection: Any) -> None:
        """Close a connection that is in an unknown state. One in memory *is* the database: it is only taken back."""
        if not self.in_file:
            with suppress(sqlite3.Error):
                connection.rollback()
                return
            self._kept = None
        connection.close()

    def dispose(self) -> None:
        """Let go of all that is kept here."""
        connection, self._kept = self._kept, None
        if connection is not None:
            connection.close()

    def begin_anew(self) -> None:
        """Nothing of the parent's is kept here, in a process that was forked off, but a copy of what is in memory."""

    @staticmethod
    def is_drivers(error: Exception) -> bool:
        """Whether the driver raised it."""
        return isinstance(error, sqlite3.Error | UnicodeError | OverflowError)

    @staticmethod
    def is_lost(error: Exception, _raw: Any) -> bool:
        """Whether the connection was closed."""
        return isinstance(error, sqlite3.ProgrammingError) and "Cannot operate on a closed database" in str(
            error
        )

    @staticmethod
    def has_none() -> str | None:
        """Nothing but what others did not make keeps tables away."""
        return None


def opened(url: SqliteUrl) -> sqlite3.Connection:
    """A connection as the driver makes it. The file stays in its journal mode."""
    name, options = url.arguments()
    connection: sqlite3.Connection = sqlite3.connect(name, **options)
    return connection


def read(raw: Any, cursor: Any, work: Work[T]) -> T:
    """Run work that reads SQLite. Text that is no UTF-8, in a damaged row, must not keep all other rows from being read."""
    try:
        return work(cursor)
    except Exception as error:
        if "Could not decode to UTF-8" not in str(error):
            raise
    strict, raw.text_factory = raw.text_factory, lambda text: text.decode("utf-8", "replace")
    try:
        return work(cursor)
    finally:
        raw.text_factory = strict


_FOREIGN = (
    "SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'supportflow\\_%' ESCAPE '\\'"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' LIMIT 1"
)


def _prepare_file(connection: Any, journal: str | None) -> None:
    """Have a file in the mode that was asked for; if none was, an own one in WAL mode.

    The mode is the file's, for whoever opens it: that of a file with other people's tables is theirs to choose.
    """
    if journal is None and connection.execute(_FOREIGN).fetchone() is None:
        journal = "wal"
    if journal is not None and _mode(connection) != journal:
        connection.execute(f"PRAGMA journal_mode = {journal}").close()


def _mode(connection: Any) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def warn_of_wal_reset(version: tuple[int, int, int]) -> None:
    """Warn of SQLite's WAL-reset bug: two connections that write or checkpoint at once could damage a file in WAL mode.

    It is in 3.7.0 to 3.51.2 and in the withdrawn 3.52.0; fixed in 3.51.3, and in the branches 3.44 and 3.50 from 3.44.6 and
    3.50.7 (https://sqlite.org/wal.html#walresetbug). One store takes turns at writing, so one process is safe.
    """
    if version >= (3, 51, 3) and version != (3, 52, 0):
        return
    if (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0):
        return
    warnings.warn(
        f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug, and this file is in WAL mode: open it from one process"
        " and one store only, or leave WAL with ?journal_mode=delete in the URL, or use SQLite 3.51.3 or newer"
        " (https://sqlite.org/wal.html#walresetbug)",
        RuntimeWarning,
        stacklevel=2,
    )
