"""Points at which a process is killed: before and after each call of a port, or each statement of a database."""

import os
import signal
from pathlib import Path

from durability.mutants import Wrapped


class Points:
    """Counts points; at the one that is asked for, the process is killed as it stands.

    Args:
        kill_at: Which one, from 1; 0 for none.
        path: Where the names of the points go, if they are wanted.
    """

    def __init__(self, kill_at: int, path: Path | None = None) -> None:
        self._kill_at = kill_at
        self._names = []
        self._path = path

    def hit(self, name: str) -> None:
        self._names.append(name)
        if len(self._names) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, name: str) -> None:
        self.hit(f"before {name}")

    def after(self, name: str) -> None:
        self.hit(f"after {name}")

    def save(self) -> None:
        if self._path is not None:
            self._path.write_text("\n".join(self._names))


class PointedCalls(Wrapped):
    """A store with a point before and after each call."""

    def __init__(self, store, points: Points) -> None:
        super().__init__(store)
        self._points = points

    def __getattr__(self, name):
        method = getattr(self._store, name)
        if name == "close":
            return method

        def call(*values, **named):
            self._points.before(name)
            answer = method(*values, **named)
            self._points.after(name)
            return answer

        return call


class _PointedCursor:
    def __init__(self, cursor, points: Points) -> None:
        self._cursor, self._points = cursor, points

    def __getattr__(self, name):
        return getattr(self._cursor, name)

    def execute(self, statement, *values):
        return self._pointed("execute", statement, *values)

    def executemany(self, statement, rows):
        return self._pointed("executemany", statement, rows)

    def _pointed(self, method, statement, *values):
        name = " ".join(str(statement).split()[:3])
        self._points.before(name)
        answer = getattr(self._cursor, method)(statement, *values)
        self._points.after(name)
        return answer


class _PointedConnection:
    def __init__(self, given, points: Points) -> None:
        self._given, self._points = given, points

    def __getattr__(self, name):
        return getattr(self._given, name)

    def cursor(self, **options):
        return _PointedCursor(self._given.cursor(**options), self._points)

    def commit(self):
        self._points.before("COMMIT")
        self._given.commit()
        self._points.after("COMMIT")


class _PointedSession:
    def __init__(self, session, points: Points) -> None:
        self.session = session
        self.raw = session.raw
        self.cursor = _PointedCursor(session.cursor, points)
        self.given = _PointedConnection(session.given, points)


def point_statements(store, points: Points) -> None:
    """Put a point before and after each statement and each COMMIT of an SQL store."""
    link = store._link
    work_on, writers = link._work, link._writers
    link._work = lambda session, work, mode: work_on(_PointedSession(session, points), work, mode)
    if writers is not None:
        open_one, drop, is_current = writers._open_one, writers._drop, writers._is_current
        writers._open_one = lambda: _PointedSession(open_one(), points)
        writers._drop = lambda pointed: drop(pointed.session)
        writers._is_current = lambda pointed: is_current(pointed.session)
        if writers._session is not None:
            writers._session = _PointedSession(writers._session, points)
