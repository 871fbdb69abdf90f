"""What runs statements on a database: connections of the store's own, a host's engine, or a host's transaction."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine

from supportflow.exceptions import MissingExtra
from supportflow.stores.sql.engines import (
    SESSIONS,
    check_host_s,
    engine_options,
    engine_url,
    in_memory,
    journal_mode,
    longest_s,
    set_up,
)
from supportflow.stores.sql.joined import Joined
from supportflow.stores.sql.link import Link
from supportflow.stores.sql.own import Own

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Joined", "open_async", "open_link"]


def open_link(database: Any) -> tuple[Link, bool]:
    """What runs statements on a database, and whether its connections are the store's own to close.

    Raises:
        InvalidInput: If it is nothing that a store can work on.
        MissingExtra: If the database's driver is not installed.
    """
    if isinstance(database, str | URL):
        url, journal = journal_mode(engine_url(database))
        try:
            # The links leave every connection as they found it, so the pool need not reset it.
            pool = {} if in_memory(url) else {"pool_size": SESSIONS, "max_overflow": 1}
            engine = create_engine(url, pool_reset_on_return=None, **pool, **engine_options(url))
        except ImportError:
            raise MissingExtra("postgres", "a store on PostgreSQL") from None
        backend = set_up(engine, ours=True, journal=journal)
        return Own(engine, backend, ours=True, longest_s=longest_s(url)), True
    if isinstance(database, Engine):
        check_host_s(database)
        return Own(database, set_up(database, ours=False), ours=False), False
    return Joined(database), False


def open_async(url: URL) -> "tuple[AsyncEngine, Link]":
    """An engine for an event loop, and what runs statements on it.

    Raises:
        MissingExtra: If the database's driver is not installed.
    """
    # It brings SQLAlchemy's mapper of objects with it: 8 MB, which no store of plain calls needs.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    try:
        engine = create_async_engine(url, pool_reset_on_return=None, **engine_options(url))
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None
    plain = engine.sync_engine
    return engine, Own(plain, set_up(plain, ours=True), ours=True, longest_s=longest_s(url))
