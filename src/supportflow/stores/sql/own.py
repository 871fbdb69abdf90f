"""Connections of the store's own, from a pool."""

import socket
import time
from collections import deque
from contextlib import closing, nullcontext, suppress
from queue import Empty, SimpleQueue
from threading import Lock, RLock
from typing import Any, TypeVar
from weakref import WeakSet

from supportflow import _forks
from supportflow.exceptions import StoreBusy, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Undo, driver_of, refused
from supportflow.stores.sql.bounds import Bounds
from supportflow.stores.sql.files import read
from supportflow.stores.sql.grouping import Writers
from supportflow.stores.sql.link import SESSIONS, Lost, Mode, Source, Work

__all__ = ["Own"]

T = TypeVar("T")

_LEFT_BEHIND: list[object] = []
"""SQLite's connections that came over from a parent process: even closing them here could do harm."""


class _Session:
    """A connection that is kept at hand: taking one from SQLAlchemy's pool costs as much as some statements."""

    __slots__ = ("age", "cursor", "given", "line", "raw", "restore")

    def __init__(self, given: Any, raw: Any, cursor: Any, age: int, *, restore: bool | None) -> None:
        self.given = given
        self.raw = raw
        self.restore = restore
        self.cursor = cursor
        self.age = age
        self.line: socket.socket | None = None


class _Slots:
    """So many at once, as Python's semaphore has it, in a tenth of its time: that one is written in Python."""

    __slots__ = ("_free",)

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)

    def acquire(self, timeout: float | None = None) -> bool:
        """Take one; False if none has become free so soon."""
        try:
            self._free.get(timeout=timeout)
        except Empty:
            return False
        return True

    def release(self) -> None:
        """Give one back."""
        self._free.put(None)

    def __enter__(self) -> None:
        self._free.get()

    def __exit__(self, *_: object) -> None:
        self._free.put(None)


