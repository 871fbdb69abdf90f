"""Deliveries."""

# ruff: noqa: PLR2004 - numbers are the point of a test

from typing import Any

from supportflow.testing.conformance.suite import TENANT, Suite


class DeliveryPromises(Suite):
    """Claimed by one, in order, given up and revived."""

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

    def test_a_claim_that_is_given_back_was_no_attempt(self, store: Any) -> None:
        """It is due again when it is said to be, in its old place."""
        self.add_outbox(store, self.delivery(1), self.delivery(2))
        (first,) = store.lease(TENANT, 0, 99, ["event:a"], 9)
        assert store.settle(TENANT, first.row.key, first.token, retry_us=0, error=None)
        assert not store.settle(TENANT, first.row.key, first.token, retry_us=None, error=None)
        (again,) = store.lease(TENANT, 0, 99, ["event:a"], 9)
        assert (again.row.key, again.row.attempts) == (first.row.key, 1)
        assert store.settle(TENANT, again.row.key, again.token, retry_us=5, error=None)
        assert list(store.lease(TENANT, 4, 99, ["event:a"], 9)) == []
        (later,) = store.lease(TENANT, 5, 99, ["event:a"], 9)
        assert (later.row.key, later.row.attempts) == (first.row.key, 1)
        assert store.settle(TENANT, later.row.key, later.token, retry_us=None, error=None)

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
