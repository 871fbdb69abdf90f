"""Why a ticket is with this agent or with none: what it needs, who was asked, what time will change."""

from collections.abc import Iterator, Sequence

from supportflow._time import from_us, iso
from supportflow.kernel.due.next import owes_turn, silent_due
from supportflow.kernel.due.queue import is_queued
from supportflow.model.events import (
    EventBase,
    FitnessChanged,
    HandedOver,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    RequirementRelaxed,
)
from supportflow.model.routing import Lack, Requirement
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.compiled import BOT

__all__ = ["WHAT_ROUTING_DOES", "routing_lines", "unassigned_because"]


WHAT_ROUTING_DOES = {
    "offer": "the offer passes",
    "relax": "less will do",
    "overflow": "another group may take it",
    "ask_again": "those who declined are asked again",
    "bot": "a person goes on, if the bot has not answered",
}
"""What happens by itself → in words."""


_ENDS = {
    OfferAccepted: "accepted by",
    OfferDeclined: "declined by",
    OfferExpired: "passed unanswered by",
    OfferWithdrawn: "withdrawn from",
}


def routing_lines(ticket: Ticket, events: Sequence[EventBase], policy: CompiledPolicy) -> Iterator[str]:
    """What routing knows of a ticket, a sentence each; nothing if nobody routes it."""
    state = ticket.routing
    if state.requirement is None:
        return
    relaxed = f", after {state.relaxed} steps of relaxation" if state.relaxed else ""
    yield f"needs: {_needs(state.requirement)} (route {state.route!r}{relaxed})"
    silent = silent_due(ticket, policy)
    if silent is not None:
        yield f"waits for the bot; a person goes on from {iso(from_us(silent.at_us))}"
    elif is_queued(ticket, policy):
        yield f"waits for an agent since {iso(from_us(state.since_us))}"
    yield from _past_lines(events)
    if state.lacks:
        yield f"{ticket.assignee} lacks: {_lacking(state.lacks)}"
    if state.barred:
        yield f"must not go to: {', '.join(state.barred)}"
    if state.declined:
        yield f"not asked again for now: {', '.join(state.declined)}"
    if state.preferred is not None:
        yield f"should go to: {state.preferred}"


def unassigned_because(ticket: Ticket, policy: CompiledPolicy) -> str:
    """Why no agent has the ticket, as far as the ticket and its policy tell."""
    routing, offer = policy.routing, ticket.routing.offer
    if ticket.merged_into is not None:
        return f"it was merged into {ticket.merged_into}"
    if ticket.status_category.is_final:
        return f"it is {ticket.status_category.value}"
    if routing is None:
        return "the policy routes no tickets, so somebody has to assign it"
    if offer is not None:
        return f"{offer.agent} has not answered the offer yet"
    if ticket.tier == BOT and ticket.status_category in routing.busy_in:
        return "the bot has to answer first" if owes_turn(ticket, policy) else "it is with the bot"
    if is_queued(ticket, policy):
        return "it waits until an agent who fits is free"
    if ticket.status_category not in routing.busy_in:
        return f"no agent is sought while it is {ticket.status_category.value.replace('_', ' ')}"
    return "no route of the policy is for it, so somebody has to assign it"


def _past_lines(events: Sequence[EventBase]) -> Iterator[str]:
    for event in events:
        if isinstance(event, OfferMade):
            yield f"offered to {event.agent} at {iso(event.recorded_at)}"
        elif isinstance(event, OfferAccepted | OfferDeclined | OfferExpired | OfferWithdrawn):
            yield f"{_ENDS[type(event)]} {event.agent} at {iso(event.recorded_at)}"
        elif isinstance(event, HandedOver):
            why = f" ({event.cause})" if event.cause else ""
            yield f"handed over to {event.tier} by {event.by} at {iso(event.recorded_at)}{why}"
        elif isinstance(event, FitnessChanged):
            what = f"lacked {_lacking(event.lacks)}" if event.lacks else "had everything again"
            yield f"{event.agent} {what} at {iso(event.recorded_at)}"
        elif isinstance(event, RequirementRelaxed):
            yield f"relaxed, step {event.step}, at {iso(event.recorded_at)}"


def _lacking(lacks: Sequence[Lack]) -> str:
    return ", ".join(f"{lack.kind.replace('_', ' ')} {lack.name}" for lack in lacks)


def _needs(requirement: Requirement) -> str:
    parts = [f"tier {requirement.tier}"]
    parts += [f"{name} at level {level}" for name, level in requirement.skills]
    parts += [f"language {requirement.language}"] if requirement.language else []
    parts += [f"group {requirement.group}"] if requirement.group else []
    parts.append(f"{requirement.weight} units")
    return ", ".join(parts)
