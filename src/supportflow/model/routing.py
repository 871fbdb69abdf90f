"""What routing knows: what a ticket needs, who an agent is at the moment, and the work that an agent holds."""

from typing import Literal, NamedTuple

from pydantic import Field

from supportflow._dataclass import dataclass
from supportflow._time import Instant, Moment
from supportflow.model.base import Id, Value
from supportflow.model.people import Agent

__all__ = [
    "NO_ROUTING",
    "AgentState",
    "Lack",
    "Load",
    "Offer",
    "Presence",
    "Requirement",
    "Routing",
    "ShiftOverride",
]

Presence = Literal["available", "away", "offline"]
"""`available` takes work; `away` keeps what it has and takes no more; `offline` has left."""


class Requirement(NamedTuple):
    """What an agent must have to take a ticket: its signature. Tickets with equal requirements wait in one heap.

    Attributes:
        tier: The line of support.
        skills: Skill and least level, sorted by skill.
        language: A BCP 47 tag, as the policy folds it; None if any will do.
        group: The support group that the ticket is assigned to, if to one.
        channel: The channel: it decides which limit of an agent counts.
        weight: Units of capacity that the ticket takes.
    """

    tier: str
    skills: tuple[tuple[str, int], ...] = ()
    language: str | None = None
    group: str | None = None
    channel: str = "web"
    weight: int = 1


class Lack(NamedTuple):
    """One thing that a ticket needs, or forbids, and its agent does not fulfil.

    Attributes:
        kind: Of what kind. `four_eyes`: the agent must not have the ticket. `outside`: they take part in the case from
            outside.
        name: The tier, group, language or skill; for `four_eyes` the tier in which two pairs of eyes are asked for; for
            `outside` what they are: the `requester`, or a `party`.
    """

    kind: Literal["tier", "group", "language", "skill", "four_eyes", "outside"]
    name: str


class Offer(NamedTuple):
    """A ticket held out to an agent.

    Attributes:
        agent: The agent's id.
        made_us: When.
        expires_us: The offer is gone once this instant has passed; None if it waits for ever.
    """

    agent: str
    made_us: int
    expires_us: int | None


@dataclass(frozen=True, slots=True)
class Routing:
    """How far the routing of a ticket has come.

    Attributes:
        requirement: What it needs now; None if nobody routes it.
        route: The policy's route that chose it.
        since_us: When it began to wait in its tier: relaxation counts from here.
        overflow: The group whose agents may take it, too.
        handed_over: True if somebody handed it over to this tier: it can use the capacity that agents keep for that.
        relaxed: How many steps of relaxation it has taken.
        offer: The offer that is open.
        declined: Agents who declined it or let an offer pass, in order. None of them is offered it again in this wait.
        declined_us: When the last of them did.
        barred: Agents who must not take it: four eyes.
        preferred: The agent who should have it, if present.
        waived: What whoever assigned it passed over; None if that is not known.
        lacks: What its agent lacks for it, as it was recorded last.
    """

    requirement: Requirement | None = None
    route: str | None = None
    since_us: int = 0
    relaxed: int = 0
    offer: Offer | None = None
    declined: tuple[str, ...] = ()
    declined_us: int = 0
    barred: tuple[str, ...] = ()
    preferred: str | None = None
    overflow: str | None = None
    handed_over: bool = False
    waived: tuple[Lack, ...] | None = None
    lacks: tuple[Lack, ...] = ()


NO_ROUTING = Routing()
"""Of a ticket that nobody routes."""


class Load(NamedTuple):
    """One ticket that takes an agent's capacity: assigned, or offered and not yet answered."""

    ticket_id: str
    channel: str
    weight: int
    offered: bool = False


class ShiftOverride(Value):
    """A dated change to an agent's shifts; of two that overlap, the later one counts.

    Attributes:
        start: From this instant on.
        end: Up to this instant, which is no longer part of it.
        on_duty: True for extra time, False for time off.
        reason: Such as `"swap with ana"`.
    """

    start: Moment
    end: Moment
    on_duty: bool
    reason: str = Field(default="", max_length=200)


class AgentState(Value):
    """An agent as the desk knows them: what the fold of the agent's stream gives.

    Attributes:
        agent: Who they are: skills, languages, tiers, capacity, shifts.
        version: Number of events in the stream.
        presence: What they said last.
        since: Since when.
        load: The work that they hold, in the order in which it came.
        assigned_at: When work last came to them.
        freed_at: When they last gave work back or ended it, or came.
        overrides: Dated changes to the shifts.
        recorded_at: When the latest event stands in its stream.
    """

    id: Id
    agent: Agent
    version: int
    presence: Presence = "offline"
    since: Instant
    load: tuple[Load, ...] = ()
    assigned_at: Instant | None = None
    freed_at: Instant | None = None
    overrides: tuple[ShiftOverride, ...] = ()
    recorded_at: Instant

    @property
    def reserved(self) -> int:
        """Units of capacity that only hand-overs can use."""
        return self.agent.reserved

    @property
    def used(self) -> int:
        """Units of capacity in use."""
        return sum(load.weight for load in self.load)

    def holds(self, ticket_id: str) -> Load | None:
        """The load that a ticket is, or None."""
        for load in self.load:
            if load.ticket_id == ticket_id:
                return load
        return None
