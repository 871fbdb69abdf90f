"""What the router answers with: tickets, rows, clocks, events, agents and reasons, as JSON. Texts are in `contents`."""

import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from supportflow._time import Instant, span_us
from supportflow.flows.queries.lists import Row
from supportflow.kernel.explain.ticket import Explanation
from supportflow.model.actions import ActionState
from supportflow.model.base import StatusCategory, TicketType
from supportflow.model.events import EventBase
from supportflow.model.feed import Feed, FeedItem
from supportflow.model.records import AttributeValue
from supportflow.model.routing import AgentState, Presence
from supportflow.model.ticket import Outcome, Ticket
from supportflow.sla.reading import ClockReading

__all__ = [
    "AgentShape",
    "ClockShape",
    "EventShape",
    "FeedShape",
    "OutcomeShape",
    "RowShape",
    "RowsShape",
    "Shape",
    "TicketShape",
    "WhyShape",
]

Microseconds = Annotated[int, Field(description="A duration in whole microseconds.")]


class Shape(BaseModel):
    """What all answers share: they are made of our values by attribute."""

    model_config = ConfigDict(from_attributes=True)


class TicketShape(Shape):
    """A ticket as a command left it: everything that its version alone decides."""

    id: str
    ref: str | None
    version: int
    type: TicketType
    status: str
    status_category: StatusCategory
    category: str | None
    channel: str
    language: str | None
    tz: str | None
    requester: str
    group: str | None
    assignee: str | None
    offered_to: str | None
    tier: str | None
    priority_class: str
    level: int
    rule: str
    flags: tuple[str, ...]
    review: bool
    product: str | None
    attributes: dict[str, AttributeValue]
    private: bool
    opened_at: Instant
    recorded_at: Instant
    touched_at: Instant | None
    first_replied_at: Instant | None
    last_replied_at: Instant | None
    last_received_at: Instant | None
    waiting_since: Instant | None
    resolved_at: Instant | None
    closed_at: Instant | None
    received: int
    replies: int
    notes: int
    reopens: int
    merged_into: str | None
    split_from: str | None
    follow_up_of: str | None
    followed_by: str | None
    repeat_of: str | None
    actions: tuple[ActionState, ...]
    sla: str | None


class PersonShape(Shape):
    """Who asks. The name and the addresses are null once they are erased."""

    id: str
    name: str | None
    email: str | None
    phone: str | None


class ClockShape(Shape):
    """One SLA clock. It is due at an instant while it runs; a pause has none."""

    key: str
    target: str
    metric: str
    state: str
    duration_us: Microseconds
    started_at: Instant
    due_at: Instant | None
    breached_at: Instant | None
    met: bool | None = Field(description="The verdict; null while there is none.")
    excluded: bool


class RunningClockShape(ClockShape):
    """The same, read at an instant, with the account of every interval."""

    at: Instant
    elapsed_us: Microseconds
    remaining_us: Annotated[int, Field(description="Negative once the target is passed.")]
    paused_us: Microseconds
    why: str


class RowShape(TicketShape):
    """A ticket with its texts, its due time and its clocks."""

    subject: str | None
    person: PersonShape
    due_at: Instant | None
    clocks: tuple[ClockShape, ...]


class RowsShape(Shape):
    """One page of rows."""

    items: tuple[RowShape, ...]
    cursor: str | None = Field(description="Pass it on for the next page; null on the last one.")
    unreadable: tuple[str, ...] = Field(
        description="Ids of tickets that belong on this page and cannot be read."
    )


class EventShape(Shape):
    """One event. What else it says depends on its kind."""

    model_config = ConfigDict(extra="allow")

    kind: str
    recorded_at: Instant


class OutcomeShape(Shape):
    """What a command did."""

    ticket: TicketShape
    events: tuple[EventShape, ...]
    duplicate: bool = Field(description="True if the key had been used before: nothing was done now.")
    redacted: tuple[str, ...] = Field(description="Kinds of secrets and personal data that were removed.")


class WhyShape(Shape):
    """Why a ticket has this class, this status and these due times."""

    at: Instant
    priority: str
    status: str
    assignment: str
    permitted: tuple[str, ...]
    case: tuple[str, ...]
    routing: tuple[str, ...]
    escalation: tuple[str, ...]
    clocks: tuple[str, ...]
    next_at: Instant | None
    next_what: str | None
    text: str = Field(description="All of it, for people.")


