"""`AsyncDesk` does what `Desk` does: the same script gives the same events, with plain and with async ports."""

import asyncio
from datetime import timedelta
from inspect import iscoroutinefunction

import pytest

from desk.office import START, contents
from supportflow import (
    Agent,
    AsyncDesk,
    Desk,
    FieldSpec,
    MemoryChannel,
    MemoryStore,
    Policy,
    Requester,
    SlaPolicy,
    Target,
    fold,
)
from supportflow.events import ReplySent, SlaBreached, StatusChanged
from supportflow.exceptions import DeskClosed, InvalidInput, TicketNotFound, TransitionRefused
from supportflow.testing import CountingIds, ManualClock

POLICY = Policy(
    auto_close_after=timedelta(days=7),
    fields={"plan": FieldSpec.choice("free", "pro")},
    sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30), Target.resolution(hours=4)])],
)


class Slow:
    """A port whose every method is async and lets others run first."""

    def __init__(self, port):
        self.port = port

    def __getattr__(self, name):
        method = getattr(self.port, name)
        if not callable(method):
            return method

        async def call(*args, **named):
            await asyncio.sleep(0)
            return method(*args, **named)

        return call


def script(clock):
    """Calls of a desk, one after another; each is given the desk and what the first call opened."""
    return [
        lambda d, _: d.open(subject="s", body="b", requester=Requester("ana", name="Ana"), ref="1", key="k"),
        lambda d, _: d.open(subject="s", body="b", requester=Requester("ana", name="Ana"), ref="1", key="k"),
        lambda d, _: d.adopt("2", START - timedelta(days=1), "open", [{"at": START, "status": "pending"}]),
        lambda d, _: d.assign(ref="1", agent=Agent("sam"), group="desk"),
        lambda d, _: d.update(ref="1", attributes={"plan": "pro"}),
        lambda _d, _t: clock.advance(minutes=40),
        lambda d, _: d.run_due(),
        lambda d, _: d.set_priority(ref="1", level=1, by="sam", reason="r"),
        lambda d, t: d.reply(t, body="answer", by="sam"),
        lambda d, t: d.exclude(t, clock="g/first_response#1", reason="our fault", by="sam"),
        lambda d, t: d.correct(t, clock="g/first_response#1", met=True, reason="our fault", by="sam"),
        lambda d, t: d.note(t, body="note", by="sam"),
        lambda d, t: d.wait_for_requester(t, by="sam"),
        lambda d, t: d.receive(t, body="thanks", by="ana"),
        lambda d, t: d.hold(t, by="sam"),
        lambda d, t: d.resume(t, by="sam"),
        lambda d, t: d.close_ticket(t, by="sam"),
        lambda d, t: d.split(t, by="sam", new_ref="3"),
        lambda d, _: d.merge(ref="3", into_ref="2", by="sam"),
        lambda d, _: d.observe(ref="2", status="open", replied=True),
        lambda d, t: d.trigger(t, trigger="resolve", by="sam"),
        lambda d, t: d.reopen(t, by="sam"),
        lambda d, t: d.resolve(t, by="sam"),
        lambda d, t: d.history(t),
        lambda d, t: d.messages(t),
        lambda d, t: d.permitted(t),
        lambda d, t: str(d.explain(t)) if isinstance(d, Desk) else d.explain(t),
        lambda d, t: d.get(t),
        lambda d, _: d.get(ref="2"),
        lambda d, _: d.find(open=True, order="opened", limit=1),
        lambda d, _: d.find(open=True, cursor=None),
        lambda _d, _t: clock.advance(days=8),
        lambda d, _: d.tick(),
        lambda d, _: d.dead_letters(),
        lambda d, _: d.retry_delivery("x"),
        lambda d, _: d.drop_delivery("x"),
        lambda d, t: d.cancel(t, by="sam"),
        lambda d, t: d.receive(t, body="again", by="ana"),
        lambda d, _: d.erase("ana"),
        lambda d, _: d.use(Policy(name="next")),
        lambda d, _: d.open(subject="s", requester="bob"),
        lambda d, _: d.get("nobody"),
    ]


def ports(clock, channel, handled):
    return {
        "clock": clock, "ids": CountingIds(), "channels": {"web": channel}, "secret": b"0123456789abcdef",
        "on": {StatusChanged: handled, SlaBreached: handled, ReplySent: handled},
    }  # fmt: skip


def plainly():
    clock, store, channel, heard, answers = ManualClock(START), MemoryStore(), MemoryChannel(), [], []
    one, ticket = Desk(POLICY, store=store, **ports(clock, channel, heard.append)), None
    for call in script(clock):
        try:
            answer = call(one, ticket)
        except Exception as error:  # noqa: BLE001 - compared with what the other desk raises
            answer = type(error), str(error)
        ticket = ticket or answer.ticket.id
        answers.append(answer)
    return answers, contents(store), channel.sent, heard


