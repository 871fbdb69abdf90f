"""What the floor is told: a ticket that waits, an agent who is there, and the traits by which the two are compared."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from supportflow._time import to_us
from supportflow.exceptions import InvalidInput
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState, Load, Requirement
from supportflow.model.tags import needed, served

__all__ = ["Entry", "Key", "Lane", "Overflow", "Seat", "Trait", "demands", "lane", "traits", "units"]

Trait = tuple[str, str, int]
"""One thing that an agent is: `("tier", name, 0)`, `("group", name, 0)`, `("skill", name, level)`, or `("language", tag, 0)`
for each tag that they serve. Somebody with a skill at level 3 has it at levels 1 and 2, too, so that comparing is a question
of subsets."""

Key = tuple[int, int, int]
"""A place in the queue: rank of the class, level, and the instant (µs) that orders tickets inside them. The lowest comes
first; of equal keys, the lower ticket id. A key never changes while time passes."""


class Overflow(NamedTuple):
    """Another way in which a ticket can be taken: by somebody whom its own requirement leaves out.

    Attributes:
        requirement: What the agent of the lending side must have.
        spare: Units of capacity that must still be free with the agent afterwards. It protects the lender: none of its
            agents is filled up with borrowed work, so each can still take `spare` units of its own.
    """

    requirement: Requirement
    spare: int = 0


class Entry(NamedTuple):
    """A ticket that waits in the queue.

    Attributes:
        ticket_id: Which.
        key: Its place, lowest first; see `Key`.
        requirement: What an agent must have to take it.
        since_us: When it began to wait, in µs since 1970 UTC. The floor does not order by it.
        barred: Agents who must not have it, or who declined it. Their order means nothing.
        preferred: The agent who gets it when it arrives, if present with capacity; else anybody.
        hand_over: Another tier or agent handed it over: it may use the units that are kept free for hand-overs.
        also: Other ways to be taken, in order, once nobody of its own can take it.
        version: Of the ticket's stream: an entry that is older than what the floor knows is passed over.
        outside: Those of the barred who take part in the case from outside.
    """

    ticket_id: str
    key: Key
    requirement: Requirement
    since_us: int = 0
    barred: tuple[str, ...] = ()
    preferred: str | None = None
    hand_over: bool = False
    also: tuple[Overflow, ...] = ()
    version: int = 0
    outside: tuple[str, ...] = ()


class Lane(NamedTuple):
    """What a ticket costs an agent: tickets of one lane are taken or left alike, whatever they are about."""

    channel: str
    weight: int
    hand_over: bool
    spare: int


class Seat(NamedTuple):
    """An agent on the floor, as of one instant.

    Attributes:
        agent_id: Who.
        traits: Tier, groups, languages and skills that count at this instant. A lapsed skill is not among them.
        capacity: Units of work that the agent can hold.
        reserved: Units of these that only a hand-over may use.
        limits: Channel and how many tickets of it at most, sorted.
        load: The work that the agent holds.
        available: Whether the agent takes work now: present and on duty.
        idle_us: Since when no work has come or gone, in µs since 1970 UTC: the order of `longest_idle`.
        version: Of the agent's stream: a seat that is older than what the floor knows is passed over.
        lapsed: Skill and level of certificates that have run out, sorted.
        next_change_us: The next certificate lapses then, so build the seat anew at that instant; None if none does.
    """

    agent_id: str
    traits: frozenset[Trait] = frozenset()
    capacity: int = 5
    reserved: int = 0
    limits: tuple[tuple[str, int], ...] = ()
    load: tuple[Load, ...] = ()
    available: bool = True
    idle_us: int = 0
    version: int = 0
    lapsed: tuple[tuple[str, int], ...] = ()
    next_change_us: int | None = None

    @classmethod
    def of(cls, state: AgentState, now_us: int, *, on_duty: bool = True) -> Self:
        """The seat of an agent at an instant.

        Args:
            state: The agent as the desk knows them.
            now_us: The instant, in µs since 1970 UTC: a skill counts while this is before its end.
            on_duty: What the roster says of this instant.
        """
        agent = state.agent
        ends = {
            name: to_us(skill.valid_until)
            for name, skill in agent.skills.items()
            if skill.valid_until is not None
        }
        lapsed = {name for name, end in ends.items() if end <= now_us}
        work = [moment for moment in (state.assigned_at, state.freed_at) if moment is not None]
        return cls(
            agent_id=state.id,
            traits=traits(agent, without=lapsed),
            capacity=agent.capacity,
            reserved=state.reserved,
            limits=tuple(sorted(agent.limits.items())),
            load=state.load,
            available=on_duty and state.presence == "available",
            idle_us=to_us(max(work)) if work else to_us(state.since),
            version=state.version,
            lapsed=tuple(sorted((name, agent.skills[name].level) for name in lapsed)),
            next_change_us=min((end for end in ends.values() if end > now_us), default=None),
        )


def traits(agent: Agent, *, without: Iterable[str] = ()) -> frozenset[Trait]:
    """What an agent is, less some skills."""
    return frozenset(_traits(agent, frozenset(without)))


def _traits(agent: Agent, without: frozenset[str]) -> Iterator[Trait]:
    for kind, names in (("tier", agent.tiers), ("group", agent.groups)):
        for name in names:
            yield (kind, name, 0)
    for tag in agent.languages:
        for one in served(tag):
            yield ("language", one, 0)
    for name, skill in agent.skills.items():
        if name not in without:
            for level in range(1, skill.level + 1):
                yield ("skill", name, level)


def demands(requirement: Requirement) -> frozenset[Trait]:
    """The traits that an agent must have to take a ticket. A level below 1 asks for the skill at any level."""
    asked: set[Trait] = {("tier", requirement.tier, 0)}
    asked.update(("skill", name, max(level, 1)) for name, level in requirement.skills)
    if requirement.language is not None:
        asked.add(("language", needed(requirement.language), 0))
    if requirement.group is not None:
        asked.add(("group", requirement.group, 0))
    return frozenset(asked)


def lane(requirement: Requirement, *, hand_over: bool, spare: int) -> Lane:
    """What a ticket of this requirement costs.

    Raises:
        InvalidInput: If it would give capacity instead of taking it.
    """
    if requirement.weight < 0:
        raise InvalidInput("requirement.weight", "is below 0")
    if spare < 0:
        raise InvalidInput("also.spare", "is below 0")
    return Lane(requirement.channel, requirement.weight, hand_over, spare)


def units(lane: Lane, reserved: int) -> int:
    """Free units without which an agent takes nothing of a lane: its weight, and what must be left over."""
    return lane.weight + lane.spare + (0 if lane.hand_over else reserved)
