"""Wake-ups."""

from typing import Any

from supportflow.model.storage import Commit, Committed, Due, StreamChange
from supportflow.testing.conformance.suite import TENANT, Suite, event_rows, ticket_row


class WakeUpPromises(Suite):
    """What is due is found, and handed to one worker at a time."""

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

    def test_what_one_worker_claims_no_other_gets(self, store: Any) -> None:
        """Earliest first, strictly before the instant, until the claim ends; asking what is due still tells."""
        self.put(
            store,
            *(ticket_row(name, wakeup_us=at) for name, at in (("a", 30), ("b", 10), ("c", None), ("d", 20))),
        )
        assert list(store.claim_due(TENANT, 10, 100, 9)) == []
        assert list(store.claim_due("other", 31, 100, 9)) == []
        assert list(store.claim_due(TENANT, 31, 100, 2)) == [Due("b", 1), Due("d", 1)]
        assert list(store.claim_due(TENANT, 31, 100, 2)) == [Due("a", 1)]
        assert list(store.claim_due(TENANT, 31, 100, 2)) == []
        assert list(store.claim_due(TENANT, 130, 100, 9)) == []
        assert list(store.due(TENANT, 31, 9)) == ["b", "d", "a"]
        assert list(store.claim_due(TENANT, 131, 100, 9)) == [Due("b", 2), Due("d", 2), Due("a", 2)]

    def test_a_ticket_that_fails_is_claimed_ever_more_rarely(self, store: Any) -> None:
        """Each claim that leads to nothing lasts twice as long, up to 64 times."""
        self.put(store, ticket_row("a", wakeup_us=0))
        now_us = 1
        for attempt in range(1, 10):
            assert list(store.claim_due(TENANT, now_us, 1_000, 9)) == [Due("a", attempt)]
            lasts = 1_000 * 2 ** min(attempt - 1, 6)
            assert list(store.claim_due(TENANT, now_us + lasts - 1, 1_000, 9)) == []
            now_us += lasts

    def test_a_change_ends_the_claim(self, store: Any) -> None:
        """A commit and a new wake-up both do, and what was counted is forgotten."""
        self.put(store, ticket_row("a", wakeup_us=5))
        assert list(store.claim_due(TENANT, 10, 1_000, 9)) == [Due("a", 1)]
        change = StreamChange("ticket:a", 1, event_rows(2, 1), ticket_row("a", 2, wakeup_us=6))
        assert store.commit(Commit(TENANT, (change,))) == Committed()
        assert list(store.claim_due(TENANT, 10, 1_000, 9)) == [Due("a", 1)]
        assert store.reschedule(TENANT, "a", 2, 7)
        assert list(store.claim_due(TENANT, 10, 1_000, 9)) == [Due("a", 1)]
        assert not store.reschedule(TENANT, "a", 1, 8)
        assert list(store.claim_due(TENANT, 10, 1_000, 9)) == []
