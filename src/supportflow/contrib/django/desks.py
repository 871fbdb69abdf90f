"""The desk of this project, on Django's own connection."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from threading import Lock
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from supportflow.aio import AsyncDesk
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.link import DjangoLink
from supportflow.desk import Desk
from supportflow.exceptions import StoreError
from supportflow.flows.setup import WithPast
from supportflow.stores.sql import AsyncSqlStore, SqlStore

__all__ = ["async_desk", "desk", "forget", "settle", "settle_what_is_not"]

_MADE: dict[str, Any] = {}
_LOCK = Lock()


def desk() -> Desk:
    """The desk that `settings.SUPPORTFLOW` describes, the same one each time. Thread-safe.

    It works on Django's connection of the thread that calls it: inside `transaction.atomic()`, or a request under
    `ATOMIC_REQUESTS`, its commands commit and roll back with your own rows.

    Raises:
        InvalidInput: If the settings cannot be used.
        PolicyError: If the policy is wrong.
    """
    return _made("desk", _new_desk)


def async_desk() -> AsyncDesk:
    """The same desk for async views. Its database calls run where Django runs those of the ORM: by `sync_to_async`.

    Raises:
        InvalidInput: If the settings cannot be used.
        PolicyError: If the policy is wrong.
    """
    return _made("async", _new_async_desk)


def settle() -> None:
    """Have the store know this process's policy for good, once: what is told in a transaction of the host's may be undone.

    Inside of one it has to wait for the next request. (`on_commit` would show in what a host's tests count.)
    """
    if "settled" in _MADE:
        return
    if connections[configuration().database].in_atomic_block:
        _MADE["unsettled"] = True
        return
    # Somebody else may be writing: then what comes next is told in its own transaction, and this is tried again.
    with suppress(StoreError):
        desk().surges()
        _MADE["settled"] = True


def settle_what_is_not(**_: Any) -> None:
    """At the beginning of a request, where no transaction is open yet, make up for what could not be settled in one."""
    if _MADE.pop("unsettled", False):
        settle()


def forget() -> None:
    """Make the desks anew when they are next asked for: the settings have changed, or the tables were emptied."""
    with _LOCK:
        _MADE.clear()
        configuration.cache_clear()


def _made(name: str, make: Callable[[], Any]) -> Any:
    with suppress(KeyError):
        return _MADE[name]
    with _LOCK:
        if name not in _MADE:
            _MADE[name] = make()
        return _MADE[name]


def _new_desk() -> Desk:
    given = configuration()
    return Desk(
        given.policy,
        store=SqlStore.on(DjangoLink(given.database)),
        on={event: _heard(handler) for event, handler in given.on.items()},
        channels=given.channels,
        tenant=given.tenant,
        secret=given.secret,
        **given.ports,
    )


def _new_async_desk() -> AsyncDesk:
    given = configuration()
    return AsyncDesk(
        given.policy,
        store=_AwaitedStore(given.database),
        on={event: _heard(handler, awaited=True) for event, handler in given.on.items()},
        channels=given.channels,
        tenant=given.tenant,
        secret=given.secret,
        **given.ports,
    )


class _AwaitedStore(AsyncSqlStore):
    """The store for an event loop: its calls run in the thread that the ORM's run in."""

    def __init__(self, alias: str) -> None:
        self._engine = None
        self._call = _in_orm_thread
        self._store = SqlStore.on(DjangoLink(alias))


async def _in_orm_thread(work: Callable[..., Any], *args: Any, **named: Any) -> Any:
    return await sync_to_async(work, thread_sensitive=True)(*args, **named)


def _heard(handler: Callable[[Any], object], *, awaited: bool = False) -> Callable[[Any], object]:
    """A handler as a desk takes it. One that asks for the past goes on doing so."""
    plain = handler.handler if isinstance(handler, WithPast) else handler
    call = sync_to_async(plain) if awaited else _tidy(plain)
    return WithPast(call) if isinstance(handler, WithPast) else call


def _tidy(handler: Callable[[Any], object]) -> Callable[[Any], object]:
    """A handler that leaves no connection behind: each delivery runs in a thread of its own."""

    @wraps(handler)
    def call(event: Any) -> object:
        before = _open()
        try:
            return handler(event)
        finally:
            for connection in _open() - before:
                # Not its own `close`, which keeps a database in memory open for ever.
                BaseDatabaseWrapper.close(connection)

    return call


def _open() -> set[Any]:
    return {one for one in connections.all(initialized_only=True) if one.connection is not None}
