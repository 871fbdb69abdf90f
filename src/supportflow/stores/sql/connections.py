"""Where statements run: on connections of the store's own, or on the one that a host has a transaction open on."""

import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from threading import Lock, RLock, Semaphore
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

from supportflow.exceptions import InvalidInput, MissingExtra, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend, Cursor, Undo, refused
from supportflow.stores.sql.link import Link, Lost, Mode, Work

__all__ = ["Joined", "Own", "engine_options", "engine_url", "open_link", "warn_of_wal_reset"]

T = TypeVar("T")

SESSION = {
    # A lost reply must not mean a lost command, and a frozen worker must not hold its locks for ever.
    "options": "-c synchronous_commit=on -c idle_in_transaction_session_timeout=30s -c lock_timeout=10s",
    "application_name": "supportflow",
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
SESSIONS = 15
"""Connections of a store at most; whoever needs another one waits."""
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL")


def engine_url(database: str | URL) -> URL:
    """A database's URL with the driver that is used for it.

    Raises:
        InvalidInput: If it is no URL, or of another database.
    """
    try:
        url = make_url(database)
    except exc.ArgumentError:
        raise InvalidInput("database", "is not a URL such as sqlite:///desk.db") from None
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    name = drivers.get(url.drivername, url.drivername)
    if name not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise InvalidInput("database", f"is {url.drivername}: it must be sqlite or postgresql")
    return url.set(drivername=name)


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def engine_options(url: URL) -> dict[str, Any]:
    """What an engine for a URL is made with; what the URL itself says comes first."""
    if url.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
        if _in_memory(url):
            options["poolclass"] = StaticPool
        return options
    return {"connect_args": {key: value for key, value in SESSION.items() if key not in url.query}}


def open_link(database: Any) -> tuple[Link, bool]:
    """What runs statements on a database, and whether its connections are the store's own to close.

    Raises:
        InvalidInput: If it is nothing that a store can work on.
        MissingExtra: If the database's driver is not installed.
    """
    if isinstance(database, str | URL):
        url = engine_url(database)
        try:
            # The links leave every connection as they found it, so the pool need not reset it.
            pool = {} if _in_memory(url) else {"pool_size": SESSIONS, "max_overflow": 0}
            engine = create_engine(url, pool_reset_on_return=None, **pool, **engine_options(url))
        except ImportError:
            raise MissingExtra("postgres", "a store on PostgreSQL") from None
        return Own(engine, set_up(engine, ours=True), keep=True), True
    if isinstance(database, Engine):
        return Own(database, set_up(database, ours=False), keep=False), False
    return Joined(database), False


# --- the store's own ---------------------------------------------------------------------------


def set_up(engine: Engine, *, ours: bool) -> Backend:
    """Settle how an engine's connections behave.

    Raises:
        InvalidInput: If it is for a database that is not supported.
    """
    if engine.dialect.name == "sqlite" and not engine.dialect.is_async:
        version = engine.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
        if engine.url.database not in {None, "", ":memory:"}:
            warn_of_wal_reset(version)
        if ours:
            event.listen(engine, "connect", _prepare_sqlite)
            if "timeout" not in engine.url.query:  # what the URL says comes first
                event.listen(engine, "connect", _be_patient)
        return SQLITE
    if engine.dialect.name == "postgresql" and engine.dialect.driver in {"psycopg", "psycopg_async"}:
        if ours:
            event.listen(engine, "connect", _prepare_postgresql)
        return POSTGRESQL
    raise InvalidInput(
        "database",
        f"is {engine.dialect.name}+{engine.dialect.driver}: it must be sqlite or postgresql+psycopg",
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _be_patient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10000").close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True


def warn_of_wal_reset(version: tuple[int, int, int]) -> None:
    """Warn of SQLite's WAL-reset bug: two connections that write or checkpoint at once could corrupt the file.

    It is in 3.7.0 to 3.51.2 and in the withdrawn 3.52.0; fixed in 3.51.3, and in the branches 3.44 and 3.50 from 3.44.6 and
    3.50.7 (https://sqlite.org/wal.html#walresetbug). One store takes turns at writing, so one process is safe.
    """
    if version >= (3, 51, 3) and version != (3, 52, 0):
        return
    if (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0):
        return
    warnings.warn(
        f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug: open the file from one process and one store only, or"
        " use SQLite 3.51.3 or newer (https://sqlite.org/wal.html#walresetbug)",
        RuntimeWarning,
        stacklevel=4,
    )


class _Session:
    """A connection that is kept at hand: taking one from SQLAlchemy's pool costs as much as some statements."""

    __slots__ = ("age", "cursor", "fairy", "raw", "restore")

    def __init__(self, fairy: Any, cursor: Any, age: int, *, restore: bool) -> None:
        self.fairy = fairy
        self.restore = restore
        self.raw = fairy.dbapi_connection
        self.cursor = cursor
        self.age = age


class Own:
    """Connections from a pool, each in autocommit but for the transactions that are begun here.

    Args:
        engine: Gives the connections.
        backend: What kind of database it is.
        keep: Whether idle connections stay here instead of going back to the engine's pool.
    """

    joined = False

    def __init__(self, engine: Engine, backend: Backend, *, keep: bool) -> None:
        self.backend = backend
        self._engine = engine
        self._keep = keep
        self._idle: deque[_Session] = deque()
        self._age = 0
        # No more at once than the pool has, so that the pool never waits for one that lies idle here.
        self._slots: Any = Semaphore(SESSIONS) if keep else nullcontext()
        # SQLite has one writer: taking turns here is fairer, and cheaper, than running into each other there.
        self._write_lock: Any = Lock() if backend is SQLITE else nullcontext()
        self._read_lock: Any = nullcontext()
        if isinstance(engine.pool, StaticPool):
            self._write_lock = self._read_lock = RLock()
        self._binary = {"binary": True} if backend is POSTGRESQL and not engine.dialect.is_async else {}

    def run(self, work: Work[T], mode: Mode, /, *, retry: bool = True) -> T:
        """Run work on a connection at hand; once more on a new one if it turns out to be broken."""
        try:
            return self._run(work, mode)
        except Lost:
            self._forget()
            if not retry:
                raise
        try:
            return self._run(work, mode)
        except Lost as lost:
            raise StoreUnavailable from lost.__cause__

    def _run(self, work: Work[T], mode: Mode) -> T:
        with self._read_lock if mode == "read" else self._write_lock, self._slots:
            session = self._take()
            try:
                answer = self._work(session, work, mode)
            except Undo:
                self._give(session)
                raise
            except Exception as error:
                if self._is_lost(error, session.raw):
                    session.fairy.invalidate()
                    raise Lost from error
                self._give(session)
                if self._is_drivers(error):
                    raise refused(error) from error
                raise
            except BaseException:  # interrupted: nobody knows what it was at
                session.fairy.invalidate()
                raise
            self._give(session)
            return answer

    def _take(self) -> _Session:
        with suppress(IndexError):
            return self._idle.pop()
        try:
            fairy = self._engine.raw_connection()
            restore = self.backend is POSTGRESQL and not fairy.dbapi_connection.autocommit  # type: ignore[union-attr]
            if restore:
                fairy.dbapi_connection.autocommit = True  # type: ignore[union-attr]
            return _Session(fairy, fairy.cursor(**self._binary), self._age, restore=restore)
        except exc.TimeoutError as error:
            raise StoreUnavailable from error
        except Exception as error:
            if not self._is_drivers(error):
                raise
            if self.backend is POSTGRESQL:
                raise Lost from error
            raise refused(error) from error

    def _give(self, session: _Session) -> None:
        if self._keep and session.age == self._age:
            self._idle.append(session)
        else:
            self._let_go(session)

    def _let_go(self, session: _Session) -> None:
        with suppress(Exception):
            session.cursor.close()
            if session.restore:  # as the host's engine made it
                session.raw.autocommit = False
        session.fairy.close()

    def _forget(self) -> None:
        """Close what is idle: most likely it is broken as well."""
        self._age += 1
        while self._idle:
            with suppress(IndexError):
                self._let_go(self._idle.pop())
        self._engine.dispose()

    def _work(self, session: _Session, work: Work[T], mode: Mode) -> T:
        cursor = session.cursor
        if self.backend is SQLITE:
            # A statement that was not read to its end would keep its snapshot.
            with closing(session.fairy.cursor()) as cursor:
                return self._transaction(session, cursor, work) if mode != "read" else work(cursor)
        return self._transaction(session, cursor, work) if mode == "write" else work(cursor)

    def _transaction(self, session: _Session, cursor: Any, work: Work[T]) -> T:
        if not getattr(session.raw, "in_transaction", False):
            cursor.execute(self.backend.begin)
        try:
            answer = work(cursor)
            session.fairy.commit()
        except BaseException:
            with suppress(Exception):
                session.fairy.rollback()
            raise
        return answer

    def _is_drivers(self, error: Exception) -> bool:
        return isinstance(
            error, (self._engine.dialect.loaded_dbapi.Error, exc.SQLAlchemyError, UnicodeError, OverflowError)
        )

    def _is_lost(self, error: Exception, raw: Any) -> bool:
        if not isinstance(error, self._engine.dialect.loaded_dbapi.Error):
            return False
        return self._engine.dialect.is_disconnect(error, raw, None)

    def close(self) -> None:
        """Close all connections."""
        self._forget()


# --- the host's --------------------------------------------------------------------------------


class Joined:
    """The connection that a host has a transaction open on. What is written is committed by the host, or not at all."""

    joined = True

    def __init__(self, connection: Any) -> None:
        connection = _unwrapped(connection)
        if isinstance(connection, Connection):
            if not connection.in_transaction():
                connection.begin()
            dialect = connection.dialect
            self.backend = _backend_of(dialect.name, dialect.driver)
            self._cursors: Any = connection.connection
            raw = self._cursors.dbapi_connection
        else:
            module = type(connection).__module__.partition(".")[0]
            name = {"sqlite3": "sqlite", "psycopg": "postgresql"}.get(module)
            if name is None or not hasattr(connection, "cursor"):
                raise InvalidInput("connection", "is none of SQLAlchemy, sqlite3 or psycopg")
            self.backend = _backend_of(name, "psycopg")
            self._cursors = raw = connection
        self._begin(raw)

    def _begin(self, raw: Any) -> None:
        """See to it that a transaction is open: a savepoint outside one would be a transaction of its own."""
        if self.backend is SQLITE:
            if raw.in_transaction:
                return
            if raw.isolation_level is None and raw is self._cursors:
                raise InvalidInput("connection", "has no transaction open: begin one first")
            self._cursors.cursor().execute(self.backend.begin)
        elif raw.autocommit and raw.info.transaction_status == 0:
            raise InvalidInput("connection", "is in autocommit mode: begin a transaction first")

    def run(self, work: Work[T], mode: Mode, /, *, retry: bool = True) -> T:  # noqa: ARG002 - a host's transaction is never tried again
        """Run work in a savepoint, or plainly if it changes nothing."""
        with self._cursor() as cursor:
            if mode == "read":
                return work(cursor)
            cursor.execute("SAVEPOINT supportflow")
            try:
                answer = work(cursor)
            except BaseException:
                with suppress(Exception):
                    cursor.execute("ROLLBACK TO SAVEPOINT supportflow")
                    cursor.execute("RELEASE SAVEPOINT supportflow")
                raise
            cursor.execute("RELEASE SAVEPOINT supportflow")
            return answer

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        try:
            cursor = self._cursors.cursor()
            try:
                yield cursor
            finally:
                cursor.close()
        except (StoreError, InvalidInput, Undo):
            raise
        except Exception as error:
            if _is_drivers(error):
                raise refused(error) from error
            raise

    def close(self) -> None:
        """The connection is the host's: it stays open."""


def _is_drivers(error: Exception) -> bool:
    names = {cls.__module__.partition(".")[0] for cls in type(error).__mro__}
    return bool(names & {"sqlite3", "psycopg", "sqlalchemy"}) or isinstance(
        error, (UnicodeError, OverflowError)
    )


def _unwrapped(connection: Any) -> Any:
    """The connection in a SQLAlchemy session, or in Django's wrapper."""
    if hasattr(connection, "ensure_connection"):
        connection.ensure_connection()
        if not connection.in_atomic_block:
            raise InvalidInput("connection", "has no transaction open: use transaction.atomic()")
        return connection.connection
    if hasattr(connection, "get_bind") and callable(getattr(connection, "connection", None)):
        return connection.connection()
    return connection


def _backend_of(name: str, driver: str) -> Backend:
    if name == "sqlite" and driver != "aiosqlite":
        return SQLITE
    if name == "postgresql" and driver in {"psycopg", "psycopg_async"}:
        return POSTGRESQL
    raise InvalidInput("connection", f"is {name}+{driver}: it must be sqlite or postgresql+psycopg")
