"""Mistakes that a strict type checker must find. Each names the error that it is.

An ignore without an error is an error itself (`warn_unused_ignores`), so a mistake that is no longer found fails the check.
"""

from supportflow import Agent, AsyncDesk, Desk, MemoryStore
from supportflow.events import SlaBreached
from supportflow.ports import Channel, Store


class HalfStore:
    """Not a store: it only closes."""

    def close(self) -> None:
        """Close it."""


def carrier() -> Channel:
    """Take a store for a channel."""
    return MemoryStore()  # type: ignore[return-value]


def keeper() -> Store:
    """Take a store for a store, which is right."""
    return MemoryStore()


def mistakes(desk: Desk, event: SlaBreached) -> None:
    """Make them."""
    desk.open("Hello", "ana")  # type: ignore[call-arg]
    desk.open(subject="Hello")  # type: ignore[call-arg]
    desk.open(subject="Hello", requester="ana", level="high")  # type: ignore[arg-type]
    desk.reply(ref="1", body="Hi", by=42)  # type: ignore[arg-type]
    desk.resolve(ref=4711, by=Agent("sam"))  # type: ignore[arg-type]
    desk.find(order="alphabet")  # type: ignore[arg-type]
    desk.opne(subject="Hello", requester="ana")  # type: ignore[attr-defined]
    desk.get(ref="1").status = "closed"  # type: ignore[misc]
    event.recorded_at = event.detected_at  # type: ignore[misc]
    Desk(store=HalfStore())  # type: ignore[arg-type]
    Desk(on={str: print})  # type: ignore[dict-item]


async def forgotten(desk: AsyncDesk) -> str:
    """Forget to await."""
    return desk.get(ref="1").status  # type: ignore[attr-defined, no-any-return]