class AgentShape(Shape):
    """An agent as the desk knows them."""

    id: str
    version: int
    presence: Presence
    since: Instant
    used: int
    capacity: int
    groups: tuple[str, ...]
    tiers: tuple[str, ...]
    languages: tuple[str, ...]
    tickets: tuple[str, ...]


class FeedItemShape(Shape):
    """An event in the feed; null where this version cannot read it."""

    cursor: str
    stream: str
    kind: str
    event: EventShape | None
    unreadable: str | None


class FeedShape(Shape):
    """A stretch of the feed."""

    items: tuple[FeedItemShape, ...]
    cursor: str
    more: bool


def ticket_shape(ticket: Ticket) -> TicketShape:
    """A ticket as JSON has it."""
    return TicketShape.model_validate(ticket)


def _clock_fields(reading: ClockReading) -> dict[str, Any]:
    clock = reading.clock
    return {
        "key": clock.key,
        "target": clock.target,
        "metric": clock.metric,
        "state": clock.state,
        "duration_us": clock.duration_us,
        "started_at": clock.started_at,
        "due_at": reading.due_at,
        "breached_at": clock.breached_at,
        "met": None if clock.verdict is None else clock.verdict.met,
        "excluded": clock.excluded,
    }


def running_clock_shape(reading: ClockReading) -> RunningClockShape:
    """A clock, read now."""
    return RunningClockShape(
        **_clock_fields(reading),
        at=reading.at,
        elapsed_us=span_us(reading.elapsed),
        remaining_us=span_us(reading.remaining),
        paused_us=span_us(reading.paused),
        why=str(reading.explain()),
    )


def row_shape(row: Row) -> RowShape:
    """A row as JSON has it."""
    return RowShape(
        **ticket_shape(row.ticket).model_dump(),
        subject=row.subject,
        person=PersonShape.model_validate(row.requester),
        due_at=row.due_at,
        clocks=tuple(ClockShape(**_clock_fields(one)) for one in row.clocks),
    )


def row_tag(shape: RowShape) -> str:
    """The entity tag of a row: the version, then a hash of the rest, for what is erased changes no version."""
    rest = hashlib.sha256(shape.model_dump_json().encode()).hexdigest()[:16]
    return f'"{shape.version}.{rest}"'


def event_shape(event: EventBase) -> EventShape:
    """An event as it is written for ever."""
    return EventShape.model_validate(event.model_dump(mode="json"))


def outcome_shape(outcome: Outcome) -> OutcomeShape:
    """An outcome as JSON has it."""
    return OutcomeShape(
        ticket=ticket_shape(outcome.ticket),
        events=tuple(map(event_shape, outcome.events)),
        duplicate=outcome.duplicate,
        redacted=tuple(sorted(outcome.redacted)),
    )


def why_shape(found: Explanation) -> WhyShape:
    """Reasons as JSON has them."""
    fields = {name: getattr(found, name) for name in WhyShape.model_fields if name not in {"clocks", "text"}}
    return WhyShape(**fields, clocks=tuple(map(str, found.clocks)), text=str(found))


def agent_shape(state: AgentState) -> AgentShape:
    """An agent as JSON has them."""
    return AgentShape(
        id=state.id,
        version=state.version,
        presence=state.presence,
        since=state.since,
        used=state.used,
        capacity=state.agent.capacity,
        groups=tuple(state.agent.groups),
        tiers=tuple(state.agent.tiers),
        languages=tuple(state.agent.languages),
        tickets=tuple(load.ticket_id for load in state.load),
    )


def item_shape(item: FeedItem) -> FeedItemShape:
    """An item of the feed as JSON has it."""
    return FeedItemShape(
        cursor=item.cursor,
        stream=item.stream,
        kind=item.kind,
        event=None if item.event is None else event_shape(item.event),
        unreadable=item.unreadable,
    )


def feed_shape(feed: Feed) -> FeedShape:
    """A stretch of the feed as JSON has it."""
    return FeedShape(items=tuple(map(item_shape, feed)), cursor=feed.cursor, more=feed.more)
