"""Whoever follows the feed gets every event once, in order, wherever they go on from and whoever served them before."""

import asyncio
import gc
import json
import weakref
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="needs the extra `fastapi`")

from contrib.served import SOON, Host, new_desk, talk
from supportflow import AsyncDesk, AsyncSqlStore, MemoryStore, Policy
from supportflow.contrib.fastapi import LiveFeed, sse
from supportflow.contrib.fastapi.streams import feed_stream
from supportflow.exceptions import DamagedRow, InvalidInput, StoreUnavailable

AT_ONCE = timedelta(0)
LONG = timedelta(minutes=1)
PATIENCE_S = 60
"""How long a test waits for what never comes, before it fails."""


async def take(live: LiveFeed, after: str, end: str) -> list[str]:
    """The cursors of the items behind a place up to another one, as a follower gets them."""
    got: list[str] = []
    stretches = live.follow(after, heartbeat=LONG)
    async with asyncio.timeout(PATIENCE_S):
        while not got or got[-1] != end:
            got += [item.cursor for item in await anext(stretches)]
    await stretches.aclose()
    return got


async def gather(live: LiveFeed, after: str, got: list[str]) -> None:
    """The same without an end, until it is cancelled."""
    async with aclosing(live.follow(after, heartbeat=LONG)) as stretches:
        async for items in stretches:
            got += [item.cursor for item in items]


