"""Whether what is promised is served: when nobody on duty can serve a promise, and when it hangs on one person.

Computed on exact stretches of time, not by samples: a hole of one second is found.

That few skills for each agent suffice is a result of Wallace and Whitt ("A staffing algorithm for call centers with
skill-based routing", 2005): with two skills each, a team serves nearly as well as one in which everybody can do everything.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from supportflow._dataclass import dataclass
from supportflow._time import HOUR_US, Instant, from_us, to_us
from supportflow.calendars.zones import MAX_US
from supportflow.exceptions import RosterError
from supportflow.model.base import Document, Name
from supportflow.model.people import Agent
from supportflow.model.routing import ShiftOverride
from supportflow.model.tags import writes, written
from supportflow.routing.roster import Calendars, overridden, shift_intervals
from supportflow.routing.spans import Spans, intersection, union

__all__ = [
    "Coverage",
    "Gap",
    "Hour",
    "Lone",
    "Narrow",
    "OnDuty",
    "Overrides",
    "Promise",
    "by_hour",
    "coverage",
    "duties",
    "narrow",
    "people_on_duty",
    "serves_until",
]

Overrides = Mapping[str, Sequence[ShiftOverride]]
"""Agent's id → dated changes of the shifts, in the order in which they were recorded."""

Level = Annotated[int, Field(strict=True, ge=1, le=5)]


class Promise(Document):
    """What the desk has promised that somebody can always do: a signature, and when it holds.

    Attributes:
        name: For people; made of the rest, if not given.
        tier: The line of support that is needed.
        skills: Skill → least level, 1 to 5. All of them in one person.
        language: A BCP 47 tag. Who serves it is told as the queue tells it: an agent for `"zh-CN"` serves `"zh-Hans"`.
        hours: Name of a calendar of the policy: the promise holds while it is open. Not given: always.
    """

    FAILURE = RosterError

    name: Name | None = None
    tier: Name = "expert"
    skills: Mapping[Name, Level] = Field(default_factory=dict)
    language: Name | None = None
    hours: Name | None = None

    def __str__(self) -> str:
        if self.name is not None:
            return repr(self.name)
        skills = (f"{name} {level}" for name, level in self.skills.items())
        return ", ".join([self.tier, *skills, *([self.language] if self.language else [])])


class Gap(NamedTuple):
    """A stretch in which nobody on duty can serve a promise.

    Attributes:
        promise: What is not served.
        place: Its place among the promises.
        start_us: From this instant on, in microseconds since 1970-01-01T00:00Z.
        end_us: Until just before this one.
    """

    promise: Promise
    place: int
    start_us: int
    end_us: int

    @property
    def start(self) -> Instant:
        """From this instant on."""
        return from_us(self.start_us)

    @property
    def end(self) -> Instant:
        """Until just before this instant."""
        return from_us(self.end_us)


class Lone(NamedTuple):
    """A stretch in which one person alone can serve a promise: one illness away from a gap.

    Attributes:
        promise: What hangs on one person.
        place: Its place among the promises.
        start_us: From this instant on, in microseconds since 1970-01-01T00:00Z.
        end_us: Until just before this one.
        agent_id: That person.
    """

    promise: Promise
    place: int
    start_us: int
    end_us: int
    agent_id: str

    @property
    def start(self) -> Instant:
        """From this instant on."""
        return from_us(self.start_us)

    @property
    def end(self) -> Instant:
        """Until just before this instant."""
        return from_us(self.end_us)


class Hour(NamedTuple):
    """What is thin in one hour, or in the part of it that was asked about.

    Attributes:
        start_us: When the hour begins.
        unserved: Places of the promises that nobody serves in some part of it.
        lone: Places of the promises that one person alone serves in some part of it.
    """

    start_us: int
    unserved: tuple[int, ...]
    lone: tuple[int, ...]


class OnDuty(NamedTuple):
    """A stretch in which the same people are on duty.

    Attributes:
        start_us: From this instant on.
        end_us: Until just before this one.
        agents: Their ids, in the order of the roster.
    """

    start_us: int
    end_us: int
    agents: tuple[str, ...]


