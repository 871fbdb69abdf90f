"""What runs a store's statements, whatever the connections are."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from supportflow.stores.sql.backends import Backend, Cursor

__all__ = ["Link", "Lost", "Mode", "Work"]

T = TypeVar("T")
Work = Callable[[Cursor], T]
Mode = Literal["read", "once", "write"]
"""`read` changes nothing; `once` is one changing statement, or a commit; `write` is several, in a transaction.

On SQLite every change is in a transaction, and that of `once` is short: others may be committed in the same one."""


class Lost(Exception):
    """The connection broke. What was sent last may have been done, or not."""


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
