"""Policies over one log, re-simulated: the same tickets come, and agents by a roster take them through the real floor."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from supportflow._time import SECOND_US, from_us
from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.verbs import build
from supportflow.model.base import Value
from supportflow.model.commands import OpenTicket
from supportflow.model.events import EventBase
from supportflow.model.people import HOST, NOBODY, Agent
from supportflow.model.ticket import Ticket
from supportflow.policy import Policy
from supportflow.replay.cases import CaseLog
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row
from supportflow.replay.recording import Case, Recorder, log_until
from supportflow.simulation.plan import Plan
from supportflow.simulation.reading import Logged
from supportflow.simulation.report import SimulationReport, report_of
from supportflow.simulation.scenario import Arrivals, RandomTime, Scenario, Service
from supportflow.simulation.world import World
from supportflow.whatif.comparing import Pair
from supportflow.whatif.difference import CaseDifference, WhatIf
from supportflow.whatif.ending import Ending, ending_of

__all__ = ["Resimulated", "resimulate"]


class Resimulated(Value):
    """Two policies over the tickets of one log.

    Attributes:
        whatif: Every target of every ticket, compared, and totals. Class and level are compared, too; who has a
            ticket and when it is closed is another in every run, and is not.
        before: How long tickets waited under the first policy, how busy agents were, and what was attained.
        after: Under the second.
    """

    whatif: WhatIf
    before: SimulationReport
    after: SimulationReport


def resimulate(
    log: CaseLog,
    mapping: LogMapping,
    policy: Policy,
    against: Policy,
    agents: Sequence[Agent],
    *,
    service: Service,
    patience: RandomTime | None = None,
    overtime: timedelta = timedelta(days=1),
    seed: int = 0,
    sink: Callable[[CaseDifference], object] | None = None,
) -> Resimulated:
    """Let the tickets of a log come again, under two policies, to agents who work by a roster.

    What a ticket takes and how long its requester waits is drawn once for each, so both policies meet the same
    tickets; what agents do is up to them, the policy and its routing. It is one run: look at more than one seed
    before you believe a small difference. Memory grows with what is recorded.

    Args:
        log: The log.
        mapping: What its columns mean: when tickets came, with their first level, class and attributes, is all that is used.
        policy: The first policy; with routing, as the second.
        against: The second policy.
        agents: Who works; their shifts are calendars of the policies.
        service: How long a ticket takes.
        patience: How long requesters wait for an agent before they withdraw; for ever, if not given.
        overtime: How long the desk goes on at most after the last ticket has come.
        seed: The same seed gives the same answer, to the last byte.
        sink: Told of every ticket that differs.

    Raises:
        ScenarioError: If a policy has no routing or does not fit the agents.
        MappingError: If the mapping does not fit a policy.
        PolicyError: If a policy is wrong.
        InvalidInput: If the log has no case with an instant.
    """
    with log_until(log, mapping, None) as (read, last_us):
        sides = [Recorder(mapping, one, last_us) for one in (policy, against)]
        pair = Pair(sides[0], sides[1], ("class", "level"))
        came = sorted(_arrivals(read, mapping, pair, sides), key=lambda one: (one[0].at_us, one[1]))
        if not came:
            raise InvalidInput("log", "has no ticket that could come")
        rows, names = [row for row, _ in came], [name for _, name in came]
        first = _run(mapping, policy, agents, rows, service, patience, overtime, seed)
        second = _run(mapping, against, agents, rows, service, patience, overtime, seed)
        end_us = first.plan.limit_us
        for number, name in enumerate(names):
            cases = [
                _case(run, side, number, name, end_us)
                for run, side in zip((first, second), sides, strict=True)
            ]
            difference = pair.compared(name, cases[0], cases[1])
            if difference is not None and sink is not None:
                sink(difference)
        whatif = pair.result(read, end_us).model_copy(update={"mode": "resimulated"})
        return Resimulated(whatif=whatif, before=first.report(seed), after=second.report(seed))


class _Run:
    """What was recorded of each ticket in one run."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan = plan
        self.tickets: dict[int, Ticket] = {}
        self.events: dict[int, list[EventBase]] = {}
        world = World(plan, Random(f"{seed}:0"), follower=self._follow)  # noqa: S311 - dice, not secrets
        self._tally = world.run()
        self._came = world.came

    def _follow(self, number: int, ticket: Ticket, events: Sequence[EventBase]) -> None:
        self.tickets[number] = ticket
        self.events.setdefault(number, []).extend(events)

    def report(self, seed: int) -> SimulationReport:
        return report_of(self.plan, seed, [self._tally], self._came)


def _run(
    mapping: LogMapping,
    policy: Policy,
    agents: Sequence[Agent],
    rows: Sequence[Logged],
    service: Service,
    patience: RandomTime | None,
    overtime: timedelta,
    seed: int,
) -> _Run:
    declared = frozenset(policy.fields)
    start_us = rows[0].at_us - rows[0].at_us % SECOND_US
    scenario = Scenario(
        name=mapping.name,
        start=from_us(start_us),
        lasts_for=timedelta(microseconds=rows[-1].at_us + 1 - start_us),
        overtime=overtime,
        policy=policy,
        arrivals=Arrivals(per_hour=0),
        service=service,
        patience=patience,
        first_reply="end",
        agents=tuple(agents),
    )
    return _Run(Plan(scenario, [row._replace(said=_known(row.said, declared)) for row in rows]), seed)


def _known(said: dict[str, Any], declared: frozenset[str]) -> dict[str, Any]:
    """What a policy can be told: attributes that it declares."""
    attributes = {
        name: value for name, value in said["attributes"].items() if name in declared and value is not None
    }
    return {**{name: value for name, value in said.items() if value is not None}, "attributes": attributes}


def _arrivals(
    log: CaseLog, mapping: LogMapping, pair: Pair, sides: Sequence[Recorder]
) -> Iterator[tuple[Logged, str]]:
    """When each case came and what was known of it then, with its name; those that both policies take."""
    read_opened = None if mapping.opened is None else time_reader(mapping.opened)
    for rows in log.each():
        row = rows[0]
        said = {"level": row.level, "priority_class": row.priority_class, "attributes": row.attributes}
        taken = [_takes(side, row, said) for side in sides]
        if not all(taken):
            pair.refused(by_both=not any(taken))
            continue
        yield Logged(_opened_us(row, read_opened), said), row.case


def _takes(side: Recorder, row: Row, said: dict[str, Any]) -> bool:
    """Whether a policy takes what is said of a ticket; as in a replay, what it refuses is a problem of the row."""
    try:
        known = _known(said, frozenset(side.policy.fields))
        build(OpenTicket, {"by": HOST, "requester": NOBODY, **known})
        side.compiled.check_attributes(known["attributes"])
    except InvalidInput as error:
        side.problem(Problem(row.line, "unusable", str(error), left_out=True))
        return False
    return True


def _opened_us(row: Row, read_opened: Callable[[str], int] | None) -> int:
    """As in a replay: what the log says, if it can be read and is not later than the first row."""
    if read_opened is None or not row.opened:
        return row.at_us
    try:
        return min(read_opened(row.opened), row.at_us)
    except ValueError:
        return row.at_us


def _case(run: _Run, side: Recorder, number: int, name: str, end_us: int) -> tuple[Case, Ending]:
    case = Case(name, run.tickets[number], run.events[number], side.compiled, end_us)
    return case, ending_of(case)
