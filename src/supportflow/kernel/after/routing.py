"""After every decision: what a ticket needs of an agent, the offer that stands, and the load that it is to agents.

Who is asked is the floor's business; whether they can be is decided on the agent's own stream, so that two dispatchers, or a
dispatcher and a lead, can never give an agent more than they can hold.
"""

from typing import Literal

from supportflow._time import from_us
from supportflow.kernel.after.fitness import record_fitness, unable_to_accept
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.fold.agents import evolve_agent
from supportflow.kernel.sides import objection_to_side, side
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.events import (
    AssignmentChanged,
    HandedOver,
    LoadReleased,
    LoadTaken,
    OfferWithdrawn,
    TicketRouted,
)
from supportflow.model.made import made
from supportflow.model.routing import AgentState, Lack, Load, Requirement
from supportflow.model.ticket import Ticket
from supportflow.routing.compiled import BOT, Routed, RoutingIndex
from supportflow.routing.eligibility import absence, objections, room_for
from supportflow.routing.roster import rostered

__all__ = [
    "Cause",
    "assignment_changed",
    "change_tier",
    "check_assignee",
    "conclude_routing",
    "default_requirement",
    "moves_to_tier",
    "needs_of",
    "objections_to",
    "route",
    "update_requirement",
    "withdraw_unfit_offer",
]


_ACTIVE = frozenset({StatusCategory.NEW, StatusCategory.OPEN})


Cause = Literal["opened", "reopened", "changed", "returned", "released", "handed_over"]


def conclude_routing(draft: Draft, facts: Facts, before: Ticket | None) -> None:
    """Bring routing in line with what a decision has made of a ticket.

    Args:
        draft: The decision on the ticket.
        facts: With the agents whom it concerns.
        before: The ticket before the decision; None if it began with it.
    """
    routing = draft.policy.routing
    if routing is None or not draft.events:
        return
    busy = draft.ticket.status_category in routing.busy_in
    if before is not None and draft.ticket.assignee is not None and _is_back(draft, routing, before):
        _resume_assignment(draft, facts, routing, before)
    if draft.ticket.status_category.is_open:
        _record_requirement(draft, routing, before)
    check_assignee(draft, facts, before)
    _end_offer(draft, facts, busy=busy)
    _move_loads(draft, facts, routing, busy=busy)


def _is_back(draft: Draft, routing: RoutingIndex, before: Ticket) -> bool:
    """True if the ticket waited for somebody else, or had ended, and its assignee has to work on it again."""
    was, now = before.status_category, draft.ticket.status_category
    return now in routing.busy_in and (was not in routing.busy_in or (now in _ACTIVE and was not in _ACTIVE))


def _resume_assignment(draft: Draft, facts: Facts, routing: RoutingIndex, before: Ticket | None) -> None:
    """Leave a ticket that comes back with its assignee, if they are there and can take it; else queue it."""
    ticket = draft.ticket
    assert ticket.assignee is not None
    assert before is not None
    agent = facts.agents.get(ticket.assignee)
    if agent is None or before.assignee != ticket.assignee:
        return
    # A lead may have passed over skills when they got it: what they lacked then does not count. To go on they must have all
    # that they had then, be on duty, and have room.
    cause: Cause = "returned" if before.is_open else "reopened"
    record_fitness(draft, agent)
    if draft.ticket.routing.lacks:
        draft.emit(assignment_changed(draft, None))
        route(draft, routing, cause)
        return
    if agent.holds(ticket.id) is not None:
        return
    needs = ticket.routing.requirement or default_requirement(ticket, routing)
    on_duty = rostered(agent.agent, agent.overrides, draft.policy.shifts, draft.at_us)
    handed_over = ticket.routing.handed_over
    if not absence(agent, on_duty=on_duty) and not room_for(needs, agent, handed_over=handed_over):
        return
    sticky = ticket.assignee if routing.policy.sticky else None
    draft.emit(assignment_changed(draft, None))
    route(draft, routing, cause, preferred=sticky)


