"""Making and upgrading the tables. Never at import; `supportflow migrate` is its command.

To make them on SQLite, and to look which are there, takes nothing besides Python; to upgrade older ones takes Alembic.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from supportflow.exceptions import MissingExtra, StoreError
from supportflow.stores.sql.backends import SQLITE, Cursor, refused
from supportflow.stores.sql.files import SqliteSource, opened
from supportflow.stores.sql.foreign import is_sqlalchemy_s
from supportflow.stores.sql.joined import Joined
from supportflow.stores.sql.presence import is_there, path_of
from supportflow.stores.sql.revisions import KNOWN, REVISION, VERSION_TABLE
from supportflow.stores.sql.statements import ddl
from supportflow.stores.sql.urls import SqliteUrl, in_memory, sqlite_url

__all__ = ["migrate", "migration_sql", "revision_of"]

T = TypeVar("T")


def migrate(database: Any) -> str:
    """Bring a database's tables to the revision of this version; what is there already stays.

    On PostgreSQL an advisory lock keeps others from migrating at the same time, and a step that would have to wait for a
    lock for longer than five seconds gives up: run it again.

    Args:
        database: A URL, an engine, or whatever `SqlStore.within` takes, whose transaction is then the host's to commit. On a
            connection of `sqlite3`, `psycopg` or Django, tables are made; older ones are upgraded by a URL or SQLAlchemy.

    Returns:
        The revision that the database is at now.

    Raises:
        InvalidInput: If it is not a database that is supported.
        StoreError: If the database refuses, or is at a revision that this version does not know.
        MissingExtra: If Alembic, where it is needed, or the database's driver is not installed.
    """
    if hasattr(database, "get_bind") and callable(getattr(database, "connection", None)):
        database = database.connection()  # of an ORM session
    reached: str
    if is_sqlalchemy_s(database, "Connection"):
        reached = _upgrading().upgrade(database, ours=False)
        return reached
    if is_sqlalchemy_s(database, "Engine"):
        reached = _upgrading().upgrade_by(database)
        return reached
    if not isinstance(database, str) and not is_sqlalchemy_s(database, "URL"):
        return _make_joined(database)
    url = sqlite_url(database)
    if url is None:
        reached = _with(_upgrading().of_server(database), _upgrading().upgrade_by)
        return reached
    found = _made_in(url)
    if found in KNOWN[:-1]:
        reached = _with(_upgrading().of_file(url), _upgrading().upgrade_by)
        return reached
    if found != REVISION:
        raise StoreError(f"the database cannot be migrated by this version: it is at revision {found}")
    return found


def migration_sql(database: Any) -> str:
    """The statements that would make the tables of an empty database, to be reviewed or run by hand.

    Args:
        database: A URL.

    Raises:
        InvalidInput: If it is not a database that is supported.
        MissingExtra: If Alembic is not installed.
    """
    name = "postgresql" if sqlite_url(database) is None else "sqlite"
    return str(_upgrading().as_text(name))


def revision_of(database: Any) -> str | None:
    """The revision that a database's tables are at; None if there are none. Nothing is made, no file either.

    Args:
        database: A URL.

    Raises:
        InvalidInput: If it is not a database that is supported.
        StoreError: If the database cannot be asked.
        MissingExtra: If the database's driver is not installed.
    """
    url = sqlite_url(database)
    if url is None:
        noted: str | None = _with(_upgrading().of_server(database), _upgrading().noted_on)
        return noted
    if in_memory(url) or not is_there(path_of(url.database)):
        return None
    return _asked(url, lambda connection: _noted(connection.cursor(), "sqlite"))


def _upgrading() -> Any:
    """The module that needs SQLAlchemy and Alembic.

    Raises:
        MissingExtra: If one of these is not installed.
    """
    try:
        from supportflow.stores.sql import upgrading  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"alembic", "sqlalchemy"}:
            raise
        raise MissingExtra("sql", "supportflow migrate") from None
    return upgrading


def _with(engine: Any, act: Callable[[Any], T]) -> T:
    """Act with an engine that was made for it."""
    try:
        return act(engine)
    finally:
        engine.dispose()


def _asked(url: SqliteUrl, ask: Callable[[sqlite3.Connection], T]) -> T:
    """Ask something of a SQLite database; a transaction that is begun is not kept unless it was committed."""
    try:
        with closing(opened(url)) as connection:
            return ask(connection)
    except Exception as error:
        if SqliteSource.is_drivers(error):
            raise refused(error) from error
        raise


def _made_in(url: SqliteUrl) -> str:
    """Make the tables of a SQLite database that has none; the revision that it is at then."""

    def made(connection: sqlite3.Connection) -> str:
        cursor = connection.cursor()
        found = _noted(cursor, "sqlite")
        if found is None:
            cursor.execute(SQLITE.begin)
            found = _made(cursor, "sqlite")  # somebody may have been faster
            connection.commit()
        return found

    return _asked(url, made)


def _make_joined(connection: Any) -> str:
    """Make the tables in the transaction that a host has open on a driver's connection."""
    link = Joined(connection)
    link.reserve()
    found = link.run(lambda cursor: _made(cursor, link.backend.name), "write")
    if found in KNOWN[:-1]:
        raise StoreError(f"the database is at revision {found}: upgrade it by its URL or by SQLAlchemy")
    return found


def _made(cursor: Cursor, name: str) -> str:
    """Make the tables if there are none; the revision that they are at."""
    found = _noted(cursor, name)
    if found is not None:
        return found
    for statement in ddl(name):
        cursor.execute(statement)
    return REVISION


def _noted(cursor: Cursor, name: str) -> str | None:
    """The revision that tables are at; None if there are none.

    Raises:
        StoreError: If nothing says which.
    """
    known = "sqlite_master WHERE name" if name == "sqlite" else "pg_catalog.pg_class WHERE relname"
    cursor.execute(f"SELECT 1 FROM {known} = '{VERSION_TABLE}'")
    if cursor.fetchone() is None:
        return None
    cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
    row = cursor.fetchone()
    if row is None:
        raise StoreError(f"the table {VERSION_TABLE} is empty: nothing says at which revision the others are")
    return str(row[0])
