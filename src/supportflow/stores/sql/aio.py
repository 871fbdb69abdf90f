"""`AsyncSqlStore`: the same store for an event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Self

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import greenlet_spawn

from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.stores.sql.links import SESSION
from supportflow.stores.sql.store import SqlStore, engine_url

__all__ = ["AsyncSqlStore"]


def _awaited(name: str) -> Any:
    """The method of a store, to be awaited."""
    plain = getattr(SqlStore, name)

    @wraps(plain)
    async def method(self: "AsyncSqlStore", *args: Any, **named: Any) -> Any:
        return await self._call(getattr(self._store, name), *args, **named)

    return method


class AsyncSqlStore:
    """`SqlStore` for `AsyncDesk`: every method is awaited.

    PostgreSQL is talked to by psycopg's own async connections. SQLite has no such thing: its calls run in threads.

    Args:
        database: A URL, an SQLAlchemy `AsyncEngine`, or an `AsyncConnection` or `AsyncSession` on which the host has a
            transaction open.

    Raises:
        InvalidInput: If it is none of these, or another database.
        MissingExtra: If the database's driver is not installed.
    """

    def __init__(self, database: Any) -> None:
        self._call: Callable[..., Awaitable[Any]] = greenlet_spawn
        self._engine: AsyncEngine | None = None
        if isinstance(database, str | URL):
            url = engine_url(database)
            if url.get_backend_name() == "sqlite":
                self._call = asyncio.to_thread
                self._store = SqlStore(url)
                return
            self._engine = _engine(url)
            self._store = SqlStore(self._engine.sync_engine)
        elif isinstance(database, AsyncEngine):
            self._store = SqlStore(database.sync_engine)
        else:
            self._store = SqlStore(_plain(database))

    def within(self, connection: Any, /) -> Self:
        """This store on a connection on which the host has a transaction open; see `SqlStore.within`.

        Args:
            connection: An SQLAlchemy `AsyncConnection` or `AsyncSession`.
        """
        joined = type(self)(connection)
        if joined._store._backend is not self._store._backend:
            raise InvalidInput("connection", f"is not of {self._store._backend.name}, as the store is")
        return joined

    async def close(self) -> None:
        """Close the connections, if they are the store's own."""
        await self._call(self._store.close)
        if self._engine is not None:
            await self._engine.dispose()

    load = _awaited("load")
    find_ref = _awaited("find_ref")
    events = _awaited("events")
    commit = _awaited("commit")
    recall = _awaited("recall")
    search = _awaited("search")
    load_agent = _awaited("load_agent")
    agents = _awaited("agents")
    lead = _awaited("lead")
    due = _awaited("due")
    claim_due = _awaited("claim_due")
    reschedule = _awaited("reschedule")
    contents = _awaited("contents")
    erase = _awaited("erase")
    lease = _awaited("lease")
    settle = _awaited("settle")
    dead_letters = _awaited("dead_letters")
    revive = _awaited("revive")
    drop = _awaited("drop")
    put_policy = _awaited("put_policy")
    get_policy = _awaited("get_policy")
    archive = _awaited("archive")
    purge_keys = _awaited("purge_keys")


def _engine(url: URL) -> AsyncEngine:
    options = {key: value for key, value in SESSION.items() if key not in url.query}
    try:
        return create_async_engine(url, connect_args=options)
    except ImportError:
        raise MissingExtra("postgres", "a store on PostgreSQL") from None


def _plain(connection: Any) -> Any:
    """The plain connection beneath an async one."""
    if isinstance(connection, AsyncSession):
        connection = connection.sync_session
        return connection
    if not isinstance(connection, AsyncConnection):
        raise InvalidInput("connection", "is neither an AsyncConnection nor an AsyncSession of SQLAlchemy")
    return connection.sync_connection
