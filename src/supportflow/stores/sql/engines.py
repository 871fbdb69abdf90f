"""Engines for the databases that are supported: URLs, what a session is set to, and how SQLite's files are kept."""

import re
import warnings
from typing import Any

from sqlalchemy import URL, Engine, event, exc, make_url
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from supportflow.exceptions import InvalidInput
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Backend

__all__ = [
    "SESSIONS",
    "check_host_s",
    "engine_options",
    "engine_url",
    "has_none",
    "in_memory",
    "longest_s",
    "set_up",
    "warn_of_wal_reset",
]

SESSION = {
    # A lost reply must not mean a lost command, a frozen worker must not hold its locks for ever, and no statement may hold
    # up whoever waits for its answer.
    "options": (
        "-c synchronous_commit=on -c idle_in_transaction_session_timeout=30s -c lock_timeout=10s"
        " -c statement_timeout=12s"
    ),
    "application_name": "supportflow",
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
SESSIONS = 15
"""Connections of a store at most; whoever needs another one waits."""
_URI = frozenset({"cache", "immutable", "mode", "modeof", "nolock", "psow", "vfs"})
"""What can stand behind a file's name where that is a URI (https://sqlite.org/uri.html)."""
JOURNAL_MODES = ("wal", "delete", "truncate", "persist")
"""What `?journal_mode=` in the URL of a SQLite file can say."""


def engine_url(database: str | URL) -> URL:
    """A database's URL with the driver that is used for it.

    Raises:
        InvalidInput: If it is no URL, or of another database.
    """
    try:
        url = make_url(database)
    except (exc.ArgumentError, ValueError):  # the latter of a port that is no number
        raise InvalidInput("database", "is not a URL such as sqlite:///desk.db") from None
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    name = drivers.get(url.drivername, url.drivername)
    if name not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise InvalidInput("database", f"is {url.drivername}: it must be sqlite or postgresql")
    url = url.set(drivername=name)
    if url.get_backend_name() == "sqlite" and (url.database or "").startswith("file:"):
        said = _URI & url.query.keys()
        if "uri" not in url.query and (said or in_memory(url)):
            # Else the driver would make a file of that very name, and pass over what is said behind it.
            url = url.update_query_dict({"uri": "true"})
    return url


def in_memory(url: URL) -> bool:
    """Whether a URL is of a SQLite database that is in no file: it is one connection's, or lost without one."""
    if url.get_backend_name() != "sqlite":
        return False
    name = url.database or ":memory:"
    return name == ":memory:" or name.startswith("file::memory:") or url.query.get("mode") == "memory"


_STATIC = (
    "keeps no connection for all: make the engine with"
    " poolclass=StaticPool, connect_args={'check_same_thread': False}"
)


def check_host_s(engine: Engine) -> None:
    """See that a host's engine for a SQLite database in memory gives the same database to everybody.

    Raises:
        InvalidInput: If each of its connections has a database of its own, or the database goes with its last connection.
    """
    if in_memory(engine.url) and not isinstance(engine.pool, StaticPool | SingletonThreadPool):
        raise InvalidInput("database", f"is in memory, and {type(engine.pool).__name__} {_STATIC}")


def has_none(engine: Engine) -> str | None:
    """Why a host's engine has no tables where others have made them; None if it is one database for all."""
    if in_memory(engine.url) and isinstance(engine.pool, SingletonThreadPool):
        return f"the database is in memory, and each thread has one of its own: SingletonThreadPool {_STATIC}"
    return None


def journal_mode(url: URL) -> tuple[URL, str | None]:
    """A URL as the driver takes it, and the journal mode that it names for SQLite's file, if it does.

    Raises:
        InvalidInput: If SQLite has no such mode, or it keeps nothing durably.
    """
    named = url.query.get("journal_mode") if url.get_backend_name() == "sqlite" else None
    if named is None:
        return url, None
    if not isinstance(named, str) or named.lower() not in JOURNAL_MODES:
        raise InvalidInput("database", f"journal_mode is not one of {', '.join(JOURNAL_MODES)}")
    return url.difference_update_query(["journal_mode"]), named.lower()


def engine_options(url: URL) -> dict[str, Any]:
    """What an engine for a URL is made with; what the URL itself says comes first."""
    if url.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
        if in_memory(url):
            options["poolclass"] = StaticPool
        return options
    return {"connect_args": {key: value for key, value in SESSION.items() if key not in url.query}}


_TIMEOUT = re.compile(r"statement_timeout\s*=\s*'?(\d{1,9})\s*(us|ms|s|min|h|d)?\b")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_GRACE_S = 2.0


def longest_s(url: URL) -> float | None:
    """How long a statement on PostgreSQL is waited for, a little longer than the server lets it run; None for ever.

    A server that is frozen, or a line that swallows everything, ends no statement: the waiting has to end here.
    """
    if url.get_backend_name() != "postgresql":
        return None
    said = _TIMEOUT.search(str(url.query.get("options", ""))) or _TIMEOUT.search(SESSION["options"])
    assert said is not None
    seconds = int(said[1]) * _SECONDS[said[2] or "ms"]
    return seconds + _GRACE_S if seconds else None


def set_up(engine: Engine, *, ours: bool, journal: str | None = None) -> Backend:
    """Settle how an engine's connections behave.

    Args:
        engine: The engine.
        ours: Whether the store made it: a host's is left as it is.
        journal: The journal mode that was asked for.

    Raises:
        InvalidInput: If it is for a database that is not supported.
    """
    if engine.dialect.name == "sqlite" and not engine.dialect.is_async:
        if ours:
            if not in_memory(engine.url):
                event.listen(engine, "connect", lambda raw, _record: _prepare_file(raw, journal))
            if "timeout" not in engine.url.query:  # what the URL says comes first
                event.listen(engine, "connect", _be_patient)
            event.listen(engine, "connect", _prepare_sqlite)
        return SQLITE
    if engine.dialect.name == "postgresql" and engine.dialect.driver in {"psycopg", "psycopg_async"}:
        if ours:
            event.listen(engine, "connect", _prepare_postgresql)
        return POSTGRESQL
    raise InvalidInput(
        "database",
        f"is {engine.dialect.name}+{engine.dialect.driver}: it must be sqlite or postgresql+psycopg",
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL").close()


def _be_patient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10000").close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True


# --- SQLite's files ----------------------------------------------------------------------------

_FOREIGN = (
    "SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'supportflow\\_%' ESCAPE '\\'"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' LIMIT 1"
)


def _prepare_file(connection: Any, journal: str | None) -> None:
    """Have a file in the mode that was asked for; if none was, an own one in WAL mode.

    The mode is the file's, for whoever opens it: that of a file with other people's tables is theirs to choose.
    """
    if journal is None and connection.execute(_FOREIGN).fetchone() is None:
        journal = "wal"
    if journal is not None and _mode(connection) != journal:
        connection.execute(f"PRAGMA journal_mode = {journal}").close()


def _mode(connection: Any) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def warn_of_wal_reset(version: tuple[int, int, int]) -> None:
    """Warn of SQLite's WAL-reset bug: two connections that write or checkpoint at once could damage a file in WAL mode.

    It is in 3.7.0 to 3.51.2 and in the withdrawn 3.52.0; fixed in 3.51.3, and in the branches 3.44 and 3.50 from 3.44.6 and
    3.50.7 (https://sqlite.org/wal.html#walresetbug). One store takes turns at writing, so one process is safe.
    """
    if version >= (3, 51, 3) and version != (3, 52, 0):
        return
    if (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0):
        return
    warnings.warn(
        f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug, and this file is in WAL mode: open it from one process"
        " and one store only, or leave WAL with ?journal_mode=delete in the URL, or use SQLite 3.51.3 or newer"
        " (https://sqlite.org/wal.html#walresetbug)",
        RuntimeWarning,
        stacklevel=2,
    )
