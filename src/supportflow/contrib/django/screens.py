"""What pages show of a ticket: a badge for its most urgent clock, and its timeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from django.utils import timezone, translation

from supportflow.contrib.django.bridge import TicketBridge
from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.registry import bridge_of
from supportflow.exceptions import TicketNotFound
from supportflow.flows.queries.lists import Row
from supportflow.model.events import EventBase
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.sla.reading import ClockReading
from supportflow.sla.words import when
from supportflow.texts import FALLBACK, in_language, phrases

__all__ = [
    "Badge",
    "Line",
    "badge_of",
    "badges_of",
    "prepare",
    "row_of",
    "rows_by_id",
    "said",
    "timeline_of",
    "why_of",
]

_ROW = "_supportflow_row"
_SOON = 0.25
"""Less than this share of the target left is soon."""


@dataclass(frozen=True)
class Badge:
    """A clock in a few words.

    Attributes:
        tone: `overdue`, `soon`, `running`, `paused`, `missed`, `met`, `cancelled` or `none`: the class of the style.
        text: What it says.
        due_at: When it is due; None if it has no due time.
    """

    tone: str
    text: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One line of a timeline.

    Attributes:
        at: When.
        kind: The kind of event.
        text: What it says.
    """

    at: datetime
    kind: str
    text: str


# --- texts -------------------------------------------------------------------------------------


def said(table: str, key: str, **values: object) -> str:
    """A text of this package in the language of the request."""
    return in_language(phrases("screen", table)[key], translation.get_language(), FALLBACK)[1].format(
        **values
    )


def _target(name: str) -> str:
    return said("target", name) if name in phrases("screen", "target") else name.replace("_", " ")


def _when(moment: datetime, now: datetime) -> str:
    return when(
        moment,
        now,
        tz=timezone.get_current_timezone_name(),
        language=translation.get_language() or FALLBACK,
    )


# --- which ticket ------------------------------------------------------------------------------


def _ref(ticket: Any) -> str | None:
    bridge: TicketBridge | None = bridge_of(ticket)
    return None if bridge is None else bridge.ref_of(ticket.pk)


def row_of(ticket: Any) -> Row | None:
    """The desk's row of a ticket: of a host's model that has a bridge, a `Ticket`, a `Row`, or a `ref`; None if unknown."""
    if ticket is None or isinstance(ticket, Row):
        return ticket
    if hasattr(ticket, _ROW):
        return getattr(ticket, _ROW)
    try:
        if isinstance(ticket, Ticket):
            return desk().row(ticket)
        ref = ticket if isinstance(ticket, str) else _ref(ticket)
        return None if ref is None else desk().row(ref=ref)
    except TicketNotFound:
        return None


def prepare(tickets: Sequence[Any]) -> None:
    """Read the desk's rows of many of a host's tickets at once, so that a list of badges is one question."""
    refs = {ref: ticket for ticket in tickets if (ref := _ref(ticket)) is not None}
    names = list(refs)
    for ticket in refs.values():
        setattr(ticket, _ROW, None)
    for start in range(0, len(names), 500):
        for row in desk().rows(refs=names[start : start + 500]):
            setattr(refs[str(row.ticket.ref)], _ROW, row)


def rows_by_id(ids: Sequence[str]) -> tuple[Row, ...]:
    """The desk's rows of tickets by their ids, in one question."""
    return tuple(desk().rows(tickets=ids)) if ids else ()


# --- badges ------------------------------------------------------------------------------------


def badge_of(ticket: Any) -> Badge:
    """The badge of a ticket's most urgent clock."""
    found = badges_of(ticket)
    return found[0] if found else Badge("none", said("badge", "none"))


def badges_of(ticket: Any) -> tuple[Badge, ...]:
    """The badges of all clocks of a ticket, the most urgent first."""
    row = row_of(ticket)
    if row is None:
        return ()
    order = ("overdue", "soon", "running", "paused", "missed", "met", "cancelled")
    found = [_badge(clock) for clock in row.clocks]
    return tuple(
        sorted(found, key=lambda one: (order.index(one.tone), one.due_at.timestamp() if one.due_at else 0.0))
    )


def _badge(clock: ClockReading) -> Badge:
    target, due = _target(clock.target), clock.due_at
    if clock.state == "running" and clock.remaining.total_seconds() <= 0:
        since = clock.breached_at or due or clock.at
        return Badge("overdue", said("badge", "overdue", target=target, when=_when(since, clock.at)), since)
    if clock.state == "running" and due is not None:
        tone = "soon" if clock.remaining < clock.duration * _SOON else "running"
        return Badge(tone, said("badge", "due", target=target, when=_when(due, clock.at)), due)
    state = "paused" if clock.state == "running" else clock.state
    return Badge(state, said("badge", state, target=target))


# --- timelines ---------------------------------------------------------------------------------


def timeline_of(ticket: Any) -> tuple[Line, ...]:
    """What happened to a ticket, in order, and what happens next by itself."""
    row = row_of(ticket)
    if row is None:
        return ()
    return tuple(_lines(row, desk().history(row.ticket)))


def why_of(ticket: Any) -> str:
    """The whole account of a ticket: class, status, assignment, every interval of every clock, and what comes next."""
    row = row_of(ticket)
    return "" if row is None else str(desk().explain(row.ticket))


def _lines(row: Row, events: Sequence[EventBase]) -> Iterator[Line]:
    known = phrases("screen", "timeline")
    for event in events:
        if event.kind in known:
            at = getattr(event, "reached_at", None) or event.observed_at or event.recorded_at
            yield Line(at, event.kind, describe_event(event))
    account = desk().explain(row.ticket)
    if account.next_at is not None:
        text = said("label", "next", what=account.next_what or "", when=_when(account.next_at, account.at))
        yield Line(account.next_at, "next", text)


def describe_event(event: EventBase) -> str:
    """One line on an event, in the language of the request.

    Raises:
        KeyError: If no line is written for that kind of event.
    """
    texts = phrases("screen", "timeline")[event.kind]
    text = in_language(texts, translation.get_language(), FALLBACK)[1]
    return text.format(**_values(event, text))


def _values(event: EventBase, text: str) -> dict[str, str]:
    fields = [field for _, field, _, _ in Formatter().parse(text) if field]
    return {field: _shown(field, getattr(event, field), event) for field in fields}


def _shown(field: str, value: object, event: EventBase) -> str:
    if value is None:
        return said("label", "nobody")
    if field == "target" and event.kind.startswith("sla_"):
        return _target(str(value))
    return value.id if isinstance(value, Actor) else str(value)