class Narrow(NamedTuple):
    """How many agents have at most one skill, or one language, of several.

    Attributes:
        what: Skills or languages.
        agents: How many agents have one at most.
        of: How many agents there are.
        known: How many different ones the team has.
    """

    what: Literal["skills", "languages"]
    agents: int
    of: int
    known: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is thin in a stretch of time.

    Attributes:
        start_us: From this instant on, in microseconds since 1970-01-01T00:00Z.
        end_us: Until just before this one.
        gaps: Promises that nobody serves, by promise and then by time; stretches that touch are one.
        lone: Promises that one person alone serves, likewise.
    """

    start_us: int
    end_us: int
    gaps: tuple[Gap, ...]
    lone: tuple[Lone, ...]


def serves_until(agent: Agent, promise: Promise) -> int | None:
    """The instant at which an agent can no longer serve a promise, for want of a certificate; None if they cannot at all.

    Someone without capacity cannot take anything.
    """
    if promise.tier not in agent.tiers or agent.capacity == 0:
        return None
    if promise.language is not None and not writes(agent.languages, promise.language):
        return None
    until = MAX_US + 1
    for name, level in promise.skills.items():
        skill = agent.skills.get(name)
        if skill is None or skill.level < level:
            return None
        if skill.valid_until is not None:
            until = min(until, to_us(skill.valid_until))
    return until


def duties(
    agents: Sequence[Agent], overrides: Overrides, calendars: Calendars, start_us: int, end_us: int
) -> list[Spans]:
    """When each agent is rostered within `[start_us, end_us)`, in the order of the agents.

    Raises:
        InvalidInput: Outside the years 1 to 9999 in UTC.
        CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
    """
    for name in {name for agent in agents for name in agent.shifts if name in calendars}:
        calendars[name].check(start_us, end_us)
    by_shifts: dict[tuple[str, ...], Spans] = {}  # a thousand agents share a dozen calendars
    found = []
    for agent in agents:
        shifts = tuple(agent.shifts)
        if shifts not in by_shifts:
            by_shifts[shifts] = shift_intervals(shifts, calendars, start_us, end_us)
        found.append(overridden(by_shifts[shifts], overrides.get(agent.id, ()), start_us, end_us))
    return found


def coverage(
    agents: Sequence[Agent],
    overrides: Overrides,
    promises: Sequence[Promise],
    calendars: Calendars,
    start_us: int,
    end_us: int,
) -> Coverage:
    """What of the promises nobody serves, and what one person alone, within `[start_us, end_us)`.

    Args:
        agents: The team.
        overrides: Dated changes of their shifts.
        promises: What is promised.
        calendars: The policy's calendars, compiled. What names a calendar that is not among them is never open.
        start_us: From this instant, in microseconds since 1970-01-01T00:00Z,
        end_us: until just before this one.

    Raises:
        InvalidInput: Outside the years 1 to 9999 in UTC.
        CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
    """
    rostered = duties(agents, overrides, calendars, start_us, end_us)
    gaps: list[Gap] = []
    lone: list[Lone] = []
    for place, promise in enumerate(promises):
        hours = union([(start_us, end_us)])
        if promise.hours is not None:
            known = calendars.get(promise.hours)
            hours = [] if known is None else known.intervals(start_us, end_us)
        for start, end, only in _thin(promise, agents, rostered, start_us, end_us):
            for first, last in intersection([(start, end)], hours):
                if only is None:
                    gaps.append(Gap(promise, place, first, last))
                else:
                    lone.append(Lone(promise, place, first, last, agents[only].id))
    return Coverage(start_us, end_us, tuple(gaps), tuple(lone))


def _thin(
    promise: Promise, agents: Sequence[Agent], rostered: Sequence[Spans], start_us: int, end_us: int
) -> Iterator[tuple[int, int, int | None]]:
    """Start and end of each stretch in which one agent (their place) or nobody (None) can serve a promise."""
    # At each instant: by how many the servers change, and the exclusive or of the places of those who come and go. Where
    # one is left, the running exclusive or is their place.
    changes: dict[int, list[int]] = {start_us: [0, 0]}
    for place, agent in enumerate(agents):
        until = serves_until(agent, promise)
        if until is None:
            continue
        for start, end in rostered[place]:
            if start >= until:
                break
            for at, step in ((start, 1), (min(end, until), -1)):
                change = changes.setdefault(at, [0, 0])
                change[0] += step
                change[1] ^= place
    moments = sorted(changes)
    servers = places = 0
    # Stretches that follow one another differ: those of one agent never touch, so at each instant somebody came or went.
    for at, following in zip(moments, [*moments[1:], end_us], strict=True):
        step, who = changes[at]
        servers += step
        places ^= who
        if servers < 2 and at < following:  # noqa: PLR2004 - one, or none
            yield at, following, places if servers else None


def by_hour(found: Coverage) -> list[Hour]:
    """The same for every hour, counted from the start: in a week there are 168."""
    count = -(-(found.end_us - found.start_us) // HOUR_US)
    unserved: list[dict[int, None]] = [{} for _ in range(count)]
    lone: list[dict[int, None]] = [{} for _ in range(count)]
    for thin, hours in ((found.gaps, unserved), (found.lone, lone)):
        for stretch in thin:
            first = (stretch.start_us - found.start_us) // HOUR_US
            last = (stretch.end_us - 1 - found.start_us) // HOUR_US
            for hour in range(first, last + 1):
                hours[hour][stretch.place] = None
    return [Hour(found.start_us + at * HOUR_US, tuple(unserved[at]), tuple(lone[at])) for at in range(count)]


def people_on_duty(
    agents: Sequence[Agent], rostered: Sequence[Spans], start_us: int, end_us: int
) -> list[OnDuty]:
    """Who is on duty from when to when: stretches that tile `[start_us, end_us)`.

    Args:
        agents: The team.
        rostered: What `duties` says of them.
        start_us: From this instant
        end_us: until just before this one.
    """
    if start_us >= end_us:
        return []
    turns: dict[int, list[int]] = {start_us: []}
    for place, spans in enumerate(rostered):
        for span in spans:
            for at in span:
                if at < end_us:
                    turns.setdefault(at, []).append(place)
    found = []
    present: set[int] = set()
    # At each instant after the first somebody comes or goes, so stretches that follow one another differ.
    moments = sorted(turns)
    for at, following in zip(moments, [*moments[1:], end_us], strict=True):
        present.symmetric_difference_update(turns[at])
        found.append(OnDuty(at, following, tuple(agents[place].id for place in sorted(present))))
    return found


def narrow(agents: Sequence[Agent]) -> list[Narrow]:
    """How much of the team can do one thing only, where there are several things to do."""
    each_of: dict[Literal["skills", "languages"], list[set[str]]] = {
        "skills": [set(agent.skills) for agent in agents],
        "languages": [set(map(written, agent.languages)) for agent in agents],
    }
    found = []
    for what, each in each_of.items():
        known = len(set().union(*each))
        single = sum(len(one) <= 1 for one in each)
        if known > 1 and single:
            found.append(Narrow(what, single, len(agents), known))
    return found
