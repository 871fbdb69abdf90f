"""The feed of a desk as an iterator and as webhooks: in order, none missed, nothing of what was written."""

import asyncio
import base64
import json
import sqlite3

import pytest

from channels.receiver import receiving
from supportflow import Agent, AsyncDesk, Desk, Requester
from supportflow.channels.feed import (
    AsyncFeedWebhooks,
    FeedPlace,
    FeedWebhooks,
    MemoryPlaces,
    SqlitePlaces,
    follow,
    follow_async,
)
from supportflow.channels.webhook import AsyncWebhookSender, WebhookKeys, WebhookSender
from supportflow.events import ReplySent, TicketEvent
from supportflow.exceptions import InvalidInput, StoreError
from supportflow.testing import CountingIds, ManualClock

KEYS = WebhookKeys("whsec_" + base64.b64encode(b"not a real secret, 24 by").decode())
START = "2026-03-02T03:00:00Z"


def sender(receiver, cls=WebhookSender):
    return cls(receiver.url, KEYS, allow=["127.0.0.1"])


def a_day(clock):
    desk = Desk(clock=clock, ids=CountingIds())
    ana = Requester("ana-4711", name="Ana Ruiz", email="ana@mail.example")
    desk.open(subject="Withdrawal 提现", body="my words", requester=ana, ref="7")
    desk.note(ref="7", body="a note about her", by="sam")
    desk.reply(ref="7", body="an answer", by="sam")
    desk.resolve(ref="7", by="sam", reason="a reason of hers")
    desk.enrol(Agent("sam"))
    desk.link_requester("ana-4711", "ana-4712", by="sam")
    return desk


def told(receiver):
    return [json.loads(body) for _, body in receiver.got]


def test_an_iterator_gives_all_there_is_over_pages():
    desk = a_day(ManualClock(START))
    for number in range(110):
        desk.note(ref="7", body=f"note {number}", by="sam")
    every = [item.cursor for item in follow(desk)]

    assert len(every) > 100
    assert every == [item.cursor for item in desk.feed(limit=1_000)]
    assert [item.cursor for item in follow(desk, every[99])] == every[100:]
    assert [item.kind for item in follow(desk, only=[ReplySent])] == ["reply_sent"]
    assert list(follow(desk, every[-1])) == []


def test_webhooks_tell_every_event_in_order_and_nothing_of_what_was_written():
    clock = ManualClock(START)
    desk = a_day(clock)
    with receiving() as receiver:
        teller = FeedWebhooks(desk, sender(receiver), MemoryPlaces(), "crm", now=clock.now)
        assert teller.send_new().sent == len(desk.feed())
        assert teller.send_new().sent == 0
        desk.note(ref="7", body="later", by="sam")
        assert teller.send_new().sent == 1

    assert [one["type"] for one in told(receiver)] == [item.kind for item in desk.feed()]
    assert [one["data"]["cursor"] for one in told(receiver)] == [item.cursor for item in desk.feed()]
    assert {one["data"].get("ref") for one in told(receiver)} == {None, "7"}
    assert all(set(one["data"]) <= {"cursor", "stream", "ticket_id", "ref", "late"} for one in told(receiver))
    assert {"desk", "agent", "requester"} < {one["data"]["stream"] for one in told(receiver)}
    raw = b"".join(body for _, body in receiver.got).decode()
    for written in (
        "my words",
        "note about",
        "an answer",
        "reason",
        "提现",
        "Ana",
        "ana",
        "mail.example",
        "sam",
        "salt",
    ):
        assert written not in raw
    headers, body = receiver.got[0]
    assert KEYS.verify(headers, body, clock.now(), tolerance=clock.now() - clock.now().replace(year=2000))


