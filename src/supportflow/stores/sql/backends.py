"""What differs between the two databases: placeholders, literals, errors, and what a statement looks like.

Statements are written once with `?`, and made into the database's own form the first time that they are used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol

from supportflow.exceptions import StoreBusy, StoreError

__all__ = ["POSTGRESQL", "SQLITE", "Backend", "Cursor", "Undo", "driver_of", "is_busy", "refused"]

_RACES = frozenset({"23505", "40001", "40P01"})
"""SQLSTATEs of a commit that lost a race: unique violation, serialization failure, deadlock."""


class Cursor(Protocol):
    """As much of a DBAPI cursor as is used here."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        ...

    def execute(self, statement: Any, parameters: Any = ..., /) -> object:
        """Run a statement."""
        ...

    def executemany(self, statement: Any, parameters: Any, /) -> object:
        """Run a statement for each row of parameters."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Undo(Exception):
    """Raised in a transaction to undo it."""


@dataclass(frozen=True)
class Backend:
    """A kind of database."""

    name: Literal["sqlite", "postgresql"]
    begin: str
    later: str
    """Comes after `ORDER BY … ASC` to put nulls last."""
    earlier: str
    """Comes after `ORDER BY … DESC` to put nulls first."""
    lock: str
    """Ends a SELECT of rows that are about to change: those that others are changing are passed over."""
    autocommit: tuple[bool, int]
    """A connection's `autocommit` with which nothing is committed as it is here, and what it has to be instead."""

    def sql(self, statement: str) -> str:
        """A statement in the form of this database."""
        return _formed(statement, self.name)

    def flag(self, column: str, value: object) -> str:
        """A comparison of a boolean column, written so that partial indexes on it can be used."""
        if self.name == "sqlite":
            return f'"{column}" = {int(bool(value))}'
        return f'"{column}"' if value else f'NOT "{column}"'

    def lost_race(self, error: BaseException) -> bool:
        """Whether an error says that somebody else was faster."""
        if self.name == "sqlite":
            return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_CONSTRAINT")
        return getattr(error, "sqlstate", None) in _RACES


@cache
def _formed(statement: str, name: str) -> str:
    return statement if name == "sqlite" else statement.replace("?", "%s")


SQLITE = Backend(
    "sqlite",
    "BEGIN IMMEDIATE",
    " NULLS LAST",
    " NULLS FIRST",
    "",
    (
        True,
        -1,
    ),  # since Python 3.12, `commit()` does nothing then; the other is `sqlite3.LEGACY_TRANSACTION_CONTROL`
)
POSTGRESQL = Backend(
    "postgresql",
    "BEGIN",
    "",
    "",
    " FOR UPDATE SKIP LOCKED",
    (False, True),
)


_BUSY = {
    "55P03": "a lock was not to be had in time",
    "57014": "a statement took longer than the server lets one take",
}
"""SQLSTATEs of what can succeed the next time, without anybody mending anything."""
_WHOSE = (
    "; if that is a transaction of your own that is still open (each test of Django's TestCase is in one), work in it:"
    " desk.within(connection)"
)
"""Whoever waits for a transaction of their own waits in vain."""
_AGAIN = {
    "sqlite": (
        "; roll back and run the whole transaction again. So that it waits for its turn instead, begin it with BEGIN"
        ' IMMEDIATE (in Django: DATABASES[…]["OPTIONS"]["transaction_mode"] = "IMMEDIATE")'
    ),
    "postgresql": "; roll back and run the whole transaction again",
}


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another connection has what is needed."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def refused(error: BaseException, *, joined: bool = False) -> StoreError:
    """The store's word for a driver's error. It repeats no value, and the driver's error is its cause.

    Args:
        error: What the driver, or SQLAlchemy above it, raised.
        joined: Whether it was in a transaction of the host's: only the host can run that again.
    """
    error = getattr(error, "orig", None) or error  # beneath SQLAlchemy's own
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    if "can only be used in that same thread" in str(error):
        return StoreError(
            "the connection is another thread's: make the engine with connect_args={'check_same_thread': False}"
        )
    if code in {"42P01", "42703"} or "no such table" in str(error) or "no such column" in str(error):
        return StoreError("the database's schema is missing or too old: run `supportflow migrate URL`")
    if code is not None and is_busy(error):
        return StoreBusy(code, f"another connection writes{_AGAIN['sqlite'] if joined else _WHOSE}")
    if code in _BUSY:
        return StoreBusy(code, _BUSY[code] + _AGAIN["postgresql"] * joined)
    return StoreError(f"the database refused: {type(error).__name__}{f' ({code})' if code else ''}")


def driver_of(raw: Any) -> Any:
    """The driver's own connection in one that may be SQLAlchemy's, for an event loop."""
    return getattr(raw, "driver_connection", raw)


def marks(columns: Sequence[str], rows: int = 1) -> str:
    """Placeholders for that many rows."""
    return ", ".join([f"({', '.join('?' * len(columns))})"] * rows)


def names(columns: Iterable[str]) -> str:
    """Columns, quoted: `group` is a word of SQL."""
    return ", ".join(f'"{column}"' for column in columns)
