"""From the cases of a log to the figures of a report, one case at a time."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal, get_args

from supportflow._time import SECOND_US, Instant, from_us, instant, to_us
from supportflow.calendars.zones import clock_of
from supportflow.exceptions import InvalidInput
from supportflow.lifecycle import default_lifecycle
from supportflow.model.base import StatusCategory
from supportflow.model.events import EventBase, StatusChanged
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy
from supportflow.replay.cases import CaseLog
from supportflow.replay.casewise import CaseRunner
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row
from supportflow.replay.verdicts import Ended, verdicts_of
from supportflow.reports.figures import (
    Backlog,
    Distribution,
    Load,
    Report,
    Share,
    Stretch,
    TargetReport,
    Timeline,
)
from supportflow.sla.explain import account
from supportflow.whatif import compare

__all__ = ["BINS_S", "PERCENTILES", "report"]

PERCENTILES = (50, 75, 90, 95, 99)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
BINS_S = (
    5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, _DAY, 2 * _DAY, 4 * _DAY,
    7 * _DAY, 14 * _DAY, 30 * _DAY, 90 * _DAY,
)  # fmt: skip
"""Upper edges of the bars of a distribution, in seconds."""
_MOST_POINTS = 120
_DAYS_BY_DAY, _DAYS_BY_WEEK = 45, 300
"""Up to so many days they are shown one by one; up to so many, week by week."""
_RESOLVED = {StatusCategory.RESOLVED, StatusCategory.CLOSED}
"""What was cancelled never needed an answer: its time is no time to a resolution."""
_MOST_LOADS = 20
_MOST_STRETCHES = 60
Progress = Callable[[int, int], object]


def report(
    log: Path | str | CaseLog,
    mapping: LogMapping,
    policy: Policy,
    *,
    against: Policy | None = None,
    tz: str = "UTC",
    until: Instant | None = None,
    progress: Progress | None = None,
) -> Report:
    """Report on a log under a policy.

    Memory grows by some sixteen bytes for each ticket, which exact percentiles need.

    Args:
        log: A file, or a log that was read.
        mapping: What its columns mean.
        policy: The policy.
        against: Another policy, to compare with.
        tz: IANA zone of days and hours.
        until: Until when everything happens that falls due; the log's last instant if not given.
        progress: Called after every case.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no log, there is no such zone, or `until` lies before the log's last instant.
        MappingError: If the mapping fits neither the log nor a policy.
        PolicyError: If a policy is wrong.
    """
    zone = clock_of(tz)
    with nullcontext(log) if isinstance(log, CaseLog) else CaseLog(log, mapping) as read:
        end_us = read.last_us if until is None else to_us(instant(until, "until"))
        if end_us < read.last_us:
            raise InvalidInput("until", "lies before the log's last instant")
        found = _Gathered(mapping, policy, end_us, zone)
        done = 0
        for rows in read.each():
            found.case(rows)
            done += len(rows)
            if progress is not None:
                progress(done, read.rows)
        whatif = None
        if against is not None:
            whatif = compare(read, mapping, policy, against, until=from_us(end_us), progress=progress)
        return found.report(read, tz).model_copy(update={"whatif": whatif})


class _Gathered:
    """The counts so far."""

    def __init__(self, mapping: LogMapping, policy: Policy, end_us: int, zone: tzinfo) -> None:
        self._policy, self._compiled = policy, CompiledPolicy(policy)
        lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
        self._open_in = {name for name, category in lifecycle.statuses.items() if category.is_open}
        self._resolved_in = {name for name, category in lifecycle.statuses.items() if category in _RESOLVED}
        self._initial = lifecycle.initial
        self._end_us, self._zone = end_us, zone
        self._runner = CaseRunner(mapping, policy, end_us, self)
        self._events: list[EventBase] = []
        self._left_out = self._cases = self._open = self._reopened = 0
        self._ended: Counter[tuple[str, Ended]] = Counter()
        self._by_day: Counter[tuple[str, date, bool]] = Counter()
        self._by_class: Counter[tuple[str, str, bool]] = Counter()
        self._by_level: Counter[tuple[str, str, bool]] = Counter()
        self._opened: Counter[date] = Counter()
        self._busy: Counter[tuple[int, int]] = Counter()
        self._steps: Counter[tuple[date, str]] = Counter()
        self._waits: Counter[str] = Counter()
        self._took = {"first_response": array("q"), "resolution": array("q")}
        self._agents: Counter[tuple[str, str]] = Counter()
        self._groups: Counter[tuple[str, str]] = Counter()
        self._timeline: tuple[int, str, Timeline] | None = None

    # --- as it happens ---------------------------------------------------------------------------

    def recorded(self, row: Row, events: Iterable[EventBase]) -> None:
        """Keep what happens: a case is counted when it is over."""
        del row
        self._events += events

    observed = recorded

    def problem(self, problem: Problem) -> None:
        """Count a row that the policy cannot use."""
        self._left_out += problem.left_out

    def case(self, rows: list[Row]) -> None:
        """Replay a case, and count it."""
        self._events = []
        ticket = self._runner.case(rows)
        if ticket is None:
            return
        self._cases += 1
        self._open += ticket.is_open
        self._reopened += ticket.reopens > 0
        opened = self._local(to_us(ticket.opened_at))
        self._opened[opened.date()] += 1
        self._busy[opened.weekday(), opened.hour] += 1
        self._count_times(ticket)
        self._count_clocks(rows[0].case, ticket, opened.date())
        for counts, name in ((self._agents, ticket.assignee), (self._groups, ticket.group)):
            if name is not None:
                counts[name, "tickets"] += 1
                counts[name, "open"] += ticket.is_open
                counts[name, "reopened"] += ticket.reopens > 0

    def _local(self, us: int) -> datetime:
        return from_us(us).astimezone(self._zone)

    def _count_times(self, ticket: Ticket) -> None:
        opened_us = to_us(ticket.opened_at)
        if ticket.first_replied_at is not None:
            self._took["first_response"].append(to_us(ticket.first_replied_at) - opened_us)
        resolved_us = None
        status, since_us = None, opened_us
        for event in self._events:
            if not isinstance(event, StatusChanged):
                continue
            at_us = to_us(event.recorded_at)
            self._spent(ticket, event.source if status is None else status, since_us, at_us)
            if event.source in self._open_in and event.target in self._resolved_in:
                resolved_us = at_us
            status, since_us = event.target, at_us
        if ticket.status in self._resolved_in and resolved_us is not None:
            self._took["resolution"].append(resolved_us - opened_us)
        self._spent(ticket, ticket.status if status is None else status, since_us, self._end_us)

    def _spent(self, ticket: Ticket, status: str, since_us: int, at_us: int) -> None:
        """Time in a status; it counts as backlog at the beginning of each day that it is open on."""
        if status not in self._open_in or at_us <= since_us:
            return
        self._waits[status] += at_us - since_us
        self._steps[self._next_day(since_us), ticket.priority_class] += 1
        self._steps[self._next_day(at_us), ticket.priority_class] -= 1

    def _next_day(self, us: int) -> date:
        """The first day that begins then or later."""
        local = self._local(us)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return local.date() if local == midnight else local.date() + timedelta(days=1)

    def _count_clocks(self, case: str, ticket: Ticket, day: date) -> None:
        for target, verdict in verdicts_of(ticket, self._compiled).targets.items():
            self._ended[target, verdict.ended] += 1
            if verdict.ended in {"met", "missed"}:
                met = verdict.ended == "met"
                self._by_day[target, day, met] += 1
                self._by_class[target, ticket.priority_class, met] += 1
                self._by_level[target, str(ticket.level), met] += 1
            if verdict.ended == "missed":
                self._consider(case, ticket, target)

    def _consider(self, case: str, ticket: Ticket, target: str) -> None:
        """Keep the missed clock that has most to show: stretches that a picture can still hold, the first of equals."""
        clock = ticket.clock(target)
        if len(clock.segments) <= 1 and clock.calendar == "24x7":
            return
        best = 0 if self._timeline is None else self._timeline[0]
        if best >= _MOST_STRETCHES or len(clock.segments) > _MOST_STRETCHES:
            return
        told = account(clock, self._events, self._end_us, self._compiled)
        stretches = [one for one in told.intervals if one.end_us > one.start_us]
        if not best < len(stretches) <= _MOST_STRETCHES:
            return
        verdict = clock.verdict
        due_at = told.due_at if verdict is None else verdict.due_at
        shown = Timeline(
            case=case,
            target=target,
            ended="missed",
            due_at=due_at,
            stretches=tuple(
                Stretch(
                    start_at=from_us(one.start_us),
                    end_at=from_us(one.end_us),
                    kind=one.kind,
                    reason=one.reason,
                    counted_us=one.counted_us,
                )
                for one in stretches
            ),
        )
        self._timeline = (len(stretches), case, shown)

    # --- in the end ------------------------------------------------------------------------------

    def report(self, log: CaseLog, tz: str) -> Report:
        """All figures."""
        period, periods = self._periods()
        opened: Counter[str] = Counter()
        for day, count in self._opened.items():
            opened[_period(day, period)] += count
        left_out = self._left_out + sum(one.count for one in log.bad.counts() if one.left_out)
        return Report(
            mapping=log.mapping.name,
            policy=self._policy.name,
            fingerprint=self._compiled.fingerprint,
            tz=tz,
            rows=log.rows,
            left_out=left_out,
            cases=self._cases,
            open=self._open,
            reopened=self._reopened,
            first_at=from_us(log.first_us) if log.cases else None,
            until=from_us(self._end_us),
            period=period,
            opened=tuple((name, opened[name]) for name in periods),
            targets=tuple(self._targets(period, periods)),
            distributions=tuple(self._distributions()),
            busy=tuple(tuple(self._busy[day, hour] for hour in range(24)) for day in range(7)),
            backlog=self._backlog(),
            waits={
                name: us / SECOND_US
                for name, us in sorted(self._waits.items(), key=lambda one: (-one[1], one[0]))
            },
            agents=_loads(self._agents),
            groups=_loads(self._groups),
            timeline=None if self._timeline is None else self._timeline[2],
        )

    def _periods(self) -> tuple[Literal["day", "week", "month"], list[str]]:
        """Days, weeks or months, so that there are neither too many nor too few; without gaps."""
        if not self._opened:
            return "day", []
        first, last = min(self._opened), max(self._opened)
        days = (last - first).days + 1
        period: Literal["day", "week", "month"] = "month"
        if days <= _DAYS_BY_WEEK:
            period = "day" if days <= _DAYS_BY_DAY else "week"
        names = (_period(first + timedelta(days=n), period) for n in range(days))
        return period, list(dict.fromkeys(names))

    def _targets(self, period: Literal["day", "week", "month"], periods: list[str]) -> Iterator[TargetReport]:
        for target in sorted({target for target, _ in self._ended}):
            counts: Counter[tuple[str, bool]] = Counter()
            for (name, day, met), count in self._by_day.items():
                if name == target:
                    counts[_period(day, period), met] += count
            yield TargetReport(
                target=target,
                ended={how: self._ended[target, how] for how in get_args(Ended) if self._ended[target, how]},
                by_period=tuple(_share(counts, name) for name in periods),
                by_class=_shares(self._by_class, target),
                by_level=_shares(self._by_level, target),
            )

    def _distributions(self) -> Iterator[Distribution]:
        names: tuple[Literal["first_response", "resolution"], ...] = ("first_response", "resolution")
        for name in names:
            values = sorted(self._took[name])
            bins: Counter[int | None] = Counter()
            for us in values:
                bins[next((edge for edge in BINS_S if us <= edge * SECOND_US), None)] += 1
            yield Distribution(
                name=name,
                count=len(values),
                percentiles={
                    p: values[-(-p * len(values) // 100) - 1] / SECOND_US for p in PERCENTILES if values
                },
                bins=tuple((edge, bins[edge]) for edge in (*BINS_S, None)),
            )

    def _backlog(self) -> Backlog:
        if not self._steps:
            return Backlog(days=(), open={})
        first, last = min(day for day, _ in self._steps), self._local(self._end_us).date()
        length = max((last - first).days + 1, 1)
        every = -(-length // _MOST_POINTS)
        classes = [name for name in self._policy.classes if any(one == name for _, one in self._steps)]
        days, running = [], Counter[str]()
        found: dict[str, list[int]] = {name: [] for name in classes}
        for n in range(length):
            day = first + timedelta(days=n)
            for name in classes:
                running[name] += self._steps[day, name]
            if n % every == 0:
                days.append(day.isoformat())
                for name in classes:
                    found[name].append(running[name])
        return Backlog(days=tuple(days), open={name: tuple(counts) for name, counts in found.items()})


def _period(day: date, period: Literal["day", "week", "month"]) -> str:
    """`2026-03-02`, the Monday of its week, or `2026-03`."""
    if period == "month":
        return f"{day:%Y-%m}"
    return (day if period == "day" else day - timedelta(days=day.weekday())).isoformat()


def _share(counts: Counter[tuple[str, bool]], name: str) -> Share:
    return Share(name=name, met=counts[name, True], missed=counts[name, False])


def _shares(counts: Counter[tuple[str, str, bool]], target: str) -> tuple[Share, ...]:
    own = Counter({(name, met): count for (one, name, met), count in counts.items() if one == target})
    return tuple(_share(own, name) for name in sorted({name for name, _ in own}))


def _loads(counts: Counter[tuple[str, str]]) -> tuple[Load, ...]:
    names = sorted({name for name, _ in counts}, key=lambda name: (-counts[name, "tickets"], name))
    return tuple(
        Load(
            name=name,
            tickets=counts[name, "tickets"],
            open=counts[name, "open"],
            reopened=counts[name, "reopened"],
        )
        for name in names[:_MOST_LOADS]
    )
