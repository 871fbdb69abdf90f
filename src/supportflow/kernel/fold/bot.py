"""Folding of `model/events/bot`, and of what other events mean to the bot."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.bot import NO_BOT, BotState
from supportflow.model.events import (
    BotAnswered,
    EventBase,
    GuideAdvanced,
    MessageReceived,
    TicketOpened,
    TicketRouted,
)
from supportflow.model.ticket import Ticket
from supportflow.routing.compiled import BOT

__all__ = ["CHANGES", "enters_tier", "first_message", "leaves_bot", "next_message"]


def first_message(event: TicketOpened) -> BotState:
    """What a ticket begins with: the requester's first words, if it was they who opened it."""
    wrote = event.by.kind == "requester" and not event.private and (event.body or event.subject) is not None
    return BotState(heard=1, heard_us=to_us(event.recorded_at)) if wrote else NO_BOT


def next_message(ticket: Ticket, event: MessageReceived) -> BotState:
    """After another message of the requester."""
    return replace(ticket.bot, heard=ticket.version + 1, heard_us=to_us(event.recorded_at))


def enters_tier(ticket: Ticket, event: TicketRouted) -> BotState:
    """A ticket that comes to the bot's tier waits for the bot from then on."""
    if event.tier != BOT or ticket.tier == BOT:
        return ticket.bot
    return replace(ticket.bot, heard_us=to_us(event.recorded_at))


def leaves_bot(ticket: Ticket) -> BotState:
    """Somebody else goes on with what was said so far; the bot, if it gets the ticket back, begins with the next message."""
    before = ticket.bot
    return BotState(
        heard=before.heard,
        heard_us=before.heard_us,
        answered=before.heard,
        walked=before.walked,
        collected=before.collected,
    )


def _answered(ticket: Ticket, event: BotAnswered) -> dict[str, Any]:
    before = ticket.bot
    walked = before.walked
    if event.flow is not None and event.flow not in walked:
        walked = (*walked, event.flow)
    return {
        "bot": replace(
            before,
            answered=event.turn,
            turns=before.turns + 1,
            missed=before.missed + 1 if event.missed else 0,
            articles=event.articles,
            flow=event.flow,
            step=event.step,
            asks=event.asks,
            walked=walked,
        )
    }


def _advanced(ticket: Ticket, event: GuideAdvanced) -> dict[str, Any]:
    before = ticket.bot
    walked = before.walked
    if event.flow is not None and event.flow not in walked:
        walked = (*walked, event.flow)
    collected = tuple(dict.fromkeys((*before.collected, event.field)))
    return {"bot": replace(before, collected=collected, walked=walked)}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], dict[str, Any]]] = {
    BotAnswered: _answered,
    GuideAdvanced: _advanced,
}
"""Event class → what it changes on the ticket."""
