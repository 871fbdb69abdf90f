"""What the promises of a store are made of: rows to keep, and a store that is called plainly whatever it is."""

import asyncio
import inspect
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from supportflow.model.storage import (
    AgentRow,
    Commit,
    Committed,
    EventRow,
    OutboxRow,
    StreamChange,
    TicketRow,
)

__all__ = [
    "CAPABILITIES",
    "MINUTE",
    "TENANT",
    "Plain",
    "Suite",
    "agent_row",
    "event_rows",
    "ticket_row",
    "value_of",
]

TENANT = "acme"
MINUTE = 60_000_000
CAPABILITIES = frozenset({"archive", "purge", "sharing", "durability"})
"""What a store can do without, if it says so."""


def event_rows(first: int, number: int, text: str = "x") -> tuple[EventRow, ...]:
    """So many events from a place in a stream on."""
    return tuple(
        EventRow(seq, "note_added", 1, 1, f'{{"n":{seq},"t":"{text}"}}'.encode())
        for seq in range(first, first + number)
    )


def ticket_row(ticket_id: str, version: int = 1, **columns: Any) -> TicketRow:
    """A ticket's row with these columns and plain others."""
    row = TicketRow(
        id=ticket_id,
        version=version,
        fold_version=1,
        ref=None,
        status="open",
        status_category="open",
        open=True,
        priority_class="general",
        rank=2,
        level=3,
        order_us=0,
        due_us=None,
        group=None,
        assignee=None,
        requester="ana",
        channel="web",
        category=None,
        opened_us=0,
        updated_us=0,
        wakeup_us=None,
        snapshot=f'{{"id":"{ticket_id}","version":{version}}}'.encode(),
    )
    return replace(row, **columns)


def agent_row(agent_id: str, version: int = 1, **columns: Any) -> AgentRow:
    """An agent's row with these columns and plain others."""
    row = AgentRow(
        id=agent_id,
        version=version,
        fold_version=1,
        available=True,
        snapshot=f'{{"id":"{agent_id}"}}'.encode(),
    )
    return replace(row, **columns)


async def value_of(answer: Any) -> Any:
    """An answer, waited for if it has to be."""
    return await answer if inspect.isawaitable(answer) else answer


class Plain:
    """A store or channel whose async methods are waited for, so that one suite serves both kinds."""

    def __init__(self, port: Any, runner: asyncio.Runner) -> None:
        self.port = port
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)

        def call(*args: Any, **named: Any) -> Any:
            answer = method(*args, **named)
            return self._runner.run(value_of(answer)) if inspect.isawaitable(answer) else answer

        return call


class Suite:
    """A store under test, and what its tests are made of."""

    without: Collection[str] = frozenset()

    def make_store(self) -> Any:
        """An empty store."""
        raise NotImplementedError

    def reopen_store(self, store: Any) -> Any:
        """A second store on the same data, as another process would open it."""
        raise NotImplementedError

    def needs(self, capability: str) -> None:
        """Skip a test of what the store says that it cannot do."""
        unknown = set(self.without) - CAPABILITIES
        assert not unknown, f"no capability is called {min(unknown)!r}"
        if capability in self.without:
            pytest.skip(f"this store does without {capability}")

    @staticmethod
    def may_have(store: Any, method: str) -> None:
        """Skip a test of a method that a store need not have."""
        if not hasattr(store.port, method):
            pytest.skip(f"this store has no {method}")

    @pytest.fixture
    def runner(self) -> Iterator[asyncio.Runner]:
        """Waits for the methods of an async store, all in one event loop."""
        with asyncio.Runner() as runner:
            yield runner

    @pytest.fixture
    def store(self, runner: asyncio.Runner) -> Iterator[Any]:
        """The store under test, closed afterwards."""
        store = Plain(self.make_store(), runner)
        yield store
        store.close()

    @staticmethod
    def put(store: Any, *rows: TicketRow, tenant: str = TENANT) -> None:
        """Keep new tickets, each with one event."""
        for row in rows:
            change = StreamChange(f"ticket:{row.id}", 0, event_rows(1, 1), row)
            assert store.commit(Commit(tenant, (change,))) == Committed()

    @staticmethod
    def add_outbox(store: Any, *rows: OutboxRow, tenant: str = TENANT) -> None:
        """Keep deliveries, each in a commit of its own."""
        for row in rows:
            assert store.commit(Commit(tenant, (), outbox=(row,))) == Committed()

    @staticmethod
    def delivery(number: int, *, ticket: str = "t1", topic: str = "event:a", next_us: int = 0) -> OutboxRow:
        """A delivery."""
        return OutboxRow(f"{ticket}:{number}:{topic}", topic, ticket, number, 0, next_us)

    @staticmethod
    def found(rows: Sequence[TicketRow]) -> list[str]:
        """Their ids."""
        return [row.id for row in rows]
