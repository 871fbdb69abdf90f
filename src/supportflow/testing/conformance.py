"""What a store and a channel must do, as tests that a host runs against its own: subclass, make one, run pytest.

```python
class TestMyStore(StoreConformance):
    def make_store(self):
        return MyStore(...)
```

Needs pytest (`pip install 'supportflow[test]'`). These are plain classes: an abstract one that nobody completed would be
passed over in silence. A store or channel may have async methods: each call is awaited if it has to be.
"""

# ruff: noqa: PLR2004 - numbers are the point of a test

import asyncio
import inspect
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from supportflow._time import from_us
from supportflow.model.content import Content
from supportflow.model.storage import (
    Commit,
    Committed,
    Conflict,
    Duplicate,
    EventRow,
    InboxEntry,
    OutboxRow,
    Query,
    RefTaken,
    StreamChange,
    TicketRow,
)
from supportflow.ports import Outgoing

__all__ = ["ChannelConformance", "StoreConformance", "event_rows", "ticket_row"]

TENANT = "acme"
SECOND = 1_000_000
MINUTE = 60 * SECOND


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


class _Plain:
    """A store or channel whose async methods are waited for, so that one suite serves both kinds."""

    def __init__(self, port: Any, runner: asyncio.Runner) -> None:
        self._port = port
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **named: Any) -> Any:
            answer = method(*args, **named)
            return self._runner.run(_waited(answer)) if inspect.isawaitable(answer) else answer

        return call


async def _waited(answer: Any) -> Any:
    return await answer


