"""What the figures of a month count of one contact, read from its events alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from supportflow._time import SECOND_US, instant, to_us
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput
from supportflow.model.base import StatusCategory
from supportflow.model.events import (
    AssignmentChanged,
    BotAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    EventBase,
    MessageReceived,
    RatingGiven,
    RatingRequested,
    ReplySent,
    SurgeDeclared,
    SurgeEnded,
    TicketOpened,
    TicketRouted,
)
from supportflow.model.people import NOBODY
from supportflow.model.phone import CallOutcome
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.replay.answers import answers, asks, bot_answers
from supportflow.replay.history import recorded_tickets
from supportflow.replay.recording import Case
from supportflow.reports.course import course_of

__all__ = ["Contact", "Span", "contacts_of", "span_of", "surge_spans"]

_PAGE = 1_000


class Span(NamedTuple):
    """From an instant until before another, in microseconds."""

    start_us: int
    end_us: int

    def holds(self, at_us: int) -> bool:
        """True if an instant lies in it."""
        return self.start_us <= at_us < self.end_us


def span_of(since: datetime, until: datetime) -> Span:
    """From an instant until before another.

    Raises:
        InvalidInput: If one has no zone, or it ends before it begins.
    """
    start_us, end_us = to_us(instant(since, "since")), to_us(instant(until, "until"))
    if end_us <= start_us:
        raise InvalidInput("until", "is not after since")
    return Span(start_us, end_us)


class Contact(NamedTuple):
    """A ticket that somebody from outside opened.

    Attributes:
        ticket: The ticket at the end.
        opened_us: When it was opened.
        answered_s: Until the first public answer of anybody, a person or the bot; None if there was none.
        resolved_us: When it was resolved last; None if it is not.
        bot: What became of it, if the bot took part.
        bot_s: How long each answer of the bot took.
        missed: True if the bot, or the articles, did not help once.
        reply_s: How long each answer of an agent took, from when they had the ticket and it waited for one.
        handovers: How often it changed hands.
        joined: How often its requester wrote anew about it.
        routed: True if it had a route.
        asked: True if its requester was asked for a rating.
        rating: What they said.
        calls: How each of its requester's calls ended.
        call_backs: Of each call that was promised and whose time is over, whether it was kept.
    """

    ticket: Ticket
    opened_us: int
    answered_s: float | None
    resolved_us: int | None
    bot: str | None
    bot_s: tuple[float, ...]
    missed: bool
    reply_s: tuple[float, ...]
    handovers: int
    joined: int
    routed: bool
    asked: bool
    rating: RatingGiven | None
    calls: tuple[CallOutcome, ...]
    call_backs: tuple[bool, ...]


def contacts_of(desk: Desk, policy: CompiledPolicy, end_us: int) -> list[Contact]:
    """Every contact that a desk has recorded, the oldest first; internal work is none."""
    found = [
        _contact(ticket, events, policy, end_us)
        for one in recorded_tickets(desk)
        if one is not None
        for ticket, events in (one,)
        if not ticket.private and ticket.requester != NOBODY
    ]
    return sorted(found, key=lambda one: (one.opened_us, one.ticket.id))


def _contact(ticket: Ticket, events: Sequence[EventBase], policy: CompiledPolicy, end_us: int) -> Contact:
    course = course_of(Case(ticket.id, ticket, events, policy, end_us))
    opened_us = to_us(ticket.opened_at)
    ratings = [event for event in events if isinstance(event, RatingGiven)]
    done = ticket.status_category in {StatusCategory.RESOLVED, StatusCategory.CLOSED}
    answered = [to_us(event.recorded_at) for event in events if answers(event) or bot_answers(event)]
    resolution_us = course.resolution_us
    return Contact(
        ticket=ticket,
        opened_us=opened_us,
        answered_s=None if not answered else (answered[0] - opened_us) / SECOND_US,
        resolved_us=None if not done or resolution_us is None else opened_us + resolution_us,
        bot=course.bot,
        bot_s=tuple(_bot_took(events)),
        missed=any(isinstance(event, BotAnswered) and event.missed for event in events),
        reply_s=tuple(_replied(events)),
        handovers=course.handovers,
        joined=course.joined,
        routed=any(isinstance(event, TicketRouted) for event in events),
        asked=any(isinstance(event, RatingRequested) for event in events),
        rating=ratings[0] if ratings else None,
        calls=tuple(call.outcome for call in ticket.phone.calls if call.outcome and not call.outgoing),
        call_backs=tuple(_kept(events)),
    )


def _kept(events: Iterable[EventBase]) -> Iterable[bool]:
    """Of each call that was promised whether the desk called in time.

    What ends before its time without a call is kept or broken by nobody, but where the ticket ended: that is no call.
    """
    missed = False
    for event in events:
        if isinstance(event, CallBackPromised):
            missed = False
        elif isinstance(event, CallBackMissed):
            missed = True
            yield False
        elif isinstance(event, CallBackEnded) and not missed and event.outcome in {"kept", "dropped"}:
            yield event.outcome == "kept"


def _bot_took(events: Iterable[EventBase]) -> Iterable[float]:
    """How long each answer of the bot took since the words that it answers."""
    heard_us: int | None = None
    for event in events:
        if isinstance(event, TicketOpened | MessageReceived) and _begins_wait(event):
            heard_us = to_us(event.recorded_at)
        elif isinstance(event, BotAnswered) and heard_us is not None:
            yield (to_us(event.recorded_at) - heard_us) / SECOND_US
            heard_us = None


def _replied(events: Iterable[EventBase]) -> Iterable[float]:
    """How long each written answer of an agent took since the words or the call, or since the agent got the ticket.

    Who was spoken with waits no more, and who is answered by something else than an agent's words is in no figure of these.
    """
    heard_us: int | None = None
    had: dict[str, int] = {}
    for event in events:
        at_us = to_us(event.recorded_at)
        if _begins_wait(event):
            heard_us = at_us
        elif isinstance(event, AssignmentChanged) and event.assignee is not None:
            had[event.assignee] = at_us
        elif answers(event):
            if heard_us is not None and isinstance(event, ReplySent) and event.by.kind == "agent":
                yield (at_us - max(heard_us, had.get(event.by.id, 0))) / SECOND_US
            heard_us = None


def _begins_wait(event: EventBase) -> bool:
    return isinstance(event, TicketOpened) or asks(event)


def surge_spans(desk: Desk) -> list[Span]:
    """When a surge was in force: what the desk has recorded of itself."""
    begun: dict[str, tuple[int, int]] = {}
    spans: list[Span] = []
    cursor: str | None = None
    while True:
        page = desk.feed(cursor, limit=_PAGE, only=(SurgeDeclared, SurgeEnded))
        for item in page:
            event = item.event
            if isinstance(event, SurgeDeclared):
                start_us = begun.get(event.name, (to_us(event.recorded_at), 0))[0]
                begun[event.name] = (start_us, to_us(event.until))
            elif isinstance(event, SurgeEnded) and event.name in begun:
                start_us, _ = begun.pop(event.name)
                spans.append(Span(start_us, to_us(event.recorded_at)))
        if page.cursor == cursor:
            break
        cursor = page.cursor
    return sorted([*spans, *(Span(start, until) for start, until in begun.values())])