def check_assignee(draft: Draft, facts: Facts, before: Ticket | None) -> None:
    """Record what the assignee lacks, and take the ticket from them if the policy says so for what is new.

    An assignee whom this very decision named keeps it: the host decides whom it assigns. A ticket that waits for somebody
    else is taken away only when it comes back, since nobody works on it until then.
    """
    routing, ticket = draft.policy.routing, draft.ticket
    agent = None if ticket.assignee is None else facts.agents.get(ticket.assignee)
    if routing is None or agent is None or not ticket.is_open:
        return
    new = record_fitness(draft, agent)
    given_now = before is None or before.assignee != ticket.assignee
    busy = ticket.status_category in routing.busy_in
    taken_for = {"outside", *routing.policy.requeue_lost}
    if given_now or not busy or not any(one.kind in taken_for for one in new):
        return
    draft.emit(assignment_changed(draft, None))
    route(draft, routing, "released", declined=(agent.id,))


def _record_requirement(draft: Draft, routing: RoutingIndex, before: Ticket | None) -> None:
    """Record what the ticket needs, if that has changed."""
    state = draft.ticket.routing
    if state.requirement is None:
        route(draft, routing, "opened" if before is None else "changed")
        return
    needs = needs_of(draft, routing)
    if needs is None:
        return
    steps = state.relaxed if needs.route == state.route else 0
    if routing.relaxed_so_far(needs.route, needs.requirement, steps) != state.requirement:
        route(draft, routing, "changed", needs=needs)


def needs_of(draft: Draft, routing: RoutingIndex) -> Routed | None:
    """What the ticket needs as it stands in the decision; None if no route matches it."""
    state = draft.ticket.routing
    handed = state.requirement is not None and state.handed_over
    tier = state.requirement.tier if handed and state.requirement is not None else None
    if tier == BOT and routing.past_bot(draft.view()):
        tier = (
            None  # it was handed to the bot and turned out to be an incident: it goes where its route leads
        )
    return routing.needs_of(draft.ticket, draft.view, tier=tier)


def route(
    draft: Draft,
    routing: RoutingIndex,
    cause: Cause,
    *,
    needs: Routed | None = None,
    preferred: str | None = None,
    barred: tuple[str, ...] | None = None,
    declined: tuple[str, ...] = (),
) -> None:
    """Record what the ticket needs, and why it is looked at again. Nothing happens if it has no route."""
    needs = needs or needs_of(draft, routing)
    if needs is None:
        return
    state = draft.ticket.routing
    requirement = needs.requirement
    changed = cause == "changed" and state.requirement is not None
    steps = state.relaxed if changed and needs.route == state.route else 0
    requirement = routing.relaxed_so_far(needs.route, requirement, steps)
    draft.emit(
        draft.event(
            TicketRouted,
            cause=cause,
            route=needs.route,
            tier=requirement.tier,
            skills=dict(requirement.skills),
            language=requirement.language,
            group=requirement.group,
            weight=requirement.weight,
            since=from_us(state.since_us) if changed else draft.at,
            barred=state.barred if barred is None else barred,
            declined=state.declined if changed else declined,
            preferred=state.preferred if changed else preferred,
        )
    )


def update_requirement(draft: Draft) -> None:
    """Record what the ticket needs now, if time has changed it: at that instant, not at the end of the decision."""
    if draft.policy.routing is not None:
        _record_requirement(draft, draft.policy.routing, draft.ticket)


def moves_to_tier(ticket: Ticket, routing: RoutingIndex, tier: str) -> bool:
    """True if the ticket can move to a tier: it is not there yet, and is no security incident that would go to the bot."""
    if tier not in routing.policy.tiers or tier == ticket.tier:
        return False
    return tier != BOT or ticket.priority_class not in routing.policy.never_bot


def change_tier(
    draft: Draft,
    routing: RoutingIndex,
    tier: str,
    group: str | None,
    *,
    reason: ContentRef | None = None,
    summary: ContentRef | None = None,
    cause: str | None = None,
) -> None:
    """Hand the ticket over to a tier, and a group in it, without an assignee there."""
    ticket = draft.ticket
    barred = ticket.routing.barred
    if tier in routing.policy.four_eyes:
        known = (ticket.assignee, draft.by.id if draft.by.kind == "agent" else None)
        barred = tuple(dict.fromkeys((*barred, *(one for one in known if one is not None))))
    draft.emit(
        draft.event(HandedOver, tier=tier, previous=ticket.tier, reason=reason, summary=summary, cause=cause)
    )
    if (ticket.group, ticket.assignee) != (group, None):
        draft.emit(assignment_changed(draft, None).model_copy(update={"group": group}))
    needs = routing.needs_of(draft.ticket, draft.view, tier=tier)
    route(draft, routing, "handed_over", needs=needs, barred=barred)


