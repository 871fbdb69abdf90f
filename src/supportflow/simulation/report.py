"""What a simulation says: the same scenario and seed give the same report to the last byte."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256

from supportflow._time import HOUR_US, SECOND_US, Instant
from supportflow.model.base import Name, Value
from supportflow.simulation.plan import Plan
from supportflow.simulation.statistics import Estimate, batched, between, percentile
from supportflow.simulation.tally import Tally, Waited

__all__ = [
    "BacklogPoint",
    "ClassReport",
    "SimulationReport",
    "TargetReport",
    "TierReport",
    "Times",
    "report_of",
]


class Times(Value):
    """Durations in seconds.

    Attributes:
        count: How many.
        mean: Their mean, with its interval.
        p50: Half of them are no longer.
        p95: 95 % of them are no longer.
        p99: 99 % of them are no longer.
        max: The longest.
    """

    count: int
    mean: Estimate
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class ClassReport(Value):
    """The tickets of one class, as it was when they came.

    Attributes:
        name: The class; `"all"` for all of them.
        arrived: Tickets.
        abandoned: Share that was withdrawn before an agent had it.
        waits: From the opening to the first agent, or to the withdrawal.
        waited: Share of those whose wait was longer than nothing.
        resolution: From the opening to the first resolution.
    """

    name: Name
    arrived: int
    abandoned: Estimate
    waits: Times
    waited: Estimate
    resolution: Times


class TargetReport(Value):
    """A service level target.

    Attributes:
        name: SLA policy and target.
        met: Clocks that were judged as met.
        missed: Clocks that were judged as missed.
        late: Clocks that had run out and were not stopped when the simulation ended.
        attained: Share that was met, of all these.
    """

    name: str
    met: int
    missed: int
    late: int
    attained: Estimate


class TierReport(Value):
    """The agents of one tier; who has several counts in the first.

    Attributes:
        name: The tier.
        agents: How many.
        on_duty_hours: Units of capacity on duty, times hours, in the mean of the replications.
        occupancy: Units in use over units on duty. More than 1 if agents finish after their shift.
    """

    name: str
    agents: int
    on_duty_hours: float
    occupancy: Estimate


class BacklogPoint(Value):
    """The backlog at an instant, in the mean of the replications.

    Attributes:
        hours: Since the start.
        open: Tickets that are not ended.
        waiting: Those that no agent has, and that wait for one.
        working: Units of capacity in use.
    """

    hours: float
    open: float
    waiting: float
    working: float


class SimulationReport(Value):
    """What happened. What came during the warm-up is not counted; the backlog shows it all.

    Attributes:
        scenario: Its name.
        seed: The seed.
        replications: How many runs.
        policy: Fingerprint of the policy.
        start: When it began.
        hours: For how long tickets came.
        tickets: Tickets that came, in all runs, with those of the warm-up.
        events: Events that were recorded, in all runs.
        digest: SHA-256 over every event of every run, in order.
        classes: By class, the highest first; with more than one, `"all"` last.
        targets: Service level attainment.
        tiers: Occupancy.
        backlog: Over time.
        waiting_mean: Tickets that wait, in the mean over time.
        waiting_max: The most that waited at a time, of all runs.
        waiting_at_end: Tickets that waited when the last one had come.
        open_max: The most that were open at a time, of all runs.
        open_at_end: Tickets that were open when the last one had come.
        abandoned: Tickets that were withdrawn.
        unserved: Tickets that no agent had had when the simulation ended.
        offers: Made, declined, expired, and refused by the kernel.
        reopened: Resolutions that did not hold.
        not_ended: How often a finished ticket could not be ended, such as for want of a second agent; it is tried again
            after five minutes.
    """

    scenario: Name
    seed: int
    replications: int
    policy: str
    start: Instant
    hours: float
    tickets: int
    events: int
    digest: str
    classes: tuple[ClassReport, ...]
    targets: tuple[TargetReport, ...]
    tiers: tuple[TierReport, ...]
    backlog: tuple[BacklogPoint, ...]
    waiting_mean: Estimate
    waiting_max: int
    waiting_at_end: Estimate
    open_max: int
    open_at_end: Estimate
    abandoned: int
    unserved: int
    offers: dict[str, int]
    reopened: int
    not_ended: int

    def of_class(self, name: str) -> ClassReport:
        """The figures of a class, or of `"all"`.

        Raises:
            KeyError: If no ticket of that class came.
        """
        for one in self.classes:
            if one.name == name:
                return one
        raise KeyError(name)


def report_of(plan: Plan, seed: int, runs: Sequence[Tally], tickets: int) -> SimulationReport:
    """The report on the runs of a plan."""
    names = [name for name in plan.policy.document.classes if any(run.arrived[name] for run in runs)]
    classes = [_class(name, [name], runs) for name in names]
    if len(names) != 1:
        classes.append(_class("all", names, runs))
    offers: Counter[str] = Counter()
    for run in runs:
        offers.update(run.offers)
    return SimulationReport(
        scenario=plan.scenario.name,
        seed=seed,
        replications=len(runs),
        policy=plan.policy.fingerprint,
        start=plan.scenario.start,
        hours=plan.lasts_us / HOUR_US,
        tickets=tickets,
        events=sum(run.events for run in runs),
        digest=_digest(runs),
        classes=tuple(classes),
        targets=tuple(_target(name, runs) for name in _targets(runs)),
        tiers=_tiers(plan, runs),
        backlog=_backlog(runs),
        waiting_mean=between([run.mean_waiting for run in runs]),
        waiting_max=max(run.most_waiting for run in runs),
        waiting_at_end=between([float(run.waiting_at_end) for run in runs]),
        open_max=max(run.most_open for run in runs),
        open_at_end=between([float(run.open_at_end) for run in runs]),
        abandoned=sum(not one.served for run in runs for waits in run.waits.values() for one in waits),
        unserved=sum(run.unserved for run in runs),
        offers={name: offers[name] for name in ("made", "declined", "expired", "refused")},
        reopened=sum(run.reopened for run in runs),
        not_ended=sum(run.not_ended for run in runs),
    )


def _digest(runs: Sequence[Tally]) -> str:
    if len(runs) == 1:
        return runs[0].digest
    return sha256("".join(run.digest for run in runs).encode()).hexdigest()


def _estimate(series: Sequence[Sequence[float]]) -> Estimate:
    """Of one run from its batches; of several from their means."""
    if len(series) == 1:
        return batched(series[0])
    return between([sum(one) / len(one) for one in series if one])


def _class(name: str, names: Sequence[str], runs: Sequence[Tally]) -> ClassReport:
    waits: list[list[Waited]] = [
        sorted(one for each in names for one in run.waits.get(each, ())) for run in runs
    ]

    def over(measure: Callable[[Waited], float]) -> Estimate:
        return _estimate([[measure(one) for one in run] for run in waits])

    times = [sorted(one for each in names for one in run.times.get(each, ())) for run in runs]
    return ClassReport(
        name=name,
        arrived=sum(run.arrived[each] for run in runs for each in names),
        abandoned=over(lambda one: float(not one.served)),
        waits=_times([[one.waited_us for one in run] for run in waits]),
        waited=over(lambda one: float(one.waited_us > 0)),
        resolution=_times([[took_us for _, took_us in run] for run in times]),
    )


def _times(runs: Sequence[Sequence[int]]) -> Times:
    series = [[us / SECOND_US for us in run] for run in runs]
    ordered = sorted(one for run in series for one in run)
    return Times(
        count=len(ordered),
        mean=_estimate(series),
        p50=percentile(ordered, 0.5),
        p95=percentile(ordered, 0.95),
        p99=percentile(ordered, 0.99),
        max=ordered[-1] if ordered else None,
    )


def _targets(runs: Sequence[Tally]) -> list[str]:
    return sorted(
        {name for run in runs for name, _ in run.judged} | {name for run in runs for name in run.late}
    )


def _target(name: str, runs: Sequence[Tally]) -> TargetReport:
    counts = [(run.judged[name, True], run.judged[name, False], run.late[name]) for run in runs]
    met, missed, late = (sum(column) for column in zip(*counts, strict=True))
    attained = between([one[0] / sum(one) for one in counts if sum(one)])
    return TargetReport(name=name, met=met, missed=missed, late=late, attained=attained)


def _tiers(plan: Plan, runs: Sequence[Tally]) -> tuple[TierReport, ...]:
    agents = Counter(agent.tiers[0] if agent.tiers else "" for agent in plan.agents)
    order = [name for name in plan.routing.policy.tiers if name in agents]
    return tuple(
        TierReport(
            name=name,
            agents=agents[name],
            on_duty_hours=sum(run.there_us[name] for run in runs) / len(runs) / HOUR_US,
            occupancy=between([run.used_us[name] / run.there_us[name] for run in runs if run.there_us[name]]),
        )
        for name in order
    )


def _backlog(runs: Sequence[Tally]) -> tuple[BacklogPoint, ...]:
    count = len(runs)
    return tuple(
        BacklogPoint(
            hours=points[0].at_us / HOUR_US,
            open=sum(point.open for point in points) / count,
            waiting=sum(point.waiting for point in points) / count,
            working=sum(point.working for point in points) / count,
        )
        for points in zip(*(run.points for run in runs), strict=True)
    )
