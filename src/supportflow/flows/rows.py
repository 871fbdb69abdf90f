"""Between values and rows: events, snapshots and outbox entries as a store keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from supportflow._time import to_us
from supportflow.flows.environment import BOT_TOPIC, Environment
from supportflow.kernel import FOLD_VERSION, Decision, wakeup
from supportflow.kernel.due.next import owes_turn
from supportflow.kernel.due.queue import is_queued, queue_place
from supportflow.kernel.fold.agents import AGENT_FOLD_VERSION, evolve_agent
from supportflow.model.events import (
    ActionApproved,
    ActionRequested,
    AgentEvent,
    EventBase,
    EvidenceRequested,
    RatingRequested,
    ReplySent,
    RequesterEvent,
    RequesterInformed,
    StatusChanged,
    TicketEvent,
)
from supportflow.model.inside import inside
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, EventRow, OutboxRow, StreamChange, TicketRow, Unwritten
from supportflow.model.ticket import Ticket
from supportflow.model.upcast import read_event
from supportflow.model.written import written
from supportflow.policy import CompiledPolicy

__all__ = [
    "PART",
    "agent_change",
    "agent_row",
    "event_row",
    "outbox_rows",
    "read_row",
    "reset_rows",
    "stream_changes",
    "ticket_row",
    "with_ref",
]

ACTION = "action"
"""Topic of the rows that ask the host to act."""

ASKS = "asks"
"""End of the keys of deliveries that only ask for a rating: nobody has to take a ticket up because one cannot arrive."""

PART = "part"
"""Topic of the rows that tell a ticket that a part of it has gone to another status."""

FLOOR = "floor"
"""Topic of the rows that tell a dispatcher that a ticket or an agent has changed."""
_LEAVING = frozenset({"offer_made", "assignment_changed", "status_changed", "ticket_merged"})
"""What takes a ticket out of the queue."""
_LEAVES_DESK = frozenset({"reply_sent", "evidence_requested", "requester_informed", "rating_requested"})
"""What a channel carries."""
_BOT_EVENTS = frozenset(
    {"ticket_opened", "message_received", "ticket_routed", "status_changed", "assignment_changed"}
)
"""What can make the bot owe an answer."""


def event_row(seq: int, event: EventBase) -> EventRow:
    """An event as a store keeps it. Defaults are left out: they are part of the version."""
    kind = type(event)  # of a class it is read as fast as of a plain object
    return EventRow(seq, event.kind, kind.VERSION, kind.MIN_READER, written(event))


def read_row(row: EventRow) -> EventBase:
    """The event in a row."""
    return read_event(row.kind, row.version, row.min_reader, row.data)


def with_ref(event: EventBase, ref: str | None) -> EventBase:
    """An event of a ticket with the host's own id of it, which the first versions did not write into every event."""
    if (
        ref is None
        or not isinstance(event, TicketEvent)
        or event.ref is not None
        or event.kind == "contact_joined"
    ):
        return event
    return event.model_copy(update={"ref": ref})


def ticket_row(ticket: Ticket, policy: CompiledPolicy, snapshot: Unwritten | None = None) -> TicketRow:
    """A ticket as a store keeps it, with its place in the queue and its wake-up.

    Args:
        ticket: The ticket.
        policy: The version that it lives under.
        snapshot: The ticket as JSON, if it is known already.
    """
    now = inside(ticket)
    key, due = queue_place(now, policy)
    told = now.__dict__  # which is read faster still, for many fields at once
    category, touched_at, recorded_at = told["status_category"], told["touched_at"], told["recorded_at"]
    updated_us = to_us(recorded_at)
    return TicketRow(
        id=told["id"],
        version=told["version"],
        fold_version=FOLD_VERSION,
        ref=told["ref"],
        status=told["status"],
        status_category=category._value_,
        open=category.is_open,
        priority_class=told["priority_class"],
        rank=key.rank,
        level=key.level,
        order_us=key.order_us,
        due_us=due,
        group=told["group"],
        assignee=told["assignee"],
        requester=told["requester"],
        channel=told["channel"],
        category=told["category"],
        opened_us=to_us(told["opened_at"]),
        updated_us=updated_us,
        wakeup_us=wakeup(now, policy),
        snapshot=written(ticket) if snapshot is None else cast("bytes", snapshot),
        queued=is_queued(now, policy),
        touched_us=updated_us if touched_at is None or touched_at is recorded_at else to_us(touched_at),
    )


