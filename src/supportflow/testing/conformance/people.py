"""Agents, and who leads."""

# ruff: noqa: PLR2004 - numbers are the point of a test

from dataclasses import replace
from typing import Any

from supportflow.model.storage import Commit, Committed, Conflict, InboxEntry, StreamChange
from supportflow.testing.conformance.suite import TENANT, Suite, agent_row, event_rows, ticket_row


class PeoplePromises(Suite):
    """Agents have rows as tickets have; a role has one holder."""

    @staticmethod
    def hire(store: Any, *names: str, tenant: str = TENANT) -> None:
        """Keep new agents."""
        for name in names:
            change = StreamChange(f"agent:{name}", 0, event_rows(1, 1), agent_row(name))
            assert store.commit(Commit(tenant, (change,))) == Committed()

    def test_an_agent_is_kept_as_they_were_given(self, store: Any) -> None:
        """Row and events, to the byte, and changed only at the expected version."""
        assert store.load_agent(TENANT, "sam") is None
        row = agent_row("sam", available=False, fold_version=7, snapshot=bytes(range(256)))
        first = StreamChange("agent:sam", 0, event_rows(1, 2), replace(row, version=2))
        assert store.commit(Commit(TENANT, (first,))) == Committed()
        assert store.load_agent(TENANT, "sam") == first.row
        assert tuple(store.events(TENANT, "agent:sam")) == first.events
        assert store.load_agent("other", "sam") is None
        assert store.load(TENANT, "sam") is None
        for stale in (0, 1, 3):
            change = StreamChange("agent:sam", stale, event_rows(stale + 1, 1), agent_row("sam", stale + 1))
            assert store.commit(Commit(TENANT, (change,))) == Conflict("agent:sam")
            assert store.load_agent(TENANT, "sam") == first.row
        later = StreamChange("agent:sam", 2, event_rows(3, 1), agent_row("sam", 3))
        assert store.commit(Commit(TENANT, (later,))) == Committed()
        assert store.load_agent(TENANT, "sam") == agent_row("sam", 3)

    def test_an_agent_and_a_ticket_change_together_or_not_at_all(self, store: Any) -> None:
        """The agent's old version keeps the ticket as it was, and the other way round."""
        self.put(store, ticket_row("t1"))
        self.hire(store, "sam")
        entry = InboxEntry("k", "h", b"r")
        for agent_at, ticket_at in ((0, 1), (1, 0), (2, 1), (1, 2)):
            changes = (
                StreamChange(
                    "ticket:t1", ticket_at, event_rows(ticket_at + 1, 1), ticket_row("t1", ticket_at + 1)
                ),
                StreamChange(
                    "agent:sam", agent_at, event_rows(agent_at + 1, 1), agent_row("sam", agent_at + 1)
                ),
            )
            wrong = "agent:sam" if ticket_at == 1 else "ticket:t1"
            assert store.commit(Commit(TENANT, changes, inbox=entry)) == Conflict(wrong)
            assert store.load(TENANT, "t1").version == store.load_agent(TENANT, "sam").version == 1
            assert store.recall(TENANT, "k") is None
        changes = (
            StreamChange("ticket:t1", 1, event_rows(2, 1), ticket_row("t1", 2)),
            StreamChange("agent:sam", 1, event_rows(2, 1), agent_row("sam", 2)),
        )
        assert store.commit(Commit(TENANT, changes, inbox=entry)) == Committed()
        assert store.load(TENANT, "t1").version == store.load_agent(TENANT, "sam").version == 2

    def test_agents_are_listed_by_code_point(self, store: Any) -> None:
        """In pages, whatever a language would say of their order."""
        names = ["Zoe", "a", "a-b", "ab", "ß", "é", "终", "\U0001f600"]
        self.hire(store, *reversed(names))
        self.hire(store, "b", tenant="other")
        assert [row.id for row in store.agents(TENANT)] == names
        assert [row.id for row in store.agents(TENANT, after="a-b")] == names[3:]
        paged: list[str] = []
        while page := store.agents(TENANT, after=paged[-1] if paged else "", limit=3):
            assert len(page) <= 3
            paged += [row.id for row in page]
        assert paged == names
        assert store.agents(TENANT)[0] == agent_row("Zoe")
        assert list(store.agents("nobody")) == []

    def test_a_role_has_one_holder_until_its_time_has_passed(self, store: Any) -> None:
        """Its holder may stay, and may give it up; each role and tenant has its own."""
        assert store.lead(TENANT, "floor", "a", 100, 200)
        assert not store.lead(TENANT, "floor", "b", 100, 300)
        assert not store.lead(TENANT, "floor", "b", 199, 300)
        assert store.lead(TENANT, "other", "b", 150, 300)
        assert store.lead("other", "floor", "b", 150, 300)
        assert store.lead(TENANT, "floor", "a", 199, 250)
        assert not store.lead(TENANT, "floor", "b", 200, 300)
        assert store.lead(TENANT, "floor", "b", 250, 300)
        assert not store.lead(TENANT, "floor", "a", 260, 400)
        assert store.lead(TENANT, "floor", "b", 270, 270)
        assert store.lead(TENANT, "floor", "a", 270, 400)
