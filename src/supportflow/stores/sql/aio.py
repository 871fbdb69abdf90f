"""`AsyncSqlStore`: the same store for an event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from copy import copy
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from supportflow.exceptions import InvalidInput
from supportflow.stores.sql.connections import servers
from supportflow.stores.sql.foreign import is_sqlalchemy_s
from supportflow.stores.sql.store import SqlStore
from supportflow.stores.sql.urls import sqlite_url

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["AsyncSqlStore"]


P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    plain: Callable[Concatenate[SqlStore, P], T],
) -> Callable[Concatenate["AsyncSqlStore", P], Coroutine[Any, Any, T]]:
    """The method of a store, to be awaited."""
    name = plain.__name__

    @wraps(plain)
    async def method(self: "AsyncSqlStore", /, *args: P.args, **named: P.kwargs) -> T:
        return await self._call(getattr(self._store, name), *args, **named)  # type: ignore[no-any-return]

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
        self._call: Callable[..., Awaitable[Any]] = asyncio.to_thread
        if not isinstance(database, str) and not is_sqlalchemy_s(database, "URL"):
            self._store = SqlStore(_plain(database))
            self._call = _in_greenlet()
        elif sqlite_url(database) is not None:
            self._store = SqlStore(database)
        else:
            self._engine, link = servers().on_server_async(database)
            self._store, self._call = SqlStore.on(link), _in_greenlet()

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

    reserve = _awaited(SqlStore.reserve)
    load = _awaited(SqlStore.load)
    load_many = _awaited(SqlStore.load_many)
    load_with_requester = _awaited(SqlStore.load_with_requester)
    find_ref = _awaited(SqlStore.find_ref)
    events = _awaited(SqlStore.events)
    feed = _awaited(SqlStore.feed)
    feed_end = _awaited(SqlStore.feed_end)
    warned = _awaited(SqlStore.warned)
    commit = _awaited(SqlStore.commit)
    recall = _awaited(SqlStore.recall)
    search = _awaited(SqlStore.search)
    load_agent = _awaited(SqlStore.load_agent)
    agents = _awaited(SqlStore.agents)
    lead = _awaited(SqlStore.lead)
    due = _awaited(SqlStore.due)
    claim_due = _awaited(SqlStore.claim_due)
    reschedule = _awaited(SqlStore.reschedule)
    contents = _awaited(SqlStore.contents)
    erase = _awaited(SqlStore.erase)
    erase_contents = _awaited(SqlStore.erase_contents)
    lease = _awaited(SqlStore.lease)
    settle = _awaited(SqlStore.settle)
    dead_letters = _awaited(SqlStore.dead_letters)
    revive = _awaited(SqlStore.revive)
    drop = _awaited(SqlStore.drop)
    put_policy = _awaited(SqlStore.put_policy)
    get_policy = _awaited(SqlStore.get_policy)
    links = _awaited(SqlStore.links)
    set_links = _awaited(SqlStore.set_links)
    streams = _awaited(SqlStore.streams)
    archive = _awaited(SqlStore.archive)
    ended = _awaited(SqlStore.ended)
    put_away = _awaited(SqlStore.put_away)
    purge_keys = _awaited(SqlStore.purge_keys)
    count_keys = _awaited(SqlStore.count_keys)


def _in_greenlet() -> Callable[..., Awaitable[Any]]:
    """Runs plain code whose database calls are awaited beneath it."""
    from sqlalchemy.util import greenlet_spawn  # noqa: PLC0415 - an extra, which is there: who comes here has an engine

    return greenlet_spawn


def _plain(database: Any) -> Any:
    """The plain engine, session or connection beneath an async one."""
    for name in ("sync_connection", "sync_engine"):
        found = getattr(database, name, None)
        if type(database).__name__.startswith("Async") and found is not None:
            return found
    raise InvalidInput("database", "is no URL, and no AsyncEngine or AsyncConnection of SQLAlchemy")
