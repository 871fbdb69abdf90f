"""The desk's own tables in Django's database: made by a migration, brought to a new version behind each `migrate`."""

from typing import Any

from django.conf import settings
from django.db import connections

from supportflow.stores.sql.migration import migrate
from supportflow.stores.sql.revisions import KNOWN, VERSION_TABLE

__all__ = ["is_desk_s", "make", "revision", "upgrade"]

_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def is_desk_s(alias: str) -> bool:
    """Whether the desk is in this database."""
    return bool(alias == getattr(settings, "SUPPORTFLOW", {}).get("DATABASE", "default"))


def revision(connection: Any) -> str | None:
    """The revision of the tables in a database; None if there are none, or nothing says which."""
    with connection.cursor() as cursor:
        if VERSION_TABLE not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a name of our own
        row = cursor.fetchone()
        return None if row is None else str(row[0])


def make(connection: Any) -> None:
    """Make the tables. What is there already stays, of whatever revision it is."""
    if revision(connection) is None:
        migrate(connection)


def upgrade(using: str, **_: Any) -> None:
    """Bring older tables to the revision of this version: a receiver of `post_migrate`.

    A connection of its own does it, as `supportflow migrate` would: a step may have to be in no transaction. Nothing is made
    where no tables are, so that they stay away after `migrate supportflow zero`.

    Raises:
        StoreError: If the database refuses.
    """
    if not is_desk_s(using) or revision(connections[using]) not in KNOWN[:-1]:
        return
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415 - there is seldom something to upgrade

    connection = connections[using]
    engine = create_engine(
        _URLS[connection.vendor],
        creator=lambda: connection.get_new_connection(connection.get_connection_params()),
        poolclass=NullPool,
    )
    migrate(engine)
