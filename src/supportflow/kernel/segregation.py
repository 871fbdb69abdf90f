"""What routing has to say about other commands: whom a ticket can be given to, and who ends it."""

from supportflow.exceptions import Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.settling import plain
from supportflow.kernel.sides import refuse_outsider
from supportflow.model.base import StatusCategory
from supportflow.model.commands import Assign
from supportflow.routing.eligibility import room_for

__all__ = ["check_assignment", "check_ending"]


def check_assignment(draft: Draft, command: Assign, facts: Facts) -> None:
    """Accept a direct assignment. A lead may pass over skills and shifts; not over tiers, four eyes and capacity.

    Raises:
        Refused: If the agent takes part in the case from outside, is not of the ticket's tier, must not have it, or has no
            capacity left.
    """
    refuse_outsider(draft.ticket, command.kind, command.agent, draft.policy, draft.people)
    routing, ticket = draft.policy.routing, draft.ticket
    if routing is None or not command.agent or command.agent == ticket.assignee:
        return
    agent = facts.agents.get(command.agent)
    if agent is None:
        return
    state = ticket.routing
    against: list[str] = []
    if state.requirement is not None and state.requirement.tier not in agent.agent.tiers:
        against.append(f"is not in tier {state.requirement.tier!r}")
    if agent.id in state.barred:
        against.append("must not have it: four eyes")
    if not command.over_capacity and agent.holds(ticket.id) is None:
        needs = state.requirement or plain(ticket, routing)
        against += room_for(needs, agent, handed_over=state.handed_over)
    if against:
        raise Refused(ticket.id, command.kind, f"{agent.id} {'; '.join(against)}")


def check_ending(draft: Draft, kind: str, target: StatusCategory, facts: Facts) -> None:
    """Accept that a ticket ends: compliance ends its own, and with four eyes.

    Raises:
        Refused: If it is for somebody else to do.
    """
    routing, ticket = draft.policy.routing, draft.ticket
    if routing is None or target.is_open or not ticket.is_open or ticket.tier is None:
        return
    by = draft.by
    if ticket.tier in routing.policy.closed_by_own:
        agent = facts.agents.get(by.id) if by.kind == "agent" else None
        if agent is None or ticket.tier not in agent.agent.tiers:
            raise Refused(ticket.id, kind, f"only an agent of tier {ticket.tier!r} ends its tickets")
    own = by.works and ticket.assignee in {by.id, *facts.case.also_by}
    if ticket.tier in routing.policy.four_eyes and own:
        raise Refused(ticket.id, kind, "four eyes: another agent of the tier than the one who has it ends it")
