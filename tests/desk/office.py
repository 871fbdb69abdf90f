"""Desks for tests: a manual clock, counting ids, and the whole content of a memory store as one value."""

import asyncio
import inspect
from copy import deepcopy
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from supportflow import Desk, MemoryStore, Policy
from supportflow.testing import CountingIds, ManualClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def desk(policy: Policy | None = None, **ports: Any) -> Desk:
    """A desk whose clock stands at START."""
    return Desk(policy, **{"clock": ManualClock(START), "ids": CountingIds(), **ports})


def clock_of(one: Any) -> ManualClock:
    """The manual clock of a desk."""
    return one._ports["clock"]


def store_of(one: Any) -> MemoryStore:
    """The memory store of a desk."""
    return one._ports["store"]


class Awaited:
    """An async desk whose answers are waited for, so that one test serves both desks."""

    def __init__(self, one: Any) -> None:
        self.one, self._runner = one, asyncio.Runner()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.one, name)

        def call(*args: Any, **named: Any) -> Any:
            answer = method(*args, **named)
            return self._runner.run(_value(answer)) if inspect.isawaitable(answer) else answer

        return call

    def close(self) -> None:
        self._runner.run(self.one.close())
        self._runner.close()


async def _value(answer: Any) -> Any:
    return await answer


def contents(store: Any) -> dict[str, Any]:
    """Everything that a store holds, by tenant and table, or by table, as values that compare."""
    if not isinstance(store, MemoryStore):
        return _tables(store)
    tables = {}
    for name, tenant in store._tenants.items():
        kept = {
            "rows": dict(tenant.rows),
            "refs": dict(tenant.refs),
            "streams": {stream: tuple(events) for stream, events in tenant.streams.items() if events},
            "inbox": dict(tenant.inbox),
            "content": dict(tenant.content),
            "outbox": {key: astuple(waiting) for key, waiting in tenant.outbox.rows.items()},
            "policies": dict(tenant.policies),
        }
        if any(kept.values()):
            tables[name] = kept
    return deepcopy(tables)


def _tables(store: Any) -> dict[str, Any]:
    from supportflow.stores.sql.schema import metadata

    def work(cursor: Any) -> dict[str, Any]:
        found = {}
        for table in metadata.tables:
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(map(repr, cursor.fetchall()))
        return found

    return store._link.run(work, "read")
