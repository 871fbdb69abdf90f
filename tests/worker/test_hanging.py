"""What hangs holds up nothing but itself, counts as failed in the end, and is not waited for without end."""

import asyncio
import threading

import pytest

from supportflow import AsyncDesk, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, TicketOpened
from supportflow.flows import requests
from supportflow.flows.due import deliveries
from supportflow.testing import ManualClock
from supportflow.worker import Worker
from worker.scripted import FAST

START = "2026-03-02T09:00:00Z"
POLICY = Policy(sla=[SlaPolicy(name="s", targets=[Target.first_response(minutes=30)])])


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(deliveries, "PATIENCE_S", 0.05)
    monkeypatch.setattr(deliveries, "LONGEST_S", 0.4)
    monkeypatch.setattr(deliveries, "REST_S", 60.0)


class Sms:
    """Hangs until the gate opens."""

    def __init__(self) -> None:
        self.gate, self.sent = threading.Event(), []

    def send(self, message):
        self.sent.append(message.key)
        assert self.gate.wait(60)


class Web:
    def __init__(self) -> None:
        self.sent = []

    def send(self, message):
        self.sent.append(message.ref)


def office(sms, web, **named):
    clock = ManualClock(START)
    desk = Desk(POLICY, clock=clock, channels={"sms": sms, "web": web}, **named)
    desk.run_due()
    for number, channel in enumerate(["sms", "web", "sms", "web"]):
        desk.open(subject="s", requester="a", ref=str(number), channel=channel)
        desk.reply(ref=str(number), body="x", by="z")
    desk.open(subject="s", requester="a", ref="late")
    return desk, clock


@pytest.mark.usefixtures("short")
def test_all_else_goes_on_beside_a_channel_that_hangs():
    sms, web, breached = Sms(), Web(), []
    desk, clock = office(sms, web, on={SlaBreached: breached.append})
    clock.advance(minutes=45)
    tick = desk.run_due(wait=False)
    assert (sorted(web.sent), len(breached), tick.running) == (["1", "3"], 1, 1)
    assert len(sms.sent) == 1, "its topic rests meanwhile"
    desk.run_due(wait=False)
    assert len(sms.sent) == 1
    sms.gate.set()
    desk.run_due()
    desk.run_due()
    assert len(sms.sent) == len(set(sms.sent)) == 2
    assert desk.run_due().running == 0


@pytest.mark.usefixtures("short")
def test_one_that_hangs_too_long_counts_as_failed_and_its_topic_rests():
    sms, web = Sms(), Web()
    desk, clock = office(sms, web)
    tick = desk.run_due()  # waits for the end of what is in hand
    assert (tick.retried, tick.running) == (1, 0)
    clock.advance(hours=2)
    assert desk.run_due().retried == 0
    assert len(sms.sent) == 1, "nothing more is given to what still hangs"
    sms.gate.set()
    while len(set(sms.sent)) < 2:  # the thread that hung needs a moment to come back
        clock.advance(hours=2)
        desk.run_due()
    assert desk.dead_letters() == ()


@pytest.mark.usefixtures("short")
def test_a_handler_that_hangs_holds_up_no_other_kind():
    gate, breached = threading.Event(), []
    desk, clock = office(
        Web(), Web(), on={TicketOpened: lambda _: gate.wait(60), SlaBreached: breached.append}
    )
    clock.advance(minutes=45)
    desk.run_due(wait=False)
    assert len(breached) == 1
    gate.set()


@pytest.mark.usefixtures("short")
def test_workers_go_on_and_stop_though_one_channel_hangs():
    sms, web = Sms(), Web()
    desk, _ = office(sms, web)
    worker = Worker(desk, pace=FAST)
    thread = threading.Thread(target=worker.run)
    thread.start()
    while len(web.sent) < 2:
        threading.Event().wait(0.01)
    worker.stop()
    thread.join(60)
    assert not thread.is_alive()
    sms.gate.set()


@pytest.mark.usefixtures("short")
def test_the_same_for_an_event_loop():
    async def run():
        gate, sent, web = asyncio.Event(), [], Web()

        class Awaited:
            async def send(self, message):
                sent.append(message.key)
                await gate.wait()

        clock = ManualClock(START)
        desk = AsyncDesk(POLICY, clock=clock, store=MemoryStore(), channels={"sms": Awaited(), "web": web})
        await desk.run_due()
        for number, channel in enumerate(["sms", "web", "sms", "web"]):
            await desk.open(subject="s", requester="a", ref=str(number), channel=channel)
            await desk.reply(ref=str(number), body="x", by="z")
        tick = await desk.run_due(wait=False)
        assert (sorted(web.sent), tick.running, len(sent)) == (["1", "3"], 1, 1)
        gate.set()
        await desk.run_due()
        await desk.run_due()
        assert len(sent) == len(set(sent)) == 2

    asyncio.run(run())


def test_a_classifier_that_hangs_costs_its_word_only(monkeypatch):
    monkeypatch.setattr(requests, "CLASSIFY_S", 0.1)
    gate = threading.Event()

    class Model:
        def classify(self, _text):
            gate.wait(60)

    desk = Desk(classifier=Model())
    assert desk.open(subject="my account was hacked", requester="u", ref="1").ticket.ref == "1"
    gate.set()
