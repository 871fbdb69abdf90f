"""Runs a store's statements on Django's own connection: in the transaction that is open on it, or in one of their own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connections, transaction

from supportflow.exceptions import InvalidInput, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend, Undo, refused
from supportflow.stores.sql.joined import opened, reserve_in, run_in, take_turn
from supportflow.stores.sql.link import Lost, Mode, Work

__all__ = ["DjangoLink", "backend_of", "reserved", "unlogged"]

T = TypeVar("T")
_BACKENDS: dict[str, Backend] = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def backend_of(connection: Any) -> Backend:
    """What kind of database Django has a connection to.

    Raises:
        InvalidInput: If it is none that is supported.
    """
    backend = _BACKENDS.get(connection.vendor)
    if backend is None:
        raise InvalidInput("DATABASE", f"is {connection.vendor}: it must be sqlite or postgresql")
    return backend


_RESERVED: set[int] = set()


@contextmanager
def reserved(alias: str) -> Iterator[None]:
    """Within a transaction, take the lock that writing needs now; whatever is done in here need not ask for it again.

    Raises:
        StoreBusy: If somebody else has it, or has written since the transaction began to read.
    """
    DjangoLink(alias).reserve()
    connection = id(connections[alias])
    if connection in _RESERVED:
        yield
        return
    _RESERVED.add(connection)
    try:
        yield
    finally:
        _RESERVED.discard(connection)


@contextmanager
def unlogged(connection: Any) -> Iterator[Any]:
    """The backend's own cursor, as the ORM would use it, on a connection with a transaction open.

    What wraps it costs as much as a small statement: it counts and logs queries, and what the desk asks is in no such log.
    """
    with connection.wrap_database_errors, closing(connection.create_cursor()) as cursor:
        yield cursor


class DjangoLink:
    """Django's connection of the thread that asks.

    In a transaction of the host's, such as that of `ATOMIC_REQUESTS`, everything is a savepoint of it. Outside of one, what
    changes something is a transaction of its own, and others see it at once: so workers can claim.

    Args:
        alias: The database, as Django's settings name it.

    Raises:
        InvalidInput: If it is no database that is supported.
    """

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self.backend = backend_of(connections[alias])

    @property
    def joined(self) -> bool:
        """Whether the host has a transaction open."""
        return bool(connections[self._alias].in_atomic_block)

    def run(self, work: Work[T], mode: Mode, /, *, retry: bool = True) -> T:
        """Run work; outside of a transaction once more on a new connection, if this one turns out to be broken."""
        connection = connections[self._alias]
        if connection.in_atomic_block:
            return run_in(opened(connection), work, mode)
        try:
            return self._alone(work, mode)
        except Lost:
            if not retry:
                raise
        try:
            return self._alone(work, mode)
        except Lost as lost:
            raise StoreUnavailable from lost.__cause__

    def reserve(self) -> None:
        """Take the lock that writing needs, if a transaction is open, and nobody `reserved` it for longer."""
        connection = connections[self._alias]
        if connection.in_atomic_block and id(connection) not in _RESERVED:
            reserve_in(opened(connection))

    def close(self) -> None:
        """The connection is Django's: it stays open."""

    def _alone(self, work: Work[T], mode: Mode) -> T:
        connection = connections[self._alias]
        try:
            connection.ensure_connection()
            _check_autocommit(connection)
            if mode == "read":
                with closing(connection.connection.cursor()) as cursor:
                    return work(cursor)
            # Not Django's cursor: the store's statements have the driver's own placeholders, and no query log.
            with transaction.atomic(using=self._alias), closing(connection.connection.cursor()) as cursor:
                if self.backend is SQLITE:
                    take_turn(cursor)
                return work(cursor)
        except (StoreError, InvalidInput, Undo):
            raise
        except Exception as error:
            raise _translated(connection, error) from error


def _check_autocommit(connection: Any) -> None:
    if not connection.get_autocommit():
        raise InvalidInput("connection", "is not in autocommit: use transaction.atomic()")


def _translated(connection: Any, error: Exception) -> Exception:
    """The store's word for an error of the driver, or of Django above it."""
    wrapped = isinstance(error, DatabaseError | InterfaceError)
    beneath = error.__cause__ if wrapped and isinstance(error.__cause__, Exception) else error
    module = type(beneath).__module__.partition(".")[0]
    if not (wrapped or module in {"sqlite3", "psycopg"} or isinstance(beneath, UnicodeError | OverflowError)):
        return error
    raw = connection.connection
    if raw is None or getattr(raw, "closed", False):
        with suppress(DatabaseError, InterfaceError):
            connection.close()
        return Lost()
    return refused(beneath)