def agent_row(state: AgentState, snapshot: bytes | None = None) -> AgentRow:
    """An agent as a store keeps them; the snapshot is written, if it is not given."""
    return AgentRow(
        id=state.id,
        version=state.version,
        fold_version=AGENT_FOLD_VERSION,
        available=state.presence == "available",
        snapshot=written(state) if snapshot is None else snapshot,
    )


def stream_changes(
    env: Environment, before: Iterable[Ticket], decision: Decision, people: Mapping[str, int]
) -> tuple[tuple[StreamChange, ...], dict[str, Ticket], dict[str, list[EventBase]]]:
    """The events of a decision, sorted into streams; with the tickets that they lead to, and the events of each, by its id.

    Args:
        env: The desk.
        before: The tickets that it is about, as they were.
        decision: The decision.
        people: Ids of people whose streams it may write in → the versions that it rests on.
    """
    versions = {ticket.id: ticket.version for ticket in before}
    tickets = {ticket.id: ticket for ticket in (*before, *decision.tickets)}
    grouped: dict[str, list[EventBase]] = {}
    working: dict[str, list[AgentEvent]] = {}
    asked: list[StreamChange] = []
    for event in decision.events:
        whose = _subject(type(event))
        if whose is TicketEvent:
            grouped.setdefault(event.__dict__["ticket_id"], []).append(event)
        elif isinstance(event, AgentEvent):
            working.setdefault(event.agent_id, []).append(event)
        else:
            assert isinstance(event, RequesterEvent)
            version = people[event.requester]
            asked.append(StreamChange(event.stream, version, (event_row(version + 1, event),)))
    changes: list[StreamChange] = []
    for ticket_id, own in grouped.items():
        ticket, first = tickets[ticket_id], versions.get(ticket_id, 0)
        assert ticket.version == first + len(own)
        rows = tuple([event_row(seq, event) for seq, event in enumerate(own, first + 1)])
        row = ticket_row(ticket, env.book[ticket.policy], env.snapshots.later(ticket))
        changes.append(StreamChange(f"ticket:{ticket_id}", first, rows, row))
    states = {state.id: state for state in decision.agents}
    for agent_id, shifts in working.items():
        state = states[agent_id]
        changes.append(_agent_stream(state, shifts, env.agent_snapshots.write(state)))
    return (*changes, *asked), tickets, grouped


@cache
def _subject(kind: type[EventBase]) -> type[EventBase]:
    """Of what the events of a kind are: to ask a model's class whether it has an instance costs as much as a small event."""
    return next(one for one in (TicketEvent, AgentEvent, RequesterEvent) if issubclass(kind, one))


def agent_change(state: AgentState | None, events: Sequence[AgentEvent]) -> StreamChange:
    """New events of one agent, with the row that they lead to."""
    for event in events:
        state = evolve_agent(state, event)
    assert state is not None
    return _agent_stream(state, events)


def _agent_stream(
    state: AgentState, events: Sequence[AgentEvent], snapshot: bytes | None = None
) -> StreamChange:
    """New events of one agent, and the state that they have led to."""
    first = state.version - len(events)
    rows = tuple(event_row(seq, event) for seq, event in enumerate(events, first + 1))
    return StreamChange(f"agent:{state.id}", first, rows, agent_row(state, snapshot))


