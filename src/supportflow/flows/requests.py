"""What a flow asks of its driver: a call of a port. The driver makes it and sends back the answer or the error."""

from collections.abc import Collection, Generator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from supportflow._time import Instant
from supportflow.model.content import Content
from supportflow.model.signals import Signals
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

__all__ = ["Call", "Flow", "Port", "Running", "StillRunning"]

T = TypeVar("T")

ATTEMPTS = 20
"""How often something is decided again because others changed what it rests on first."""
Port = Literal[
    "store",
    "clock",
    "ids",
    "channel",
    "rating",
    "handler",
    "classifier",
    "actions",
    "pause",
    "responder",
    "knowledge",
    "context",
    "suggester",
    "running",
    "languages",
    "similar",
    "translator",
]


class Call(NamedTuple):
    """A call of a port.

    Attributes:
        port: Which port.
        method: Its method; for `channel` and `rating` the channel's name, for `handler` the kind of the event; for `pause`
            nothing.
        args: Positional arguments.
        named: Named arguments.
        within_s: How many seconds the answer is waited for; for ever, if None.
        detach: Whether the call goes on beside when it takes longer; else it counts as failed.
    """

    port: Port
    method: str
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] | None = None
    within_s: float | None = None
    detach: bool = False


class Running(Protocol):
    """A call of a host's code that goes on beside the flow that made it."""

    @property
    def over(self) -> bool:
        """Whether it has come back."""
        ...

    @property
    def seconds(self) -> float:
        """For how long it has been running."""
        ...

    @property
    def error(self) -> BaseException | None:
        """What it raised, once it is over."""
        ...

    def answer(self) -> Any:
        """What it answered, once it is over; raises what it raised."""
        ...


class StillRunning(Exception):
    """A call was not over in time and goes on beside.

    Attributes:
        running: The call.
    """

    def __init__(self, running: Running) -> None:
        super().__init__("still running")
        self.running = running


Flow = Generator[Call, Any, T]
"""A flow that asks through `Call`s and returns a `T`."""


# Calls that are the same each time are made once.
_NOW, _SALT, _CHANCE = Call("clock", "now"), Call("ids", "salt"), Call("ids", "chance")


def now() -> Flow[Instant]:
    """The present instant."""
    return (yield _NOW)  # type: ignore[no-any-return]


def new_id(at: Instant) -> Flow[str]:
    """A fresh id."""
    return (yield Call("ids", "new_id", (at,)))  # type: ignore[no-any-return]


def salt() -> Flow[bytes]:
    """A fresh salt."""
    return (yield _SALT)  # type: ignore[no-any-return]


def chance() -> Flow[float]:
    """A number from 0 up to 1."""
    return (yield _CHANCE)  # type: ignore[no-any-return]


PATIENT = 2
"""How many conflicts are answered by trying again at once: most are over then."""
_FIRST_PAUSE_S = 0.002
_LONGEST_PAUSE_S = 0.128


def pause_after_conflict(attempts: int) -> Flow[None]:
    """Wait a moment before trying again what others were faster at: longer each time, and never as long as they.

    Those that run into each other once would go on doing so in step; full jitter spreads them.

    Args:
        attempts: How many have met a conflict.
    """
    if attempts >= PATIENT:
        longest = min(_FIRST_PAUSE_S * 2 ** (attempts - PATIENT), _LONGEST_PAUSE_S)
        yield Call("pause", "", (longest * (yield from chance()),))


CLASSIFY_S = 10.0
"""How many seconds a model may take for a text; then the rules' word stands."""


def classify(text: str) -> Flow[Signals]:
    """A model's opinion of a text."""
    return (yield Call("classifier", "classify", (text,), within_s=CLASSIFY_S))  # type: ignore[no-any-return]


def detect(text: str) -> Flow[str | None]:
    """A host's detector's word on the language of a text."""
    return (yield Call("languages", "detect", (text,)))  # type: ignore[no-any-return]


