"""Connections of the store's own to PostgreSQL, from SQLAlchemy's pool."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine

from supportflow.exceptions import MissingExtra
from supportflow.stores.sql.engines import EngineSource, engine_options, engine_url, longest_s
from supportflow.stores.sql.link import SESSIONS, Link
from supportflow.stores.sql.own import Own

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["on_server", "on_server_async"]


def on_server(database: Any) -> Link:
    """What runs statements on a server.

    Raises:
        InvalidInput: If it is no URL.
        MissingExtra: If the database's driver is not installed.
    """
    url = engine_url(database)
    try:
        # The links leave every connection as they found it, so the pool need not reset it.
        engine = create_engine(
            url, pool_reset_on_return=None, pool_size=SESSIONS, max_overflow=1, **engine_options(url)
        )
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None
    return Own(EngineSource(engine, ours=True), longest_s=longest_s(url))


def on_server_async(database: Any) -> "tuple[AsyncEngine, Link]":
    """An engine for an event loop, and what runs statements on it.

    Raises:
        InvalidInput: If it is no URL.
        MissingExtra: If the database's driver is not installed.
    """
    # It brings SQLAlchemy's mapper of objects with it: 8 MB, which no store of plain calls needs.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    url = engine_url(database)
    try:
        engine = create_async_engine(url, pool_reset_on_return=None, **engine_options(url))
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None
    return engine, Own(EngineSource(engine.sync_engine, ours=True), longest_s=longest_s(url))