def outbox_rows(
    env: Environment,
    changes: Iterable[StreamChange],
    tickets: Mapping[str, Ticket],
    events: Mapping[str, Sequence[EventBase]],
    now_us: int,
) -> tuple[OutboxRow, ...]:
    """What must leave the desk because of a commit: for handlers, channels, the host, the dispatcher and the bot.

    Args:
        env: The desk.
        changes: What is committed.
        tickets: The tickets that the changes lead to, by id.
        events: The events that lead there, by the same id.
        now_us: When the rows are due.
    """
    rows: list[OutboxRow] = []
    routed = env.policy.routing is not None
    asks = bool(env.policy.authority.host)
    mirrors = env.policy.updates is not None and bool(env.policy.updates.parts)
    if not (env.subscribed or env.desk.past or env.channels or env.desk.bot or routed or asks or mirrors):
        return ()
    for change in changes:
        if routed and change.row is not None and _concerns_floor(change):
            key = f"{change.stream}:{change.events[-1].seq}:floor"
            rows.append(OutboxRow(key, FLOOR, change.row.id, change.events[-1].seq, 0, now_us))
        if not isinstance(change.row, TicketRow):
            continue
        ticket_id = change.row.id
        for seq, event in enumerate(events[ticket_id], change.events[0].seq):
            kind = event.kind
            topic = _handler_topic(env, event, kind)
            if topic is not None:
                rows.append(
                    OutboxRow(f"{ticket_id}:{seq}:event", f"{topic}:{kind}", ticket_id, seq, 0, now_us)
                )
            own = _own_topic(event, tickets[ticket_id], mirrors=mirrors)
            if own is not None:
                rows.append(OutboxRow(f"{ticket_id}:{seq}:{own}", own, ticket_id, seq, 0, now_us))
            channel = _channel_of(event, kind)
            if channel in env.channels:
                # What only asks what somebody thinks is told from what they wait for: see `ASKS`.
                key = f"{ticket_id}:{seq}:{ASKS if kind == 'rating_requested' else 'send'}"
                rows.append(OutboxRow(key, f"channel:{channel}", ticket_id, seq, 0, now_us))
        if env.desk.bot and _asks_bot(env, change, tickets[ticket_id]):
            key = f"{ticket_id}:{change.events[-1].seq}:bot"
            # Not the event's place but the message's: a turn answers the latest message, once.
            rows.append(OutboxRow(key, BOT_TOPIC, ticket_id, tickets[ticket_id].bot.heard, 0, now_us))
    return tuple(rows)


def _own_topic(event: EventBase, ticket: Ticket, *, mirrors: bool) -> str | None:
    """What the desk itself owes for an event: the host is asked, or a ticket hears of its part; None if nothing."""
    if mirrors and type(event) is StatusChanged:
        return None if ticket.split_from is None else PART
    # The host is to do something now, whichever process asks it.
    asks = type(event) is ActionApproved or (isinstance(event, ActionRequested) and not event.waits)
    return ACTION if asks else None


def reset_rows(env: Environment, row: TicketRow) -> tuple[OutboxRow, ...]:
    """The row that tells the floor of a ticket whose due time was recomputed without an event."""
    if env.policy.routing is None or not row.queued:
        return ()
    key = f"ticket:{row.id}:{row.version}:clocks"
    return (OutboxRow(key, FLOOR, row.id, row.version, 0, row.updated_us),)


def _concerns_floor(change: StreamChange) -> bool:
    """True if a change concerns the floor: an agent's does, and a ticket's that waits or may have waited before."""
    row = change.row
    if isinstance(row, TicketRow):
        return row.queued or any(event.kind in _LEAVING for event in change.events)
    return row is not None


def _asks_bot(env: Environment, change: StreamChange, ticket: Ticket) -> bool:
    """True if the bot owes an answer after a change."""
    return any(one.kind in _BOT_EVENTS for one in change.events) and owes_turn(
        ticket, env.book[ticket.policy]
    )


def _handler_topic(env: Environment, event: EventBase, kind: str) -> str | None:
    """The topic under which handlers wait for an event; None if none does. The past goes to those that ask for it only."""
    if kind not in env.subscribed and kind not in env.desk.past:
        return None
    late = isinstance(event, TicketEvent) and event.late
    kinds = env.desk.past if late else env.subscribed
    return None if kind not in kinds else "past" if late else "event"


def _channel_of(event: EventBase, kind: str) -> str | None:
    if kind not in _LEAVES_DESK:
        return None
    if isinstance(event, EvidenceRequested | RatingRequested | RequesterInformed):
        return event.channel
    assert isinstance(event, ReplySent)
    return None if event.body is None or event.observed else event.channel