class Own(_forks.Fork):
    """Connections from a pool, each in autocommit but for the transactions that are begun here.

    Args:
        source: Gives the connections.
        longest_s: How long a statement is waited for; for ever, if None.
    """

    joined = False

    def __init__(self, source: Source, *, longest_s: float | None = None) -> None:
        self.backend = source.backend
        self._source = source
        self._in_file = source.in_file
        self._idle: deque[_Session] = deque()
        self._age = 0
        self._held = 0
        self._bounds = None if longest_s is None else Bounds(longest_s)
        self._make_locks()
        self._lines: WeakSet[socket.socket] = WeakSet()
        _forks.watch(self)

    def _make_locks(self) -> None:
        # No more at once than the pool has, so that the pool never waits for one that lies idle here.
        self._slots: Any = _Slots(SESSIONS) if self._source.keep or self._in_file else nullcontext()
        # SQLite has one writer: taking turns here is fairer, and cheaper, than running into each other there.
        self._write_lock: Any = Lock() if self.backend is SQLITE else nullcontext()
        # A host's connections can be bound to their threads: nobody is committed by another on these.
        own_file = self._source.keep and self._in_file
        self._writers = Writers(self._open, self._drop, self._is_current) if own_file else None
        self._read_lock: Any = nullcontext()
        if self._source.one:
            self._write_lock = self._read_lock = RLock()

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

    def reserve(self) -> None:
        """Nothing to do: each transaction begins with the lock that it needs."""

    def _run(self, work: Work[T], mode: Mode) -> T:
        if mode != "read" and self._writers is not None:
            return self._write(self._writers, work, mode)
        with self._read_lock if mode == "read" else self._write_lock, self._slots:
            session = self._take()
            try:
                answer = self._bounded(session, work, mode)
            except Undo:
                self._give(session)
                raise
            except Exception as error:
                if self._source.is_lost(error, session.raw):
                    self._drop(session)
                    raise Lost from error
                self._give(session)
                if self._source.is_drivers(error):
                    raise self._refused(error) from error
                raise
            except BaseException:  # interrupted: nobody knows what it was at
                self._drop(session)
                raise
            self._give(session)
            return answer

    def _bounded(self, session: _Session, work: Work[T], mode: Mode) -> T:
        """Run work, which may not take for ever on a line."""
        bounds, line = self._bounds, session.line
        if bounds is None or line is None:
            return self._work(session, work, mode)
        try:
            bounds.begin(line)
            return self._work(session, work, mode)
        finally:
            bounds.end(line)

    def _write(self, writers: Writers, work: Work[T], mode: Mode) -> T:
        try:
            return writers.run(work, together=mode == "once")
        except Exception as error:
            if self._source.is_lost(error, None):
                raise Lost from error
            if self._source.is_drivers(error):
                raise self._refused(error) from error
            raise

    # --- connections ---------------------------------------------------------------------------

    def _take(self) -> _Session:
        with suppress(IndexError):
            return self._idle.pop()
        return self._open()

    def _open(self) -> _Session:
        try:
            given = self._source.connect()
            raw = self._source.raw(given)
            self._must_be_free(given, raw)
            try:
                return self._session(given, raw)
            except BaseException:  # a task that is cancelled here, too
                self._source.drop(given)
                raise
        except Exception as error:
            if not self._source.is_drivers(error):
                raise
            if self.backend is POSTGRESQL:
                raise Lost from error
            raise self._refused(error) from error

    def _must_be_free(self, given: Any, raw: Any) -> None:
        if self._source.shared and raw.in_transaction:
            self._source.let_go(given)
            raise StoreBusy(
                "in use",
                "the host has a transaction open on this very connection: use desk.within(connection)",
            )

    def _session(self, given: Any, raw: Any) -> _Session:
        restore = None
        wrong, right = self.backend.autocommit
        if getattr(raw, "autocommit", None) == wrong:
            restore, raw.autocommit = wrong, right
        cursor = given.cursor(**self._source.cursor_options)
        session = _Session(given, raw, cursor, self._age, restore=restore)
        if self._bounds is not None:
            # A descriptor of its own: hanging up on it never meets another connection that was given the same number.
            session.line = socket.socket(fileno=socket.dup(driver_of(raw).pgconn.socket))
            self._lines.add(session.line)
        return session

    def _give(self, session: _Session) -> None:
        if self._source.keep and self._is_current(session):
            self._idle.append(session)
        else:
            self._let_go(session)

    def _is_current(self, session: _Session) -> bool:
        return session.age == self._age

    def _let_go(self, session: _Session) -> None:
        """Give a connection back to its pool, as it came from there."""
        self._hang_up(session)
        try:
            session.cursor.close()
            if session.restore is not None:
                session.raw.autocommit = session.restore
        except BaseException as error:
            self._source.drop(session.given)
            if not isinstance(error, Exception):
                raise
        else:
            self._source.let_go(session.given)

    def _drop(self, session: _Session) -> None:
        """Close a connection that is of no use any more."""
        self._hang_up(session)
        self._source.drop(session.given)

    @staticmethod
    def _hang_up(session: _Session) -> None:
        line, session.line = session.line, None
        if line is not None:
            line.close()

    def _forget(self) -> None:
        """Close what is idle: most likely it is broken as well."""
        self._age += 1
        while self._idle:
            with suppress(IndexError):
                self._let_go(self._idle.pop())
        self._source.dispose()

    def close(self) -> None:
        """Close all connections; what writes a SQLite file comes to its end first, if that is soon."""
        if self._writers is None:
            self._forget()
            return
        self._writers.stop(time.monotonic() + _forks.PATIENCE_S)
        try:
            self._forget()
        finally:
            self._writers.go_on()

    # --- statements ----------------------------------------------------------------------------

    def _work(self, session: _Session, work: Work[T], mode: Mode) -> T:
        cursor = session.cursor
        if self.backend is SQLITE:
            # A statement that was not read to its end would keep its snapshot.
            with closing(session.given.cursor()) as cursor:
                if mode == "read":
                    return read(session.raw, cursor, work)
                return self._transaction(session, cursor, work)
        return self._transaction(session, cursor, work) if mode == "write" else work(cursor)

    def _transaction(self, session: _Session, cursor: Any, work: Work[T]) -> T:
        if not getattr(session.raw, "in_transaction", False):
            cursor.execute(self.backend.begin)
        try:
            answer = work(cursor)
            session.given.commit()
        except BaseException:
            with suppress(Exception):
                session.given.rollback()
            raise
        return answer

    def _refused(self, error: Exception) -> StoreError:
        none = self._source.has_none() if "no such table" in str(error) else None
        return refused(error) if none is None else StoreError(none)

    # --- forks ---------------------------------------------------------------------------------

    def _before_fork(self) -> None:
        """Have no connection to a SQLite file open while the process is copied.

        SQLite notes in memory which locks the process holds on a file. A child that inherits the notes without the locks
        would take none: what it writes is lost when the parent, alone as it believes, closes the file.
        """
        if not self._in_file:
            return
        until = time.monotonic() + _forks.PATIENCE_S
        if self._writers is not None:
            self._writers.stop(until)
        while self._held < SESSIONS and self._slots.acquire(timeout=max(until - time.monotonic(), 0)):
            self._held += 1
        self._forget()

    def _after_fork_in_parent(self) -> None:
        """Let others go on."""
        for _ in range(self._held):
            self._slots.release()
        self._held = 0
        if self._writers is not None:
            self._writers.go_on()

    def _after_fork_in_child(self) -> None:
        """Begin with connections of this process."""
        self._held = 0
        self._age += 1
        _LEFT_BEHIND.append((*self._idle, self._writers))
        self._make_locks()
        self._idle.clear()
        for line in tuple(self._lines):
            line.close()
        self._lines.clear()
        if self._bounds is not None:
            self._bounds.begin_anew()
        self._source.begin_anew()
