"""A store in memory: complete, thread-safe, gone with the process. It keeps rows, like any other store.

What only somebody who asks would see is made when they ask: links of events, and snapshots that a desk left unwritten.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from supportflow.model.content import Content
from supportflow.model.storage import (
    AgentRow,
    Answer,
    Commit,
    Committed,
    Conflict,
    DeadLetter,
    Due,
    Duplicate,
    EndedRow,
    EventRow,
    FeedRow,
    InboxEntry,
    Lease,
    Query,
    RefTaken,
    StreamChange,
    TicketRow,
)
from supportflow.stores.indexes import TicketIndexes
from supportflow.stores.links import LinkedInMemory
from supportflow.stores.outbox import Outbox
from supportflow.stores.warned import WarnedInMemory

__all__ = ["MemoryStore"]

_FINAL = frozenset({"closed", "cancelled"})
_SLACK = 1_000
"""Wake-ups that are out of date, beyond one for each ticket, before they are swept out."""


@dataclass(slots=True)
class _Tenant:
    indexes: TicketIndexes = field(init=False)
    rows: dict[str, TicketRow] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    streams: dict[str, list[EventRow]] = field(default_factory=lambda: defaultdict(list))
    wakeups: list[tuple[int, str]] = field(default_factory=list)
    inbox: dict[str, InboxEntry] = field(default_factory=dict)
    content: dict[str, Content] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)
    policies: dict[str, bytes] = field(default_factory=dict)
    agents: dict[str, AgentRow] = field(default_factory=dict)
    leaders: dict[str, tuple[str, int]] = field(default_factory=dict)
    claims: dict[str, tuple[int, int]] = field(default_factory=dict)
    archived: dict[str, TicketRow] = field(default_factory=dict)
    key_times: dict[str, int] = field(default_factory=dict)
    feed: list[tuple[str, EventRow]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.indexes = TicketIndexes(self.rows)


class MemoryStore(LinkedInMemory, WarnedInMemory):
    """Keeps everything in dictionaries, under one lock."""

    def __init__(self) -> None:
        super().__init__()
        self._tenants: dict[str, _Tenant] = defaultdict(_Tenant)

    # --- tickets -------------------------------------------------------------------------------

    def load(self, tenant: str, ticket_id: str, /) -> TicketRow | None:
        """A ticket's row, or None."""
        with self._lock:
            data = self._tenants[tenant]
            return data.rows.get(ticket_id) or data.archived.get(ticket_id)

    def load_many(
        self, tenant: str, ids: Collection[str], refs: Collection[str] = (), /
    ) -> Sequence[TicketRow]:
        """The rows of tickets by id and by the host's references."""
        with self._lock:
            data = self._tenants[tenant]
            named = dict.fromkeys((*ids, *(data.refs[ref] for ref in refs if ref in data.refs)))
            found = (data.rows.get(ticket_id) or data.archived.get(ticket_id) for ticket_id in named)
            return tuple(row for row in found if row is not None)

    def find_ref(self, tenant: str, ref: str, /) -> str | None:
        """Id of the ticket that a host's reference names, or None."""
        with self._lock:
            return self._tenants[tenant].refs.get(ref)

    def events(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[EventRow]:
        """The events of a stream from the one after `after`."""
        with self._lock:
            found = self._tenants[tenant].streams.get(stream, [])
            return tuple(found[after : None if limit is None else after + limit])

    def feed(self, tenant: str, after: int, limit: int, /) -> Sequence[FeedRow]:
        """The events of all streams beyond a place in the feed, in order."""
        with self._lock:
            found = self._tenants[tenant].feed[max(after, 0) : max(after, 0) + limit]
            return tuple(FeedRow(place, *one) for place, one in enumerate(found, max(after, 0) + 1))

    def feed_end(self, tenant: str, /) -> int:
        """The place of the last event in the feed; 0 if there is none."""
        with self._lock:
            return len(self._tenants[tenant].feed)

    def commit(self, commit: Commit, /) -> Answer:
        """Apply a commit, or nothing."""
        with self._lock:
            tenant = self._tenants[commit.tenant]
            obstacle = self._obstacle(tenant, commit)
            if obstacle is not None:
                return obstacle
            for change in commit.changes:
                self._apply(tenant, change)
                self._link(commit.tenant, change)
                self._note_warned(commit.tenant, change)
            for content in commit.content:
                tenant.content[content.id] = content
            for row in commit.outbox:
                tenant.outbox.add(row)
            if commit.inbox is not None:
                tenant.inbox[commit.inbox.key] = commit.inbox
                tenant.key_times[commit.inbox.key] = commit.at_us
            return Committed()

    @staticmethod
    def _obstacle(tenant: _Tenant, commit: Commit) -> Answer | None:
        if commit.inbox is not None and commit.inbox.key in tenant.inbox:
            return Duplicate(tenant.inbox[commit.inbox.key])
        for change in commit.changes:
            if len(tenant.streams.get(change.stream, ())) != change.expected:
                return Conflict(change.stream)
        for change in commit.changes:
            row = change.row
            if (
                isinstance(row, TicketRow)
                and row.ref is not None
                and tenant.refs.get(row.ref, row.id) != row.id
            ):
                return RefTaken(row.ref)
        return None

    def _apply(self, tenant: _Tenant, change: StreamChange) -> None:
        tenant.streams[change.stream].extend(change.events)
        tenant.feed += [(change.stream, event) for event in change.events]
        row = change.row
        if row is None:
            return
        if isinstance(row, AgentRow):
            tenant.agents[row.id] = row
            return
        if row.ref is not None:
            tenant.refs[row.ref] = row.id
        tenant.archived.pop(row.id, None)
        tenant.claims.pop(row.id, None)
        before = tenant.rows.get(row.id)
        tenant.rows[row.id] = row
        tenant.indexes.change(before, row)
        self._plan(tenant, None if before is None else before.wakeup_us, row)

    @staticmethod
    def _plan(tenant: _Tenant, before_us: int | None, row: TicketRow) -> None:
        # Entries that are out of date stay in the heap until they come up: a tick costs what is due, not what is open.
        if row.wakeup_us is not None and row.wakeup_us != before_us:
            heapq.heappush(tenant.wakeups, (row.wakeup_us, row.id))
        if len(tenant.wakeups) > 2 * len(tenant.rows) + _SLACK:
            tenant.wakeups = [
                (row.wakeup_us, row.id) for row in tenant.rows.values() if row.wakeup_us is not None
            ]
            heapq.heapify(tenant.wakeups)

    def recall(self, tenant: str, key: str, /) -> InboxEntry | None:
        """What an idempotency key was used for, or None."""
        with self._lock:
            return self._tenants[tenant].inbox.get(key)

    def search(self, tenant: str, query: Query, /) -> Sequence[TicketRow]:
        """The rows that match, in the query's order."""
        with self._lock:
            return self._tenants[tenant].indexes.search(query)

    # --- agents and roles ----------------------------------------------------------------------

    def load_agent(self, tenant: str, agent_id: str, /) -> AgentRow | None:
        """An agent's row, or None."""
        with self._lock:
            return self._tenants[tenant].agents.get(agent_id)

    def agents(self, tenant: str, /, after: str = "", limit: int = 1_000) -> Sequence[AgentRow]:
        """The agents whose ids sort after `after`, in that order."""
        with self._lock:
            rows = self._tenants[tenant].agents
            return tuple(rows[agent_id] for agent_id in sorted(rows) if agent_id > after)[:limit]

    def lead(self, tenant: str, role: str, holder: str, now_us: int, until_us: int, /) -> bool:
        """Become, or stay, the only holder of a role until an instant."""
        with self._lock:
            leaders = self._tenants[tenant].leaders
            other, end_us = leaders.get(role, (holder, now_us))
            if other != holder and end_us > now_us:
                return False
            leaders[role] = (holder, until_us)
            return True

    # --- wake-ups ------------------------------------------------------------------------------

    def due(self, tenant: str, before_us: int, limit: int, /) -> Sequence[str]:
        """Ids of tickets whose wake-up lies strictly before an instant, earliest first."""
        with self._lock:
            return self._due(self._tenants[tenant], before_us, limit, claimed=True)

    def claim_due(self, tenant: str, now_us: int, lease_us: int, limit: int, /) -> Sequence[Due]:
        """Claim tickets that are due, earliest first: other workers get others."""
        with self._lock:
            data = self._tenants[tenant]
            claims = []
            for ticket_id in self._due(data, now_us, limit, claimed=False):
                _, before = data.claims.get(ticket_id, (0, 0))
                data.claims[ticket_id] = now_us + (lease_us << min(before, 6)), before + 1
                claims.append(Due(ticket_id, before + 1))
            return tuple(claims)

    @staticmethod
    def _due(data: _Tenant, before_us: int, limit: int, *, claimed: bool) -> tuple[str, ...]:
        """Ids of tickets that are due, with or without those that somebody has claimed."""
        met: dict[str, int] = {}
        found: list[str] = []
        while data.wakeups and data.wakeups[0][0] < before_us and len(found) < limit:
            at_us, ticket_id = heapq.heappop(data.wakeups)
            row = data.rows.get(ticket_id)
            if row is None or row.wakeup_us != at_us or ticket_id in met:
                continue
            met[ticket_id] = at_us
            if claimed or data.claims.get(ticket_id, (before_us, 0))[0] <= before_us:
                found.append(ticket_id)
        for ticket_id, at_us in met.items():
            heapq.heappush(data.wakeups, (at_us, ticket_id))
        return tuple(found)

    def reschedule(self, tenant: str, ticket_id: str, version: int, wakeup_us: int | None, /) -> bool:
        """Set a ticket's wake-up, if it is still at that version."""
        with self._lock:
            data = self._tenants[tenant]
            row = data.rows.get(ticket_id)
            if row is None or row.version != version:
                return False
            data.rows[ticket_id] = replace(row, wakeup_us=wakeup_us)
            data.indexes.change(row, data.rows[ticket_id])
            data.claims.pop(ticket_id, None)
            self._plan(data, row.wakeup_us, data.rows[ticket_id])
            return True

    # --- content -------------------------------------------------------------------------------

    def contents(self, tenant: str, ids: Collection[str], /) -> Mapping[str, Content]:
        """Content rows by id."""
        with self._lock:
            rows = self._tenants[tenant].content
            return {content_id: rows[content_id] for content_id in ids if content_id in rows}

    def erase(self, tenant: str, subject: str, /) -> int:
        """Erase salt and value of every content row of a subject."""
        with self._lock:
            rows = self._tenants[tenant].content
            found = [row for row in rows.values() if row.subject == subject and row.salt is not None]
            for row in found:
                rows[row.id] = Content(row.id, row.subject, None, None)
            return len(found)

    def erase_contents(self, tenant: str, ids: Collection[str], versions: Mapping[str, int], /) -> bool:
        """Erase salt and value of content rows, if all these tickets are still at these versions."""
        with self._lock:
            data = self._tenants[tenant]
            for ticket_id, version in versions.items():
                row = data.rows.get(ticket_id) or data.archived.get(ticket_id)
                if row is None or row.version != version:
                    return False
            for content_id in ids:
                if content_id in data.content:
                    data.content[content_id] = data.content[content_id]._replace(salt=None, value=None)
            return True

    # --- deliveries ----------------------------------------------------------------------------

    def lease(
        self, tenant: str, now_us: int, until_us: int, topics: Collection[str], limit: int, /
    ) -> Sequence[Lease]:
        """Claim deliveries that are due, the first of each ticket and topic; those first that have been for longest."""
        with self._lock:
            return self._tenants[tenant].outbox.claim(now_us, until_us, topics, limit)

    def settle(
        self, tenant: str, key: str, token: str, /, *, retry_us: int | None, error: str | None
    ) -> bool:
        """End a claim."""
        with self._lock:
            return self._tenants[tenant].outbox.settle(key, token, retry_us, error)

    def dead_letters(self, tenant: str, limit: int, /) -> Sequence[DeadLetter]:
        """Deliveries that were given up, oldest first."""
        with self._lock:
            dead = [waiting for waiting in self._tenants[tenant].outbox.rows.values() if waiting.dead]
            return tuple(DeadLetter(waiting.row, waiting.error or "") for waiting in dead[:limit])

    def revive(self, tenant: str, key: str, now_us: int, /) -> bool:
        """Make a dead delivery due again."""
        with self._lock:
            return self._tenants[tenant].outbox.revive(key, now_us)

    def drop(self, tenant: str, key: str, /) -> bool:
        """Forget a dead delivery."""
        with self._lock:
            rows = self._tenants[tenant].outbox.rows
            if key not in rows or not rows[key].dead:
                return False
            del rows[key]
            return True

    # --- policies ------------------------------------------------------------------------------

    def put_policy(self, tenant: str, fingerprint: str, document: bytes, /) -> None:
        """Keep a policy version."""
        with self._lock:
            self._tenants[tenant].policies.setdefault(fingerprint, document)

    def get_policy(self, tenant: str, fingerprint: str, /) -> bytes | None:
        """A policy version, or None."""
        with self._lock:
            return self._tenants[tenant].policies.get(fingerprint)

    # --- what is kept for how long -------------------------------------------------------------

    def archive(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Put away tickets that are closed or cancelled and last changed before an instant."""
        with self._lock:
            data = self._tenants[tenant]
            old = [
                row
                for row in data.rows.values()
                if row.status_category in _FINAL and row.updated_us < before_us and row.wakeup_us is None
            ][:limit]
            for row in old:
                self._put_away(data, row)
            return len(old)

    @staticmethod
    def _put_away(data: _Tenant, row: TicketRow) -> None:
        data.archived[row.id] = data.rows.pop(row.id)
        data.indexes.change(row, None)

    def ended(self, tenant: str, after: str, limit: int, /) -> Sequence[EndedRow]:
        """Tickets that are closed or cancelled, archived or not, in the order of their ids."""
        with self._lock:
            data = self._tenants[tenant]
            found = [
                EndedRow(row, archived)
                for rows, archived in ((data.rows, False), (data.archived, True))
                for row in rows.values()
                if row.id > after and row.status_category in _FINAL
            ]
            return tuple(heapq.nsmallest(limit, found, key=lambda ended: ended.row.id))

    def put_away(self, tenant: str, ticket_id: str, version: int, /) -> bool:
        """Put one ticket away, if it is still at that version."""
        with self._lock:
            data = self._tenants[tenant]
            row = data.rows.get(ticket_id)
            if row is None or row.version != version:
                return False
            if row.status_category not in _FINAL or row.wakeup_us is not None:
                return False
            self._put_away(data, row)
            return True

    def purge_keys(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Forget idempotency keys of commands from before an instant."""
        with self._lock:
            data = self._tenants[tenant]
            old = [key for key, at_us in data.key_times.items() if at_us < before_us][:limit]
            for key in old:
                del data.key_times[key], data.inbox[key]
            return len(old)

    def count_keys(self, tenant: str, before_us: int, /) -> int:
        """How many idempotency keys there are of commands from before an instant."""
        with self._lock:
            return sum(at_us < before_us for at_us in self._tenants[tenant].key_times.values())

    def close(self) -> None:
        """Nothing to let go of."""
