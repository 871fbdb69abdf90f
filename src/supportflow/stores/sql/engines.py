"""Engines of SQLAlchemy: the store's own for PostgreSQL, and those of hosts."""

import os
import re
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Engine, event, exc, make_url
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from supportflow.exceptions import InvalidInput, StoreUnavailable
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend, driver_of
from supportflow.stores.sql.urls import is_in_memory

__all__ = ["EngineSource", "engine_options", "engine_url", "longest_s", "of_host"]

SESSION = {
    # A lost reply must not mean a lost command, a frozen worker must not hold its locks for ever, and no statement may hold
    # up whoever waits for its answer.
    "options": (
        "-c synchronous_commit=on -c idle_in_transaction_session_timeout=30s -c lock_timeout=10s"
        " -c statement_timeout=12s"
    ),
    "application_name": "supportflow",
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def engine_url(database: str | URL) -> URL:
    """A URL of PostgreSQL with the driver that is used for it.

    Raises:
        InvalidInput: If it is no URL.
    """
    try:
        url = make_url(database)
    except (exc.ArgumentError, ValueError):  # the latter of a port that is no number
        raise InvalidInput("database", "is not a URL such as postgresql://user@host/name") from None
    return url.set(drivername="postgresql+psycopg")


def in_memory(url: URL) -> bool:
    """Whether a URL is of a SQLite database that is in no file."""
    return url.get_backend_name() == "sqlite" and is_in_memory(url.database, url.query)


_STATIC = (
    "keeps no connection for all: make the engine with"
    " poolclass=StaticPool, connect_args={'check_same_thread': False}"
)


def engine_options(url: URL) -> dict[str, Any]:
    """What an engine for a URL is made with; what the URL itself says comes first."""
    return {"connect_args": {key: value for key, value in SESSION.items() if key not in url.query}}


_TIMEOUT = re.compile(r"statement_timeout\s*=\s*'?(\d{1,9})\s*(us|ms|s|min|h|d)?\b")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_GRACE_S = 2.0


def longest_s(url: URL) -> float | None:
    """How long a statement is waited for, a little longer than the server lets it run; None for ever.

    A server that is frozen, or a line that swallows everything, ends no statement: the waiting has to end here.
    """
    said = _TIMEOUT.search(str(url.query.get("options", ""))) or _TIMEOUT.search(SESSION["options"])
    assert said is not None
    seconds = int(said[1]) * _SECONDS[said[2] or "ms"]
    return seconds + _GRACE_S if seconds else None


class EngineSource:
    """Connections of an SQLAlchemy engine.

    Args:
        engine: The engine.
        ours: Whether the store made it: a host's is left as it is.

    Raises:
        InvalidInput: If it is for a database that is not supported.
    """

    def __init__(self, engine: Engine, *, ours: bool) -> None:
        self.backend = _backend_of(engine)
        self._engine = engine
        self._driver: Any = engine.dialect.loaded_dbapi
        self._made: WeakSet[Any] = WeakSet()
        plain = not engine.dialect.is_async
        self.keep = ours and plain
        self.shared = isinstance(engine.pool, StaticPool | SingletonThreadPool)
        self.one = isinstance(engine.pool, StaticPool)
        self.in_file = self.backend is SQLITE and not in_memory(engine.url)
        self.cursor_options = {"binary": True} if self.backend is POSTGRESQL and plain else {}
        if ours:
            event.listen(engine, "connect", self._prepare)

    def _prepare(self, connection: Any, _record: object) -> None:
        connection.autocommit = True
        self._made.add(driver_of(connection))

    def connect(self) -> Any:
        """A connection of the pool.

        Raises:
            StoreUnavailable: If the pool has none left.
        """
        try:
            return self._engine.raw_connection()
        except exc.TimeoutError as error:
            raise StoreUnavailable from error

    @staticmethod
    def raw(connection: Any) -> Any:
        """The driver's own connection, as SQLAlchemy hands it out."""
        return connection.dbapi_connection

    @staticmethod
    def let_go(connection: Any) -> None:
        """Give a connection back to the pool."""
        connection.close()

    @staticmethod
    def drop(connection: Any) -> None:
        """Have a connection closed."""
        if connection.dbapi_connection is not None:  # interrupted, somebody may do it twice
            connection.invalidate()

    def dispose(self) -> None:
        """Close what lies idle in the pool."""
        self._engine.dispose()

    def begin_anew(self) -> None:
        """Have nothing of the parent's, in a process that was forked off."""
        for raw in tuple(self._made):
            _cut_off(raw)
        self._made.clear()
        if self.backend is POSTGRESQL or self.in_file:
            self._engine.dispose(close=False)

    def is_drivers(self, error: Exception) -> bool:
        """Whether the driver raised it, or SQLAlchemy above it."""
        return isinstance(error, (self._driver.Error, exc.SQLAlchemyError, UnicodeError, OverflowError))

    def is_lost(self, error: Exception, raw: Any) -> bool:
        """Whether the connection is of no use any more."""
        return isinstance(error, self._driver.Error) and self._engine.dialect.is_disconnect(error, raw, None)

    def has_none(self) -> str | None:
        """Why a host's engine has no tables where others have made them; None if it is one database for all."""
        if in_memory(self._engine.url) and isinstance(self._engine.pool, SingletonThreadPool):
            return f"the database is in memory, and each thread has one of its own: SingletonThreadPool {_STATIC}"
        return None


def of_host(engine: Engine) -> EngineSource:
    """The connections of a host's engine.

    Raises:
        InvalidInput: If it is for a database that is not supported, or for a SQLite database in memory of which each
            connection has one of its own, or which goes with its last connection.
    """
    if in_memory(engine.url) and not isinstance(engine.pool, StaticPool | SingletonThreadPool):
        raise InvalidInput("database", f"is in memory, and {type(engine.pool).__name__} {_STATIC}")
    return EngineSource(engine, ours=False)


def _backend_of(engine: Engine) -> Backend:
    dialect = engine.dialect
    if dialect.name == "sqlite" and not dialect.is_async:
        return SQLITE
    if dialect.name == "postgresql" and dialect.driver in {"psycopg", "psycopg_async"}:
        return POSTGRESQL
    raise InvalidInput(
        "database", f"is {dialect.name}+{dialect.driver}: it must be sqlite or postgresql+psycopg"
    )


def _cut_off(raw: Any) -> None:
    """Take this process off a line that is its parent's: whatever it would send there, such as a farewell, goes nowhere."""
    if raw.closed:
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, raw.pgconn.socket, inheritable=False)
    os.close(nowhere)
