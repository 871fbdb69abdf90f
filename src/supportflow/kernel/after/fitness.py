"""Whether who has a ticket may have it now: asked when work lands on a person, and by every decision on the ticket.

An offer is made on what is so at that instant. Until it is accepted, or until the ticket comes back from its requester, a
tier, a skill, a certificate, a language, a group or capacity can be taken away; and the ticket can come to need more.
"""

from supportflow.kernel.draft import Draft
from supportflow.kernel.sides import objection_to_side, side
from supportflow.model.events import FitnessChanged
from supportflow.model.made import remade
from supportflow.model.routing import AgentState, Lack, Requirement
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.eligibility import lacking, lacks, room_for

__all__ = ["lost", "passed_over", "record_fitness", "unable_to_accept"]


_HARD = frozenset({"tier", "four_eyes", "outside"})
"""What separates duties. No assignment by hand passes it over."""


def lost(
    ticket: Ticket,
    policy: CompiledPolicy,
    agent: AgentState,
    at_us: int,
    people: frozenset[str] = frozenset(),
) -> tuple[Lack, ...]:
    """What the assignee lacks for a ticket, without what was knowingly passed over when they got it.

    If nobody knows what was passed over, as on a ticket that the host assigned, only what separates duties counts.

    Args:
        ticket: The ticket.
        policy: The version that it lives under.
        agent: Who has it.
        at_us: When; certificates end.
        people: The requester's other ids.
    """
    missing = _missing(ticket, agent, at_us, policy, _ways(ticket, policy), people)
    if not missing:
        return ()
    waived = ticket.routing.waived
    return tuple(one for one in missing if one.kind in _HARD or (waived is not None and one not in waived))


def passed_over(draft: Draft, agent: AgentState | None, group: str | None) -> tuple[Lack, ...] | None:
    """What somebody who assigns the ticket to an agent by hand passes over; None if the desk does not know the agent.

    Args:
        draft: The ticket.
        agent: The agent who gets it.
        group: The group that it is assigned to at the same time, if it is.
    """
    if agent is None:
        return None
    ways = _ways(draft.ticket, draft.policy)
    if group:
        ways = tuple(way._replace(group=group) for way in ways)
    missing = _missing(draft.ticket, agent, draft.at_us, draft.policy, ways, draft.people)
    return tuple(one for one in missing if one.kind not in _HARD)


def record_fitness(draft: Draft, agent: AgentState) -> tuple[Lack, ...]:
    """Record what the assignee lacks now, if that has changed.

    Returns:
        What they lack now and did not lack before.
    """
    known = draft.ticket.routing.lacks
    now = lost(draft.ticket, draft.policy, agent, draft.at_us, draft.people)
    if known and not draft.people_known and not any(one.kind == "outside" for one in now):
        # Nobody has looked up the requester's other ids for this decision: what was found by them stands.
        now = (*(one for one in known if one.kind == "outside"), *now)
    if now == known:
        return ()
    draft.emit(draft.event(FitnessChanged, agent=agent.id, lacks=now))
    return tuple(one for one in now if one not in known)


def unable_to_accept(draft: Draft, agent: AgentState) -> tuple[str, ...]:
    """What keeps an agent from taking the ticket that they are offered. Their own offer does not count against capacity."""
    state = draft.ticket.routing
    outside = side(draft.ticket, agent.id, draft.policy, draft.people)
    if outside is not None:
        return (objection_to_side(outside),)
    if agent.id in state.barred:
        return ("must not have it: four eyes",)
    others = tuple(load for load in agent.load if load.ticket_id != draft.ticket.id)
    free = remade(agent, {"load": others})
    first: tuple[str, ...] = ()
    for way in _ways(draft.ticket, draft.policy):
        against = (
            *lacking(way, agent.agent, draft.at_us),
            *room_for(way, free, handed_over=state.handed_over),
        )
        if not against:
            return ()
        first = first or against
    return first


def _missing(
    ticket: Ticket,
    agent: AgentState,
    at_us: int,
    policy: CompiledPolicy,
    ways: tuple[Requirement, ...],
    people: frozenset[str],
) -> tuple[Lack, ...]:
    """All that an agent lacks. Of several ways to be the right one, that in which they lack the least."""
    found = min([lacks(way, agent.agent, at_us) for way in ways], key=len, default=())
    if agent.id in ticket.routing.barred:
        found = (Lack("four_eyes", ticket.tier or ""), *found)
    outside = side(ticket, agent.id, policy, people)
    if outside is not None:
        found = (Lack("outside", outside), *found)
    return found


def _ways(ticket: Ticket, policy: CompiledPolicy) -> tuple[Requirement, ...]:
    """The ways to be the right agent: what the ticket needs and, once its overflow is open, what the helping group needs."""
    routing, state = policy.routing, ticket.routing
    if routing is None or state.requirement is None:
        return ()
    lent = routing.lent(state.route, state.requirement) if state.overflow else None
    return (state.requirement, *(() if lent is None else (lent.requirement,)))
