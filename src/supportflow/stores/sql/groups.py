"""What is carried out in one transaction of a SQLite file by several writers, and what becomes of it."""

import sqlite3
from contextlib import suppress
from enum import Enum, auto
from threading import Lock
from time import monotonic
from typing import Any, Protocol

__all__ = ["Done", "Fate", "Group", "Half", "Session", "is_idle", "is_open", "locked", "must_be_open"]


class Session(Protocol):
    """A connection that is at hand.

    Attributes:
        given: The connection as its source gives it.
        raw: The driver's own connection.
    """

    given: Any
    raw: Any


class Half(Enum):
    """What is left to be undone if a writer goes away in the middle of its work."""

    NOTHING = auto()
    WORK = auto()
    EVERYTHING = auto()


class Fate(Enum):
    """What has become of a group. Nobody can say of one that is `UNSURE`: whoever committed it was interrupted."""

    OPEN = auto()
    KEPT = auto()
    GONE = auto()
    UNSURE = auto()


class Group:
    """What is carried out in one transaction.

    Attributes:
        members: How many are in it.
        began_s: When it was begun.
        half: What is half done.
        fate: What has become of it.
        commits: Whether the driver has been told to commit it.
        error: Why it could not be committed.
    """

    __slots__ = ("_told", "began_s", "commits", "error", "fate", "half", "members")

    def __init__(self) -> None:
        self.members = 0
        self.began_s = monotonic()
        self.half = Half.EVERYTHING
        self.fate = Fate.OPEN
        self.commits = False
        self.error: Exception | None = None
        self._told: list[Any] = []

    def enter(self) -> Any:
        """Be in it, before anything is done there: a lock that is released when the outcome is known."""
        self.members += 1
        lock = locked()
        self._told.append(lock)
        return lock

    def tell(self) -> None:
        """Let the members know."""
        for lock in self._told:
            with suppress(RuntimeError):  # knows already
                lock.release()


class Done:
    """Work that was done in a group: what it answered, or what it raised; then nothing of it is left."""

    __slots__ = ("answer", "group", "refusal", "told")

    def __init__(self, group: Group) -> None:
        self.group = group
        self.told = group.enter()
        self.answer: Any = None
        self.refusal: Exception | None = None


def locked() -> Any:
    """A lock that is held."""
    lock = Lock()
    lock.acquire()
    return lock


def is_idle(session: Session) -> bool:
    """Whether a connection is there, and no transaction is open on it."""
    try:
        return not session.raw.in_transaction
    except sqlite3.Error:  # it is closed
        return False


def is_open(session: Session | None) -> bool:
    """Whether a transaction is open on a connection."""
    try:
        return session is not None and bool(session.raw.in_transaction)
    except sqlite3.Error:  # it is closed
        return False


def must_be_open(session: Session) -> None:
    """See that SQLite has not rolled back what seems to have been done.

    Raises:
        OperationalError: If no transaction is open.
    """
    if not is_open(session):
        raise sqlite3.OperationalError("the transaction was rolled back")
