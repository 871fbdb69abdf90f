"""Can this agent take this ticket? Answered with every reason against it, for refusals and for `explain`."""

from collections.abc import Collection

from supportflow._time import to_us
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState, Lack, Requirement
from supportflow.model.tags import serves

__all__ = ["absence", "lacking", "lacks", "objections", "room_for"]


def objections(
    requirement: Requirement,
    state: AgentState,
    *,
    on_duty: bool,
    at_us: int,
    excluded: Collection[str] = (),
    handed_over: bool = False,
) -> tuple[str, ...]:
    """Everything that keeps an agent from taking a ticket now; empty if nothing does.

    Args:
        requirement: What the ticket needs.
        state: The agent.
        on_duty: Whether a shift of theirs is on.
        at_us: Now, in microseconds: certificates end.
        excluded: Agents who must not take it, or did not want it.
        handed_over: True if it can use what agents keep free for hand-overs.
    """
    against = list(lacking(requirement, state.agent, at_us))
    against += absence(state, on_duty=on_duty)
    if state.id in excluded:
        against.append("must not take it, or did not want it")
    against += room_for(requirement, state, handed_over=handed_over)
    return tuple(against)


def absence(state: AgentState, *, on_duty: bool) -> tuple[str, ...]:
    """What keeps an agent from taking anything now."""
    against = [] if state.presence == "available" else [f"is {state.presence}"]
    if not on_duty:
        against.append("is off duty")
    return tuple(against)


def lacking(requirement: Requirement, agent: Agent, at_us: int) -> tuple[str, ...]:
    """What a ticket needs and an agent does not have, whatever they are doing, in words."""
    return tuple([words for _, words in _lacks(requirement, agent, at_us)])


def lacks(requirement: Requirement, agent: Agent, at_us: int) -> tuple[Lack, ...]:
    """What a ticket needs and an agent does not have, whatever they are doing."""
    return tuple([lack for lack, _ in _lacks(requirement, agent, at_us)])


def _lacks(requirement: Requirement, agent: Agent, at_us: int) -> list[tuple[Lack, str]]:
    tier, group, language = requirement.tier, requirement.group, requirement.language
    found: list[tuple[Lack, str]] = []
    if tier not in agent.tiers:
        found.append((Lack("tier", tier), f"is not in tier {tier!r}"))
    if group is not None and group not in agent.groups:
        found.append((Lack("group", group), f"is not in group {group!r}"))
    if language is not None and not serves(agent.languages, language):
        found.append((Lack("language", language), f"does not write {language!r}"))
    for name, level in requirement.skills:
        skill = agent.skills.get(name)
        if skill is None:
            found.append((Lack("skill", name), f"has no skill {name!r}"))
        elif skill.valid_until is not None and to_us(skill.valid_until) <= at_us:
            found.append((Lack("skill", name), f"has a lapsed certificate for {name!r}"))
        elif skill.level < level:
            found.append((Lack("skill", name), f"has level {skill.level} of {level} in {name!r}"))
    return found


def room_for(requirement: Requirement, state: AgentState, *, handed_over: bool = False) -> tuple[str, ...]:
    """What stands against one more ticket of this weight and channel."""
    against: list[str] = []
    agent, loads = state.agent, state.load
    total = agent.capacity - (0 if handed_over else agent.reserved)
    used = sum([load.weight for load in loads])
    if used + requirement.weight > total:
        against.append(f"has {max(total - used, 0)} of {requirement.weight} units free")
    limit = agent.limits.get(requirement.channel)
    if limit is not None and sum(load.channel == requirement.channel for load in loads) >= limit:
        against.append(f"has all {limit} of {requirement.channel!r} that they can have")
    return tuple(against)
