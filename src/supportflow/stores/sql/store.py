"""`SqlStore`: keeps everything in SQLite or PostgreSQL."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any, Self, TypeVar

from supportflow.exceptions import ConflictError, InvalidInput, StoreError, StoreUnavailable
from supportflow.model.content import Content
from supportflow.model.storage import (
    AgentRow,
    Answer,
    Commit,
    Committed,
    Conflict,
    DeadLetter,
    Due,
    EndedRow,
    EventRow,
    FeedRow,
    InboxEntry,
    Lease,
    Query,
    StreamRow,
    TicketRow,
)
from supportflow.stores.sql import commits, feeding, keeping, obstacles, queues, reading, searching
from supportflow.stores.sql.backends import SQLITE, Backend, Cursor, Undo
from supportflow.stores.sql.connections import open_link
from supportflow.stores.sql.joined import Joined
from supportflow.stores.sql.link import Link, Lost, Mode
from supportflow.stores.sql.linking import Linked
from supportflow.stores.sql.tables import check_tables

__all__ = ["SqlStore"]

T = TypeVar("T")
_TRIES = 4
"""How often a commit is tried when what stood in its way is gone at the second look."""
_NO_CLAIM = (
    "nothing can be claimed in its transaction; do it outside of one"
    " (in Django's tests, in a TransactionTestCase)"
)
_NO_FEED = "no feed can be followed in its transaction; do it outside of one"
_TIDY = 500
"""Commits after which a store on PostgreSQL gives them their places in the feed."""


class SqlStore(Linked):
    """Keeps everything in SQLite or PostgreSQL. Thread-safe.

    SQLite needs no extra, PostgreSQL the extra `postgres`. An empty SQLite file gets its tables when it is first used; on
    PostgreSQL `supportflow migrate URL` makes them.

    Args:
        database: A URL such as `"sqlite:///desk.db"` or `"postgresql://user@host/name"`; an SQLAlchemy engine; or a
            connection on which the host has a transaction open, see `within`.

    Raises:
        InvalidInput: If it is none of these, or another database.
        MissingExtra: If the database's driver is not installed.
    """

    _commits = 0

    def __init__(self, database: Any) -> None:
        self._link: Link
        self._ours: bool
        self._link, self._ours = open_link(database)
        self._checked = False

    @classmethod
    def on(cls, link: Link) -> Self:
        """A store that runs its statements as it is told; whoever made the link closes its connections."""
        made = cls.__new__(cls)
        made._link, made._ours, made._checked = link, False, False  # noqa: SLF001 - of this very class
        return made

    @property
    def _backend(self) -> Backend:
        return self._link.backend

    def within(self, connection: Any, /) -> Self:
        """This store on a connection on which the host has a transaction open: the host's rows and ours commit together.

        Each command is a savepoint. A conflict is not tried again: it raises `ConflictError`.

        Args:
            connection: An SQLAlchemy connection or session; a `sqlite3` or `psycopg` connection; or Django's `connection`.

        Raises:
            InvalidInput: If it is none of these, has no transaction open, or is of another kind of database.
        """
        link: Link = Joined(connection)
        if link.backend is not self._backend:
            raise InvalidInput("connection", f"is not of {self._backend.name}, as the store is")
        joined = copy(self)
        joined._link, joined._ours = link, False  # noqa: SLF001 - of this very class
        if link.backend is SQLITE:
            joined._checked = False  # noqa: SLF001 - it may be another file
        return joined

    def reserve(self) -> None:
        """Take now what writing will need, before anything is read in the same transaction of the host's.

        Raises:
            StoreBusy: If somebody else has it, or has written since that transaction began to read.
        """
        self._link.reserve()

    @property
    def tentative(self) -> bool:
        """Whether what is written now is in a transaction of the host's, which may still undo it."""
        return self._link.joined

    def close(self) -> None:
        """Close the connections, if they are the store's own."""
        if self._ours:
            self._link.close()

    # --- running -------------------------------------------------------------------------------

    def _run(self, mode: Mode, work: Callable[..., T], *values: Any, **named: Any) -> T:
        self._prepare(mode)
        backend = self._backend

        def run(cursor: Cursor) -> T:
            return work(cursor, backend, *values, **named)

        return self._link.run(run, mode)

    def told(self, question: Callable[..., T], /, *values: Any) -> T:
        """What a question of ours says, asked of the database: a function of a cursor, the backend, and these values."""
        return self._run("read", question, *values)

    def _prepare(self, mode: Mode) -> None:
        if mode != "read":
            self._link.reserve()
        if not self._checked:
            self._checked = check_tables(self._link)

    # --- tickets -------------------------------------------------------------------------------

    def load(self, tenant: str, ticket_id: str, /) -> TicketRow | None:
        """A ticket's row, archived or not, or None."""
        return self._run("read", reading.load, tenant, ticket_id)

    def load_with_requester(
        self, tenant: str, ticket_id: str | None, ref: str | None, /
    ) -> tuple[TicketRow, Sequence[EventRow]] | None:
        """A ticket's row, archived or not, and the events of its requester's stream, or None."""
        return self._run("read", reading.load_with_requester, tenant, ticket_id, ref)

    def load_many(
        self, tenant: str, ids: Collection[str], refs: Collection[str] = (), /
    ) -> Sequence[TicketRow]:
        """The rows of tickets by id and by the host's references, archived or not."""
        return self._run("read", reading.load_many, tenant, ids, refs)

    def find_ref(self, tenant: str, ref: str, /) -> str | None:
        """Id of the ticket that a host's reference names, or None."""
        return self._run("read", reading.find_ref, tenant, ref)

    def events(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[EventRow]:
        """The events of a stream from the one after `after`."""
        return self._run("read", reading.events, tenant, stream, after, limit)

    def feed(self, tenant: str, after: int, limit: int, /) -> Sequence[FeedRow]:
        """The events of all streams beyond a place in the feed, in order.

        Raises:
            InvalidInput: If the store is on the host's connection.
        """
        self._outside(_NO_FEED)
        # First this: what somebody else gives its place between the two is read then, and nothing that is there is missed.
        if self._backend is not SQLITE and self._run("read", feeding.is_behind, tenant):
            self._run("write", feeding.place, tenant, max(limit, feeding.BATCH))
        return self._run("read", feeding.read, tenant, after, limit)

    def feed_end(self, tenant: str, /) -> int:
        """The place of the last event in the feed; 0 if there is none.

        Raises:
            InvalidInput: If the store is on the host's connection.
        """
        self._outside(_NO_FEED)
        while self._run("read", feeding.is_behind, tenant):
            self._run("write", feeding.place, tenant)
        return self._run("read", feeding.end, tenant)

    def warned(self, tenant: str, stream: str, seq: int, limit: int, /) -> Sequence[StreamRow]:
        """Replies that said a warning, by stream and number, from the one after a place on."""
        return self._run("read", reading.warned, tenant, stream, seq, limit)

    def commit(self, commit: Commit, /) -> Answer:
        """Apply a commit, or nothing.

        If the reply to it is lost, it is sent again: what it did the first time is recognised.

        Raises:
            StoreUnavailable: If the database cannot be reached any more. The commit may have been applied.
            ConflictError: If the store is on the host's connection, and the stream has changed.
        """
        mode = commits.mode(commit, self._backend)
        self._prepare(mode)
        unsure = False
        for _ in range(_TRIES):
            try:
                self._link.run(lambda cursor: self._apply(cursor, commit), mode, retry=False)
            except Undo:
                pass
            except Lost as lost:
                if unsure:
                    raise StoreUnavailable from lost.__cause__
                unsure = True
                continue
            else:
                self._tidy_feed(commit.tenant)
                return Committed()
            answer, archived = self._run("read", obstacles.obstacle, commit)
            if answer is not None:
                return self._answer(answer, commit, unsure=unsure)
            if archived:
                self._run("write", obstacles.restore, commit.tenant, archived)
        return self._answer(
            Conflict(commit.changes[0].stream if commit.changes else ""), commit, unsure=False
        )

    def _apply(self, cursor: Cursor, commit: Commit) -> None:
        try:
            commits.apply(cursor, self._backend, commit)
        except Undo:
            raise
        except Exception as error:
            if self._backend.lost_race(error):
                raise Undo from error
            raise

    def _answer(self, answer: Answer, commit: Commit, *, unsure: bool) -> Answer:
        if isinstance(answer, Conflict):
            if unsure and self._has(commit):
                return Committed()
            if self._link.joined:
                raise ConflictError(answer.stream, 1)
        return answer

    def _outside(self, refusal: str) -> None:
        """A worker's claim must be seen by others at once; and what is read of the feed must not be undone any more.

        Raises:
            InvalidInput: If the store is on the host's connection.
        """
        if self._link.joined:
            raise InvalidInput("connection", f"is the host's: {refusal}")

    def _tidy_feed(self, tenant: str) -> None:
        """Now and then, give what was committed its place in the feed: so the first reader need not do all of it."""
        self._commits += 1
        if self._commits % _TIDY == 0 and not self._link.joined and self._backend is not SQLITE:
            with suppress(StoreError):  # the commit has happened: a reader will do this
                self._run("write", feeding.place, tenant)

    def _has(self, commit: Commit) -> bool:
        """Whether the streams hold the very events of a commit."""
        return bool(commit.changes) and all(
            tuple(self.events(commit.tenant, change.stream, change.expected, len(change.events)))
            == change.events
            for change in commit.changes
        )

    def recall(self, tenant: str, key: str, /) -> InboxEntry | None:
        """What an idempotency key was used for, or None."""
        return self._run("read", obstacles.recall, tenant, key)

    def search(self, tenant: str, query: Query, /) -> Sequence[TicketRow]:
        """The rows that match, in the query's order. Archived tickets do not."""
        return self._run("read", searching.search, tenant, query)

    # --- agents and roles ----------------------------------------------------------------------

    def load_agent(self, tenant: str, agent_id: str, /) -> AgentRow | None:
        """An agent's row, or None."""
        return self._run("read", reading.load_agent, tenant, agent_id)

    def agents(self, tenant: str, /, after: str = "", limit: int = 1_000) -> Sequence[AgentRow]:
        """The agents whose ids sort after `after`, in that order."""
        return self._run("read", reading.agents, tenant, after, limit)

    def lead(self, tenant: str, role: str, holder: str, now_us: int, until_us: int, /) -> bool:
        """Become, or stay, the only holder of a role until an instant."""
        return self._run("once", queues.lead, tenant, role, holder, now_us, until_us)

    # --- wake-ups ------------------------------------------------------------------------------

    def due(self, tenant: str, before_us: int, limit: int, /) -> Sequence[str]:
        """Ids of tickets whose wake-up lies strictly before an instant, earliest first."""
        return self._run("read", queues.due, tenant, before_us, limit)

    def claim_due(self, tenant: str, now_us: int, lease_us: int, limit: int, /) -> Sequence[Due]:
        """Claim tickets that are due, earliest first: other workers get others."""
        self._outside(_NO_CLAIM)
        return self._run("once", queues.claim_due, tenant, now_us, lease_us, limit)

    def reschedule(self, tenant: str, ticket_id: str, version: int, wakeup_us: int | None, /) -> bool:
        """Set a ticket's wake-up, if it is still at that version."""
        return self._run("once", queues.reschedule, tenant, ticket_id, version, wakeup_us)

    # --- content -------------------------------------------------------------------------------

    def contents(self, tenant: str, ids: Collection[str], /) -> Mapping[str, Content]:
        """Content rows by id."""
        return self._run("read", keeping.contents, tenant, ids) if ids else {}

    def erase(self, tenant: str, subject: str, /) -> int:
        """Erase salt and value of every content row of a subject."""
        return self._run("once", keeping.erase, tenant, subject)

    def erase_contents(self, tenant: str, ids: Collection[str], versions: Mapping[str, int], /) -> bool:
        """Erase salt and value of content rows, if all these tickets are still at these versions."""
        return self._run("write", keeping.erase_contents, tenant, ids, versions)

    # --- deliveries ----------------------------------------------------------------------------

    def lease(
        self, tenant: str, now_us: int, until_us: int, topics: Collection[str], limit: int, /
    ) -> Sequence[Lease]:
        """Claim deliveries that are due, the first of each ticket and topic; those first that have been for longest."""
        self._outside(_NO_CLAIM)
        return self._run("once", queues.lease, tenant, now_us, until_us, topics, limit)

    def settle(
        self, tenant: str, key: str, token: str, /, *, retry_us: int | None, error: str | None
    ) -> bool:
        """End a claim."""
        return self._run("once", queues.settle, tenant, key, token, retry_us=retry_us, error=error)

    def dead_letters(self, tenant: str, limit: int, /) -> Sequence[DeadLetter]:
        """Deliveries that were given up, oldest first."""
        return self._run("read", queues.dead_letters, tenant, limit)

    def revive(self, tenant: str, key: str, now_us: int, /) -> bool:
        """Make a dead delivery due again."""
        return self._run("once", queues.revive, tenant, key, now_us)

    def drop(self, tenant: str, key: str, /) -> bool:
        """Forget a dead delivery."""
        return self._run("once", queues.drop, tenant, key)

    # --- policies ------------------------------------------------------------------------------

    def put_policy(self, tenant: str, fingerprint: str, document: bytes, /) -> None:
        """Keep a policy version."""
        self._run("once", keeping.put_policy, tenant, fingerprint, document)

    def get_policy(self, tenant: str, fingerprint: str, /) -> bytes | None:
        """A policy version, or None."""
        return self._run("read", keeping.get_policy, tenant, fingerprint)

    # --- what is kept for how long -------------------------------------------------------------

    def archive(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Move tickets that are closed or cancelled and last changed before an instant to the archive; how many."""
        return self._run("write", keeping.archive, tenant, before_us, limit)

    def ended(self, tenant: str, after: str, limit: int, /) -> Sequence[EndedRow]:
        """Tickets that are closed or cancelled, archived or not, in the order of their ids."""
        return self._run("read", keeping.ended, tenant, after, limit)

    def put_away(self, tenant: str, ticket_id: str, version: int, /) -> bool:
        """Move one ticket to the archive, if it is still at that version."""
        return self._run("write", keeping.put_away, tenant, ticket_id, version)

    def purge_keys(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Forget idempotency keys of commands from before an instant; how many."""
        return self._run("once", keeping.purge_keys, tenant, before_us, limit)

    def count_keys(self, tenant: str, before_us: int, /) -> int:
        """How many idempotency keys there are of commands from before an instant."""
        return self._run("read", keeping.count_keys, tenant, before_us)