async def awaited(wrap):
    clock, store, channel, heard, answers = ManualClock(START), MemoryStore(), MemoryChannel(), [], []

    async def hear(event):
        heard.append(event)

    handler = hear if wrap is Slow else heard.append
    one, ticket = AsyncDesk(POLICY, store=wrap(store), **ports(clock, wrap(channel), handler)), None
    for call in script(clock):
        try:
            answer = call(one, ticket)
            if asyncio.iscoroutine(answer):
                answer = await answer
        except Exception as error:  # noqa: BLE001 - compared with what the other desk raises
            answer = type(error), str(error)
        ticket = ticket or answer.ticket.id
        answers.append(str(answer) if type(answer).__name__ == "Explanation" else answer)
    return answers, contents(store), channel.sent, heard


@pytest.mark.parametrize("wrap", [lambda port: port, Slow], ids=["plain ports", "async ports"])
def test_the_same_script_gives_the_same_answers_store_and_deliveries(wrap):
    answers, store, sent, heard = plainly()
    answers_too, store_too, sent_too, heard_too = asyncio.run(awaited(wrap))
    for one, two in zip(answers, answers_too, strict=True):
        assert one == two
    assert (store, sent, heard) == (store_too, sent_too, heard_too)
    assert len(sent) == 1
    assert len(heard) > 5
    refused = [
        answer for answer in answers if isinstance(answer, tuple) and answer and isinstance(answer[0], type)
    ]
    errors = [answer[0].__name__ for answer in refused]
    assert errors == [
        "TransitionRefused", "DeliveryNotFound", "DeliveryNotFound", "TransitionRefused", "TicketNotFound",
    ]  # fmt: skip


def test_both_desks_have_the_same_public_names_and_the_async_one_awaits():
    public = {name for name in dir(Desk) if not name.startswith("_")}
    assert public == {name for name in dir(AsyncDesk) if not name.startswith("_")}
    # What the policy or the desk itself answers needs no waiting.
    plain = {"has_similar", "is_official", "meant_for", "policy", "tenant", "unreadable", "within"}
    for name in public - plain:
        assert iscoroutinefunction(getattr(AsyncDesk, name)), name
        assert not iscoroutinefunction(getattr(Desk, name)), name


def test_many_commands_at_once_lose_nothing():
    async def run():
        store = MemoryStore()
        one = AsyncDesk(store=Slow(store), clock=ManualClock(START), ids=CountingIds())
        ticket = (await one.open(subject="s", requester="ana")).ticket
        await asyncio.gather(*(one.note(ticket, body=f"note {number}", by="sam") for number in range(15)))
        now = await one.get(ticket)
        assert now.notes == 15
        assert fold(await one.history(ticket)) == now
        await asyncio.gather(*(one.receive(ticket, body="b", by="ana", key="mail") for _ in range(8)))
        assert (await one.get(ticket)).received == 1

    asyncio.run(run())


def test_closing():
    async def run():
        closed = []

        class Store(MemoryStore):
            async def close(self):
                closed.append(1)

        async with AsyncDesk(store=Store()) as one:
            assert (one.tenant, one.policy) == ("default", Policy())
            await one.open(subject="s", requester="ana")
        with pytest.raises(DeskClosed):
            await one.find()
        await one.close()
        assert closed == [1]
        async with AsyncDesk() as plain:
            await plain.open(subject="s", requester="ana")

    asyncio.run(run())


def test_errors_come_through_and_nothing_is_left_running():
    async def run():
        one = AsyncDesk(clock=ManualClock(START), ids=CountingIds())
        ticket = (await one.open(subject="s", requester="ana")).ticket
        with pytest.raises(TransitionRefused):
            await one.close_ticket(ticket, by="sam")
        with pytest.raises(TicketNotFound):
            await one.clocks("nobody")
        assert await one.clocks(ticket) == ()
        for wrong in (lambda: one.open(subject="", requester="ana"), lambda: one.get(5)):
            with pytest.raises(InvalidInput):
                await wrong()

    asyncio.run(run())


def test_a_command_that_is_cancelled_changes_nothing_more():
    async def run():
        started = asyncio.Event()
        memory = MemoryStore()

        class Hanging(Slow):
            hang = False

            def __getattr__(self, name):
                call = super().__getattr__(name)
                if name != "commit" or not self.hang:
                    return call

                async def hanging(*_args):
                    started.set()
                    await asyncio.Event().wait()

                return hanging

        store = Hanging(memory)
        one = AsyncDesk(store=store, clock=ManualClock(START), ids=CountingIds())
        ticket = (await one.open(subject="s", requester="ana")).ticket
        before = contents(memory)
        store.hang = True
        task = asyncio.create_task(one.note(ticket, body="b", by="sam"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        store.hang = False
        assert contents(memory) == before
        assert (await one.note(ticket, body="b", by="sam")).ticket.notes == 1

    asyncio.run(run())
