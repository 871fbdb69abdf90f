"""`AsyncSqlStore`: the same store for an event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
from functools import wraps
from typing import TYPE_CHECKING, Any, Self

from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.stores.sql.store import SqlStore

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

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
        database: A URL, an SQLAlchemy `AsyncEngine`, or an `AsyncConnection` on which the host has a transaction open.

    Raises:
        InvalidInput: If it is none of these, or another database.
        MissingExtra: If the database's driver is not installed.
    """

    def __init__(self, database: Any) -> None:
        self._engine: AsyncEngine | None = None
        self._call: Callable[..., Awaitable[Any]] = _in_greenlet()
        if isinstance(database, str) or type(database).__name__ == "URL":
            from supportflow.stores.sql.connections import open_async  # noqa: PLC0415 - an extra
            from supportflow.stores.sql.engines import engine_url  # noqa: PLC0415 - an extra

            url = engine_url(database)
            if url.get_backend_name() == "sqlite":
                self._call = asyncio.to_thread
                self._store = SqlStore(url)
                return
            self._engine, link = open_async(url)
            self._store = SqlStore.on(link)
        else:
            self._store = SqlStore(_plain(database))

    def within(self, connection: Any, /) -> Self:
        """This store on a connection on which the host has a transaction open; see `SqlStore.within`.

        Args:
            connection: An SQLAlchemy `AsyncConnection`; of an `AsyncSession`, `await session.connection()`.
        """
        joined = copy(self)
        joined._store = self._store.within(_plain(connection))  # noqa: SLF001 - of this very class
        joined._call, joined._engine = _in_greenlet(), None  # noqa: SLF001 - the same
        return joined

    @property
    def tentative(self) -> bool:
        """Whether what is written now is in a transaction of the host's, which may still undo it."""
        return self._store.tentative

    async def close(self) -> None:
        """Close the connections, if they are the store's own."""
        await self._call(self._store.close)
        if self._engine is not None:
            await self._engine.dispose()

    reserve = _awaited("reserve")
    load = _awaited("load")
    load_many = _awaited("load_many")
    find_ref = _awaited("find_ref")
    events = _awaited("events")
    feed = _awaited("feed")
    feed_end = _awaited("feed_end")
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
    erase_contents = _awaited("erase_contents")
    lease = _awaited("lease")
    settle = _awaited("settle")
    dead_letters = _awaited("dead_letters")
    revive = _awaited("revive")
    drop = _awaited("drop")
    put_policy = _awaited("put_policy")
    get_policy = _awaited("get_policy")
    archive = _awaited("archive")
    ended = _awaited("ended")
    put_away = _awaited("put_away")
    purge_keys = _awaited("purge_keys")


def _in_greenlet() -> Callable[..., Awaitable[Any]]:
    """Runs plain code whose database calls are awaited beneath it."""
    try:
        from sqlalchemy.util import greenlet_spawn  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("sqlalchemy"):
            raise
        raise MissingExtra("sql", "AsyncSqlStore") from None
    return greenlet_spawn


def _plain(database: Any) -> Any:
    """The plain engine, session or connection beneath an async one."""
    for name in ("sync_connection", "sync_engine"):
        found = getattr(database, name, None)
        if type(database).__name__.startswith("Async") and found is not None:
            return found
    raise InvalidInput("database", "is no URL, and no AsyncEngine or AsyncConnection of SQLAlchemy")