def _end_offer(draft: Draft, facts: Facts, *, busy: bool) -> None:
    """Withdraw the offer if the ticket no longer waits, or its agent can no longer take it."""
    offer = draft.ticket.routing.offer
    if offer is None:
        return
    cause: Literal["assigned", "not_waiting", "changed"]
    if not busy:
        cause = "not_waiting"
    elif draft.ticket.assignee is not None:
        cause = "assigned"
    else:
        withdraw_unfit_offer(draft, facts)
        return
    draft.emit(draft.event(OfferWithdrawn, agent=offer.agent, cause=cause))


def withdraw_unfit_offer(draft: Draft, facts: Facts) -> None:
    """Take an offer back whose agent can no longer take the ticket."""
    offer = draft.ticket.routing.offer
    agent = None if offer is None else facts.agents.get(offer.agent)
    if agent is not None and unable_to_accept(draft, draft.agents.get(agent.id, agent)):
        draft.emit(draft.event(OfferWithdrawn, agent=agent.id, cause="changed"))


def _move_loads(draft: Draft, facts: Facts, routing: RoutingIndex, *, busy: bool) -> None:
    """Record what the ticket takes of each agent's capacity, in the agents' streams."""
    if not facts.agents:
        return
    ticket = draft.ticket
    told = ticket.__dict__
    ticket_id, assignee, offer = ticket.id, told["assignee"], told["routing"].offer
    weight = (told["routing"].requirement or default_requirement(ticket, routing)).weight
    for agent_id in sorted(facts.agents):
        state = draft.agents.get(agent_id, facts.agents[agent_id])
        has = state.holds(ticket_id)
        takes: Load | None = None
        if busy and agent_id == assignee:
            takes = Load(ticket_id, told["channel"], weight)
        elif busy and offer is not None and agent_id == offer.agent:
            takes = Load(ticket_id, told["channel"], weight, offered=True)
        if takes == has:
            continue
        at = max(draft.at, state.recorded_at)
        head = {
            "agent_id": agent_id,
            "recorded_at": at,
            "by": draft.by,
            "ticket_id": ticket_id,
            "ref": told["ref"],
        }
        event: LoadReleased | LoadTaken = (
            made(LoadReleased, head)
            if takes is None
            else made(LoadTaken, head, channel=takes.channel, weight=takes.weight, offered=takes.offered)
        )
        draft.agents[agent_id] = evolve_agent(state, event)
        draft.events.append(event)


def default_requirement(ticket: Ticket, routing: RoutingIndex) -> Requirement:
    """What a ticket without a route asks of an agent: capacity, and nothing else."""
    policy = routing.policy
    weight = policy.weights.get(ticket.channel, policy.default_weight)
    return Requirement(tier="", channel=ticket.channel, weight=weight)


def assignment_changed(
    draft: Draft, agent: str | None, waived: tuple[Lack, ...] | None = None
) -> AssignmentChanged:
    """The event that another agent has the ticket, or nobody; `waived` is what was passed over for that."""
    ticket = draft.ticket
    return draft.event(
        AssignmentChanged,
        group=ticket.group,
        assignee=agent,
        previous_group=ticket.group,
        previous_assignee=ticket.assignee,
        waived=waived,
    )


def objections_to(draft: Draft, agent: AgentState, requirement: Requirement) -> tuple[str, ...]:
    """Everything that keeps an agent from taking the ticket now."""
    state = draft.ticket.routing
    if not requirement.tier:
        requirement = requirement._replace(tier=agent.agent.tiers[0] if agent.agent.tiers else "")
    # Shifts are those of today's policy, not of the version that the ticket lives under: they say who is at work now.
    outside = side(draft.ticket, agent.id, draft.policy, draft.people)
    return (() if outside is None else (objection_to_side(outside),)) + objections(
        requirement,
        agent,
        on_duty=rostered(agent.agent, agent.overrides, draft.current.shifts, draft.at_us),
        at_us=draft.at_us,
        excluded=(*state.barred, *state.declined),
        handed_over=state.handed_over,
    )
