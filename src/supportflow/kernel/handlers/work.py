"""Work on a ticket: assignment, attributes, priority, and the lifecycle's triggers."""

from supportflow.exceptions import Refused, StepsMissing
from supportflow.kernel.after.evidence import request_evidence
from supportflow.kernel.after.fitness import passed_over
from supportflow.kernel.after.routing import default_requirement
from supportflow.kernel.casework import guards
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.updates import tell_state
from supportflow.kernel.sides import refuse_outsider, side
from supportflow.lifecycle.engine import MERGE
from supportflow.model.base import StatusCategory
from supportflow.model.commands import (
    Assign,
    Cancel,
    Close,
    Hold,
    Reopen,
    Resolve,
    Resume,
    SetPriority,
    Trigger,
    Update,
    WaitForRequester,
)
from supportflow.model.content import as_ref
from supportflow.model.events import AssignmentChanged, PriorityChanged, TicketUpdated
from supportflow.model.events.tickets import Given
from supportflow.model.records import Attributes
from supportflow.model.routing import Lack
from supportflow.model.signals import Signals
from supportflow.routing.eligibility import room_for

__all__ = [
    "assign",
    "change_assignment",
    "change_attributes",
    "change_priority",
    "check_assignment",
    "check_ending",
    "learn_language",
    "set_priority",
    "trigger",
    "update",
]


def assign(draft: Draft, command: Assign, facts: Facts) -> None:
    """Give the ticket to a group, an agent, or both."""
    ticket = draft.ticket
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    check_assignment(draft, command, facts)
    agent = facts.agents.get(command.agent) if command.agent else None
    change_assignment(draft, command.group, command.agent, passed_over(draft, agent, command.group))
    if draft.ticket.assignee is not None:
        draft.begin_work("assignment")


def change_assignment(
    draft: Draft, group: str | None, agent: str | None, waived: tuple[Lack, ...] | None = None
) -> None:
    """Record another group or assignee, if one of them changes. None leaves it as it is; an empty text clears it."""
    ticket = draft.ticket
    new_group = ticket.group if group is None else group or None
    new_agent = ticket.assignee if agent is None else agent or None
    if (new_group, new_agent) == (ticket.group, ticket.assignee):
        return
    other = new_agent is not None and new_agent != ticket.assignee
    outside = other and side(ticket, str(new_agent), draft.policy, draft.people) is not None
    draft.emit(
        draft.event(
            AssignmentChanged,
            group=new_group,
            assignee=new_agent,
            previous_group=ticket.group,
            previous_assignee=ticket.assignee,
            waived=ticket.routing.waived if new_agent == ticket.assignee else waived,
            outside=outside,
        )
    )


def update(draft: Draft, command: Update) -> None:
    """Set declared attributes, the topic or the language. Class and level are decided anew if they rest on them.

    Evidence is asked for anew as well: another topic can need other items, and an attribute can be an item.
    """
    changed = change_attributes(draft, dict(command.attributes), command.category, command.language)
    if not changed.isdisjoint(draft.policy.priority.reads):
        _reconsider(draft)
    request_evidence(draft, None)


def _reconsider(draft: Draft) -> None:
    """Decide class and level anew and record a difference. What a person chose stays."""
    ticket = draft.ticket
    if ticket.status_category.is_final:
        return
    again = draft.policy.priority.again(ticket, draft.view())
    if (again.priority_class, again.level) != (ticket.priority_class, ticket.level):
        draft.emit(
            PriorityChanged(
                **draft.head(),
                priority_class=again.priority_class,
                level=again.level,
                previous_class=ticket.priority_class,
                previous_level=ticket.level,
                rule=again.rule,
                chosen_by=again.chosen_by,
                evidence=again.evidence,
                level_evidence=again.level_evidence,
            )
        )


def change_attributes(
    draft: Draft, attributes: Attributes, topic: str | None = None, language: str | None = None
) -> frozenset[str]:
    """Record the attributes that change.

    Returns:
        The fields that changed, as conditions name them.
    """
    if not attributes and topic is None and language is None:
        return frozenset()
    ticket = draft.ticket
    checked = draft.policy.check_attributes(attributes)
    changed = {name: value for name, value in checked.items() if ticket.attributes.get(name) != value}
    topic = None if topic == ticket.category else topic
    language = None if language == ticket.language else language
    if changed or topic is not None or language is not None:
        draft.emit(TicketUpdated(**draft.head(), attributes=changed, topic=topic, language=language))
    built_in = {"category": topic, "language": language}
    return frozenset((*changed, *(name for name, value in built_in.items() if value is not None)))


