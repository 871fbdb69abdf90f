"""What comes: how much work in every hour, and who could do it."""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from supportflow._time import HOUR_US, SECOND_US, from_us
from supportflow.exceptions import ScenarioError
from supportflow.kernel import Facts, decided
from supportflow.model.commands import OpenTicket
from supportflow.model.people import Actor, Agent
from supportflow.model.routing import Requirement
from supportflow.routing.eligibility import lacks
from supportflow.simulation.plan import Drawn, Plan
from supportflow.simulation.reading import Logged
from supportflow.simulation.scenario import Scenario, Team

__all__ = ["Demand", "Load", "demand_of", "member"]

SAMPLE = 10_000
"""So many tickets are drawn to see what they need, and how long they take."""


class Load(NamedTuple):
    """What comes for a team in an hour.

    Attributes:
        per_hour: Tickets an hour.
        service_s: How long one takes, in the mean.
        patience_s: How long they wait, in the mean; None if for ever.
    """

    per_hour: float
    service_s: float
    patience_s: float | None


class Demand(NamedTuple):
    """What comes.

    Attributes:
        hours: How many hours the scenario has, the last one begun.
        loads: Team → what comes for it in every hour; None in an hour in which nothing comes.
    """

    hours: int
    loads: dict[str, tuple[Load | None, ...]]


class _Sort:
    """Tickets that the same team takes."""

    def __init__(self) -> None:
        self.count = 0
        self.works_us = 0
        self.patient_us = 0
        self.patient = 0
        self.by_hour: Counter[int] = Counter()

    def add(self, drawn: Drawn, hour: int) -> None:
        self.count += 1
        self.works_us += drawn.works_us
        self.by_hour[hour] += 1
        if drawn.patient_us is not None:
            self.patient += 1
            self.patient_us += drawn.patient_us


def member(scenario: Scenario, team: Team) -> Agent:
    """Somebody of a team, always on duty."""
    one = team.model_copy(update={"count": 1, "shifts": ()})
    return scenario.model_copy(update={"team": (one,), "agents": ()}).everybody()[0]


def demand_of(plan: Plan, seed: int) -> Demand:
    """What comes in every hour for every team. A ticket that several could take counts for the one that can take the least.

    Raises:
        ScenarioError: If nobody can take some of the tickets.
    """
    scenario = plan.scenario
    members = {team.name: member(scenario, team) for team in scenario.team}
    hours = -(-plan.lasts_us // HOUR_US)
    rng = Random(f"demand:{seed}")  # noqa: S311 - dice, not secrets
    rows: Iterable[Logged]
    rows = plan.log if plan.log is not None else (Logged(plan.start_us, {}) for _ in range(SAMPLE))
    able: dict[str, frozenset[str]] = {}
    sorts: dict[frozenset[str], _Sort] = {}
    total = 0
    for number, row in enumerate(rows):
        drawn = plan.draw(row, rng)
        said = repr(sorted(drawn.said.items()))  # what the host says of a ticket decides what it needs
        if said not in able:
            able[said] = _able(_needs(plan, drawn, number), members, plan.start_us)
        sorts.setdefault(able[said], _Sort()).add(drawn, (row.at_us - plan.start_us) // HOUR_US)
        total += 1
    breadth: Counter[str] = Counter()
    for names, sort in sorts.items():
        breadth.update(dict.fromkeys(names, sort.count))
    taken: dict[str, list[_Sort]] = {name: [] for name in members}
    for names, sort in sorts.items():
        taken[min(names, key=lambda name: (breadth[name], name))].append(sort)
    rates = _rates(plan, hours)
    again = 1 / (1 - scenario.reopen.share)
    return Demand(
        hours,
        {name: tuple(_loads(found, rates, total, hours, again)) for name, found in taken.items()},
    )


def _needs(plan: Plan, drawn: Drawn, number: int) -> Requirement | None:
    by = Actor(kind="requester", id=f"requester-{number}")
    command = OpenTicket(by=by, requester=by.id, **drawn.said)
    facts = Facts(tenant="staffing", ticket_id=f"{number:08d}")
    decision = decided(plan.book, None, command, facts, from_us(plan.start_us))
    return decision.tickets[0].routing.requirement


def _able(needs: Requirement | None, members: dict[str, Agent], at_us: int) -> frozenset[str]:
    if needs is None:
        raise ScenarioError(["policy.routing: no route takes some of the tickets"])
    found = frozenset(name for name, agent in members.items() if not lacks(needs, agent, at_us))
    if not found:
        wanted = [f"tier {needs.tier}", *(f"{skill} {level}" for skill, level in needs.skills)]
        wanted += [
            f"{what} {value}"
            for what, value in (("language", needs.language), ("group", needs.group))
            if value
        ]
        raise ScenarioError([f"team: nobody can take a ticket that needs {', '.join(wanted)}"])
    return found


def _rates(plan: Plan, hours: int) -> list[float] | None:
    """Tickets in every hour, of a scenario that has rates."""
    if plan.log is not None:
        return None
    found = [0.0] * hours
    for place, (begin_us, per_hour) in enumerate(plan.rates):
        end_us = plan.rates[place + 1][0] if place + 1 < len(plan.rates) else plan.lasts_us
        for hour in range(begin_us // HOUR_US, -(-end_us // HOUR_US)):
            length = min(end_us, (hour + 1) * HOUR_US) - max(begin_us, hour * HOUR_US)
            found[hour] += per_hour * length / HOUR_US
    return found


def _loads(
    sorts: list[_Sort], rates: list[float] | None, total: int, hours: int, again: float
) -> Iterable[Load | None]:
    count = sum(sort.count for sort in sorts)
    if not count:
        return [None] * hours
    service_s = again * sum(sort.works_us for sort in sorts) / count / SECOND_US
    patient = sum(sort.patient for sort in sorts)
    patience_s = sum(sort.patient_us for sort in sorts) / patient / SECOND_US if patient == count else None
    found: list[Load | None] = []
    for hour in range(hours):
        come = sum(sort.by_hour[hour] for sort in sorts) if rates is None else rates[hour] * count / total
        found.append(Load(come, service_s, patience_s) if come else None)
    return found
