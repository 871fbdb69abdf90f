"""Chat: who is there, what they are told once, what waits for them, and by a real WebSocket."""

import asyncio
import json
from datetime import timedelta

import pytest

from supportflow import AsyncDesk, Desk, Party, Policy, Ratings, Requester
from supportflow.channels.chat import ChatEvent, ChatHub, NotPresent, transcript
from supportflow.exceptions import InvalidInput, Undeliverable
from supportflow.testing import CountingIds, ManualClock
from supportflow.testing.conformance import ChannelConformance

START = "2026-03-02T03:00:00Z"


def make(**hub):
    clock = ManualClock(START)
    made = ChatHub(now=clock.now, **hub)
    return Desk(clock=clock, ids=CountingIds(), channels={"chat": made}), made, clock


def bodies(events):
    return [one.body for one in events if one.kind == "message"]


class TestChatHub(ChannelConformance):
    deduplicates = True

    def make_channel(self):
        hub = ChatHub()
        self.told = []
        self.broken = False

        def say(event):
            if self.broken:
                self.broken = False
                raise ConnectionError
            self.told.append(event)

        hub.join("ana", say)
        self.say = say
        return hub

    def arrived(self, channel):
        channel.join("ana", self.say)  # they come back, if the connection broke
        return [(one.key, one.body) for one in self.told if one.kind == "message"]

    def break_channel(self, channel):
        assert channel.is_present("ana")
        self.broken = True


def test_a_visitor_who_is_there_is_asked_how_it_was_on_every_connection():
    _, hub, clock = make(timeout=timedelta(minutes=2))
    told, other = [], []
    hub.join("ana", told.append)
    hub.join("ana", other.append)
    hub.join("bo", lambda _: 1 / 0)
    assert hub.ask_rating("ana")
    assert [one.kind for one in told + other] == ["rating", "rating"]
    assert not hub.ask_rating("bo")  # the connection is gone
    assert not hub.ask_rating("cy")
    clock.advance(minutes=3)
    assert not hub.ask_rating("ana")


def test_the_desks_own_request_for_a_rating_waits_for_a_visitor_who_left():
    clock, told = ManualClock("2026-03-02T09:00:00Z"), []
    hub = ChatHub(patience=timedelta(minutes=30), now=clock.now)
    desk = Desk(Policy(ratings=Ratings()), channels={"chat": hub}, clock=clock, ids=CountingIds())
    session = hub.join("ana", told.append)
    ticket = desk.open(subject="x", body="where?", requester="ana", channel="chat").ticket
    desk.reply(ticket, body="Here.", by="sam")
    desk.run_due()
    hub.leave(session)
    desk.resolve(ticket, by="sam")
    desk.run_due()
    clock.advance(minutes=5)
    hub.join("ana", told.append)
    desk.run_due()
    assert [one.kind for one in told] == ["message", "ended", "rating"]
    assert "How did we do?" in told[2].body
    assert desk.rate(ticket, stars=4, by=Requester("ana")).ticket.rating.stars == 4


def test_a_visitor_writes_and_is_answered_on_one_ticket():
    desk, hub, _ = make()
    told = []
    session = hub.join("ana", told.append)
    first = hub.take(desk, session, "Where is my money?\nIt was sent.", key="1")
    hub.take(desk, session, "Hello?", key="2")
    assert hub.take(desk, session, "Hello?", key="2").duplicate
    desk.note(first.ticket.id, body="A note", by="sam")
    desk.reply(first.ticket.id, body="On its way.", by="sam")
    hub.typing("ana")
    desk.run_due()

    assert [one.kind for one in told] == ["typing", "message"]
    assert bodies(told) == ["On its way."]
    row = desk.row(first.ticket.id)
    assert (row.subject, row.ticket.channel) == ("Where is my money?", "chat")
    assert len(desk.find()) == 1


def test_an_answer_waits_for_who_left_and_is_told_once_on_each_connection():
    desk, hub, clock = make()
    first, told, again = [], [], []
    session = hub.join("ana", first.append)
    ticket = hub.take(desk, session, "Hello?").ticket.id
    hub.leave(session)
    desk.reply(ticket, body="Here.", by="sam")
    desk.run_due()
    clock.advance(minutes=5)
    hub.join("ana", told.append, ticket=ticket)
    hub.join("ana", again.append, ticket=ticket)
    desk.run_due()

    assert bodies(first) == []
    assert bodies(told) == bodies(again) == ["Here."]


def test_who_left_for_good_is_work_for_a_person():
    desk, hub, clock = make(patience=timedelta(minutes=10))
    session = hub.join("ana", [].append)
    ticket = hub.take(desk, session, "Hello?").ticket.id
    desk.reply(ticket, body="Here.", by="sam")
    desk.wait_for_requester(ticket, by="sam")
    hub.leave(session)
    for _ in range(30):
        desk.run_due()
        clock.advance(minutes=1)

    found = desk.get(ticket)
    assert (found.status, found.flags) == ("open", ("undeliverable",))