def learn_language(draft: Draft, signals: Signals) -> None:
    """Give a routed ticket without a language that of a later message of its requester.

    The first message may be too short to tell. Tickets that nobody routes are left alone: nothing there asks for a language.
    """
    told = signals.tag or signals.language
    if draft.policy.routing is not None and draft.ticket.language is None and told is not None:
        changed = change_attributes(draft, {}, language=told)
        if not changed.isdisjoint(draft.policy.priority.reads):
            _reconsider(draft)


def set_priority(draft: Draft, command: SetPriority) -> None:
    """Set the class, the level, or both, by hand. What was set stays, whatever attributes say later."""
    change_priority(draft, command.priority_class, command.level, reason=command.reason, confirms=True)
    if draft.ticket.case.waiting:
        request_evidence(draft, None)


def change_priority(
    draft: Draft,
    priority_class: str | None,
    level: int | None,
    *,
    reason: object = None,
    confirms: bool = False,
) -> None:
    """Record another class or level, if one of them changes.

    Args:
        draft: The ticket.
        priority_class: The class; None if it was not named.
        level: The level; None if it was not named.
        reason: Reference to the reason.
        confirms: True to record it even if nothing changes, where an attribute could change it later: what a person
            confirmed stays.
    """
    draft.policy.check_class(priority_class)
    ticket = draft.ticket
    if not confirms and priority_class in {None, ticket.priority_class} and level in {None, ticket.level}:
        return
    new_class = priority_class or ticket.priority_class
    new_level = level or ticket.level
    named: dict[Given, object] = {"class": priority_class, "level": level}
    given = tuple(what for what, value in named.items() if value is not None)
    pins = confirms and bool(draft.policy.priority.reads) and not set(given) <= set(ticket.given)
    if (new_class, new_level) == (ticket.priority_class, ticket.level) and not pins:
        return
    draft.emit(
        PriorityChanged(
            **draft.head(),
            priority_class=new_class,
            level=new_level,
            previous_class=ticket.priority_class,
            previous_level=ticket.level,
            rule="given",
            chosen_by="given",
            reason=as_ref(reason),
            given=given,
        )
    )


def trigger(
    draft: Draft,
    command: Trigger | WaitForRequester | Hold | Resume | Resolve | Reopen | Close | Cancel,
    facts: Facts,
    *,
    cause: str = "command",
) -> None:
    """Fire the trigger that the command is named after, or the one that it names.

    Raises:
        Refused: If it names `merge`, which needs a second ticket: without one the ticket would end merged into nothing.
        StepsMissing: If it ends the work on the ticket, and mandatory steps of its procedure are not done.
        TransitionRefused: If the lifecycle does not accept it now.
    """
    ticket, policy = draft.ticket, draft.policy
    name = command.trigger if type(command) is Trigger else command.kind
    if name == MERGE:
        raise Refused(draft.ticket.id, command.kind, "merging takes a ticket to merge into; use merge")
    if policy.cases.procedures:
        found = policy.lifecycle.lookup(ticket.status, name, draft.view)
        steps = () if found is None or found.kept else guards(ticket, policy, found.target)
        if steps:
            raise StepsMissing(ticket.id, name, steps)
    if policy.routing is not None:
        found = policy.lifecycle.lookup(ticket.status, name, draft.view)
        if found is not None:
            check_ending(draft, name, policy.lifecycle.category(found.target), facts)
    draft.fire(name, cause=cause, reason=as_ref(command.reason))
    if policy.document.updates is not None:
        tell_state(draft, ticket.status_category)


def check_assignment(draft: Draft, command: Assign, facts: Facts) -> None:
    """Check a direct assignment. A lead may pass over skills and shifts, not over tiers, four eyes and capacity.

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
        needs = state.requirement or default_requirement(ticket, routing)
        against += room_for(needs, agent, handed_over=state.handed_over)
    if against:
        raise Refused(ticket.id, command.kind, f"{agent.id} {'; '.join(against)}")


def check_ending(draft: Draft, kind: str, target: StatusCategory, facts: Facts) -> None:
    """Check that whoever ends a ticket may: some tiers end their own tickets, and with four eyes.

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
