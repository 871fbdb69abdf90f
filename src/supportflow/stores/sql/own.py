"""Connections of the store's own, from a pool."""

import os
import socket
import time
from collections import deque
from contextlib import closing, nullcontext, suppress
from queue import Empty, SimpleQueue
from threading import Lock, RLock
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Engine, event, exc
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from supportflow import _forks
from supportflow.exceptions import StoreBusy, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend, Undo, refused
from supportflow.stores.sql.bounds import Bounds
from supportflow.stores.sql.engines import SESSIONS, has_none, in_memory
from supportflow.stores.sql.grouping import Writers
from supportflow.stores.sql.link import Lost, Mode, Work

__all__ = ["Own"]

T = TypeVar("T")

_LEFT_BEHIND: list[object] = []
"""SQLite's connections that came over from a parent process: even closing them here could do harm."""


class _Session:
    """A connection that is kept at hand: taking one from SQLAlchemy's pool costs as much as some statements."""

    __slots__ = ("age", "cursor", "fairy", "line", "raw", "restore")

    def __init__(self, fairy: Any, cursor: Any, age: int, *, restore: bool) -> None:
        self.fairy = fairy
        self.restore = restore
        self.raw = fairy.dbapi_connection
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
        engine: Gives the connections.
        backend: What kind of database it is.
        ours: Whether the engine is the store's own, not a host's.
        longest_s: How long a statement is waited for; for ever, if None.
    """

    joined = False

    def __init__(
        self, engine: Engine, backend: Backend, *, ours: bool, longest_s: float | None = None
    ) -> None:
        self.backend = backend
        self._engine = engine
        # Idle connections stay here; those of a host's engine, or of an event loop, go back to its pool.
        self._keep = ours and not engine.dialect.is_async
        # One connection for everybody, or for each thread: a host's transaction on it is not ours to end.
        self._shared = isinstance(engine.pool, StaticPool | SingletonThreadPool)
        self._in_file = backend is SQLITE and not in_memory(engine.url)
        self._idle: deque[_Session] = deque()
        self._age = 0
        self._held = 0
        self._binary = {"binary": True} if backend is POSTGRESQL and not engine.dialect.is_async else {}
        self._bounds = None if longest_s is None else Bounds(longest_s)
        self._make_locks()
        self._made: WeakSet[Any] = WeakSet()
        self._lines: WeakSet[socket.socket] = WeakSet()
        if ours and backend is POSTGRESQL:
            event.listen(engine, "connect", lambda raw, _record: self._made.add(_driver(raw)))
        _forks.watch(self)

    def _make_locks(self) -> None:
        # No more at once than the pool has, so that the pool never waits for one that lies idle here.
        self._slots: Any = _Slots(SESSIONS) if self._keep or self._in_file else nullcontext()
        # SQLite has one writer: taking turns here is fairer, and cheaper, than running into each other there.
        self._write_lock: Any = Lock() if self.backend is SQLITE else nullcontext()
        # A host's connections can be bound to their threads: nobody is committed by another on these.
        own_file = self._keep and self._in_file
        self._writers = Writers(self._open, self._drop, self._is_current) if own_file else None
        self._read_lock: Any = nullcontext()
        if isinstance(self._engine.pool, StaticPool):
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
                if self._is_lost(error, session.raw):
                    self._drop(session)
                    raise Lost from error
                self._give(session)
                if self._is_drivers(error):
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
            if self._is_lost(error, None):
                raise Lost from error
            if self._is_drivers(error):
                raise self._refused(error) from error
            raise

    # --- connections ---------------------------------------------------------------------------

    def _take(self) -> _Session:
        with suppress(IndexError):
            return self._idle.pop()
        return self._open()

    def _open(self) -> _Session:
        try:
            fairy: Any = self._engine.raw_connection()
            try:
                return self._session(fairy)
            except BaseException:  # a task that is cancelled here, too
                fairy.invalidate()
                raise
        except exc.TimeoutError as error:
            raise StoreUnavailable from error
        except Exception as error:
            if not self._is_drivers(error):
                raise
            if self.backend is POSTGRESQL:
                raise Lost from error
            raise self._refused(error) from error

    def _session(self, fairy: Any) -> _Session:
        raw = fairy.dbapi_connection
        if self._shared and raw.in_transaction:
            fairy.close()
            raise StoreBusy(
                "in use",
                "the host has a transaction open on this very connection: use desk.within(connection)",
            )
        restore = self.backend is POSTGRESQL and not raw.autocommit
        if restore:
            raw.autocommit = True
        session = _Session(fairy, fairy.cursor(**self._binary), self._age, restore=restore)
        if self._bounds is not None:
            # A descriptor of its own: hanging up on it never meets another connection that was given the same number.
            session.line = socket.socket(fileno=socket.dup(_driver(raw).pgconn.socket))
            self._lines.add(session.line)
        return session

    def _give(self, session: _Session) -> None:
        if self._keep and self._is_current(session):
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
            if session.restore:
                session.raw.autocommit = False
        except BaseException as error:
            session.fairy.invalidate()
            if not isinstance(error, Exception):
                raise
        else:
            session.fairy.close()

    def _drop(self, session: _Session) -> None:
        """Close a connection that is of no use any more."""
        self._hang_up(session)
        if session.fairy.dbapi_connection is not None:  # interrupted, somebody may do it twice
            session.fairy.invalidate()

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
        self._engine.dispose()

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
            with closing(session.fairy.cursor()) as cursor:
                if mode == "read":
                    return _read(session.raw, cursor, work)
                return self._transaction(session, cursor, work)
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

    def _refused(self, error: Exception) -> StoreError:
        none = has_none(self._engine) if "no such table" in str(error) else None
        return refused(error) if none is None else StoreError(none)

    def _is_drivers(self, error: Exception) -> bool:
        return isinstance(
            error, (self._engine.dialect.loaded_dbapi.Error, exc.SQLAlchemyError, UnicodeError, OverflowError)
        )

    def _is_lost(self, error: Exception, raw: Any) -> bool:
        if not isinstance(error, self._engine.dialect.loaded_dbapi.Error):
            return False
        return self._engine.dialect.is_disconnect(error, raw, None)

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
        for raw in tuple(self._made):
            _cut_off(raw)
        self._made.clear()
        for line in tuple(self._lines):
            line.close()
        self._lines.clear()
        if self._bounds is not None:
            self._bounds.begin_anew()
        if self.backend is POSTGRESQL or self._in_file:
            self._engine.dispose(close=False)


def _read(raw: Any, cursor: Any, work: Work[T]) -> T:
    """Run work that reads SQLite. Text that is no UTF-8, in a damaged row, must not keep all other rows from being read."""
    try:
        return work(cursor)
    except Exception as error:
        if "Could not decode to UTF-8" not in str(error):
            raise
    strict, raw.text_factory = raw.text_factory, lambda text: text.decode("utf-8", "replace")
    try:
        return work(cursor)
    finally:
        raw.text_factory = strict


def _driver(raw: Any) -> Any:
    """The driver's own connection."""
    return getattr(raw, "driver_connection", raw)


def _cut_off(raw: Any) -> None:
    """Take this process off a line that is its parent's: whatever it would send there, such as a farewell, goes nowhere."""
    if raw.closed:
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, raw.pgconn.socket, inheritable=False)
    os.close(nowhere)