def test_an_answer_does_not_wait_anew_for_who_is_forgotten_meanwhile():
    """The desk tries ever more rarely: between two attempts the hub can forget that somebody left."""
    _, hub, clock = make(patience=timedelta(minutes=10))
    hub.leave(hub.join("ana", [].append))
    message = TestChatHub.message(1, requester="ana", recorded_at=clock.now())
    with pytest.raises(NotPresent):
        hub.send(message)
    for minutes in (25, 50, 60):
        clock.advance(minutes=minutes)
        hub.sweep()
        with pytest.raises(Undeliverable):
            hub.send(message)
    later = TestChatHub.message(2, requester="ana", recorded_at=clock.now())
    with pytest.raises(NotPresent):
        hub.send(later)
    # A process that just began has forgotten everybody: they may be on their way back.
    with pytest.raises(NotPresent):
        ChatHub(now=clock.now, patience=timedelta(minutes=10)).send(message)
    assert hub._left == {}


def test_a_session_without_a_sign_of_life_ends():
    _, hub, clock = make(timeout=timedelta(minutes=2))
    told, other = [], []
    silent, alive = hub.join("ana", told.append), hub.join("ben", other.append)
    clock.advance(minutes=2)
    assert hub.is_present("ana")
    hub.seen(alive)
    clock.advance(seconds=1)
    assert not hub.is_present("ana")
    assert hub.is_present("ben")
    assert hub.sweep() == 1
    assert (told, other) == ([ChatEvent("ended")], [])
    hub.leave(silent)
    assert len(told) == 1


def test_who_came_back_and_fell_silent_is_waited_for_anew():
    _, hub, clock = make(timeout=timedelta(minutes=2), patience=timedelta(minutes=10))
    hub.leave(hub.join("ana", [].append))
    clock.advance(minutes=9)
    hub.join("ana", [].append)
    clock.advance(minutes=3)
    with pytest.raises(NotPresent):
        hub.send(TestChatHub.message(1, requester="ana"))


def test_a_connection_that_breaks_is_left_and_the_others_go_on():
    desk, hub, _ = make()
    told = []

    def broken(event):
        raise ConnectionError(event)

    hub.join("ana", broken)
    session = hub.join("ana", told.append)
    ticket = hub.take(desk, session, "Hello?").ticket.id
    desk.reply(ticket, body="Here.", by="sam")
    desk.run_due()
    assert bodies(told) == ["Here."]
    assert len(hub._sessions["ana"]) == 1


def test_many_connections_of_one_visitor_are_bounded_and_who_is_forgotten_is_gone():
    _, hub, clock = make()
    told = [[] for _ in range(25)]
    for one in told:
        hub.join("ana", one.append)
    assert [len(one) for one in told] == [1] * 5 + [0] * 20
    for session in tuple(hub._sessions["ana"]):
        hub.leave(session)
    clock.advance(days=1)
    hub.sweep()
    assert (hub._left, hub._sessions) == ({}, {})


def test_nobody_there_says_how_long_it_is():
    desk, hub, clock = make()
    message = TestChatHub.message(1, requester="ana")
    with pytest.raises(NotPresent):
        hub.send(message)
    clock.advance(minutes=10)
    with pytest.raises(Undeliverable):
        hub.send(message)
    for wrong in ("", " \n", None, 7):
        with pytest.raises(InvalidInput, match="body"):
            hub.take(desk, hub.join("ana", print), wrong)
    with pytest.raises(InvalidInput):
        hub.join("ana@mail.example", print)
    with pytest.raises(InvalidInput):
        ChatHub(timeout=timedelta())


def test_a_transcript_has_what_both_said_and_nothing_else():
    desk, hub, _ = make()
    session = hub.join("ana", [].append)
    ticket = hub.take(desk, session, "Hello?").ticket.id
    desk.note(ticket, body="A note", by="sam")
    desk.add_party(ticket, party=Party(id="bank", role="bank"), by="sam")
    desk.reply(ticket, body="To the bank", by="sam", to="bank")
    desk.reply(ticket, body="您好", by="sam")

    assert [(one.from_desk, one.body) for one in transcript(desk.messages(ticket))] == [
        (False, "Hello?"),
        (True, "您好"),
    ]


def test_by_a_real_websocket_on_this_machine():
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import serve

    async def day():
        hub = ChatHub()
        desk = AsyncDesk(ids=CountingIds(), channels={"chat": hub})

        async def visitor(socket):
            queue = asyncio.Queue()
            session = hub.join(socket.request.headers["X-Visitor"], queue.put_nowait)

            async def outgoing():
                while (event := await queue.get()).kind != "ended":
                    await socket.send(json.dumps({"kind": event.kind, "body": event.body}))

            writer = asyncio.create_task(outgoing())
            try:
                async for text in socket:
                    outcome = await hub.take_async(desk, session, text)
                    await desk.reply(outcome.ticket.id, body=f"您好: {text}", by="sam")
                    await desk.run_due()
            finally:
                hub.leave(session)
                await writer

        async with serve(visitor, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"ws://127.0.0.1:{port}"
            async with connect(url, additional_headers={"X-Visitor": "ana"}) as socket:
                await socket.send("Hello?")
                return json.loads(await socket.recv()), [ticket.requester for ticket in await desk.find()]

    assert asyncio.run(day()) == ({"kind": "message", "body": "您好: Hello?"}, ["ana"])
