"""Texts, policy versions, old tickets and keys."""

# ruff: noqa: PLR2004 - numbers are the point of a test

from typing import Any

from supportflow.model.content import Content
from supportflow.model.storage import Commit, Committed, Conflict, InboxEntry, Query, RefTaken, StreamChange
from supportflow.testing.conformance.suite import TENANT, Suite, event_rows, ticket_row


class KeepingPromises(Suite):
    """What is kept, erased, put away and forgotten."""

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

    def test_a_policy_version_never_changes(self, store: Any) -> None:
        """Keeping it again changes nothing."""
        document = '{"name":"终"}'.encode()
        store.put_policy(TENANT, "f", document)
        store.put_policy(TENANT, "f", b"{}")
        assert store.get_policy(TENANT, "f") == document
        assert store.get_policy("other", "f") is None

    # --- the archive ---------------------------------------------------------------------------

    def test_old_tickets_are_put_away_and_still_found(self, store: Any) -> None:
        """Closed and cancelled ones that last changed before an instant: by id and reference, with all events."""
        self.needs("archive")
        final: dict[str, Any] = {"open": False, "status": "closed"}
        rows = {
            name: ticket_row(name, ref=name.upper(), updated_us=at, status_category=category, **columns)
            for name, at, category, columns in (
                ("old", 10, "closed", final),
                ("older", 5, "cancelled", final),
                ("fresh", 20, "closed", final),
                ("resolved", 1, "resolved", final),
                ("working", 1, "open", {}),
                ("waking", 1, "closed", {**final, "wakeup_us": 99}),
            )
        }
        self.put(store, *rows.values())
        self.put(store, rows["old"], tenant="other")
        assert store.archive(TENANT, 5, 9) == 0
        assert store.archive(TENANT, 20, 1) == 1
        assert store.archive(TENANT, 20, 9) == 1
        assert store.archive(TENANT, 20, 9) == 0
        left = self.found(store.search(TENANT, Query({}, ("id",), None, 9)))
        assert left == ["fresh", "resolved", "waking", "working"]
        assert self.found(store.search("other", Query({}, ("id",), None, 9))) == ["old"]
        for name in ("old", "older"):
            assert store.load(TENANT, name) == rows[name]
            assert store.find_ref(TENANT, name.upper()) == name
            if hasattr(store.port, "load_with_requester"):
                for named in ((name, None), (None, name.upper())):
                    assert store.load_with_requester(TENANT, *named)[0] == rows[name]
            assert tuple(store.events(TENANT, f"ticket:{name}")) == event_rows(1, 1)
        assert list(store.events(TENANT, "ticket:old", after=1)) == []

    def test_a_ticket_that_was_put_away_keeps_its_place(self, store: Any) -> None:
        """Its id and reference are not free, and its version is still compared."""
        self.needs("archive")
        closed: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        self.put(store, ticket_row("a", ref="4711", **closed))
        assert store.archive(TENANT, 1, 9) == 1
        same_id = StreamChange("ticket:a", 0, event_rows(1, 1), ticket_row("a"))
        assert store.commit(Commit(TENANT, (same_id,))) == Conflict("ticket:a")
        same_ref = StreamChange("ticket:b", 0, event_rows(1, 1), ticket_row("b", ref="4711"))
        assert store.commit(Commit(TENANT, (same_ref,))) == RefTaken("4711")
        stale = StreamChange("ticket:a", 2, event_rows(3, 1), ticket_row("a", 3))
        assert store.commit(Commit(TENANT, (stale,))) == Conflict("ticket:a")
        assert store.load(TENANT, "a") == ticket_row("a", ref="4711", **closed)
        assert list(store.search(TENANT, Query({}, ("id",), None, 9))) == []

    def test_a_commit_brings_a_ticket_back(self, store: Any) -> None:
        """With all its events, and from then on it is like any other."""
        self.needs("archive")
        closed: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        self.put(store, ticket_row("a", ref="4711", **closed))
        assert store.archive(TENANT, 1, 9) == 1
        row = ticket_row("a", 2, ref="4711", updated_us=5, **closed)
        follow = StreamChange("ticket:b", 0, event_rows(1, 1), ticket_row("b"))
        back = StreamChange("ticket:a", 1, event_rows(2, 1), row)
        assert store.commit(Commit(TENANT, (follow, back))) == Committed()
        assert store.load(TENANT, "a") == row
        assert tuple(store.events(TENANT, "ticket:a")) == event_rows(1, 2)
        assert store.find_ref(TENANT, "4711") == "a"
        assert self.found(store.search(TENANT, Query({}, ("id",), None, 9))) == ["a", "b"]
        assert store.archive(TENANT, 6, 9) == 1
        assert store.load(TENANT, "a") == row

    # --- retention -----------------------------------------------------------------------------

    def test_what_has_ended_is_listed_by_id(self, store: Any) -> None:
        """Closed and cancelled tickets, put away or not, one page after another; nothing of others."""
        self.needs("archive")
        final: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        for name in ("b", "d", "B", "e"):
            self.put(store, ticket_row(name, **final))
        self.put(store, ticket_row("a", open=False, status="cancelled", status_category="cancelled"))
        self.put(store, ticket_row("c"))
        self.put(store, ticket_row("f", open=False, status="resolved", status_category="resolved"))
        assert store.put_away(TENANT, "d", 1)
        pages, after = [], ""
        while page := store.ended(TENANT, after, 2):
            assert len(page) <= 2
            pages += [(one.row.id, one.archived) for one in page]
            after = page[-1].row.id
        assert pages == [("B", False), ("a", False), ("b", False), ("d", True), ("e", False)]
        assert store.ended(TENANT, "", 9)[3].row == store.load(TENANT, "d")
        assert list(store.ended("other", "", 9)) == []

    def test_one_ticket_is_put_away(self, store: Any) -> None:
        """If it has ended, nothing is due on it, and it has not changed; once."""
        self.needs("archive")
        final: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        self.put(store, ticket_row("a", ref="4711", **final))
        self.put(store, ticket_row("open"))
        self.put(store, ticket_row("waking", **final, wakeup_us=99))
        assert not store.put_away(TENANT, "a", 2)
        assert not store.put_away(TENANT, "open", 1)
        assert not store.put_away(TENANT, "waking", 1)
        assert not store.put_away(TENANT, "nobody", 1)
        assert not store.put_away("other", "a", 1)
        assert self.found(store.search(TENANT, Query({}, ("id",), None, 9))) == ["a", "open", "waking"]
        assert store.put_away(TENANT, "a", 1)
        assert not store.put_away(TENANT, "a", 1)
        assert self.found(store.search(TENANT, Query({}, ("id",), None, 9))) == ["open", "waking"]
        assert store.load(TENANT, "a") == ticket_row("a", ref="4711", **final)
        assert tuple(store.events(TENANT, "ticket:a")) == event_rows(1, 1)
        assert store.find_ref(TENANT, "4711") == "a"

    def test_content_is_erased_by_id_if_tickets_are_as_they_were(self, store: Any) -> None:
        """All that is named, or nothing: archived tickets count, too."""
        self.needs("archive")
        final: dict[str, Any] = {"open": False, "status": "closed", "status_category": "closed"}
        self.put(store, ticket_row("a", **final))
        self.put(store, ticket_row("b", **final))
        rows = tuple(Content(f"c{number}", "ana", bytes(32), "x") for number in range(4))
        store.commit(Commit(TENANT, (), rows))
        store.commit(Commit("other", (), rows))
        assert store.put_away(TENANT, "b", 1)
        for wrong in ({"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "nobody": 1}):
            assert not store.erase_contents(TENANT, ["c1", "c2"], wrong)
        assert not store.erase_contents("other", ["c1"], {"a": 1})
        assert dict(store.contents(TENANT, ["c1", "c2"])) == {"c1": rows[1], "c2": rows[2]}
        assert store.erase_contents(TENANT, ["c1", "c2", "c9"], {"a": 1, "b": 1})
        assert store.erase_contents(TENANT, ["c1"], {"a": 1})
        assert dict(store.contents(TENANT, ["c0", "c1", "c2", "c3", "c9"])) == {
            "c0": rows[0],
            "c1": Content("c1", "ana", None, None),
            "c2": Content("c2", "ana", None, None),
            "c3": rows[3],
        }
        assert dict(store.contents("other", ["c1"])) == {"c1": rows[1]}

    # --- keys ----------------------------------------------------------------------------------

    def test_old_keys_are_forgotten_in_batches(self, store: Any) -> None:
        """Those of commands from before an instant; then they are free again."""
        self.needs("purge")
        for number in range(5):
            entry = InboxEntry(f"k{number}", "h", b"r")
            assert store.commit(Commit(TENANT, (), inbox=entry, at_us=number * 10)) == Committed()
        store.commit(Commit("other", (), inbox=InboxEntry("k0", "h", b"r"), at_us=0))
        counted = [store.count_keys(TENANT, before_us) for before_us in (0, 1, 30, 31, 1_000)]
        assert counted == [0, 1, 3, 4, 5]
        assert (store.count_keys("other", 1), store.count_keys("nowhere", 1)) == (1, 0)
        assert store.purge_keys(TENANT, 0, 9) == 0
        assert store.purge_keys(TENANT, 30, 2) == 2
        assert store.purge_keys(TENANT, 30, 2) == 1
        assert store.purge_keys(TENANT, 30, 2) == 0
        assert (store.count_keys(TENANT, 30), store.count_keys(TENANT, 1_000)) == (0, 2)
        assert [store.recall(TENANT, f"k{number}") is None for number in range(5)] == [True] * 3 + [False] * 2
        assert store.recall("other", "k0") is not None
        again = InboxEntry("k0", "h2", b"r2")
        assert store.commit(Commit(TENANT, (), inbox=again, at_us=50)) == Committed()
        assert store.recall(TENANT, "k0") == again