class StoreConformance:
    """Every promise of the `Store` port, one test each.

    Attributes:
        threads: Whether several threads may use one store at the same time.
        reopens: Whether `reopen_store` gives a second store on the same data.
    """

    threads = True
    reopens = False

    def make_store(self) -> Any:
        """An empty store."""
        raise NotImplementedError

    def reopen_store(self, store: Any) -> Any:
        """A second store on the same data, as another process would open it."""
        raise NotImplementedError

    @pytest.fixture
    def runner(self) -> Iterator[asyncio.Runner]:
        """Waits for the methods of an async store, all in one event loop."""
        with asyncio.Runner() as runner:
            yield runner

    @pytest.fixture
    def store(self, runner: asyncio.Runner) -> Iterator[Any]:
        """The store under test, closed afterwards."""
        store = _Plain(self.make_store(), runner)
        yield store
        store.close()

    # --- what tests are made of ----------------------------------------------------------------

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

    # --- tickets and streams -------------------------------------------------------------------

    def test_an_empty_store_has_nothing(self, store: Any) -> None:
        """Every question has an empty answer."""
        assert store.load(TENANT, "t1") is None
        assert store.find_ref(TENANT, "1") is None
        assert list(store.events(TENANT, "desk")) == []
        assert store.recall(TENANT, "k") is None
        assert list(store.search(TENANT, Query({}, ("id",), None, 10))) == []
        assert list(store.due(TENANT, 10**18, 10)) == []
        assert dict(store.contents(TENANT, ["c"])) == {}
        assert store.erase(TENANT, "ana") == 0
        assert list(store.lease(TENANT, 10**15, 10**15 + 1, ["event:a"], 10)) == []
        assert list(store.dead_letters(TENANT, 10)) == []
        assert store.get_policy(TENANT, "f") is None

    def test_a_ticket_is_kept_as_it_was_given(self, store: Any) -> None:
        """Row and events come back to the byte, every column, at the edges of its range."""
        row = ticket_row(
            "t1", version=2, ref="4711", status="in Arbeit 终", status_category="on_hold", open=False, rank=0,
            level=1, order_us=-(2**62), due_us=2**62, group="desk", assignee="sam", category="x", opened_us=-1,
            updated_us=2**53 + 1, wakeup_us=2**53 + 3, snapshot=bytes(range(256)),
        )  # fmt: skip
        events = (
            EventRow(1, "ticket_opened", 3, 2, '{"t":"终\U0001f600"}'.encode()),
            EventRow(2, "note_added", 1, 1, b"{}"),
        )
        assert store.commit(Commit(TENANT, (StreamChange("ticket:t1", 0, events, row),))) == Committed()
        assert store.load(TENANT, "t1") == row
        assert tuple(store.events(TENANT, "ticket:t1")) == events
        assert store.find_ref(TENANT, "4711") == "t1"

    def test_events_are_read_from_a_place_on(self, store: Any) -> None:
        """`after` and `limit` cut a stream."""
        store.commit(Commit(TENANT, (StreamChange("desk", 0, event_rows(1, 5)),)))

        def seqs(**cut: Any) -> list[int]:
            return [row.seq for row in store.events(TENANT, "desk", **cut)]

        assert seqs() == [1, 2, 3, 4, 5]
        assert seqs(after=2) == [3, 4, 5]
        assert seqs(after=1, limit=2) == [2, 3]
        assert seqs(after=4, limit=5) == [5]
        assert seqs(after=5) == seqs(after=9) == seqs(after=0, limit=0) == []

    def test_a_stream_grows_at_its_expected_version_only(self, store: Any) -> None:
        """An old or a future version is a conflict, and nothing of the commit is kept."""
        self.put(store, ticket_row("t1"))
        for expected in (0, 2):
            change = StreamChange(
                "ticket:t1", expected, event_rows(expected + 1, 1), ticket_row("t1", expected + 1)
            )
            commit = Commit(
                TENANT,
                (StreamChange("desk", 0, event_rows(1, 1)), change),
                (Content("c", "ana", bytes(32), "x"),),
                (self.delivery(1),),
                InboxEntry("k", "h", b"r"),
            )
            assert store.commit(commit) == Conflict("ticket:t1")
            assert store.load(TENANT, "t1") == ticket_row("t1")
            assert list(store.events(TENANT, "desk")) == []
            assert dict(store.contents(TENANT, ["c"])) == {}
            assert list(store.lease(TENANT, 1, 2, ["event:a"], 9)) == []
            assert store.recall(TENANT, "k") is None
        grown = StreamChange("ticket:t1", 1, event_rows(2, 3), ticket_row("t1", 4))
        assert store.commit(Commit(TENANT, (grown,))) == Committed()
        assert [row.seq for row in store.events(TENANT, "ticket:t1")] == [1, 2, 3, 4]
        assert store.load(TENANT, "t1").version == 4

    def test_all_streams_of_a_commit_or_none(self, store: Any) -> None:
        """Two tickets and the desk in one commit."""
        changes = tuple(
            StreamChange(f"ticket:{name}", 0, event_rows(1, 2, name), ticket_row(name, 2))
            for name in ("a", "b")
        )
        assert (
            store.commit(Commit(TENANT, (*changes, StreamChange("desk", 0, event_rows(1, 1))))) == Committed()
        )
        assert [len(store.events(TENANT, s)) for s in ("ticket:a", "ticket:b", "desk")] == [2, 2, 1]

    def test_a_reference_names_one_ticket(self, store: Any) -> None:
        """A second ticket with it is told so; the first goes on; a conflict is told before a taken reference."""
        self.put(store, ticket_row("t1", ref="4711"))
        taken = StreamChange("ticket:t2", 0, event_rows(1, 1), ticket_row("t2", ref="4711"))
        assert store.commit(Commit(TENANT, (taken,))) == RefTaken("4711")
        assert store.load(TENANT, "t2") is None
        assert list(store.events(TENANT, "ticket:t2")) == []
        stale = replace(taken, expected=1)
        assert store.commit(Commit(TENANT, (stale,))) == Conflict("ticket:t2")
        again = StreamChange("ticket:t1", 1, event_rows(2, 1), ticket_row("t1", 2, ref="4711"))
        assert store.commit(Commit(TENANT, (again,))) == Committed()
        self.put(store, ticket_row("t2", ref="4711"), tenant="other")
        assert store.find_ref("other", "4711") == "t2"
        assert store.find_ref(TENANT, "4711") == "t1"

    def test_an_idempotency_key_is_used_once(self, store: Any) -> None:
        """The second commit gets the first one's entry, whatever else is wrong with it, and keeps nothing."""
        entry = InboxEntry("mail-1", "hash", b'{"ticket":"t1"}')
        first = StreamChange("ticket:t1", 0, event_rows(1, 1), ticket_row("t1"))
        assert store.commit(Commit(TENANT, (first,), inbox=entry)) == Committed()
        assert store.recall(TENANT, "mail-1") == entry
        second = InboxEntry("mail-1", "other", b"{}")
        fresh = StreamChange("ticket:t2", 0, event_rows(1, 1), ticket_row("t2"))
        for changes in ((fresh,), (first,), ()):
            assert store.commit(Commit(TENANT, changes, inbox=second)) == Duplicate(entry)
        assert store.load(TENANT, "t2") is None
        assert store.recall(TENANT, "mail-1") == entry
        assert store.commit(Commit("other", (fresh,), inbox=second)) == Committed()

    def test_a_commit_may_hold_a_key_alone(self, store: Any) -> None:
        """A command that changed nothing is remembered, too."""
        entry = InboxEntry("k", "h", b"r")
        assert store.commit(Commit(TENANT, (), inbox=entry)) == Committed()
        assert store.recall(TENANT, "k") == entry

    # --- search --------------------------------------------------------------------------------

    def test_search_filters_by_every_column(self, store: Any) -> None:
        """Equal values, None among them; several columns at once."""
        rows = [
            ticket_row("a", group="desk", assignee=None, level=1, open=True),
            ticket_row(
                "b",
                group=None,
                assignee="sam",
                level=1,
                open=False,
                status="closed",
                status_category="closed",
            ),
            ticket_row(
                "c", group="desk", assignee="sam", level=2, requester="bob", channel="chat", category="x"
            ),
            ticket_row("d", priority_class="security", rank=0),
        ]
        self.put(store, *rows)

        def found(**equal: object) -> list[str]:
            return self.found(store.search(TENANT, Query(equal, ("id",), None, 10)))

        assert found() == ["a", "b", "c", "d"]
        assert found(group="desk") == ["a", "c"]
        assert found(group=None) == ["b", "d"]
        assert found(group="desk", assignee="sam") == ["c"]
        assert found(assignee=None, level=1) == ["a"]
        assert found(open=False) == found(status="closed") == found(status_category="closed") == ["b"]
        assert found(requester="bob") == found(channel="chat") == found(category="x") == ["c"]
        assert found(priority_class="security") == ["d"]
        assert found(group="nobody") == []

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("order", ["rank", "level", "order_us", "opened_us", "updated_us", "due_us"])
    def test_search_orders_and_pages(self, store: Any, order: Any, descending: bool) -> None:
        """None last (first if descending), ties by id; pages of any size neither skip nor repeat."""
        values: list[Any] = [3, 1, 2, 1, 2**60, 0, 3]
        if order == "due_us":
            values += [None, None]
        rows = [ticket_row(f"t{number}", **{order: value}) for number, value in enumerate(values)]
        self.put(store, *rows)

        def key(row: TicketRow) -> tuple[Any, ...]:
            return getattr(row, order) is None, getattr(row, order) or 0, row.id

        expected = self.found(sorted(rows, key=key, reverse=descending))
        columns: Any = (order, "id")
        whole = store.search(TENANT, Query({}, columns, None, 100, descending))
        assert self.found(whole) == expected
        for size in (1, 2, 3, len(rows)):
            paged: list[str] = []
            after: tuple[Any, ...] | None = None
            while page := store.search(TENANT, Query({}, columns, after, size, descending)):
                assert len(page) <= size
                paged += self.found(page)
                after = tuple(getattr(page[-1], column) for column in columns)
            assert paged == expected

    def test_search_orders_by_the_queue_s_four_columns(self, store: Any) -> None:
        """Class, level, due time, id: from the middle of the queue, too."""
        rows = [
            ticket_row(f"t{number:02}", rank=number % 3, level=1 + number % 2, order_us=number // 6)
            for number in range(24)
        ]
        self.put(store, *reversed(rows))
        columns: Any = ("rank", "level", "order_us", "id")
        expected = sorted(rows, key=lambda row: (row.rank, row.level, row.order_us, row.id))
        assert list(store.search(TENANT, Query({}, columns, None, 100))) == expected
        middle = expected[11]
        after = (middle.rank, middle.level, middle.order_us, middle.id)
        assert list(store.search(TENANT, Query({}, columns, after, 5))) == expected[12:17]
        assert list(store.search(TENANT, Query({"level": 1}, columns, after, 50))) == [
            row for row in expected[12:] if row.level == 1
        ]

    # --- wake-ups ------------------------------------------------------------------------------

    def test_due_is_strict_and_earliest_first(self, store: Any) -> None:
        """A wake-up at t is due once it is later than t."""
        self.put(
            store,
            *(ticket_row(name, wakeup_us=at) for name, at in (("a", 30), ("b", 10), ("c", None), ("d", 20))),
        )
        assert list(store.due(TENANT, 10, 9)) == []
        assert list(store.due(TENANT, 11, 9)) == ["b"]
        assert list(store.due(TENANT, 31, 9)) == ["b", "d", "a"]
        assert list(store.due(TENANT, 31, 2)) == ["b", "d"]
        assert list(store.due(TENANT, 31, 9)) == ["b", "d", "a"], "asking changes nothing"
        assert list(store.due("other", 31, 9)) == []

    def test_a_commit_moves_the_wake_up(self, store: Any) -> None:
        """There, back, and away."""
        self.put(store, ticket_row("a", wakeup_us=10))
        for version, at_us in enumerate((50, 10, 10, None, 5), start=2):
            change = StreamChange(
                "ticket:a", version - 1, event_rows(version, 1), ticket_row("a", version, wakeup_us=at_us)
            )
            assert store.commit(Commit(TENANT, (change,))) == Committed()
            assert list(store.due(TENANT, 20, 9)) == (["a"] if at_us in {5, 10} else [])
            assert list(store.due(TENANT, 60, 9)) == ([] if at_us is None else ["a"])

    def test_reschedule_moves_it_at_the_same_version_only(self, store: Any) -> None:
        """And says whether it did."""
        self.put(store, ticket_row("a", wakeup_us=10))
        assert not store.reschedule(TENANT, "a", 2, 99)
        assert not store.reschedule(TENANT, "b", 1, 99)
        assert not store.reschedule("other", "a", 1, 99)
        assert list(store.due(TENANT, 11, 9)) == ["a"]
        assert store.reschedule(TENANT, "a", 1, 99)
        assert list(store.due(TENANT, 11, 9)) == []
        assert list(store.due(TENANT, 100, 9)) == ["a"]
        assert store.load(TENANT, "a") == ticket_row("a", wakeup_us=99)
        assert store.reschedule(TENANT, "a", 1, None)
        assert list(store.due(TENANT, 10**18, 9)) == []

    # --- content -------------------------------------------------------------------------------

    def test_content_is_kept_and_erased_by_subject(self, store: Any) -> None:
        """Salt and value go, id and subject stay; only rows that had them are counted."""
        rows = (
            Content("c1", "ana", bytes(range(32)), "Grüße 终 \U0001f600\n\t'\""),
            Content("c2", "bob", bytes(32), ""),
            Content("c3", "ana", bytes(32), "x" * 200_000),
        )
        assert store.commit(Commit(TENANT, (), rows)) == Committed()
        store.commit(Commit("other", (), rows))
        assert dict(store.contents(TENANT, ["c1", "c3", "c9"])) == {"c1": rows[0], "c3": rows[2]}
        assert dict(store.contents(TENANT, [])) == {}
        assert rows[0].verifies(rows[0].ref)
        assert store.erase(TENANT, "ana") == 2
        assert store.erase(TENANT, "ana") == 0
        assert dict(store.contents(TENANT, ["c1", "c2", "c3"])) == {
            "c1": Content("c1", "ana", None, None),
            "c2": rows[1],
            "c3": Content("c3", "ana", None, None),
        }
        assert dict(store.contents("other", ["c1"])) == {"c1": rows[0]}

    # --- deliveries ----------------------------------------------------------------------------

    def test_a_lease_claims_what_is_due_and_counts_the_attempt(self, store: Any) -> None:
        """Until its end nobody else gets it; then anybody."""
        row = self.delivery(1, next_us=10)
        self.add_outbox(store, row)
        assert list(store.lease(TENANT, 9, 99, ["event:a"], 9)) == []
        assert list(store.lease(TENANT, 10, 99, ["event:b"], 9)) == []
        assert list(store.lease(TENANT, 10, 99, [], 9)) == []
        assert list(store.lease("other", 10, 99, ["event:a"], 9)) == []
        (lease,) = store.lease(TENANT, 10, 99, ["event:a", "event:b"], 9)
        assert lease.row == row._replace(attempts=1, next_us=99)
        assert lease.token
        assert list(store.lease(TENANT, 98, 200, ["event:a"], 9)) == []
        (again,) = store.lease(TENANT, 99, 200, ["event:a"], 9)
        assert again.row == row._replace(attempts=2, next_us=200)
        assert again.token != lease.token

    def test_a_claim_that_ran_out_cannot_be_settled(self, store: Any) -> None:
        """The token is a fence: late news of an old claim changes nothing."""
        self.add_outbox(store, self.delivery(1))
        (old,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        (new,) = store.lease(TENANT, 10, 20, ["event:a"], 9)
        key = old.row.key
        for retry_us, error in ((None, None), (50, "e"), (None, "e")):
            assert not store.settle(TENANT, key, old.token, retry_us=retry_us, error=error)
            assert not store.settle(TENANT, "nothing", old.token, retry_us=retry_us, error=error)
            assert not store.settle("other", key, new.token, retry_us=retry_us, error=error)
        assert list(store.dead_letters(TENANT, 9)) == []
        assert store.settle(TENANT, key, new.token, retry_us=None, error=None)
        assert not store.settle(TENANT, key, new.token, retry_us=None, error=None)
        assert list(store.lease(TENANT, 10**15, 10**15, ["event:a"], 9)) == []

    def test_a_claim_that_is_given_back_was_no_attempt(self, store: Any) -> None:
        """It is due again at once, or when it is said to be, in its old place."""
        for number in (1, 2):
            store.commit(Commit(TENANT, (), outbox=(self.delivery(number),)))
        [first] = store.lease(TENANT, 0, MINUTE, ["event:a"], 9)
        assert store.settle(TENANT, first.row.key, first.token, retry_us=0, error=None)
        assert not store.settle(TENANT, first.row.key, first.token, retry_us=None, error=None)
        [again] = store.lease(TENANT, 0, MINUTE, ["event:a"], 9)
        assert (again.row.key, again.row.attempts) == (first.row.key, 1)
        assert store.settle(TENANT, again.row.key, again.token, retry_us=5, error=None)
        assert not store.lease(TENANT, 4, MINUTE, ["event:a"], 9)
        [later] = store.lease(TENANT, 5, MINUTE, ["event:a"], 9)
        assert (later.row.key, later.row.attempts) == (first.row.key, 1)
        assert store.settle(TENANT, later.row.key, later.token, retry_us=None, error=None)

    def test_what_nobody_claimed_cannot_be_settled(self, store: Any) -> None:
        """Whatever the token; nor can a claim be settled twice."""
        self.add_outbox(store, self.delivery(1))
        for token in ("", "0", "1", "None"):
            assert not store.settle(TENANT, self.delivery(1).key, token, retry_us=None, error=None)
        (lease,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        assert store.settle(TENANT, lease.row.key, lease.token, retry_us=5, error="e")
        for token in (lease.token, ""):
            assert not store.settle(TENANT, lease.row.key, token, retry_us=None, error=None)
        assert len(store.lease(TENANT, 5, 10, ["event:a"], 9)) == 1

    def test_a_retry_is_due_when_it_says(self, store: Any) -> None:
        """The attempts are kept."""
        self.add_outbox(store, self.delivery(1))
        (lease,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        assert store.settle(TENANT, lease.row.key, lease.token, retry_us=500, error="Timeout")
        assert list(store.lease(TENANT, 499, 600, ["event:a"], 9)) == []
        (lease,) = store.lease(TENANT, 500, 600, ["event:a"], 9)
        assert lease.row.attempts == 2

    def test_deliveries_of_a_ticket_and_topic_leave_in_order(self, store: Any) -> None:
        """One at a time, the first that is neither delivered nor dead; other tickets and topics do not wait for it."""
        self.add_outbox(
            store,
            self.delivery(1),
            self.delivery(2),
            self.delivery(1, topic="channel:web"),
            self.delivery(1, ticket="t2"),
        )
        topics = ["event:a", "channel:web"]
        claimed = {lease.row.key: lease for lease in store.lease(TENANT, 0, 10, topics, 9)}
        assert set(claimed) == {"t1:1:event:a", "t1:1:channel:web", "t2:1:event:a"}
        assert list(store.lease(TENANT, 0, 10, topics, 9)) == []
        first = claimed["t1:1:event:a"]
        store.settle(TENANT, first.row.key, first.token, retry_us=100, error="e")
        assert list(store.lease(TENANT, 9, 10, ["event:a"], 9)) == [], "a retry holds up what comes after"
        (first,) = [one for one in store.lease(TENANT, 100, 110, ["event:a"], 9) if one.row.ticket_id == "t1"]
        store.settle(TENANT, first.row.key, first.token, retry_us=None, error=None)
        assert [one.row.seq for one in store.lease(TENANT, 101, 111, ["event:a"], 9)] == [2]

    def test_a_lease_takes_no_more_than_its_limit(self, store: Any) -> None:
        """What is left is for the next."""
        self.add_outbox(store, *(self.delivery(1, ticket=f"t{number}") for number in range(5)))
        sizes = [len(store.lease(TENANT, 0, 10, ["event:a"], 2)) for _ in range(4)]
        assert sizes == [2, 2, 1, 0]

    def test_the_same_delivery_is_kept_once(self, store: Any) -> None:
        """Its key is what it is."""
        self.add_outbox(store, self.delivery(1), self.delivery(1, next_us=99))
        (lease,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        store.settle(TENANT, lease.row.key, lease.token, retry_us=None, error=None)
        assert list(store.lease(TENANT, 10**15, 10**15, ["event:a"], 9)) == []

    def test_dead_letters_wait_to_be_revived_or_dropped(self, store: Any) -> None:
        """They hold nothing up; a revived one is tried from the beginning."""
        self.add_outbox(store, self.delivery(1), self.delivery(2))
        (lease,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        assert store.settle(TENANT, lease.row.key, lease.token, retry_us=None, error="Refused")
        (letter,) = store.dead_letters(TENANT, 9)
        assert (letter.row.key, letter.row.attempts, letter.error) == ("t1:1:event:a", 1, "Refused")
        assert list(store.dead_letters("other", 9)) == []
        (second,) = store.lease(TENANT, 0, 10, ["event:a"], 9)
        assert second.row.seq == 2
        store.settle(TENANT, second.row.key, second.token, retry_us=None, error="Refused")
        assert [one.row.seq for one in store.dead_letters(TENANT, 9)] == [1, 2]
        assert [one.row.seq for one in store.dead_letters(TENANT, 1)] == [1]
        assert not store.revive(TENANT, "t1:9:event:a", 50)
        assert not store.revive("other", "t1:1:event:a", 50)
        assert store.revive(TENANT, "t1:1:event:a", 50)
        assert not store.revive(TENANT, "t1:1:event:a", 50)
        assert not store.settle(TENANT, "t1:1:event:a", lease.token, retry_us=None, error=None)
        assert list(store.lease(TENANT, 49, 60, ["event:a"], 9)) == []
        (revived,) = store.lease(TENANT, 50, 60, ["event:a"], 9)
        assert (revived.row.seq, revived.row.attempts) == (1, 1)
        assert not store.drop(TENANT, "t1:1:event:a")
        assert not store.drop("other", "t1:2:event:a")
        assert store.drop(TENANT, "t1:2:event:a")
        assert not store.drop(TENANT, "t1:2:event:a")
        assert list(store.dead_letters(TENANT, 9)) == []

    # --- policies ------------------------------------------------------------------------------

    def test_a_policy_version_never_changes(self, store: Any) -> None:
        """Keeping it again changes nothing."""
        document = '{"name":"终"}'.encode()
        store.put_policy(TENANT, "f", document)
        store.put_policy(TENANT, "f", b"{}")
        assert store.get_policy(TENANT, "f") == document
        assert store.get_policy("other", "f") is None

    # --- many at once --------------------------------------------------------------------------

    def test_of_many_writers_one_wins_each_version(self) -> None:
        """Threads that race for a stream: every version is written once, and nobody's event is lost."""
        if not self.threads:
            pytest.skip("this store is for one thread")
        store = self.make_store()
        if inspect.iscoroutinefunction(store.commit):
            store.close()
            pytest.skip("an async store belongs to one event loop")
        self.put(store, ticket_row("t1"))
        won: list[tuple[int, int]] = []

        def write(writer: int) -> None:
            for _ in range(10):
                for version in count(store.load(TENANT, "t1").version):
                    change = StreamChange(
                        "ticket:t1",
                        version,
                        event_rows(version + 1, 1, str(writer)),
                        ticket_row("t1", version + 1),
                    )
                    if store.commit(Commit(TENANT, (change,))) == Committed():
                        won.append((version + 1, writer))
                        break

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        rows = store.events(TENANT, "ticket:t1")
        assert [row.seq for row in rows] == list(range(1, 42))
        assert sorted(version for version, _ in won) == list(range(2, 42))
        assert all(f'"t":"{writer}"'.encode() in rows[version - 1].data for version, writer in won)
        store.close()

    def test_of_many_workers_one_gets_each_delivery(self) -> None:
        """Threads that claim: nothing is claimed twice while a claim holds."""
        if not self.threads:
            pytest.skip("this store is for one thread")
        store = self.make_store()
        if inspect.iscoroutinefunction(store.commit):
            store.close()
            pytest.skip("an async store belongs to one event loop")
        self.add_outbox(store, *(self.delivery(1, ticket=f"t{number}") for number in range(40)))
        claimed: list[str] = []

        def work() -> None:
            while leases := store.lease(TENANT, 0, MINUTE, ["event:a"], 3):
                claimed.extend(lease.row.key for lease in leases)

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(claimed) == len(set(claimed)) == 40
        store.close()

    def test_what_was_committed_outlives_the_process(self, runner: asyncio.Runner) -> None:
        """A second store on the same data has it all."""
        if not self.reopens:
            pytest.skip("this store keeps nothing beyond its process")
        first = self.make_store()
        plain = _Plain(first, runner)
        row = ticket_row("t1", ref="4711", wakeup_us=5)
        change = StreamChange("ticket:t1", 0, event_rows(1, 2), replace(row, version=2))
        content, entry = Content("c", "ana", bytes(32), "x"), InboxEntry("k", "h", b"r")
        plain.commit(Commit(TENANT, (change,), (content,), (self.delivery(1),), entry))
        plain.put_policy(TENANT, "f", b"{}")
        second = _Plain(self.reopen_store(first), runner)
        assert second.load(TENANT, "t1") == change.row
        assert tuple(second.events(TENANT, "ticket:t1")) == change.events
        assert second.find_ref(TENANT, "4711") == "t1"
        assert list(second.due(TENANT, 6, 9)) == ["t1"]
        assert dict(second.contents(TENANT, ["c"])) == {"c": content}
        assert second.recall(TENANT, "k") == entry
        assert len(second.lease(TENANT, 0, 1, ["event:a"], 9)) == 1
        assert second.get_policy(TENANT, "f") == b"{}"
        second.close()
        plain.close()


class ChannelConformance:
    """Every promise of the `Channel` port.

    Attributes:
        deduplicates: Whether the far side drops a repeat by its key; otherwise it gets it twice.
    """

    deduplicates = False

    def make_channel(self) -> Any:
        """A channel to a far side that is empty."""
        raise NotImplementedError

    def arrived(self, channel: Any) -> Sequence[tuple[str, str]]:
        """Key and body of what arrived at the far side, in order."""
        raise NotImplementedError

    def break_channel(self, channel: Any) -> None:
        """Make the next send fail."""
        raise NotImplementedError

    @pytest.fixture
    def runner(self) -> Iterator[asyncio.Runner]:
        """Waits for the methods of an async channel."""
        with asyncio.Runner() as runner:
            yield runner

    @staticmethod
    def message(number: int, **fields: Any) -> Outgoing:
        """A reply to send."""
        plain: dict[str, Any] = {
            "key": f"t1:{number}:send",
            "ticket_id": "t1",
            "ref": None,
            "requester": "ana",
            "by": "sam",
            "subject": "Grüße 终",
            "body": f"body {number}",
            "attachments": (),
            "in_reply_to": 1,
            "recorded_at": from_us(0),
        }
        return Outgoing(**{**plain, **fields})

    def test_messages_arrive_in_order_with_their_keys(self, runner: asyncio.Runner) -> None:
        """As they are, whatever is in them."""
        channel = self.make_channel()
        plain = _Plain(channel, runner)
        bodies = ["one", "", "终 \U0001f600 \r\n.\r\nQUIT", "x" * 100_000]
        for number, body in enumerate(bodies):
            plain.send(self.message(number, body=body, subject=None if number % 2 else "Re: s", ref="4711"))
        assert list(self.arrived(channel)) == [(f"t1:{n}:send", body) for n, body in enumerate(bodies)]

    def test_a_repeat_has_the_same_key(self, runner: asyncio.Runner) -> None:
        """So that the far side can know it."""
        channel = self.make_channel()
        for _ in range(2):
            _Plain(channel, runner).send(self.message(1))
        assert list(self.arrived(channel)) == [("t1:1:send", "body 1")] * (1 if self.deduplicates else 2)

    def test_what_could_not_be_sent_raises_and_did_not_arrive(self, runner: asyncio.Runner) -> None:
        """An error is the only way to say that it must be tried again."""
        channel = self.make_channel()
        plain = _Plain(channel, runner)
        self.break_channel(channel)
        with pytest.raises(Exception):  # noqa: B017, PT011 - any error says "not sent"
            plain.send(self.message(1))
        assert list(self.arrived(channel)) == []
        plain.send(self.message(1))
        assert list(self.arrived(channel)) == [("t1:1:send", "body 1")]
