"""What runs a store's statements, whatever the connections are."""

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

from supportflow.stores.sql.backends import Backend, Cursor

__all__ = ["SESSIONS", "Link", "Lost", "Mode", "Source", "Work"]

T = TypeVar("T")
Work = Callable[[Cursor], T]
Mode = Literal["read", "once", "write"]
"""`read` changes nothing; `once` is one changing statement, or a commit; `write` is several, in a transaction.

On SQLite every change is in a transaction, and that of `once` is short: others may be committed in the same one."""


SESSIONS = 15
"""Connections of a store at most; whoever needs another one waits."""


class Lost(Exception):
    """The connection broke. What was sent last may have been done, or not."""


class Source(Protocol):
    """Gives connections to one database.

    Attributes:
        backend: What kind of database it is.
        keep: Whether idle connections stay with who took them; those of a host's engine, or of an event loop, go back.
        shared: Whether a connection is everybody's, or each thread's: a transaction of a host's may be open on it.
        one: Whether there is one connection for everybody.
        in_file: Whether it is a file of SQLite's.
        cursor_options: What cursors are made with.
    """

    backend: Backend
    keep: bool
    shared: bool
    one: bool
    in_file: bool
    cursor_options: dict[str, Any]

    def connect(self) -> Any:
        """A connection.

        Raises:
            StoreUnavailable: If there is none left.
        """
        ...

    def raw(self, connection: Any, /) -> Any:
        """The driver's own connection in one of these."""
        ...

    def let_go(self, connection: Any, /) -> None:
        """Take a connection back, as it was given."""
        ...

    def drop(self, connection: Any, /) -> None:
        """Close a connection that is of no use any more; twice, if need be."""
        ...

    def dispose(self) -> None:
        """Close what is kept here."""
        ...

    def begin_anew(self) -> None:
        """Have nothing of the parent's, in a process that was forked off."""
        ...

    def is_drivers(self, error: Exception, /) -> bool:
        """Whether a driver raised it."""
        ...

    def is_lost(self, error: Exception, raw: Any, /) -> bool:
        """Whether it says that a connection is of no use any more."""
        ...

    def has_none(self) -> str | None:
        """Why there are no tables where others have made them, if that is so."""
        ...


class Link(Protocol):
    """Runs work on a database."""

    backend: Backend

    @property
    def joined(self) -> bool:
        """Whether what is run now is in a transaction of the host's."""
        ...

    def run(self, work: Work[T], mode: Mode, /, *, retry: bool = True) -> T:
        """Run work.

        Raises:
            StoreError: If the database refuses.
            Undo: If the work raised it; a transaction was rolled back.
            Lost: If the connection broke, and `retry` was not asked for.
        """
        ...

    def reserve(self) -> None:
        """Take now what writing will need, before anything is read in the same transaction.

        Raises:
            StoreBusy: If somebody else has it.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
