"""What runs statements on a database: connections of the store's own, a host's engine, or a host's transaction."""

from typing import Any

from supportflow.exceptions import MissingExtra
from supportflow.stores.sql.files import SqliteSource
from supportflow.stores.sql.foreign import is_sqlalchemy_s
from supportflow.stores.sql.joined import Joined
from supportflow.stores.sql.link import Link
from supportflow.stores.sql.own import Own
from supportflow.stores.sql.urls import sqlite_url

__all__ = ["open_link", "servers"]


def open_link(database: Any) -> tuple[Link, bool]:
    """What runs statements on a database, and whether its connections are the store's own to close.

    Raises:
        InvalidInput: If it is nothing that a store can work on.
        MissingExtra: If the database's driver is not installed.
    """
    if isinstance(database, str) or is_sqlalchemy_s(database, "URL"):
        url = sqlite_url(database)
        return (servers().on_server(database) if url is None else Own(SqliteSource(url))), True
    if is_sqlalchemy_s(database, "Engine"):
        from supportflow.stores.sql.engines import of_host  # noqa: PLC0415 - whoever has an engine has SQLAlchemy

        return Own(of_host(database)), False
    return Joined(database), False


def servers() -> Any:
    """The module of stores on PostgreSQL, which needs SQLAlchemy.

    Raises:
        MissingExtra: If that is not installed.
    """
    try:
        from supportflow.stores.sql import servers as module  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("sqlalchemy"):
            raise
        raise MissingExtra("postgres", "a store on PostgreSQL") from None
    return module
