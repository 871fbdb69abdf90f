"""Writers of one SQLite file in one process: they take turns, and whoever has to wait anyway is committed with the others.

A disk takes as long to confirm one command as to confirm many. So a writer who is done does not commit while others wait for
their turn: it leaves the transaction to the next one, and the last of them commits for all. Each works in its own thread, in
a savepoint of its own, and what it raises is its own. Nobody is answered before the commit is on the disk, not even who was
refused: what stood in the way may be what another of the group wrote, and that is gone if the commit fails. If it does, each
does its work anew, alone, and is told of its own what is wrong.

A writer alone waits for nobody, and sends the statements that it always sent. Only after several were committed together
does the next one wait a little for these to come again: for half of what the last commit took, and never long. Else one
would go first and alone each time, and the others behind it. If they do not come, the group is smaller, and the next one
waits for so many only.

An interrupt (Ctrl-C, a host's time limit) can end a writer anywhere. The others do not depend on it: whoever is interrupted
leaves the queue as everybody does, whoever comes next undoes what was left half done, and whoever waits looks from time to
time that it is not forgotten.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from enum import Enum
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Protocol, TypeVar

from supportflow.stores.sql.backends import SQLITE
from supportflow.stores.sql.link import Work

__all__ = ["MOST", "Session", "Writers"]

T = TypeVar("T")
MOST = 64
"""Commands in a group at most: the first of them waits until the last has been carried out."""
_LONGEST_S = 0.02
"""How long the first of a group waits for company, at the most."""
_LOOK_S = 1.0
"""How often whoever waits looks whether it was forgotten."""


class Session(Protocol):
    """A connection that is at hand.

    Attributes:
        fairy: The connection as SQLAlchemy's pool gives it.
        raw: The driver's own connection.
    """

    fairy: Any
    raw: Any


class _Half(Enum):
    """What is left to be undone if a writer goes away in the middle of its work."""

    NOTHING = ()
    WORK = ("ROLLBACK TO SAVEPOINT supportflow", "RELEASE SAVEPOINT supportflow")
    EVERYTHING = ("ROLLBACK",)


class _Group:
    """What is carried out in one transaction.

    Attributes:
        session: The connection that it is open on; None once that is given back.
        members: How many are in it.
        began_s: When it was begun.
        half: What is half done.
        kept: Whether it is committed; None until that is known.
        error: Why it could not be committed.
    """

    __slots__ = ("_told", "began_s", "error", "half", "kept", "members", "session")

    def __init__(self, session: Session) -> None:
        self.session: Session | None = session
        self.members = 0
        self.began_s = monotonic()
        self.half = _Half.EVERYTHING
        self.kept: bool | None = None
        self.error: Exception | None = None
        self._told: list[Any] = []

    def enter(self) -> Any:
        """Be in it: a lock that is released when the outcome is known."""
        self.members += 1
        lock = _locked()
        self._told.append(lock)
        return lock

    def tell(self) -> None:
        """Let the members know."""
        for lock in self._told:
            with suppress(RuntimeError):  # knows already
                lock.release()


class Writers:
    """Those who want to write, in the order in which they came. Whose turn it is stands first.

    Args:
        take: Takes a connection that nobody else uses.
        give: Gives it back; with False, if it is of no use any more.
    """

    def __init__(self, take: Callable[[], Session], give: Callable[[Session, bool], None]) -> None:
        self._take, self._give = take, give
        self._queue: deque[Any] = deque()
        self._group: _Group | None = None
        self._last_members = 0
        self._patience_s = 0.0

    def run(self, work: Work[T], *, together: bool) -> T:
        """Run work in a transaction, and answer once that is committed.

        Args:
            work: What is to be done. It is done anew if the group that it was in cannot be committed.
            together: Whether it may be committed with others: these wait for it, so it should be short.
        """
        while True:
            group, answer, refusal = self._in_turn(partial(self._carried_out, work, together))
            if group.kept:
                if refusal is not None:
                    raise refusal
                return answer  # type: ignore[return-value]
            if group.members == 1 and group.error is not None:
                raise group.error
            together = False

    def _carried_out(
        self, work: Work[T], together: bool, place: Any
    ) -> tuple[_Group, T | None, Exception | None]:
        """The group that work was done in, once it is over; what the work answered, or what it raised."""
        self._await_turn(place)
        group = self._tidied()
        if group is not None and not together:
            self._commit()
            group = None
        group, answer, refusal = self._begin(work) if group is None else self._join(group, work)
        told = group.enter()
        if not together or group.members >= MOST:
            self._commit()
        else:
            self._await_company(group, place)
        self._end_turn(place)
        while group.kept is None:
            if not told.acquire(timeout=_LOOK_S):
                self._in_turn(self._await_turn)  # whatever is open when a turn ends is seen to
        return group, answer, refusal

    # --- turns ---------------------------------------------------------------------------------

    def _in_turn(self, act: Callable[[Any], T]) -> T:
        """Act with a place in the queue, and leave it, however that ends."""
        place = _locked()
        try:
            answer = act(place)
            self._end_turn(place)
        except BaseException:
            self._end_turn(place)  # once more: it may have been interrupted at that very point
            raise
        return answer

    def _await_turn(self, place: Any) -> None:
        queue = self._queue
        queue.append(place)
        if queue[0] is not place:
            with suppress(RuntimeError):  # has heard it already
                queue[0].release()
        while queue[0] is not place:
            place.acquire(timeout=_LOOK_S)

    def _await_company(self, group: _Group, place: Any) -> None:
        """Wait for somebody to come, while those who were just told of another commit may be about to come again."""
        while len(self._queue) == 1 and group.members < self._last_members:
            left_s = group.began_s + self._patience_s - monotonic()
            if left_s <= 0:
                return
            place.acquire(timeout=left_s)

    def _end_turn(self, place: Any) -> None:
        """Leave the queue. What is open is for whoever comes next; if nobody does, it is committed first."""
        queue = self._queue
        while True:
            if len(queue) == 1 and queue[0] is place:
                self._commit()
            with suppress(ValueError):  # interrupted before it stood there
                queue.remove(place)
            with suppress(IndexError, RuntimeError):  # nobody is there, or knows already
                queue[0].release()
                return
            if queue or self._group is None:
                return
            self._await_turn(place)  # whoever was there a moment ago has been interrupted

    # --- transactions --------------------------------------------------------------------------

    def _begin(self, work: Work[T]) -> tuple[_Group, T, None]:
        """Begin a transaction with work; if it fails there is none, and what it raised is raised."""
        group = self._group = _Group(self._take())
        assert group.session is not None
        try:
            with closing(group.session.fairy.cursor()) as cursor:
                cursor.execute(SQLITE.begin)
                answer = work(cursor)
            group.half = _Half.NOTHING
        except BaseException:
            self._tidied()
            raise
        return group, answer, None

    def _join(self, group: _Group, work: Work[T]) -> tuple[_Group, T | None, Exception | None]:
        """Do work in the transaction that is open: what it answered, or what it raised; then nothing of it is left."""
        assert group.session is not None
        group.half = _Half.WORK
        try:
            with closing(group.session.fairy.cursor()) as cursor:
                cursor.execute("SAVEPOINT supportflow")
                answer = work(cursor)
                cursor.execute("RELEASE SAVEPOINT supportflow")
            group.half = _Half.NOTHING
        except Exception as error:  # noqa: BLE001 - raised once it is known whether the group is committed
            self._tidied()
            return group, None, error
        return group, answer, None

    def _tidied(self) -> _Group | None:
        """The group that is open, with nothing half done in it; None if there is none."""
        group = self._group
        if group is None:
            return None
        if group.kept is None and group.half is not _Half.NOTHING:
            self._undo_half(group)
        if group.kept is None:
            return group
        self._settle(group)
        return None

    def _undo_half(self, group: _Group) -> None:
        assert group.session is not None
        with suppress(sqlite3.Error), closing(group.session.fairy.cursor()) as cursor:
            for statement in group.half.value:
                cursor.execute(statement)
        # SQLite itself undoes everything where it has to, as on some full disks: then it is so for all.
        if group.half is _Half.EVERYTHING or not _is_open(group.session):
            group.kept = False
        group.half = _Half.NOTHING

    def _commit(self) -> None:
        """Commit what is open, if there is anything. It is the turn of whoever calls this."""
        group = self._tidied()
        if group is None:
            return
        assert group.session is not None
        began_s = monotonic()
        try:
            group.session.fairy.commit()
            group.kept = True
        except sqlite3.Error as error:
            group.error, group.kept = error, False
        except BaseException:
            # Interrupted, before the driver began or after it was done.
            group.kept = not _is_open(group.session)
            raise
        self._last_members = group.members
        self._patience_s = min((monotonic() - began_s) / 2, _LONGEST_S)
        self._settle(group)

    def _settle(self, group: _Group) -> None:
        """Give the connection back, and tell the members."""
        session, group.session = group.session, None
        if session is not None:
            self._give(session, group.kept is True or _undone(session))
        self._group = None
        group.tell()


def _locked() -> Any:
    lock = Lock()
    lock.acquire()
    return lock


def _is_open(session: Session) -> bool:
    """Whether a transaction is open on a connection."""
    try:
        return bool(session.raw.in_transaction)
    except sqlite3.Error:  # it is closed
        return False


def _undone(session: Session) -> bool:
    """Undo what is open on a connection; whether that is of use afterwards."""
    try:
        session.fairy.rollback()
    except sqlite3.Error:
        return False
    return not _is_open(session)
