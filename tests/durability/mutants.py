"""Stores with a mistake in them, each one that a store or a flow could have: what tests of durability must catch."""

from dataclasses import replace

from supportflow.model.storage import Commit, Committed


class Wrapped:
    """A store around another one."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)


class SplitOutbox(Wrapped):
    """Writes what must be delivered in a transaction of its own."""

    def commit(self, commit, /):
        answer = self._store.commit(replace(commit, outbox=()))
        if isinstance(answer, Committed) and commit.outbox:
            self._store.commit(Commit(commit.tenant, (), outbox=commit.outbox))
        return answer


class NoInbox(Wrapped):
    """Does not keep the keys of commands."""

    def commit(self, commit, /):
        return self._store.commit(replace(commit, inbox=None))


class AckFirst(Wrapped):
    """Takes a delivery for made as soon as it is claimed."""

    def lease(self, tenant, now_us, until_us, topics, limit, /):
        leases = self._store.lease(tenant, now_us, until_us, topics, limit)
        for lease in leases:
            self._store.settle(tenant, lease.row.key, lease.token, retry_us=None, error=None)
        return leases

    def settle(self, *_, **__):
        return True


class SplitWakeUp(Wrapped):
    """Removes a wake-up when it is claimed, apart from the event that it leads to."""

    def claim_due(self, tenant, now_us, lease_us, limit, /):
        claimed = self._store.claim_due(tenant, now_us, lease_us, limit)
        for due in claimed:
            row = self._store.load(tenant, due.ticket_id)
            self._store.reschedule(tenant, due.ticket_id, row.version, None)
        return claimed


class LostUpdate(Wrapped):
    """Does not look whether somebody else was faster."""

    def commit(self, commit, /):
        changes = tuple(
            replace(change, expected=len(self._store.events(commit.tenant, change.stream)))
            for change in commit.changes
        )
        return self._store.commit(replace(commit, changes=changes))


MUTANTS = {
    "split outbox": SplitOutbox,
    "no inbox key": NoInbox,
    "ack before send": AckFirst,
    "split wake-up": SplitWakeUp,
    "lost update": LostUpdate,
}