def translate(text: str, source: str | None, target: str) -> Flow[str | None]:
    """A text in another language, by the host's translator."""
    asked = {"source": source, "target": target}
    return (yield Call("translator", "translate", (text,), asked, within_s=CLASSIFY_S))  # type: ignore[no-any-return]


def reserve() -> Flow[None]:
    """In a transaction of the host's, take what writing will need before anything is read."""
    yield Call("store", "reserve")


def load(tenant: str, ticket_id: str) -> Flow[TicketRow | None]:
    """A ticket's row."""
    return (yield Call("store", "load", (tenant, ticket_id)))  # type: ignore[no-any-return]


def load_with_requester(
    tenant: str, ticket_id: str | None, ref: str | None
) -> Flow[tuple[TicketRow, Sequence[EventRow]] | None]:
    """A ticket's row, and the events of its requester's stream, from a store that has both in one call."""
    return (yield Call("store", "load_with_requester", (tenant, ticket_id, ref)))  # type: ignore[no-any-return]


def find_ref(tenant: str, ref: str) -> Flow[str | None]:
    """The id behind a host's reference."""
    return (yield Call("store", "find_ref", (tenant, ref)))  # type: ignore[no-any-return]


def events(tenant: str, stream: str, after: int = 0, limit: int | None = None) -> Flow[Sequence[EventRow]]:
    """Events of a stream."""
    return (yield Call("store", "events", (tenant, stream), {"after": after, "limit": limit}))  # type: ignore[no-any-return]


def load_many(tenant: str, ids: Collection[str], refs: Collection[str] = ()) -> Flow[Sequence[TicketRow]]:
    """Tickets' rows."""
    return (yield Call("store", "load_many", (tenant, ids, refs)))  # type: ignore[no-any-return]


def feed(tenant: str, after: int, limit: int) -> Flow[Sequence[FeedRow]]:
    """Events of all streams."""
    return (yield Call("store", "feed", (tenant, after, limit)))  # type: ignore[no-any-return]


def feed_end(tenant: str) -> Flow[int]:
    """The place of the last event of all streams."""
    return (yield Call("store", "feed_end", (tenant,)))  # type: ignore[no-any-return]


def warned(tenant: str, stream: str, seq: int, limit: int) -> Flow[Sequence[StreamRow]]:
    """Replies that said a warning."""
    return (yield Call("store", "warned", (tenant, stream, seq, limit)))  # type: ignore[no-any-return]


def commit(change: Commit) -> Flow[Answer]:
    """Apply a commit."""
    return (yield Call("store", "commit", (change,)))  # type: ignore[no-any-return]


def recall(tenant: str, key: str) -> Flow[InboxEntry | None]:
    """What an idempotency key was used for."""
    return (yield Call("store", "recall", (tenant, key)))  # type: ignore[no-any-return]


def search(tenant: str, query: Query) -> Flow[Sequence[TicketRow]]:
    """Rows that match."""
    return (yield Call("store", "search", (tenant, query)))  # type: ignore[no-any-return]


def load_agent(tenant: str, agent_id: str) -> Flow[AgentRow | None]:
    """An agent's row."""
    return (yield Call("store", "load_agent", (tenant, agent_id)))  # type: ignore[no-any-return]


def agents(tenant: str, after: str, limit: int) -> Flow[Sequence[AgentRow]]:
    """Agents in the order of their ids."""
    return (yield Call("store", "agents", (tenant, after, limit)))  # type: ignore[no-any-return]


def lead(tenant: str, role: str, holder: str, now_us: int, until_us: int) -> Flow[bool]:
    """Become, or stay, the only holder of a role."""
    return (yield Call("store", "lead", (tenant, role, holder, now_us, until_us)))  # type: ignore[no-any-return]


def due(tenant: str, before_us: int, limit: int) -> Flow[Sequence[str]]:
    """Ids of tickets that are due."""
    return (yield Call("store", "due", (tenant, before_us, limit)))  # type: ignore[no-any-return]


