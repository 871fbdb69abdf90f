"""Tickets, streams, references, idempotency keys."""

# ruff: noqa: PLR2004 - numbers are the point of a test

from dataclasses import replace
from typing import Any

from supportflow.model.content import Content
from supportflow.model.storage import (
    Commit,
    Committed,
    Conflict,
    Duplicate,
    EventRow,
    InboxEntry,
    Query,
    RefTaken,
    StreamChange,
)
from supportflow.testing.conformance.suite import TENANT, Suite, event_rows, ticket_row


class TicketPromises(Suite):
    """Streams grow by whole commits, at their expected versions."""

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
        assert list(store.claim_due(TENANT, 10**15, 1, 10)) == []
        assert store.get_policy(TENANT, "f") is None
        assert store.load_agent(TENANT, "sam") is None
        assert list(store.agents(TENANT)) == []

    def test_a_ticket_is_kept_as_it_was_given(self, store: Any) -> None:
        """Row and events come back to the byte, every column, at the edges of its range."""
        row = ticket_row(
            "t1", version=2, ref="4711", status="in Arbeit 终", status_category="on_hold", open=False, rank=0,
            level=1, order_us=-(2**62), due_us=2**62, group="desk", assignee="sam", category="x", opened_us=-1,
            updated_us=2**53 + 1, wakeup_us=2**53 + 3, snapshot=bytes(range(256)), queued=True,
        )  # fmt: skip
        events = (
            EventRow(1, "ticket_opened", 3, 2, '{"t":"终\U0001f600"}'.encode()),
            EventRow(2, "note_added", 1, 1, b"{}"),
        )
        assert store.commit(Commit(TENANT, (StreamChange("ticket:t1", 0, events, row),))) == Committed()
        assert store.load(TENANT, "t1") == row
        assert tuple(store.events(TENANT, "ticket:t1")) == events
        assert store.find_ref(TENANT, "4711") == "t1"

    def test_a_ticket_comes_with_the_stream_of_its_requester(self, store: Any) -> None:
        """By id or by reference, all of that stream and nothing of any other; if the store has a call for both."""
        self.may_have(store, "load_with_requester")
        person = event_rows(1, 12, "\U0001f600")
        rows = [ticket_row("t1", ref="4711", requester="ana:%_"), ticket_row("4711", requester="bob")]
        self.put(store, *rows)
        self.put(store, ticket_row("t1", requester="kim"), tenant="other")
        for tenant, name, events in (
            (TENANT, "ana:%_", person),
            (TENANT, "ana:%_2", event_rows(1, 1)),
            ("other", "bob", event_rows(1, 1)),
        ):
            change = StreamChange(f"requester:{name}", 0, events)
            assert store.commit(Commit(tenant, (change,))) == Committed()

        def found(*named: str | None, tenant: str = TENANT) -> tuple[Any, tuple[Any, ...]]:
            row, events = store.load_with_requester(tenant, *named)
            return row, tuple(events)

        assert found("t1", None) == found(None, "4711") == (rows[0], person)
        assert found("4711", None) == (rows[1], ())
        assert found("t1", None, tenant="other") == (ticket_row("t1", requester="kim"), ())
        for named in (("t2", None), (None, "t1"), (None, "4712")):
            assert store.load_with_requester(TENANT, *named) is None
        assert store.load_with_requester("third", "t1", None) is None

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

    def test_a_row_can_be_set_anew_without_an_event(self, store: Any) -> None:
        """At its version: what is computed of a ticket can change while nothing happens to it."""
        self.put(store, ticket_row("t1", wakeup_us=50, due_us=60))
        fresh = ticket_row("t1", wakeup_us=10, due_us=20)
        assert store.commit(Commit(TENANT, (StreamChange("ticket:t1", 1, (), fresh),))) == Committed()
        assert store.load(TENANT, "t1") == fresh
        assert len(list(store.events(TENANT, "ticket:t1"))) == 1
        assert list(store.due(TENANT, 11, 10)) == ["t1"]
        for version in (0, 2):
            late = replace(fresh, version=version, due_us=99)
            change = StreamChange("ticket:t1", version, (), late)
            assert store.commit(Commit(TENANT, (change,))) == Conflict("ticket:t1")
        assert store.load(TENANT, "t1") == fresh

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