async def until(holds: Callable[[], bool]) -> None:
    """Let others run until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def all_cursors(desk: AsyncDesk) -> list[str]:
    return [item.cursor for item in await desk.feed(limit=1_000)]


BEFORE = "WyJmZWVkIiwgImRlZmF1bHQiLCAwXQ=="
"""The place before everything."""


@settings(max_examples=6)
@given(
    first=st.integers(0, 6),
    keep=st.integers(1, 8),
    later=st.lists(st.integers(0, 3), min_size=1, max_size=5),
    starts=st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
@example(
    first=1, keep=1, later=[0, 0, 3, 0], starts=[1.0]
)  # more at once than is kept, behind the very first place
def test_everybody_gets_what_is_behind_their_place(first, keep, later, starts):
    """Against the feed itself, read page by page: with a memory too small, and followers from any place."""

    async def run():
        desk = new_desk(Policy())
        for number in range(first):
            await desk.open(subject="a", requester="ana", ref=f"a{number}")
        known = [BEFORE, *await all_cursors(desk)]
        live = LiveFeed(desk, every=AT_ONCE, keep=keep)
        places = [known[int(share * (len(known) - 1))] for share in starts]
        got: list[list[str]] = [[] for _ in places]
        following = [
            asyncio.create_task(gather(live, place, one)) for place, one in zip(places, got, strict=True)
        ]
        for step, count in enumerate(later):
            for number in range(count):
                await desk.open(subject="b", requester="ana", ref=f"b{step}.{number}")
            await asyncio.sleep(0)
        everything = await all_cursors(desk)
        wanted = [everything[known.index(place) :] for place in places]
        await until(lambda: [len(one) for one in got] == [len(one) for one in wanted])
        assert got == wanted
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        assert live.followers == 0

    asyncio.run(run())


def test_a_place_of_another_process_that_is_ahead_is_followed_from():
    """What one worker has served already is not served again by one whose reader is behind."""

    async def run():
        store = MemoryStore()
        desk, other = new_desk(Policy(), store=store), new_desk(Policy(), store=store)
        slow = LiveFeed(desk, every=LONG)
        waiting = asyncio.create_task(gather(slow, await slow.end(), []))
        await asyncio.sleep(0)
        await other.open(subject="a", requester="ana", ref="1")
        ahead = await other.feed_end()
        await other.open(subject="b", requester="ana", ref="2")
        last = (await all_cursors(desk))[-1]
        assert await take(slow, ahead, last) == [last]
        waiting.cancel()

    asyncio.run(run())


class Counting(MemoryStore):
    """Counts how often the feed is read."""

    reads = 0

    def feed(self, *args, **named):
        self.reads += 1
        return super().feed(*args, **named)


def test_two_hundred_followers_cost_the_store_what_one_costs():
    async def run():
        store = Counting()
        desk = new_desk(Policy(), store=store)
        await desk.open(subject="a", requester="ana")
        live = LiveFeed(desk, every=SOON)
        start = await live.end()
        got: list[list[str]] = [[] for _ in range(200)]
        following = [asyncio.create_task(gather(live, start, one)) for one in got]
        await until(lambda: live.followers == 200)
        for number in range(3):
            await desk.open(subject="b", requester="ana", ref=f"b{number}")
        wanted = (await all_cursors(desk))[2:]
        reads = store.reads
        await until(lambda: all(one == wanted for one in got))
        assert (
            store.reads - reads < 20 + 200
        )  # each once, at most, for what happened before the reader had its place
        await desk.open(subject="c", requester="ana")
        wanted = (await all_cursors(desk))[2:]
        reads = store.reads
        await until(lambda: all(one == wanted for one in got))
        assert store.reads - reads < 20
        assert {task.cancel() for task in following} == {True}

    asyncio.run(run())


def test_a_memory_of_one_event_serves_whoever_is_up_to_date():
    async def run():
        store = Counting()
        desk = new_desk(Policy(), store=store)
        live = LiveFeed(desk, every=SOON, keep=1)
        start = await live.end()
        got: list[list[str]] = [[] for _ in range(200)]
        following = [asyncio.create_task(gather(live, start, one)) for one in got]
        for number in range(3):
            reads = store.reads
            await desk.open(subject="b", requester="ana", ref=f"b{number}")
            wanted = await all_cursors(desk)
            await until(lambda: all(one == wanted for one in got))  # noqa: B023 - called at once
        assert store.reads - reads < 100
        assert {task.cancel() for task in following} == {True}

    asyncio.run(run())


def test_who_came_before_the_reader_had_its_place_does_not_wait_for_the_next_event():
    async def run():
        desk = new_desk(Policy())
        await desk.open(subject="a", requester="ana")
        live = LiveFeed(desk, every=LONG)
        stretches = live.follow(BEFORE, heartbeat=LONG)
        first = asyncio.ensure_future(anext(stretches))
        await until(lambda: live.followers == 1)
        for _ in range(100):  # the reader has its place by now
            await asyncio.sleep(0)
        assert first.done()
        assert (await first)[-1].kind == "ticket_opened"
        await stretches.aclose()

    asyncio.run(run())


def test_while_nothing_happens_an_empty_stretch_comes_now_and_then():
    async def run():
        live = LiveFeed(new_desk(Policy()), every=LONG)
        stretches = live.follow(await live.end(), heartbeat=timedelta(milliseconds=1))
        assert [await anext(stretches) for _ in range(2)] == [(), ()]
        await stretches.aclose()

    asyncio.run(run())


class Failing(MemoryStore):
    """A store that fails for a while."""

    failure: Exception | None = None

    def feed(self, *args, **named):
        if self.failure is not None:
            raise self.failure
        return super().feed(*args, **named)


@pytest.mark.parametrize(
    "failure", [StoreUnavailable(), DamagedRow("ticket:t", "x"), RuntimeError(), KeyError()]
)
def test_whatever_ends_the_reader_ends_every_stream_and_who_comes_again_goes_on(failure: Exception):
    """A fault of a host's own store as well: nobody waits for a reader that is gone."""

    async def run():
        store = Failing()
        desk = new_desk(Policy(), store=store)
        await desk.open(subject="a", requester="ana")
        live = LiveFeed(desk, every=AT_ONCE)
        start = await live.end()
        got: list[list[str]] = [[] for _ in range(3)]
        following = [asyncio.create_task(gather(live, start, one)) for one in got]
        await until(lambda: live.followers == 3)
        await desk.open(subject="b", requester="ana")
        await until(lambda: all(got))
        for _ in range(100):  # all of them wait: they hear of it from the reader alone
            await asyncio.sleep(0)
        store.failure = failure
        async with asyncio.timeout(PATIENCE_S):
            ended = await asyncio.gather(*following, return_exceptions=True)
        assert ended == [failure] * 3
        store.failure = None
        await desk.open(subject="b", requester="ana")
        end = await desk.feed_end()
        assert (await take(live, start, end))[-1] == end

    asyncio.run(run())


def test_a_place_that_is_none_or_lies_behind_the_end_is_refused():
    async def run():
        desk = new_desk(Policy())
        await desk.open(subject="a", requester="ana")
        live = LiveFeed(desk)
        ahead = await desk.feed_end()
        other = LiveFeed(new_desk(Policy()))  # the database as it was before
        for place in ("x", "", "WyJmZWVkIiwgIm90aGVyIiwgMF0="):
            with pytest.raises(InvalidInput):
                await live.check(place)
        with pytest.raises(InvalidInput):
            await other.check(ahead)
        await live.check(ahead)

    asyncio.run(run())


