"""What crosses the port to a store: rows, the atomic commit and its answers. Plain, serialised values."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from supportflow._dataclass import dataclass
from supportflow.model.content import Content

__all__ = [
    "WARNED",
    "AgentRow",
    "Answer",
    "Commit",
    "Committed",
    "Conflict",
    "DeadLetter",
    "Due",
    "Duplicate",
    "EventRow",
    "FeedRow",
    "InboxEntry",
    "Lease",
    "OutboxRow",
    "Query",
    "RefTaken",
    "SortColumn",
    "StreamChange",
    "StreamRow",
    "TicketRow",
    "Unwritten",
    "held_snapshot",
    "warns",
]


class EventRow(NamedTuple):
    """One stored event.

    Attributes:
        seq: Its place in the stream, from 1.
        kind: The event's kind.
        version: The schema version of its writer.
        min_reader: The lowest schema version that can read it.
        data: Its fields as JSON.
    """

    seq: int
    kind: str
    version: int
    min_reader: int
    data: bytes


class FeedRow(NamedTuple):
    """An event in the feed: the events of all streams of a tenant, in one order that every reader sees.

    Attributes:
        place: Its place in the feed. Places only rise; some can be left out.
        stream: The stream that it belongs to.
        event: The event as it is stored.
    """

    place: int
    stream: str
    event: EventRow


class StreamRow(NamedTuple):
    """An event, and the stream that it belongs to.

    Attributes:
        stream: The stream.
        event: The event as it is stored.
    """

    stream: str
    event: EventRow


WARNED = b'"warned":['
"""What the stored event of a reply has in it if it said a warning. No text can hold it: quotes are escaped there."""


def warns(event: EventRow) -> bool:
    """Whether an event is a reply that said a warning of the policy."""
    return event.kind == "reply_sent" and WARNED in event.data


class Unwritten:
    """A snapshot that is written when somebody asks for it: a store in memory that keeps the row need never do so."""

    __slots__ = ()

    def written(self) -> bytes:
        """The bytes, the same each time. Threads may ask at once."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket's snapshot and the columns that a store indexes. Integers of microseconds, ids and names only.

    Attributes:
        version: Number of events in the stream.
        fold_version: Version of the fold that made the snapshot.
        open: True while the desk still owes something.
        rank: Of the priority class; with `level`, `order_us` and `id` the sort key of the queue.
        due_us: The earliest due time of a clock that is not over, overdue or not.
        updated_us: When its latest event stands in its stream.
        wakeup_us: When the ticket must be looked at next.
        snapshot: The ticket as JSON. It may be given as `Unwritten`, and is bytes to whoever asks for it.
        queued: True while it waits for an agent: nobody has it, and it is offered to nobody.
        touched_us: When somebody last did something to it. What happens by itself does not count.
    """

    id: str
    version: int
    fold_version: int
    ref: str | None
    status: str
    status_category: str
    open: bool
    priority_class: str
    rank: int
    level: int
    order_us: int
    due_us: int | None
    group: str | None
    assignee: str | None
    requester: str
    channel: str
    category: str | None
    opened_us: int
    updated_us: int
    wakeup_us: int | None
    snapshot: bytes
    queued: bool = False
    touched_us: int = 0


_held_snapshot: Any = vars(TicketRow)["snapshot"]


def held_snapshot(row: TicketRow) -> "bytes | Unwritten":
    """The snapshot of a row as it was given: it is not written for this question."""
    snapshot: bytes | Unwritten = _held_snapshot.__get__(row)
    return snapshot


def _snapshot(row: TicketRow) -> bytes:
    snapshot = held_snapshot(row)
    return snapshot.written() if isinstance(snapshot, Unwritten) else snapshot


setattr(TicketRow, "snapshot", property(_snapshot, _held_snapshot.__set__))  # noqa: B010 - a class says of its fields that they are


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent's snapshot.

    Attributes:
        version: Number of events in the stream.
        fold_version: Version of the fold that made the snapshot.
        available: True while they take work, if they are on duty.
        snapshot: The agent's state as JSON.
    """

    id: str
    version: int
    fold_version: int
    available: bool
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class StreamChange:
    """New events of one stream.

    Attributes:
        stream: `"ticket:<id>"`, `"agent:<id>"`, `"requester:<id>"` or `"desk"`.
        expected: The version that the decision was made on.
        events: In order, numbered from `expected + 1`.
        row: The new row of the ticket or the agent; None for a stream of neither.
    """

    stream: str
    expected: int
    events: tuple[EventRow, ...]
    row: TicketRow | AgentRow | None = None


class OutboxRow(NamedTuple):
    """Something to deliver after the commit.

    Attributes:
        key: `"<ticket>:<version>:<effect>"`: the same for every attempt, so that the receiver can drop repeats.
        topic: `"event:<kind>"`, `"past:<kind>"`, `"channel:<name>"`, or `"floor"`: the queue or an agent has changed.
        ticket_id: Deliveries of one ticket and topic leave in order. On the topic `"floor"` it can be an agent's id.
        seq: The event in the ticket's stream that it is about.
        attempts: How often it was tried.
        next_us: Not before this instant.
    """

    key: str
    topic: str
    ticket_id: str
    seq: int
    attempts: int
    next_us: int


class Lease(NamedTuple):
    """A delivery that was claimed; the token must still be the row's when it is settled."""

    row: OutboxRow
    token: str


class DeadLetter(NamedTuple):
    """A delivery that was given up, kept to be looked at, retried or dropped."""

    row: OutboxRow
    error: str


class InboxEntry(NamedTuple):
    """A command that was carried out, under its idempotency key.

    Attributes:
        key: The key.
        request_hash: What it was used for; the same key for something else is an error.
        result: What the command answered, as JSON.
    """

    key: str
    request_hash: str
    result: bytes


class EndedRow(NamedTuple):
    """A ticket that is closed or cancelled.

    Attributes:
        row: The ticket.
        archived: Whether it was put away.
    """

    row: TicketRow
    archived: bool


class Due(NamedTuple):
    """A ticket whose wake-up was claimed.

    Attributes:
        attempts: How often it was claimed since it last changed, this time included: more than one means that it failed.
    """

    ticket_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that one command changes, to be applied in one transaction or not at all.

    Attributes:
        at_us: When it is carried out; a key is forgotten by its age.
    """

    tenant: str
    changes: tuple[StreamChange, ...]
    content: tuple[Content, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    inbox: InboxEntry | None = None
    at_us: int = 0


class Committed(NamedTuple):
    """The commit was applied."""


class Conflict(NamedTuple):
    """A stream was not at its expected version; nothing was applied."""

    stream: str


class Duplicate(NamedTuple):
    """The idempotency key was used before; nothing was applied."""

    entry: InboxEntry


class RefTaken(NamedTuple):
    """The host's reference names another ticket; nothing was applied."""

    ref: str


Answer = Committed | Conflict | Duplicate | RefTaken

SortColumn = Literal["rank", "level", "order_us", "opened_us", "touched_us", "updated_us", "due_us", "id"]


@dataclass(frozen=True, slots=True)
class Query:
    """A search over ticket rows.

    Attributes:
        equal: Column → the value that it must have.
        order: Columns to sort by, smallest first, None last; the last is always `id`.
        after: Values of these columns in the last row of the page before.
        limit: How many rows at most.
        descending: Largest first.
    """

    equal: Mapping[str, object]
    order: tuple[SortColumn, ...]
    after: tuple[int | str | None, ...] | None
    limit: int
    descending: bool = False