def test_what_cannot_be_told_waits_and_nothing_passes_it():
    clock = ManualClock(START)
    desk = a_day(clock)
    places = MemoryPlaces()
    with receiving() as receiver:
        receiver.answers = [200, 500, 500, 200]
        teller = FeedWebhooks(desk, sender(receiver), places, "crm", now=clock.now, only=[TicketEvent])
        first = teller.send_new()
        assert (first.sent, first.error, first.more, first.gone) == (1, "ReceiverRefused", True, False)
        assert teller.send_new().waits
        clock.advance(seconds=2)
        assert teller.send_new().error == "ReceiverRefused"
        clock.advance(seconds=3)
        assert teller.send_new().waits  # the second pause is longer
        clock.advance(seconds=1)
        assert not teller.send_new().more
        kinds = [one["type"] for one in told(receiver)]
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        receiver.answers = [410]
        desk.note(ref="7", body="x", by="sam")
        assert teller.send_new().gone

    assert kinds == [kinds[0], kinds[1], kinds[1], *kinds[1:2], *kinds[4:]]
    assert ids[1] == ids[2] == ids[3]
    assert [kinds[0], *kinds[3:]] == [item.kind for item in desk.feed(only=[TicketEvent])][:-1]
    assert places.load("default:crm").failures == 1


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_places_are_kept_for_each_reader_and_only_one_moves(kind, tmp_path):
    made = {"memory": MemoryPlaces, "file": lambda: SqlitePlaces(tmp_path / "places.db")}
    places = made[kind]()
    one, two = FeedPlace("c1"), FeedPlace("c2", 3, 99)

    assert places.load("a") == FeedPlace()
    assert places.save("a", FeedPlace(), one)
    assert not places.save("a", FeedPlace(), two)
    assert places.save("a", one, two)
    assert not places.save("a", one, FeedPlace("c9"))
    assert not places.save("b", one, two)
    assert (places.load("a"), places.load("b")) == (two, FeedPlace())
    if kind == "file":
        other = SqlitePlaces(tmp_path / "places.db")
        assert other.load("a") == two
        other.close()
        places.close()
        with pytest.raises(StoreError):
            SqlitePlaces(tmp_path)


def test_a_file_of_places_that_cannot_be_used_is_one_error_and_not_left_open(tmp_path, monkeypatch):
    made, connect = [], sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *given, **named: made.append(connect(*given, **named)) or made[0]
    )
    (tmp_path / "places.db").write_text("no database at all, however long it is" * 40)
    with pytest.raises(StoreError, match="the file of places cannot be opened"):
        SqlitePlaces(tmp_path / "places.db")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].total_changes  # noqa: B018 - a closed one has none

    monkeypatch.undo()
    places = SqlitePlaces(tmp_path / "others.db")
    places.close()
    with pytest.raises(StoreError, match="the file of places cannot be used"):
        places.load("a")


def test_a_reader_that_dies_before_its_place_is_kept_tells_one_again_under_its_id():
    clock = ManualClock(START)
    desk = a_day(clock)
    places = MemoryPlaces()
    with receiving() as receiver:
        teller = FeedWebhooks(desk, sender(receiver), places, "crm", now=clock.now)
        kept, saved = places.save, []

        def dies(*args):
            saved.append(args)
            if len(saved) == 2:
                raise KeyboardInterrupt
            return kept(*args)

        places.save = dies
        with pytest.raises(KeyboardInterrupt):
            teller.send_new()
        places.save = kept
        teller.send_new()

    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[1] == ids[2]
    assert len(ids) - 1 == len(set(ids)) == len(desk.feed())


def test_another_process_that_moved_the_place_is_noticed():
    clock = ManualClock(START)
    desk = a_day(clock)
    places = MemoryPlaces()
    with receiving() as receiver:
        far = FeedWebhooks(desk, sender(receiver), places, "crm", now=clock.now)
        near = FeedWebhooks(
            desk, sender(receiver), places, "crm", now=clock.now, tell=lambda _: far.send_new(1) and None
        )
        assert near.send_new().more
    assert len(receiver.got) == 1


def test_a_host_chooses_what_is_told_and_how_much_at_once():
    clock = ManualClock(START)
    desk = a_day(clock)
    with receiving() as receiver:
        teller = FeedWebhooks(
            desk, sender(receiver), MemoryPlaces(), "crm", now=clock.now, only=[TicketEvent],
            tell=lambda item: {"by": item.event.by.id} if item.kind != "note_added" else None,
        )  # fmt: skip
        assert teller.send_new(2) == teller.send_new(2)
        assert teller.send_new(100).more is False
    assert "note_added" not in [one["type"] for one in told(receiver)]
    assert told(receiver)[0]["data"] == {"by": "ana-4711"}
    assert len(receiver.got) == len(desk.feed(only=[TicketEvent])) - 1
    with pytest.raises(InvalidInput, match="desk"):
        FeedWebhooks(object(), None, MemoryPlaces(), "crm")
    with pytest.raises(InvalidInput, match="name"):
        FeedWebhooks(desk, None, MemoryPlaces(), "")


def test_an_async_desk_tells_and_is_followed_too():
    async def day():
        clock = ManualClock(START)
        desk = AsyncDesk(clock=clock, ids=CountingIds())
        await desk.open(subject="s", requester="ana", ref="7")
        followed = [item.kind async for item in follow_async(desk)]
        with receiving() as receiver:
            receiver.answers = [500, 200]
            teller = AsyncFeedWebhooks(
                desk, sender(receiver, AsyncWebhookSender), MemoryPlaces(), "crm", now=clock.now
            )
            assert (await teller.send_new()).error == "ReceiverRefused"
            clock.advance(minutes=1)
            await teller.send_new()
        return followed, [one["type"] for one in told(receiver)]

    followed, heard = asyncio.run(day())
    assert heard[1:] == followed