# --- as server-sent events -----------------------------------------------------------------------


def read_sse(text: str) -> list[dict[str, str]]:
    """The blocks of a stream, as the standard reads them."""
    blocks = []
    for block in text.split("\n\n")[:-1]:
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        blocks.append(fields)
    return blocks


def test_a_block_says_what_a_browser_reads():
    blocks = read_sse((sse("a\nb", place="p", kind="k") + sse(place="q") + sse("")).decode())

    assert blocks == [{"id": "p", "event": "k", "data": "a\nb"}, {"id": "q"}, {"data": ""}]
    # a line ends with CR, LF or both; whatever else looks like an end of line stays in the text
    assert read_sse(sse("a\r\nb\rc\u2028d").decode()) == [{"data": "a\nb\nc\u2028d"}]


@pytest.mark.parametrize("line", ["x\ndata: {}", "x\r\n\r\nid: y", "\r", "x\0"])
def test_what_is_not_one_line_is_no_place_and_no_name(line: str):
    for field in ("place", "kind"):
        with pytest.raises(InvalidInput) as raised:
            sse("words", **{field: line})
        assert raised.value.field == field


def test_a_stream_says_its_place_first_and_each_event_with_its_own():
    async def run():
        desk = new_desk(Policy())
        opened = (await desk.open(subject="a", requester="ana", ref="1")).ticket
        live = LiveFeed(desk, every=AT_ONCE)
        start = await live.end()
        await desk.note(opened, body="secret words", by="sam")
        await desk.open(subject="b", requester="ben", ref="2")
        got = b""
        stream = feed_stream(live, start, ticket=opened.id, ends_in=timedelta(0))
        async for part in stream:
            got += part
        blocks = read_sse(got.decode())
        everything = await all_cursors(desk)
        assert blocks[0] == {"id": start}
        [told] = [one for one in blocks if "data" in one]
        assert (told["event"], told["id"]) == ("desk", everything[-2])
        item = json.loads(told["data"])
        assert (item["kind"], item["event"]["ticket_id"]) == ("note_added", opened.id)
        assert blocks[-1] == {"id": everything[-1]}  # what was left out is not looked at again
        assert "secret" not in got.decode()

    asyncio.run(run())


def test_the_route_takes_the_browsers_last_place_before_the_first():
    desk = new_desk(Policy())

    async def script(call):
        for headers, query in (
            ({"last_event_id": "x"}, f"?after={BEFORE}"),
            ({}, "?after=x"),
            ({"last_event_id": "WyJmZWVkIiwgImRlZmF1bHQiLCA5OV0="}, ""),
        ):
            answer = await call("GET", f"/feed/stream{query}", **headers)
            assert answer.status_code == 422
            assert answer.json()["facts"]["field"] == "after"

    talk(desk, script)


def test_streams_of_one_desk_have_one_reader_and_a_desk_of_one_request_is_let_go(monkeypatch):
    made: list[LiveFeed] = []

    class Noted(LiveFeed):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            made.append(self)

    monkeypatch.setattr("supportflow.contrib.fastapi.router.LiveFeed", Noted)
    store = Failing()
    desks = [new_desk(Policy(), store=store)]
    gone = weakref.ref(desks[0])

    async def script(call):
        streams = [asyncio.create_task(call("GET", "/feed/stream")) for _ in range(3)]
        await until(lambda: sum(live.followers for live in made) == 3)
        assert max(live.followers for live in made) == 3
        store.failure = StoreUnavailable()  # ends them
        assert {(await one).status_code for one in streams} == {200}

    talk(desks.pop(), script)
    Host.desk = store.failure = None  # its traceback
    made.clear()
    gc.collect()
    assert gone() is None


def test_followers_of_two_processes_on_one_file_go_on_from_each_other(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"

    async def run():
        async with AsyncDesk(store=AsyncSqlStore(url)) as one, AsyncDesk(store=AsyncSqlStore(url)) as two:
            lives = [LiveFeed(desk, every=SOON) for desk in (one, two)]
            place = await lives[0].end()
            got: list[str] = []
            for number in range(4):
                await (one, two)[number % 2].open(subject="a", requester="ana", ref=str(number))
                # every other time the connection is lost, and the other process serves what comes next
                got += await take(lives[number % 2], place, await one.feed_end())
                place = got[-1]
            assert got == await all_cursors(two)

    asyncio.run(run())
