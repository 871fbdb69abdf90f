"""The commands of routing: offers and their answers, giving back, handing over."""

from supportflow._time import from_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.after.fitness import unable_to_accept
from supportflow.kernel.after.routing import (
    assignment_changed,
    change_tier,
    check_assignee,
    objections_to,
    route,
    withdraw_unfit_offer,
)
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.queue import is_queued
from supportflow.kernel.facts import Facts
from supportflow.model.base import StatusCategory
from supportflow.model.commands import Accept, Decline, HandOver, Offer, Recheck, Release, Withdraw
from supportflow.model.content import as_ref
from supportflow.model.events import OfferAccepted, OfferDeclined, OfferMade, OfferWithdrawn
from supportflow.model.people import Actor
from supportflow.model.routing import AgentState
from supportflow.routing.compiled import BOT, RoutingIndex

__all__ = ["accept", "decline", "hand_over", "offer", "recheck", "release", "withdraw"]


def _routing(draft: Draft, kind: str) -> RoutingIndex:
    if draft.policy.routing is None:
        raise Refused(draft.ticket.id, kind, "the policy has no routing")
    return draft.policy.routing


def _agent(facts: Facts, agent_id: str) -> AgentState:
    state = facts.agents.get(agent_id)
    if state is None:
        raise InvalidInput("agent", "is no agent whom the desk knows; enrol them first")
    return state


def offer(draft: Draft, command: Offer, facts: Facts) -> None:
    """Offer a waiting ticket to an agent; or assign it at once, if the policy has agents not asked.

    Raises:
        Refused: If the ticket does not wait, or the agent cannot take it now; it says everything that is against it.
    """
    routing = _routing(draft, command.kind)
    ticket = draft.ticket
    if not is_queued(ticket, draft.policy):
        raise Refused(ticket.id, command.kind, "the ticket does not wait for an agent")
    agent = _agent(facts, command.agent)
    requirement = ticket.routing.requirement
    assert requirement is not None
    objection = objections_to(draft, agent, requirement)
    lent = routing.lent(ticket.routing.route, requirement) if ticket.routing.overflow else None
    if objection and lent is not None:
        heavier = lent.requirement._replace(weight=requirement.weight + lent.spare)
        objection = objections_to(draft, agent, heavier)
    if objection:
        raise Refused(ticket.id, command.kind, f"{agent.id} {'; '.join(objection)}")
    if routing.policy.acceptance == "direct":
        draft.emit(assignment_changed(draft, agent.id, ()))
        draft.begin_work("assignment")
        return
    expires_at = None if routing.offer_us is None else from_us(draft.at_us + routing.offer_us)
    draft.emit(draft.event(OfferMade, agent=agent.id, expires_at=expires_at))


def accept(draft: Draft, command: Accept, facts: Facts) -> None:
    """The agent takes the ticket that they are offered.

    Raises:
        Refused: If it is not offered to them, or they can no longer take it; it says everything that is against it.
    """
    agent_id = _offered_to(draft, command.kind, command.by)
    agent = facts.agents.get(agent_id)
    against_it = () if agent is None else unable_to_accept(draft, agent)
    if against_it:
        raise Refused(draft.ticket.id, command.kind, f"{agent_id} {'; '.join(against_it)}")
    draft.emit(draft.event(OfferAccepted, agent=agent_id))
    draft.emit(assignment_changed(draft, agent_id, ()))
    draft.begin_work("assignment")


def decline(draft: Draft, command: Decline) -> None:
    """The agent does not take the ticket that they are offered."""
    agent_id = _offered_to(draft, command.kind, command.by)
    draft.emit(draft.event(OfferDeclined, agent=agent_id, reason=as_ref(command.reason)))


def _offered_to(draft: Draft, kind: str, by: Actor) -> str:
    standing = draft.ticket.routing.offer
    if standing is None:
        raise Refused(draft.ticket.id, kind, "the ticket is offered to nobody; the offer may have passed")
    if by.kind not in {"agent", "bot"} or by.id != standing.agent:
        raise Refused(draft.ticket.id, kind, "the ticket is offered to somebody else")
    return standing.agent


def withdraw(draft: Draft, _command: Withdraw) -> None:
    """Take an offer back. Nothing happens if there is none."""
    standing = draft.ticket.routing.offer
    if standing is not None:
        draft.emit(draft.event(OfferWithdrawn, agent=standing.agent, cause="agent_left"))


def recheck(draft: Draft, _command: Recheck, facts: Facts) -> None:
    """Check whether the assignee, or who is offered the ticket, may still have it. Nothing happens if so."""
    if draft.policy.routing is not None:
        check_assignee(draft, facts, draft.ticket)
        withdraw_unfit_offer(draft, facts)


def release(draft: Draft, command: Release) -> None:
    """Give a ticket back to the queue. Its agent is not offered it again while it waits."""
    routing = _routing(draft, command.kind)
    ticket = draft.ticket
    if ticket.assignee is None:
        raise Refused(ticket.id, command.kind, "nobody has the ticket")
    if not ticket.is_open:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    was = ticket.assignee
    draft.emit(assignment_changed(draft, None))
    route(draft, routing, "released", declined=(was,))


def hand_over(draft: Draft, command: HandOver) -> None:
    """Hand a ticket over to another tier, with what is known.

    Raises:
        InvalidInput: If the policy has no such tier.
        Refused: If the ticket has ended or is in that tier already, or a security incident would go to the bot.
    """
    routing = _routing(draft, command.kind)
    ticket, tiers = draft.ticket, routing.policy.tiers
    if command.tier not in tiers:
        raise InvalidInput("tier", f"is not one of the policy's tiers: {', '.join(tiers)}")
    if not ticket.is_open:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if ticket.tier == command.tier and command.group in {None, ticket.group}:
        raise Refused(ticket.id, command.kind, f"the ticket is in tier {command.tier!r} already")
    if command.tier == BOT and ticket.priority_class in routing.policy.never_bot:
        raise Refused(ticket.id, command.kind, f"a {ticket.priority_class} ticket never waits on a bot")
    change_tier(
        draft,
        routing,
        command.tier,
        command.group,
        reason=as_ref(command.reason),
        summary=as_ref(command.summary),
    )
    if draft.ticket.status_category is StatusCategory.ON_HOLD:
        draft.fire_if_permitted("resume", cause="hand_over")
