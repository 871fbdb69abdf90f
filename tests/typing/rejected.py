"""Mistakes that a strict type checker must find. Each names the error that it is.

An ignore without an error is an error itself (`warn_unused_ignores`), so a mistake that is no longer found fails the check.
"""

from datetime import UTC, datetime

from supportflow import Agent, AsyncDesk, BusinessCalendar, Desk, MemoryStore, Policy, Requester
from supportflow.model.commands import CommandBase, Resolve
from supportflow.model.people import HOST
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


def command() -> CommandBase:
    """Make a command."""
    return Resolve(by=HOST, ref="1")


def mistakes(desk: Desk) -> None:
    """Make them."""
    desk.open("Hello", "ana")  # type: ignore[call-arg]
    desk.open(subject="Hello")  # type: ignore[call-arg]
    desk.open(subject="Hello", requester="ana", level="high")  # type: ignore[arg-type]
    desk.reply(ref="1", body="Hi", by=42)  # type: ignore[arg-type]
    desk.resolve(ref=4711, by=Agent("sam"))  # type: ignore[arg-type]
    desk.find(order="alphabet")  # type: ignore[arg-type]
    desk.opne(subject="Hello", requester="ana")  # type: ignore[attr-defined]
    Desk(store=HalfStore())  # type: ignore[arg-type]
    Desk(on={str: print})  # type: ignore[dict-item]


async def ports() -> None:
    """Take something else for a port, plain or async."""
    AsyncDesk(store=42)  # type: ignore[arg-type]
    AsyncDesk(store=HalfStore())  # type: ignore[arg-type]
    AsyncDesk(clock=MemoryStore())  # type: ignore[arg-type]
    AsyncDesk(channels={"mail": MemoryStore()})  # type: ignore[dict-item]
    AsyncDesk(on={str: print})  # type: ignore[dict-item]
    AsyncDesk(polcy=None)  # type: ignore[call-arg]


async def never_awaited(desk: AsyncDesk) -> None:
    """Forget to await a verb, a question, an operation."""
    desk.reply(ref="1", body="Hi", by="sam")  # type: ignore[unused-coroutine]
    desk.enrol(Agent("sam"))  # type: ignore[unused-coroutine]
    desk.get(ref="1")  # type: ignore[unused-coroutine]
    desk.run_due()  # type: ignore[unused-coroutine]
    desk.handle(command())  # type: ignore[unused-coroutine]


def misspelt(desk: Desk) -> None:
    """Misspell keywords: of a verb, a filter, a described ticket, a policy."""
    desk.reply(ref="1", boddy="Hi", by="sam")  # type: ignore[call-arg]
    desk.find(asignee="sam")  # type: ignore[call-arg]
    desk.find(open="yes")  # type: ignore[arg-type]
    desk.rows(staus="open")  # type: ignore[call-arg]
    desk.adopt("1", datetime.now(UTC), "open", requestor="ana")  # type: ignore[call-arg]
    Policy(slaa=[])  # type: ignore[call-arg]
    Agent("sam", langauges=["en"])  # type: ignore[call-arg]
    Requester("ana", nmae="Ana")  # type: ignore[call-arg]
    BusinessCalendar(tz="UTC", wekly={})  # type: ignore[call-arg]


async def forgotten(desk: AsyncDesk) -> str:
    """Forget to await."""
    return desk.get(ref="1").status  # type: ignore[attr-defined, no-any-return]
