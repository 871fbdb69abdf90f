"""The ports as `AsyncDesk` takes them: each method plain or `async`, whatever fits. `plain` says what each is to do."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

from supportflow._time import Instant
from supportflow.model.content import Content
from supportflow.model.signals import Signals
from supportflow.model.similar import IndexedText, SimilarText
from supportflow.model.storage import (
    AgentRow,
    Answer,
    Commit,
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
from supportflow.model.ticket import Ticket
from supportflow.model.turns import Found, Response, Suggestion, Turn
from supportflow.ports.delivery import Receipt
from supportflow.ports.plain import ActionCall, Outgoing

__all__ = [
    "AsyncChannel",
    "AsyncClassifier",
    "AsyncClock",
    "AsyncContextProvider",
    "AsyncHostActions",
    "AsyncIds",
    "AsyncKnowledgeSource",
    "AsyncLanguageDetector",
    "AsyncResponder",
    "AsyncStore",
    "AsyncSuggester",
    "AsyncTicketIndex",
    "AsyncTranslator",
]

T = TypeVar("T")
Later: TypeAlias = T | Awaitable[T]
"""An answer, or something to be awaited for it."""


class AsyncClock(Protocol):
    """A `Clock` whose methods may be async."""

    def now(self) -> Later[Instant]:
        """As in `Clock`."""
        ...


class AsyncIds(Protocol):
    """An `Ids` whose methods may be async."""

    def new_id(self, now: Instant) -> Later[str]:
        """As in `Ids`."""
        ...

    def salt(self) -> Later[bytes]:
        """As in `Ids`."""
        ...

    def chance(self) -> Later[float]:
        """As in `Ids`."""
        ...


class AsyncChannel(Protocol):
    """A `Channel` whose methods may be async."""

    def send(self, message: Outgoing, /) -> Later[Receipt | None]:
        """As in `Channel`."""
        ...


class AsyncHostActions(Protocol):
    """A `HostActions` whose methods may be async."""

    def perform(self, call: ActionCall, /) -> Later[str | None]:
        """As in `HostActions`."""
        ...


class AsyncClassifier(Protocol):
    """A `Classifier` whose methods may be async."""

    def classify(self, text: str, /) -> Later[Signals]:
        """As in `Classifier`."""
        ...


class AsyncLanguageDetector(Protocol):
    """A `LanguageDetector` whose methods may be async."""

    def detect(self, text: str, /) -> Later[str | None]:
        """As in `LanguageDetector`."""
        ...


class AsyncTranslator(Protocol):
    """A `Translator` whose methods may be async."""

    def translate(self, text: str, /, *, source: str | None, target: str) -> Later[str | None]:
        """As in `Translator`."""
        ...


class AsyncResponder(Protocol):
    """A `Responder` whose methods may be async."""

    def respond(self, turn: Turn, /) -> Later[Response | None]:
        """As in `Responder`."""
        ...


class AsyncKnowledgeSource(Protocol):
    """A `KnowledgeSource` whose methods may be async."""

    def find(
        self, question: str, /, *, language: str, topic: str | None, limit: int, now: Instant
    ) -> Later[Sequence[Found]]:
        """As in `KnowledgeSource`."""
        ...


class AsyncContextProvider(Protocol):
    """A `ContextProvider` whose methods may be async."""

    def context(self, ticket: Ticket, /) -> Later[Mapping[str, object]]:
        """As in `ContextProvider`."""
        ...


class AsyncTicketIndex(Protocol):
    """A `TicketIndex` whose methods may be async."""

    def place(self, tenant: str, /) -> Later[str | None]:
        """As in `TicketIndex`."""
        ...

    def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> Later[None]:
        """As in `TicketIndex`."""
        ...

    def find(
        self, tenant: str, text: str, /, *, limit: int, apart_from: str | None = None
    ) -> Later[Sequence[SimilarText]]:
        """As in `TicketIndex`."""
        ...

    def erase(self, tenant: str, subject: str, /) -> Later[None]:
        """As in `TicketIndex`."""
        ...

    def erase_contents(self, tenant: str, ids: Collection[str], /) -> Later[None]:
        """As in `TicketIndex`."""
        ...

    def clear(self, tenant: str, /) -> Later[None]:
        """As in `TicketIndex`."""
        ...


class AsyncSuggester(Protocol):
    """A `Suggester` whose methods may be async."""

    def suggest(self, turn: Turn, /) -> Later[Sequence[Suggestion]]:
        """As in `Suggester`."""
        ...


class AsyncStore(Protocol):
    """A `Store` whose methods may be async."""

    def load(self, tenant: str, ticket_id: str, /) -> Later[TicketRow | None]:
        """As in `Store`."""
        ...

    def load_many(
        self, tenant: str, ids: Collection[str], refs: Collection[str] = (), /
    ) -> Later[Sequence[TicketRow]]:
        """As in `Store`."""
        ...

    def find_ref(self, tenant: str, ref: str, /) -> Later[str | None]:
        """As in `Store`."""
        ...

    def events(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Later[Sequence[EventRow]]:
        """As in `Store`."""
        ...

    def feed(self, tenant: str, after: int, limit: int, /) -> Later[Sequence[FeedRow]]:
        """As in `Store`."""
        ...

    def feed_end(self, tenant: str, /) -> Later[int]:
        """As in `Store`."""
        ...

    def warned(self, tenant: str, stream: str, seq: int, limit: int, /) -> Later[Sequence[StreamRow]]:
        """As in `Store`."""
        ...

    def commit(self, commit: Commit, /) -> Later[Answer]:
        """As in `Store`."""
        ...

    def recall(self, tenant: str, key: str, /) -> Later[InboxEntry | None]:
        """As in `Store`."""
        ...

    def search(self, tenant: str, query: Query, /) -> Later[Sequence[TicketRow]]:
        """As in `Store`."""
        ...

    def load_agent(self, tenant: str, agent_id: str, /) -> Later[AgentRow | None]:
        """As in `Store`."""
        ...

    def agents(self, tenant: str, /, after: str = "", limit: int = 1000) -> Later[Sequence[AgentRow]]:
        """As in `Store`."""
        ...

    def lead(self, tenant: str, role: str, holder: str, now_us: int, until_us: int, /) -> Later[bool]:
        """As in `Store`."""
        ...

    def due(self, tenant: str, before_us: int, limit: int, /) -> Later[Sequence[str]]:
        """As in `Store`."""
        ...

    def claim_due(self, tenant: str, now_us: int, lease_us: int, limit: int, /) -> Later[Sequence[Due]]:
        """As in `Store`."""
        ...

    def reschedule(self, tenant: str, ticket_id: str, version: int, wakeup_us: int | None, /) -> Later[bool]:
        """As in `Store`."""
        ...

    def contents(self, tenant: str, ids: Collection[str], /) -> Later[Mapping[str, Content]]:
        """As in `Store`."""
        ...

    def erase(self, tenant: str, subject: str, /) -> Later[int]:
        """As in `Store`."""
        ...

    def erase_contents(
        self, tenant: str, ids: Collection[str], versions: Mapping[str, int], /
    ) -> Later[bool]:
        """As in `Store`."""
        ...

    def lease(
        self, tenant: str, now_us: int, until_us: int, topics: Collection[str], limit: int, /
    ) -> Later[Sequence[Lease]]:
        """As in `Store`."""
        ...

    def settle(
        self, tenant: str, key: str, token: str, /, *, retry_us: int | None, error: str | None
    ) -> Later[bool]:
        """As in `Store`."""
        ...

    def dead_letters(self, tenant: str, limit: int, /) -> Later[Sequence[DeadLetter]]:
        """As in `Store`."""
        ...

    def revive(self, tenant: str, key: str, now_us: int, /) -> Later[bool]:
        """As in `Store`."""
        ...

    def drop(self, tenant: str, key: str, /) -> Later[bool]:
        """As in `Store`."""
        ...

    def put_policy(self, tenant: str, fingerprint: str, document: bytes, /) -> Later[None]:
        """As in `Store`."""
        ...

    def get_policy(self, tenant: str, fingerprint: str, /) -> Later[bytes | None]:
        """As in `Store`."""
        ...

    def archive(self, tenant: str, before_us: int, limit: int, /) -> Later[int]:
        """As in `Store`."""
        ...

    def ended(self, tenant: str, after: str, limit: int, /) -> Later[Sequence[EndedRow]]:
        """As in `Store`."""
        ...

    def put_away(self, tenant: str, ticket_id: str, version: int, /) -> Later[bool]:
        """As in `Store`."""
        ...

    def purge_keys(self, tenant: str, before_us: int, limit: int, /) -> Later[int]:
        """As in `Store`."""
        ...

    def count_keys(self, tenant: str, before_us: int, /) -> Later[int]:
        """As in `Store`."""
        ...

    def close(self) -> Later[None]:
        """As in `Store`."""
        ...
