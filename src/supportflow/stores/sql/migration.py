"""Making and upgrading the tables, by Alembic as a library. Never at import; `supportflow migrate` is its command."""

import io
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, exc, inspect, text
from sqlalchemy.pool import StaticPool

from supportflow import _forks
from supportflow.exceptions import InvalidInput, MissingExtra, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import Cursor, refused
from supportflow.stores.sql.engines import engine_url, in_memory, journal_mode
from supportflow.stores.sql.joined import Joined
from supportflow.stores.sql.presence import path_of
from supportflow.stores.sql.revisions import KNOWN, REVISION, VERSION_TABLE
from supportflow.stores.sql.schema import ddl

__all__ = ["migrate", "migration_sql", "revision_of"]


class _Turns(_forks.Locked):
    """One thread at a time, in each process."""

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_ONE_AT_A_TIME = _Turns()
"""Alembic keeps what it is doing in variables of its modules."""
_SCRIPTS = Path(__file__).with_name("migrations")


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
        MissingExtra: If Alembic or the database's driver is not installed.
    """
    if hasattr(database, "get_bind") and callable(getattr(database, "connection", None)):
        database = database.connection()  # of an ORM session
    if isinstance(database, Connection):
        return _upgrade(database, ours=False)
    if not isinstance(database, str | URL | Engine):
        return _make_joined(database)
    engine = database if isinstance(database, Engine) else _engine(engine_url(database))
    try:
        with engine.connect() as connection:
            return _upgrade(connection, ours=True)
    except exc.SQLAlchemyError as error:
        if isinstance(error, exc.OperationalError) and engine.dialect.name == "postgresql":
            raise StoreUnavailable from error
        raise refused(error) from error
    finally:
        if engine is not database:
            engine.dispose()


def migration_sql(database: str | URL) -> str:
    """The statements that would make the tables of an empty database, to be reviewed or run by hand.

    Raises:
        InvalidInput: If it is not a database that is supported.
        MissingExtra: If Alembic is not installed.
    """
    written = io.StringIO()
    config, command = _alembic(written)
    config.attributes["dialect"] = engine_url(database).get_backend_name()
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head", sql=True)
    return written.getvalue()


def revision_of(database: str | URL) -> str | None:
    """The revision that a database's tables are at; None if there are none. Nothing is made, no file either.

    Raises:
        InvalidInput: If it is not a database that is supported.
        StoreError: If the database cannot be asked.
        MissingExtra: If the database's driver is not installed.
    """
    url = engine_url(database)
    if url.get_backend_name() == "sqlite" and (in_memory(url) or not path_of(url.database or "").is_file()):
        return None
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())
    except exc.SQLAlchemyError as error:
        if isinstance(error, exc.OperationalError) and engine.dialect.name == "postgresql":
            raise StoreUnavailable from error
        raise refused(error) from error
    finally:
        engine.dispose()


def _make_joined(connection: Any) -> str:
    """Make the tables in the transaction that a host has open on a driver's connection."""
    link = Joined(connection)
    name = link.backend.name

    def work(cursor: Cursor) -> str:
        known = "sqlite_master WHERE name" if name == "sqlite" else "pg_catalog.pg_class WHERE relname"
        cursor.execute(f"SELECT 1 FROM {known} = '{VERSION_TABLE}'")
        if cursor.fetchone() is None:
            for statement in ddl(name):
                cursor.execute(statement)
            return REVISION
        cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
        return str(cursor.fetchone()[0])

    link.reserve()
    found = link.run(work, "write")
    if found in KNOWN[:-1]:
        raise StoreError(f"the database is at revision {found}: upgrade it by its URL or by SQLAlchemy")
    return found


def _engine(url: URL) -> Engine:
    try:
        return create_engine(journal_mode(url)[0], poolclass=StaticPool if in_memory(url) else None)
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None


def _alembic(output: io.StringIO) -> tuple[Any, Any]:
    try:
        from alembic import command  # noqa: PLC0415 - a store that is in use needs no Alembic
        from alembic.config import Config  # noqa: PLC0415 - the same
    except ImportError:
        raise MissingExtra("sql", "supportflow migrate") from None
    config = Config(output_buffer=output, stdout=output)
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, command


def _upgrade(connection: Connection, *, ours: bool) -> str:
    if connection.dialect.name not in {"sqlite", "postgresql"}:
        raise InvalidInput("database", f"is {connection.dialect.name}: it must be sqlite or postgresql")
    from alembic.util import CommandError  # noqa: PLC0415 - as in `_alembic`

    config, command = _alembic(io.StringIO())
    config.attributes.update(connection=connection, ours=ours)
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the database cannot be migrated by this version: {error}") from error
    revision: str = config.attributes["revision"]
    return revision
