"""Tables brought from revision to revision, by Alembic as a library: it and SQLAlchemy are loaded when that is needed."""

import io
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, exc, inspect, text
from sqlalchemy.pool import StaticPool

from supportflow import _forks
from supportflow.exceptions import InvalidInput, MissingExtra, StoreError, StoreUnavailable
from supportflow.stores.sql.backends import refused
from supportflow.stores.sql.engines import engine_url
from supportflow.stores.sql.files import opened
from supportflow.stores.sql.revisions import VERSION_TABLE
from supportflow.stores.sql.urls import SqliteUrl

__all__ = ["alembic_config", "as_text", "noted_on", "of_file", "of_server", "upgrade", "upgrade_by"]


class _Turns(_forks.Locked):
    """One thread at a time, in each process."""

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_ONE_AT_A_TIME = _Turns()
"""Alembic keeps what it is doing in variables of its modules."""
_SCRIPTS = Path(__file__).with_name("migrations")


def of_file(url: SqliteUrl) -> Engine:
    """An engine for a SQLite database, opened as a store opens it."""
    return create_engine("sqlite://", creator=lambda: opened(url), poolclass=StaticPool)


def of_server(database: Any) -> Engine:
    """An engine for a URL of PostgreSQL.

    Raises:
        InvalidInput: If it is no URL.
        MissingExtra: If the driver is not installed.
    """
    try:
        return create_engine(engine_url(database))
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None


def upgrade_by(engine: Engine) -> str:
    """Upgrade on a connection of an engine; the revision that was reached.

    Raises:
        InvalidInput: If it is not for a database that is supported.
        StoreError: If the database refuses, or is at a revision that this version does not know.
    """
    try:
        with engine.connect() as connection:
            return upgrade(connection, ours=True)
    except exc.SQLAlchemyError as error:
        raise _refused(engine, error) from error


def upgrade(connection: Connection, *, ours: bool) -> str:
    """Upgrade on a connection; the revision that was reached.

    Args:
        connection: The connection.
        ours: Whether it may be committed here.

    Raises:
        InvalidInput: If it is not to a database that is supported.
        StoreError: If the database is at a revision that this version does not know.
    """
    if connection.dialect.name not in {"sqlite", "postgresql"}:
        raise InvalidInput("database", f"is {connection.dialect.name}: it must be sqlite or postgresql")
    config = alembic_config(io.StringIO())
    config.attributes.update(connection=connection, ours=ours)
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the database cannot be migrated by this version: {error}") from error
    revision: str = config.attributes["revision"]
    return revision


def as_text(name: str) -> str:
    """The statements of all steps, for an empty database of a kind."""
    written = io.StringIO()
    config = alembic_config(written)
    config.attributes["dialect"] = name
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head", sql=True)
    return written.getvalue()


def noted_on(engine: Engine) -> str | None:
    """The revision that a database's tables are at; None if there are none.

    Raises:
        StoreError: If the database cannot be asked.
    """
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())
    except exc.SQLAlchemyError as error:
        raise _refused(engine, error) from error


def alembic_config(output: io.StringIO) -> Config:
    """What Alembic is told: where the steps are, and where it writes to."""
    config = Config(output_buffer=output, stdout=output)
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _refused(engine: Engine, error: exc.SQLAlchemyError) -> StoreError:
    if isinstance(error, exc.OperationalError) and engine.dialect.name == "postgresql":
        return StoreUnavailable()
    return refused(error)
