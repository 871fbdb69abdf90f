"""Folding of `model/events/routing`: what a ticket needs of an agent, and who was asked."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.kernel.fold.bot import enters_tier, leaves_bot
from supportflow.model.events import (
    DeclinesForgotten,
    EventBase,
    FitnessChanged,
    HandedOver,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    OverflowOpened,
    RequirementRelaxed,
    TicketRouted,
)
from supportflow.model.routing import Offer, Requirement
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES"]

Changes = dict[str, Any]


def _routed(ticket: Ticket, event: TicketRouted) -> Changes:
    before, told = ticket.routing, event.__dict__
    kept = told["cause"] == "changed"
    on = kept and told["route"] == before.route
    requirement = Requirement(
        tier=told["tier"],
        skills=tuple(sorted(told["skills"].items())),
        language=told["language"],
        group=told["group"],
        channel=ticket.channel,
        weight=told["weight"],
    )
    return {
        "bot": enters_tier(ticket, event),
        "routing": replace(
            before,
            requirement=requirement,
            route=told["route"],
            since_us=to_us(told["since"]),
            relaxed=before.relaxed if on else 0,
            declined=told["declined"],
            declined_us=before.declined_us if kept else to_us(told["recorded_at"]),
            barred=told["barred"],
            preferred=told["preferred"],
            overflow=before.overflow if on else None,
        ),
    }


def _relaxed(ticket: Ticket, event: RequirementRelaxed) -> Changes:
    before = ticket.routing
    assert before.requirement is not None
    less = before.requirement._replace(skills=tuple(sorted(event.skills.items())), language=event.language)
    return {"routing": replace(before, requirement=less, relaxed=event.step)}


def _offered(ticket: Ticket, event: OfferMade) -> Changes:
    expires_us = None if event.expires_at is None else to_us(event.expires_at)
    offer = Offer(event.agent, to_us(event.recorded_at), expires_us)
    return {"routing": replace(ticket.routing, offer=offer)}


def _not_wanted(ticket: Ticket, event: OfferDeclined | OfferExpired) -> Changes:
    before = ticket.routing
    declined = (*(one for one in before.declined if one != event.agent), event.agent)
    return {
        "routing": replace(
            before, offer=None, declined=declined, declined_us=to_us(event.recorded_at), preferred=None
        )
    }


def _offer_over(ticket: Ticket, _event: OfferAccepted | OfferWithdrawn) -> Changes:
    return {"routing": replace(ticket.routing, offer=None)}


def _forgotten(ticket: Ticket, _event: DeclinesForgotten) -> Changes:
    return {"routing": replace(ticket.routing, declined=())}


def _overflow(ticket: Ticket, event: OverflowOpened) -> Changes:
    return {"routing": replace(ticket.routing, overflow=event.group)}


def _fitness(ticket: Ticket, event: FitnessChanged) -> Changes:
    return {"routing": replace(ticket.routing, lacks=event.lacks)}


def _handed_over(ticket: Ticket, _event: HandedOver) -> Changes:
    return {"routing": replace(ticket.routing, handed_over=True), "bot": leaves_bot(ticket)}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    TicketRouted: _routed,
    RequirementRelaxed: _relaxed,
    OfferMade: _offered,
    OfferAccepted: _offer_over,
    OfferDeclined: _not_wanted,
    OfferExpired: _not_wanted,
    OfferWithdrawn: _offer_over,
    DeclinesForgotten: _forgotten,
    OverflowOpened: _overflow,
    FitnessChanged: _fitness,
    HandedOver: _handed_over,
}
"""Event class → what it changes on the ticket."""