def claim_due(tenant: str, now_us: int, lease_us: int, limit: int) -> Flow[Sequence[Due]]:
    """Claim tickets that are due."""
    return (yield Call("store", "claim_due", (tenant, now_us, lease_us, limit)))  # type: ignore[no-any-return]


def reschedule(tenant: str, ticket_id: str, version: int, wakeup_us: int | None) -> Flow[bool]:
    """Set a wake-up."""
    return (yield Call("store", "reschedule", (tenant, ticket_id, version, wakeup_us)))  # type: ignore[no-any-return]


def contents(tenant: str, ids: Collection[str]) -> Flow[Mapping[str, Content]]:
    """Content rows."""
    return (yield Call("store", "contents", (tenant, ids)))  # type: ignore[no-any-return]


def erase(tenant: str, subject: str) -> Flow[int]:
    """Erase a subject's content."""
    return (yield Call("store", "erase", (tenant, subject)))  # type: ignore[no-any-return]


def erase_contents(tenant: str, ids: Collection[str], versions: Mapping[str, int]) -> Flow[bool]:
    """Erase content rows, if tickets have not changed."""
    return (yield Call("store", "erase_contents", (tenant, ids, versions)))  # type: ignore[no-any-return]


def lease(
    tenant: str, now_us: int, until_us: int, topics: Collection[str], limit: int
) -> Flow[Sequence[Lease]]:
    """Claim deliveries."""
    return (yield Call("store", "lease", (tenant, now_us, until_us, topics, limit)))  # type: ignore[no-any-return]


def settle(tenant: str, key: str, token: str, *, retry_us: int | None, error: str | None) -> Flow[bool]:
    """End a claim."""
    return (  # type: ignore[no-any-return]
        yield Call("store", "settle", (tenant, key, token), {"retry_us": retry_us, "error": error})
    )


def dead_letters(tenant: str, limit: int) -> Flow[Sequence[DeadLetter]]:
    """Deliveries that were given up."""
    return (yield Call("store", "dead_letters", (tenant, limit)))  # type: ignore[no-any-return]


def revive(tenant: str, key: str, now_us: int) -> Flow[bool]:
    """Try a dead delivery again."""
    return (yield Call("store", "revive", (tenant, key, now_us)))  # type: ignore[no-any-return]


def drop(tenant: str, key: str) -> Flow[bool]:
    """Forget a dead delivery."""
    return (yield Call("store", "drop", (tenant, key)))  # type: ignore[no-any-return]


def put_policy(tenant: str, fingerprint: str, document: bytes) -> Flow[None]:
    """Keep a policy version."""
    yield Call("store", "put_policy", (tenant, fingerprint, document))


def get_policy(tenant: str, fingerprint: str) -> Flow[bytes | None]:
    """A policy version."""
    return (yield Call("store", "get_policy", (tenant, fingerprint)))  # type: ignore[no-any-return]


def archive(tenant: str, before_us: int, limit: int) -> Flow[int]:
    """Put old tickets away."""
    return (yield Call("store", "archive", (tenant, before_us, limit)))  # type: ignore[no-any-return]


def ended(tenant: str, after: str, limit: int) -> Flow[Sequence[EndedRow]]:
    """Tickets that have ended."""
    return (yield Call("store", "ended", (tenant, after, limit)))  # type: ignore[no-any-return]


def put_away(tenant: str, ticket_id: str, version: int) -> Flow[bool]:
    """Put one ticket away."""
    return (yield Call("store", "put_away", (tenant, ticket_id, version)))  # type: ignore[no-any-return]


def purge_keys(tenant: str, before_us: int, limit: int) -> Flow[int]:
    """Forget old idempotency keys."""
    return (yield Call("store", "purge_keys", (tenant, before_us, limit)))  # type: ignore[no-any-return]


def count_keys(tenant: str, before_us: int) -> Flow[int]:
    """How many idempotency keys are old."""
    return (yield Call("store", "count_keys", (tenant, before_us)))  # type: ignore[no-any-return]
