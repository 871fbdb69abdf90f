"""The feed, and many tickets at once."""

# ruff: noqa: PLR2004 - numbers are the point of a test

import asyncio
from itertools import count
from typing import Any

import pytest

from supportflow.model.storage import (
    Commit,
    Committed,
    Conflict,
    EventRow,
    FeedRow,
    InboxEntry,
    RefTaken,
    StreamChange,
)
from supportflow.testing.conformance.sharing import together
from supportflow.testing.conformance.suite import (
    TENANT,
    Plain,
    Suite,
    agent_row,
    event_rows,
    ticket_row,
    value_of,
)

Event = tuple[str, EventRow]


def follow(store: Any, after: int = 0, limit: int = 1_000, tenant: str = TENANT) -> list[FeedRow]:
    """Everything beyond a place, in pages of so many."""
    found: list[FeedRow] = []
    while page := store.feed(tenant, after, limit):
        assert len(page) <= limit
        found += page
        after = page[-1].place
    return found


def told(rows: list[FeedRow]) -> list[Event]:
    """Streams and events of rows, whose places must rise."""
    places = [row.place for row in rows]
    assert places == sorted(set(places))
    return [(row.stream, row.event) for row in rows]


class FeedPromises(Suite):
    """One order of all events, in which nothing comes before what was read."""

    def test_every_event_is_in_the_feed_once(self, store: Any) -> None:
        """Of tickets, agents and streams without a row; those of one stream in order; of one tenant only."""
        store.commit(Commit("other", (StreamChange("desk", 0, event_rows(1, 3)),)))
        assert list(store.feed(TENANT, 0, 9)) == []
        assert store.feed_end(TENANT) == 0
        several = (
            StreamChange("ticket:t1", 0, event_rows(1, 3), ticket_row("t1", 3)),
            StreamChange("agent:a1", 0, event_rows(1, 1), agent_row("a1")),
        )
        assert store.commit(Commit(TENANT, several)) == Committed()
        desk = StreamChange("desk", 0, event_rows(1, 2))
        assert store.commit(Commit(TENANT, (desk,))) == Committed()
        more = StreamChange("ticket:t1", 3, event_rows(4, 1), ticket_row("t1", 4))
        assert store.commit(Commit(TENANT, (more,))) == Committed()
        found = told(follow(store))
        assert sorted(found[:4]) == sorted((one.stream, event) for one in several for event in one.events)
        assert [event for stream, event in found if stream == "ticket:t1"] == list(event_rows(1, 4))
        assert found[4:] == [("desk", event) for event in event_rows(1, 2)] + [("ticket:t1", more.events[0])]
        assert len(follow(store, tenant="other")) == 3

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_pages_of_any_size_put_together_are_the_feed(self, store: Any, limit: int) -> None:
        """From any place on; the end is behind the last event, and stays until something is committed."""
        for number in range(6):
            length = 1 + number % 3
            name = f"t{number}"
            change = StreamChange(f"ticket:{name}", 0, event_rows(1, length), ticket_row(name, length))
            assert store.commit(Commit(TENANT, (change,))) == Committed()
        whole = follow(store)
        assert len(told(whole)) == 12
        assert follow(store, limit=limit) == whole
        for number, row in enumerate(whole):
            assert follow(store, row.place, limit) == whole[number + 1 :]
        assert store.feed_end(TENANT) == whole[-1].place
        assert follow(store, store.feed_end(TENANT)) == []
        self.put(store, ticket_row("later"))
        assert [row.stream for row in follow(store, whole[-1].place)] == ["ticket:later"]

    def test_what_was_refused_leaves_nothing_in_the_feed(self, store: Any) -> None:
        """A changed stream, a taken reference, a used key; and what has no events."""
        first = StreamChange("ticket:t1", 0, event_rows(1, 1), ticket_row("t1", ref="1"))
        key = InboxEntry("k", "h", b"r")
        assert store.commit(Commit(TENANT, (first,), inbox=key)) == Committed()
        before, end = follow(store), store.feed_end(TENANT)
        stale = StreamChange("ticket:t1", 4, event_rows(5, 1), ticket_row("t1", 5))
        fresh = StreamChange("ticket:t2", 0, event_rows(1, 1), ticket_row("t2"))
        assert store.commit(Commit(TENANT, (fresh, stale))) == Conflict("ticket:t1")
        taken = StreamChange("ticket:t3", 0, event_rows(1, 1), ticket_row("t3", ref="1"))
        assert store.commit(Commit(TENANT, (taken,))) == RefTaken("1")
        assert store.commit(Commit(TENANT, (fresh,), inbox=key)) != Committed()
        assert store.commit(Commit(TENANT, (), inbox=InboxEntry("l", "h", b"r"))) == Committed()
        assert (follow(store), store.feed_end(TENANT)) == (before, end)

    @pytest.mark.parametrize("limit", [1, 2, 100])
    def test_replies_that_said_a_warning_are_found(self, store: Any, limit: int) -> None:
        """By stream and number, on pages of any size; no other event, nothing that was refused, and of one tenant only."""
        data = {
            "reply_sent": b'{"warned":[{"warning":"w"}]}',
            "note_added": b'{"warned":[{"warning":"w"}]}',
            "status_changed": b"{}",
        }
        kinds = ["reply_sent", "note_added", "reply_sent", "status_changed"]
        said = tuple(EventRow(seq, kind, 1, 1, data[kind]) for seq, kind in enumerate(kinds, 1))
        silent = (EventRow(1, "reply_sent", 1, 1, b'{"body":"\\"warned\\":["}'),)
        for name, events in (("b", said), ("a", said), ("c", silent)):
            change = StreamChange(f"ticket:{name}", 0, events, ticket_row(name, len(events)))
            assert store.commit(Commit(TENANT, (change,))) == Committed()
        for tenant, stale in (("other", 0), (TENANT, 1)):
            change = StreamChange("ticket:z", stale, said, ticket_row("z", 4))
            store.commit(Commit(tenant, (change,)))
        found: list[Event] = []
        place = ("", 0)
        while page := store.warned(TENANT, *place, limit):
            assert len(page) <= limit
            found += page
            place = page[-1].stream, page[-1].event.seq
        assert found == [(f"ticket:{name}", said[seq]) for name in "ab" for seq in (0, 2)]

    def test_what_is_put_away_stays_in_the_feed(self, store: Any) -> None:
        """At its place, also when it comes back."""
        self.needs("archive")
        closed: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        self.put(store, ticket_row("a", **closed), ticket_row("b"))
        whole = follow(store)
        assert store.archive(TENANT, 1, 9) == 1
        assert follow(store) == whole
        assert follow(store, whole[0].place, 1) == whole[1:]
        back = StreamChange("ticket:a", 1, event_rows(2, 1), ticket_row("a", 2))
        assert store.commit(Commit(TENANT, (back,))) == Committed()
        again = follow(store)
        assert again[:2] == whole
        assert told(again)[2:] == [("ticket:a", back.events[0])]

    def test_the_feed_outlives_the_process(self, store: Any, runner: asyncio.Runner) -> None:
        """A cursor of one process is good in another."""
        self.needs("durability")
        self.put(store, ticket_row("a"), ticket_row("b"))
        first = store.feed(TENANT, 0, 1)
        other = Plain(self.reopen_store(store.port), runner)
        assert [row.stream for row in follow(other, first[-1].place)] == ["ticket:b"]
        self.put(other, ticket_row("c"))
        assert [row.stream for row in follow(store, first[-1].place)] == ["ticket:b", "ticket:c"]
        other.close()

    def test_readers_miss_nothing_while_others_write(self, store: Any, runner: asyncio.Runner) -> None:
        """Each sees the same order, whatever it was at when something was committed."""
        self.needs("sharing")
        port, each = store.port, 20
        seen: dict[int, list[FeedRow]] = {}
        written: list[str] = []

        async def write(stream: str) -> None:
            for version in range(each):
                row = ticket_row(stream, version + 1)
                change = StreamChange(f"ticket:{stream}", version, event_rows(version + 1, 1), row)
                assert await value_of(port.commit(Commit(TENANT, (change,)))) == Committed()
                written.append(stream)
                await asyncio.sleep(0)

        async def read(found: list[FeedRow]) -> None:
            for turn in count(1):
                over = len(written) == 2 * each
                page = await value_of(port.feed(TENANT, found[-1].place if found else 0, 1 + turn % 7))
                found += page
                if over and not page:
                    return
                await asyncio.sleep(0)

        async def work(number: int) -> None:
            await (write(f"t{number}") if number < 2 else read(seen.setdefault(number, [])))

        together(runner, port, work)
        whole = follow(store)
        assert len(told(whole)) == 2 * each
        assert list(seen.values()) == [whole, whole]

    # --- many tickets --------------------------------------------------------------------------

    def test_many_tickets_are_loaded_at_once(self, store: Any) -> None:
        """By id and by reference, archived or not, each once; unknown names are left out."""
        rows = {
            "a": ticket_row("a", ref="1"),
            "b": ticket_row("b", ref="2"),
            "c": ticket_row("c"),
            "d": ticket_row("d", ref="4", open=False, status="closed", status_category="closed"),
        }
        self.put(store, *rows.values())
        self.put(store, rows["a"], tenant="other")
        if "archive" not in self.without:
            assert store.archive(TENANT, 1, 9) == 1

        def loaded(ids: Any, refs: Any = ()) -> list[Any]:
            return sorted(store.load_many(TENANT, ids, refs), key=lambda row: str(row.id))

        assert loaded([]) == []
        assert loaded(["c", "a", "nobody"]) == [rows["a"], rows["c"]]
        assert loaded(["a", "a"], ["1", "2", "none"]) == [rows["a"], rows["b"]]
        assert loaded((), {"4"}) == loaded({"d"}) == [rows["d"]]
        assert loaded([f"t{number}" for number in range(2_500)] + ["b"]) == [rows["b"]]
