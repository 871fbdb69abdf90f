"""A scenario, checked against its policy and compiled: what a run draws from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

from supportflow._dataclass import dataclass
from supportflow._time import span_us, to_us
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput, PolicyError, ScenarioError
from supportflow.model.people import Agent
from supportflow.policy import CompiledPolicy, PolicyBook
from supportflow.simulation.drawing import Draw, arrival_times, choice, duration, steps
from supportflow.simulation.reading import Logged, read_arrivals
from supportflow.simulation.scenario import Chance, Kind, Scenario, Service

__all__ = ["Drawn", "Plan"]

_SAMPLES = 48


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one ticket is and will need, drawn when it comes.

    Attributes:
        said: Fields of the command that opens it.
        works_us: The work that it takes.
        again: Draws the work that it takes when it is reopened.
        patient_us: How long it waits; None if for ever.
        asks: True if a word of the requester is needed half-way.
    """

    said: dict[str, Any]
    works_us: int
    again: Draw
    patient_us: int | None
    asks: bool


class Plan:
    """What a run is made of.

    Args:
        scenario: The scenario, its policy in place.
        log: Tickets that come, in time, in place of the scenario's arrivals.

    Raises:
        ScenarioError: If it does not fit its policy, with every problem.
        OSError: If the log that it names cannot be read.
    """

    def __init__(self, scenario: Scenario, log: list[Logged] | None = None) -> None:
        if scenario.policy is None:
            raise ScenarioError([f"policy_file: {scenario.policy_file!r} is not read; use read_scenario"])
        try:
            policy = CompiledPolicy(scenario.policy)
        except PolicyError as error:
            raise ScenarioError([f"policy.{problem}" for problem in error.problems]) from None
        self.scenario = scenario
        self.policy = policy
        self.agents = scenario.everybody()
        problems = list(_problems(scenario, policy, self.agents))
        if problems:
            raise ScenarioError(problems)
        assert policy.routing is not None
        self.routing = policy.routing
        self.book = PolicyBook(policy)
        self.start_us = to_us(scenario.start)
        self.lasts_us = span_us(scenario.lasts_for)
        self.end_us = self.start_us + self.lasts_us
        self.warm_us = self.start_us + span_us(scenario.warm_up)
        self.limit_us = self.end_us + span_us(scenario.overtime)
        every = scenario.sample_every
        self.sample_us = max(self.lasts_us // _SAMPLES, 1) if every is None else span_us(every)
        self.log = self._logged() if log is None else log
        self.rates = [] if self.log is not None else steps(scenario.arrivals, self.lasts_us)
        self.answer_delay = _optional(scenario.answers.delay)
        self.pending_answer = duration(scenario.pending.answer)
        self.back_after = duration(scenario.reopen.after)
        self._kind = choice({str(place): kind.weight for place, kind in enumerate(scenario.kinds)})
        self._kinds = tuple(_Kind(kind, scenario) for kind in scenario.kinds)

    def _logged(self) -> list[Logged] | None:
        log = self.scenario.arrivals.log
        if log is None:
            return None
        rows = [row for row in read_arrivals(log) if self.start_us <= row.at_us < self.end_us]
        if not rows:
            raise ScenarioError(["arrivals.log: no row lies between start and start + lasts_for"])
        classes = self.policy.document.classes
        strange = {row.said.get("priority_class", classes[0]) for row in rows} - set(classes)
        if strange:
            raise ScenarioError([f"arrivals.log.class: unknown class {min(strange)!r}"])
        return rows

    def arrivals(self, rng: Random) -> Iterator[Logged]:
        """The arrivals of one run, in time."""
        if self.log is not None:
            yield from self.log
            return
        for at_us in arrival_times(self.rates, self.lasts_us, rng):
            yield Logged(self.start_us + at_us, {})

    def draw(self, row: Logged, rng: Random) -> Drawn:
        """What a ticket is: drawn at once and in one order, so that two ways to run a desk meet the same tickets."""
        return self._kinds[int(self._kind(rng))].draw(row, rng)


class _Kind:
    """A kind, compiled."""

    def __init__(self, kind: Kind, scenario: Scenario) -> None:
        named: dict[str, Chance | None] = {
            "category": kind.category,
            "priority_class": kind.priority_class,
            "language": kind.language,
            "channel": kind.channel,
        }
        self._choices: tuple[tuple[str, Callable[[Random], str]], ...] = tuple(
            (field, choice({given: 1.0} if isinstance(given, str) else given))
            for field, given in named.items()
            if given is not None
        )
        self._fixed: dict[str, Any] = {}
        if kind.level is not None:
            self._fixed["level"] = kind.level
        if kind.attributes:
            self._fixed["attributes"] = dict(kind.attributes)
        self._service = _service(kind, scenario.service)
        self._patience = _optional(kind.patience or scenario.patience)
        self._pending = scenario.pending.share

    def draw(self, row: Logged, rng: Random) -> Drawn:
        said = dict(self._fixed)
        for field, chosen in self._choices:
            said[field] = chosen(rng)
        said.update(row.said)
        service = self._service(said)
        works_us = service(rng)
        patient_us = None if self._patience is None else self._patience(rng)
        asks = bool(self._pending) and rng.random() < self._pending
        return Drawn(said, works_us, service, patient_us, asks)


def _optional(given: Any) -> Draw | None:
    return None if given is None else duration(given)


def _service(kind: Kind, service: Service) -> Callable[[dict[str, Any]], Draw]:
    """Finds the draw for what a ticket turned out to be."""
    plain = duration(kind.service or service)
    if kind.service is not None or not (service.by_category or service.by_channel):
        return lambda _: plain
    by_category = {name: duration(one) for name, one in service.by_category.items()}
    by_channel = {name: duration(one) for name, one in service.by_channel.items()}

    def found(said: dict[str, Any]) -> Draw:
        return by_category.get(said.get("category", "")) or by_channel.get(said["channel"]) or plain

    return found


def _problems(scenario: Scenario, policy: CompiledPolicy, agents: tuple[Agent, ...]) -> Iterator[str]:
    """What does not fit, each one sentence that starts with its path."""
    if policy.routing is None:
        yield "policy.routing: is missing, so no ticket would find an agent"
        return
    for place, kind in enumerate(scenario.kinds):
        yield from _unknown(
            f"kinds.{place}.class", "class", _names(kind.priority_class), policy.document.classes
        )
        try:
            policy.check_attributes(dict(kind.attributes))
        except InvalidInput as error:
            yield f"kinds.{place}.{error}"
    for agent_id, count in Counter(agent.id for agent in agents).items():
        if count > 1:
            yield f"agents: {agent_id!r} is there twice"
    sources = [(f"team.{place}", team) for place, team in enumerate(scenario.team)]
    for path, team in sources:
        shifts = (*team.shifts, *(() if isinstance(team.count, int) else team.count))
        yield from _unknown(f"{path}.shifts", "calendar", shifts, policy.shifts)
        yield from _unknown(f"{path}.tiers", "tier", team.tiers, policy.routing.policy.tiers)
        if team.reserved > team.capacity:
            yield f"{path}.reserved: is more than the capacity"
    for place, agent in enumerate(scenario.agents):
        yield from _unknown(f"agents.{place}.shifts", "calendar", agent.shifts, policy.shifts)
        yield from _unknown(f"agents.{place}.tiers", "tier", agent.tiers, policy.routing.policy.tiers)
        if agent.reserved > agent.capacity:
            yield f"agents.{place}.reserved: is more than the capacity"


def _names(chance: Chance | None) -> tuple[str, ...]:
    if chance is None:
        return ()
    return (chance,) if isinstance(chance, str) else tuple(chance)


def _unknown(path: str, what: str, names: Iterable[str], known: Any) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{path}: unknown {what} {name!r}{nearest(name, known)}"
