"""The connection that a host has a transaction open on. What is written is committed by the host, or not at all."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple, TypeVar

from supportflow.exceptions import InvalidInput, StoreError
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend, Cursor, Undo, refused
from supportflow.stores.sql.files import read
from supportflow.stores.sql.foreign import is_sqlalchemy_s
from supportflow.stores.sql.link import Mode, Work
from supportflow.stores.sql.revisions import VERSION_TABLE

__all__ = ["Joined", "Open", "is_django", "opened", "reserve_in", "run_in", "savepoint", "take_turn"]

T = TypeVar("T")


_DRIVERS = {"sqlite3": "sqlite", "psycopg": "postgresql"}


class Open(NamedTuple):
    """A connection with a transaction open on it.

    Attributes:
        cursors: Gives cursors.
        raw: The driver's own connection.
        backend: What kind of database it is.
    """

    cursors: Any
    raw: Any
    backend: Backend


class Joined:
    """Runs everything in the transaction that a host has open: the one that is open when something is run.

    Args:
        connection: An SQLAlchemy connection or session; a `sqlite3` or `psycopg` connection; or Django's.

    Raises:
        InvalidInput: If it is none of these, or has no transaction open.
    """

    joined = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.backend = opened(connection).backend

    def run(self, work: Work[T], mode: Mode, /, *, retry: bool = True) -> T:  # noqa: ARG002 - a host's transaction is never tried again
        """Run work in a savepoint, or plainly if it changes nothing."""
        return run_in(opened(self._connection), work, mode)

    def reserve(self) -> None:
        """Have the lock that writing needs before anything is read.

        SQLite gives it to nobody who has read what another connection has changed since.
        """
        reserve_in(opened(self._connection))

    def close(self) -> None:
        """The connection is the host's: it stays open."""


def run_in(found: Open, work: Work[T], mode: Mode) -> T:
    """Run work in what is open: in a savepoint, or plainly if it changes nothing."""
    with _cursor(found) as cursor:
        if mode != "read":
            return savepoint(cursor, work)
        return read(found.raw, cursor, work) if found.backend is SQLITE else work(cursor)


def reserve_in(found: Open) -> None:
    """Have SQLite's write lock in what is open."""
    if found.backend is SQLITE:
        with _cursor(found) as cursor:
            take_turn(cursor)


def savepoint(cursor: Cursor, work: Work[T]) -> T:
    """Run work in a savepoint of the transaction that is open."""
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


def take_turn(cursor: Cursor) -> None:
    """Take SQLite's write lock in the transaction that is open, by a statement that changes nothing."""
    try:
        cursor.execute(f"UPDATE {VERSION_TABLE} SET version_num = version_num WHERE 0")
    except Exception as error:
        if "no such table" not in str(error):
            raise
        cursor.execute("SAVEPOINT supportflow_turn")
        cursor.execute("CREATE TABLE supportflow_turn (taken INTEGER)")
        cursor.execute("ROLLBACK TO SAVEPOINT supportflow_turn")
        cursor.execute("RELEASE SAVEPOINT supportflow_turn")


@contextmanager
def _cursor(found: Open) -> Iterator[Cursor]:
    try:
        with closing(found.cursors.cursor()) as cursor, _as_ours(found, cursor):
            yield cursor
    except (StoreError, InvalidInput, Undo):
        raise
    except Exception as error:
        if _is_drivers(error):
            raise refused(error, joined=True) from error
        raise


@contextmanager
def _as_ours(found: Open, cursor: Any) -> Iterator[None]:
    """Have rows as tuples and text as text, whatever a host makes of those that it reads itself."""
    if found.backend is POSTGRESQL:
        if found.raw is found.cursors:
            from psycopg.rows import tuple_row  # noqa: PLC0415 - an extra, which is there: a host has a connection of it

            cursor.row_factory = tuple_row
        yield
        return
    cursor.row_factory = None
    theirs, found.raw.text_factory = found.raw.text_factory, str
    try:
        yield
    finally:
        found.raw.text_factory = theirs


def _is_drivers(error: Exception) -> bool:
    return bool(_packages(error) & {*_DRIVERS, "sqlalchemy"}) or isinstance(
        error, (UnicodeError, OverflowError)
    )


def _packages(thing: object) -> set[str]:
    """Where its class comes from, and those that this is made from."""
    return {cls.__module__.partition(".")[0] for cls in type(thing).__mro__}


# --- what a host can have a transaction open on ------------------------------------------------


def is_django(connection: Any) -> bool:
    """Whether this is Django's wrapper of a connection, or what stands for the one of the thread that asks."""
    return hasattr(connection, "ensure_connection")


def opened(connection: Any) -> Open:
    """What a host has a transaction open on, found anew each time: a session may use another connection by now.

    Where a driver begins transactions by itself, one is begun if none is open: a savepoint outside of one would be committed
    on the spot.

    Raises:
        InvalidInput: If it is nothing that can be joined, or has no transaction open.
    """
    if is_django(connection):
        connection.ensure_connection()
        if not connection.in_atomic_block:
            raise InvalidInput("connection", "has no transaction open: use transaction.atomic()")
        connection = connection.connection
    elif hasattr(connection, "get_bind") and callable(getattr(connection, "connection", None)):
        connection = connection.connection()
    found = (
        _of_sqlalchemy(connection) if is_sqlalchemy_s(connection, "Connection") else _of_driver(connection)
    )
    _begin(found)
    return found


def _of_sqlalchemy(connection: Any) -> Open:
    if not connection.in_transaction():
        connection.begin()
    dialect = connection.dialect
    cursors = connection.connection
    return Open(cursors, cursors.dbapi_connection, _backend_of(dialect.name, dialect.driver))


def _of_driver(connection: Any) -> Open:
    name = next((_DRIVERS[one] for one in _DRIVERS if one in _packages(connection)), None)
    if name is None or not hasattr(connection, "cursor"):
        raise InvalidInput("connection", "is none of SQLAlchemy, sqlite3, psycopg or Django")
    return Open(connection, connection, _backend_of(name, "psycopg"))


def _begin(found: Open) -> None:
    raw = found.raw
    if found.backend is SQLITE:
        if raw.in_transaction:
            return
        if getattr(raw, "autocommit", None) == SQLITE.autocommit[0]:
            raise InvalidInput("connection", "is in autocommit mode: begin a transaction first")
        if raw.isolation_level is None and raw is found.cursors:
            raise InvalidInput("connection", "has no transaction open: begin one first")
        with _cursor(found) as cursor:
            cursor.execute(SQLITE.begin)
    elif raw.autocommit and raw.info.transaction_status == 0:
        raise InvalidInput("connection", "is in autocommit mode: begin a transaction first")


def _backend_of(name: str, driver: str) -> Backend:
    if name == "sqlite" and driver != "aiosqlite":
        return SQLITE
    if name == "postgresql" and driver in {"psycopg", "psycopg_async"}:
        return POSTGRESQL
    raise InvalidInput("connection", f"is {name}+{driver}: it must be sqlite or postgresql+psycopg")
