"""The search for the fewest agents: Erlang's formulas say where to begin, the simulator says whether it is enough."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from math import ceil
from random import Random

from supportflow._time import HOUR_US, MINUTE_US, from_us, span_us
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import InvalidInput, ScenarioError
from supportflow.model.people import Agent
from supportflow.simulation.plan import Plan
from supportflow.simulation.scenario import Scenario
from supportflow.simulation.statistics import Estimate, between
from supportflow.simulation.world import World
from supportflow.staffing.demand import Demand, Load, demand_of, member
from supportflow.staffing.erlang import agents_needed, queue
from supportflow.staffing.figures import (
    Candidate,
    HourStaffing,
    StaffingPlan,
    StaffingTarget,
    TeamStaffing,
    Verdict,
)
from supportflow.staffing.shifts import Shifts, plan_shifts

__all__ = ["Progress", "staff"]

Progress = Callable[[int, int], object]
"""Told how many runs are done, of how many at most."""
_STEP = 0.05
_LOWEST, _HIGHEST = -8, 30
"""Steps: from two fifths fewer tickets than come to one and a half as many more."""
_DAYS = 31
Counts = dict[str, tuple[int, ...]]


def staff(
    scenario: Scenario,
    target: StaffingTarget,
    *,
    shrinkage: float = 0.0,
    shifts: Shifts | None = None,
    seed: int = 0,
    replications: int = 10,
    most_replications: int = 40,
    progress: Progress | None = None,
) -> StaffingPlan:
    """How many agents of each team are needed in every hour.

    The scenario's teams say which skills agents have; how many there are, and when, is what is looked for. Each is
    laid out hour by hour for the tickets that it is the fittest for, by Erlang's model (A, if all of them run out of
    patience; else C), for a margin of more or fewer tickets than come. The smallest margin with which the simulated
    desk meets the target is the answer.

    Args:
        scenario: The scenario, its policy in place. Agents by name stay as they are.
        target: What is promised.
        shrinkage: The share of paid time in which nobody is on duty.
        shifts: The shifts that there are: then the plan says which of them to staff.
        seed: The same seed gives the same plan, to the last byte.
        replications: How many runs each candidate has at first; twice as many, and again, while they do not say.
        most_replications: And how many at most.
        progress: Called after every run.

    Raises:
        ScenarioError: If the scenario does not fit its policy, nobody can take some of its tickets, it has no teams,
            is longer than a month or does not begin at a full minute.
        InvalidInput: If a number is not possible, or no ticket of the target's class comes.
        OSError: If the log that it names cannot be read.
    """
    if not 0 <= shrinkage < 1:
        raise InvalidInput("shrinkage", "is not at least 0 and below 1")
    if not 2 <= replications <= most_replications:  # noqa: PLR2004 - one run has no interval across runs
        raise InvalidInput("replications", "are fewer than 2, or more than the most")
    plan = _Search(scenario, target, shrinkage, seed, replications, most_replications, progress).plan()
    return plan if shifts is None else plan.model_copy(update={"shifts": plan_shifts(plan, shifts)})


class _Search:
    """What was tried so far."""

    def __init__(
        self,
        scenario: Scenario,
        target: StaffingTarget,
        shrinkage: float,
        seed: int,
        replications: int,
        most: int,
        progress: Progress | None,
    ) -> None:
        plan = Plan(scenario)
        problems = list(_problems(plan, target))
        if problems:
            raise ScenarioError(problems)
        self._scenario, self._target, self._plan = scenario, target, plan
        self._shrinkage, self._seed = shrinkage, seed
        self._replications, self._most, self._progress = replications, most, progress
        self._demand: Demand = demand_of(plan, seed)
        self._capacity = {team.name: team.capacity for team in scenario.team}
        self._tried: dict[int, Candidate] = {}
        self._by_counts: dict[tuple[tuple[str, tuple[int, ...]], ...], int] = {}
        self._runs = 0

    def plan(self) -> StaffingPlan:
        """Search, and say what was found."""
        low, high = _LOWEST - 1, _HIGHEST + 1  # not enough, as far as is known; enough
        place = 0
        step = 1
        while True:
            verdict = self._judged(place).verdict
            if verdict == "met":
                high = place
            else:
                low = place
            if high - low <= 1:
                break
            if low >= _LOWEST and high <= _HIGHEST:
                place = (low + high) // 2
            else:  # further and further, until the answer lies between
                place = min(low + step, _HIGHEST) if verdict != "met" else max(high - step, _LOWEST)
                step *= 2
        found = None if high > _HIGHEST else self._tried[high]
        known, why = self._known(found, high)
        tried = {id(one): one for one in self._tried.values()}
        return StaffingPlan(
            scenario=self._scenario.name,
            target=self._target,
            shrinkage=self._shrinkage,
            seed=self._seed,
            known=known,
            why=why,
            teams=() if found is None else tuple(self._teams(high)),
            chosen=found,
            tried=tuple(sorted(tried.values(), key=lambda one: one.agent_hours)),
        )

    def _known(self, found: Candidate | None, high: int) -> tuple[bool, str]:
        if found is None:
            most = f"{1 + _HIGHEST * _STEP:.2g}"
            return False, f"no plan for up to {most} times as many tickets is sure to meet the target"
        smaller = [one for one in self._tried.values() if one.agent_hours < found.agent_hours]
        below = max(smaller, key=lambda one: one.agent_hours, default=None)
        if below is None:
            if all(count <= 1 for counts in self._counts(high).values() for count in counts):
                return True, ""
            return False, "a still smaller plan may meet the target, too: none was tried"
        if below.verdict == "unknown":
            return False, (
                f"whether {below.agent_hours} hours on duty would do is not known after {below.replications} runs"
            )
        return True, ""

    # --- one candidate

    def _counts(self, place: int) -> Counts:
        return {
            name: tuple(self._agents(name, load, place) for load in loads)
            for name, loads in self._demand.loads.items()
        }

    def _agents(self, name: str, load: Load | None, place: int) -> int:
        if load is None:
            return 0
        rate = load.per_hour / 3_600 * (1 + place * _STEP)
        needed = agents_needed(
            rate,
            load.service_s,
            self._target.share,
            self._target.within.total_seconds(),
            patience=load.patience_s,
        )
        return -(-needed.agents // self._capacity[name])

    def _judged(self, place: int) -> Candidate:
        counts = self._counts(place)
        key = tuple(sorted(counts.items()))
        same = self._by_counts.get(key)
        if same is None:
            self._by_counts[key] = place
            self._tried[place] = self._simulated(counts, place)
        elif same != place:
            self._tried[place] = self._tried[same]
        return self._tried[place]

    def _simulated(self, counts: Counts, place: int) -> Candidate:
        plan = Plan(self._with(counts))
        shares: list[float] = []
        goal = self._replications
        while True:
            while len(shares) < goal:
                shares += self._run(plan, len(shares))
                self._runs += 1
                if self._progress is not None:
                    self._progress(self._runs, self._runs + self._most)
            attained = between(shares)
            verdict = _verdict(attained, self._target.share)
            if verdict != "unknown" or goal >= self._most:
                break
            goal = min(2 * goal, self._most)
        hours = sum(map(sum, counts.values()))
        return Candidate(
            margin=round(place * _STEP, 2),
            agent_hours=hours,
            attained=attained,
            replications=len(shares),
            verdict=verdict,
        )

    def _run(self, plan: Plan, number: int) -> list[float]:
        tally = World(plan, Random(f"{self._seed}:{number}")).run()  # noqa: S311 - dice, not secrets
        wanted = self._target.priority_class
        within_us = span_us(self._target.within)
        arrived = sum(count for name, count in tally.arrived.items() if wanted in {None, name})
        if not arrived:
            raise InvalidInput("target", f"no ticket of {wanted or 'any'} class comes")
        in_time = sum(
            one.served and one.waited_us <= within_us
            for name, waits in tally.waits.items()
            if wanted in {None, name}
            for one in waits
        )
        return [in_time / arrived]

    def _with(self, counts: Counts) -> Scenario:
        """The scenario with these agents: the n-th of a team is on duty in every hour that needs n of them."""
        policy = self._scenario.policy
        assert policy is not None
        agents: list[Agent] = list(self._scenario.agents)
        calendars = dict(policy.calendars)
        for team in self._scenario.team:
            like = member(self._scenario, team)
            for rank in range(max(counts[team.name], default=0)):
                hours = tuple(n > rank for n in counts[team.name])
                name = f"staffing {team.name} {rank + 1}"
                calendars[name] = self._calendar(hours)
                agents.append(_renamed(like, f"{team.name}-{rank + 1}", name))
        return self._scenario.model_copy(
            update={
                "policy": policy.model_copy(update={"calendars": calendars}),
                "team": (),
                "agents": tuple(agents),
            }
        )

    def _calendar(self, hours: tuple[bool, ...]) -> BusinessCalendar:
        """Open in these hours. Who is there in the last one stays until all is done."""
        plan = self._plan
        stays = -(-(plan.limit_us - plan.end_us) // HOUR_US) if hours[-1] else 0
        days: dict[str, list[tuple[str, str]]] = {}
        for hour, there in enumerate((*hours, *[True] * stays)):
            if there:
                for day, begin, end in _by_day(plan.start_us + hour * HOUR_US, HOUR_US):
                    spans = days.setdefault(day, [])
                    joined = spans.pop()[0] if spans and spans[-1][1] == begin else begin
                    spans.append((joined, end))
        return BusinessCalendar(tz="UTC", weekly={}, overrides=days)

    def _teams(self, place: int) -> Iterator[TeamStaffing]:
        for name, agents in self._counts(place).items():
            loads = self._demand.loads[name]
            yield TeamStaffing(
                name=name,
                hours=tuple(
                    HourStaffing(
                        start_at=from_us(self._plan.start_us + hour * HOUR_US),
                        tickets=0.0 if load is None else load.per_hour,
                        agents=count,
                        rostered=ceil(round(count / (1 - self._shrinkage), 9)),
                        occupancy=None if load is None else self._busy(name, load, count),
                    )
                    for hour, (load, count) in enumerate(zip(loads, agents, strict=True))
                ),
            )

    def _busy(self, name: str, load: Load, agents: int) -> float | None:
        servers = agents * self._capacity[name]
        found = queue(load.per_hour / 3_600, load.service_s, servers, patience=load.patience_s)
        return None if found.waiting >= 1 and load.patience_s is None else found.occupancy


def _verdict(attained: Estimate, share: float) -> Verdict:
    if attained.mean is None or attained.half_width is None:
        return "unknown"
    if attained.mean - attained.half_width >= share:
        return "met"
    return "missed" if attained.mean + attained.half_width < share else "unknown"


def _renamed(agent: Agent, name: str, shift: str) -> Agent:
    fields = {field: getattr(agent, field) for field in _FIELDS}
    return Agent(name, **{**fields, "shifts": (shift,)})


_FIELDS = ("tiers", "groups", "skills", "languages", "capacity", "reserved", "limits")


def _by_day(start_us: int, length_us: int) -> Iterator[tuple[str, str, str]]:
    """(date, from, to) in UTC, cut at midnight."""
    while length_us > 0:
        start = from_us(start_us)
        midnight = (start + timedelta(days=1)).replace(hour=0, minute=0)
        left_us = span_us(midnight - start)
        here_us = min(left_us, length_us)
        end = "24:00" if here_us == left_us else f"{from_us(start_us + here_us):%H:%M}"
        yield f"{start:%Y-%m-%d}", f"{start:%H:%M}", end
        start_us, length_us = start_us + here_us, length_us - here_us


def _problems(plan: Plan, target: StaffingTarget) -> Iterator[str]:
    scenario = plan.scenario
    if not scenario.team:
        yield "team: is missing: it says which skills agents have; how many is what is looked for"
    if scenario.lasts_for > timedelta(days=_DAYS):
        yield f"lasts_for: is longer than {_DAYS} days"
    if plan.start_us % MINUTE_US:
        yield "start: is not at a full minute"
    wanted = target.priority_class
    if wanted is not None and wanted not in plan.policy.document.classes:
        yield f"target: {wanted!r} is not a class of the policy"
