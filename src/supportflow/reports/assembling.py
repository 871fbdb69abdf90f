"""From counts to figures: nothing here looks at a ticket, so that the figures are the same wherever was counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar, get_args

from supportflow._time import SECOND_US, Instant
from supportflow.replay.verdicts import Ended
from supportflow.reports.counts import BINS_S, By, Counts, Took
from supportflow.reports.course import CAUSES
from supportflow.reports.figures import (
    Backlog,
    CauseShare,
    Distribution,
    GroupWait,
    Load,
    PauseShare,
    Rate,
    Report,
    Share,
    Standardised,
    StandardisedShare,
    TargetReport,
)

__all__ = ["Frame", "assembled"]

_MOST_POINTS = 120
_DAYS_BY_DAY, _DAYS_BY_WEEK = 45, 300
"""Up to so many days they are shown one by one; up to so many, week by week."""
_MOST_LOADS = 20
_Period = Literal["day", "week", "month"]
_Key = TypeVar("_Key", str, tuple[str, str])


class Frame(NamedTuple):
    """What a report says besides its counts.

    Attributes:
        mapping: Name of the mapping.
        policy: Name of the policy.
        fingerprint: Of the policy.
        tz: Zone of days and hours.
        rows: Rows of the log.
        left_out: Rows that were left out.
        first_at: The log's first instant.
        until: Up to here everything that was due has happened.
        last_day: The day of that, ISO, in the zone.
        classes: The policy's classes, in its order.
        strata: Fields that attainment is standardised by.
        repeat_days: See `Report.repeat_days`.
    """

    mapping: str
    policy: str
    fingerprint: str
    tz: str
    rows: int
    left_out: int
    first_at: Instant | None
    until: Instant
    last_day: str
    classes: tuple[str, ...]
    strata: tuple[str, ...]
    repeat_days: int


def assembled(counts: Counts, frame: Frame) -> Report:
    """The figures of a report."""
    period, periods = _periods(counts.opened)
    opened: Counter[str] = Counter()
    for day, count in counts.opened.items():
        opened[_period(day, period)] += count
    tickets, bot = counts.tickets, counts.bot
    return Report(
        mapping=frame.mapping,
        policy=frame.policy,
        fingerprint=frame.fingerprint,
        tz=frame.tz,
        rows=frame.rows,
        left_out=frame.left_out,
        cases=tickets["cases"],
        open=tickets["open"],
        reopened=tickets["reopened"],
        first_at=frame.first_at,
        until=frame.until,
        period=period,
        opened=tuple((name, opened[name]) for name in periods),
        targets=tuple(
            _target(counts, frame, target, period, periods)
            for target in sorted({target for target, _ in counts.ended})
        ),
        distributions=(
            _distribution("first_response", counts.took["first_response"]),
            _distribution("resolution", counts.took["resolution"]),
        ),
        busy=tuple(tuple(counts.busy[day, hour] for hour in range(24)) for day in range(7)),
        backlog=_backlog(counts, frame),
        waits={name: us / SECOND_US for name, us in _ranked(counts.stays)},
        agents=_loads(counts, "agent"),
        groups=_loads(counts, "group"),
        topics=_loads(counts, "topic"),
        pauses=tuple(
            PauseShare(
                target=target,
                reason=reason,
                pauses=counts.pauses[target, reason],
                seconds=us / SECOND_US,
            )
            for (target, reason), us in _ranked(counts.pause_us)
        ),
        ola=tuple(_groups(counts)),
        reopening=Rate(count=tickets["reopened"], of=tickets["ended"]),
        repeating=Rate(count=tickets["repeats"] + tickets["joined"], of=tickets["known"] + tickets["joined"]),
        repeat_days=frame.repeat_days,
        first_contact=Rate(count=tickets["first_contact"], of=tickets["resolved"]),
        deflection=Rate(count=bot["deflected"], of=bot["deflected"] + bot["handed_over"] + bot["cancelled"]),
        bot={name: count for name, count in sorted(bot.items()) if count},
        handovers=dict(sorted(counts.handovers.items())),
    )


def _ranked(counts: Mapping[_Key, int]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _periods(opened: Iterable[str]) -> tuple[_Period, list[str]]:
    """Days, weeks or months, so that there are neither too many nor too few; without gaps."""
    days = sorted(opened)
    if not days:
        return "day", []
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    length = (last - first).days + 1
    period: _Period = "month"
    if length <= _DAYS_BY_WEEK:
        period = "day" if length <= _DAYS_BY_DAY else "week"
    names = (_period((first + timedelta(days=n)).isoformat(), period) for n in range(length))
    return period, list(dict.fromkeys(names))


def _period(day: str, period: _Period) -> str:
    """`2026-03-02`, the Monday of its week, or `2026-03`."""
    if period == "day":
        return day
    if period == "month":
        return day[:-3]
    that = date.fromisoformat(day)
    return (that - timedelta(days=that.weekday())).isoformat()


def _target(
    counts: Counts, frame: Frame, target: str, period: _Period, periods: Sequence[str]
) -> TargetReport:
    met: dict[By, Counter[tuple[str, bool]]] = {"day": Counter(), "class": Counter(), "level": Counter()}
    for (one, by, name, was_met), count in counts.decided.items():
        if one == target:
            met[by][_period(name, period) if by == "day" else name, was_met] += count
    ended = {how: counts.ended[target, how] for how in get_args(Ended) if counts.ended[target, how]}
    return TargetReport(
        target=target,
        ended=ended,
        by_period=tuple(_share(met["day"], name) for name in periods),
        by_class=_shares(met["class"]),
        by_level=_shares(met["level"]),
        adjusted=Share(
            name="adjusted",
            met=counts.adjusted[target, "met"],
            missed=counts.adjusted[target, "missed"],
        ),
        excluded=counts.adjusted[target, "excluded"],
        standardised=tuple(_standardised(counts, frame, target, period, periods)),
        causes=tuple(
            CauseShare(
                cause=cause,
                clocks=counts.causes[target, cause],
                seconds=counts.cause_us[target, cause] / SECOND_US,
            )
            for cause in sorted(CAUSES, key=lambda cause: -counts.causes[target, cause])
            if counts.causes[target, cause] or counts.cause_us[target, cause]
        ),
    )


def _share(counts: Counter[tuple[str, bool]], name: str) -> Share:
    return Share(name=name, met=counts[name, True], missed=counts[name, False])


def _shares(counts: Counter[tuple[str, bool]]) -> tuple[Share, ...]:
    return tuple(_share(counts, name) for name in sorted({name for name, _ in counts}))


_Mix = dict[str, Counter[tuple[str, bool]]]


def _standardised(
    counts: Counts, frame: Frame, target: str, period: _Period, periods: Sequence[str]
) -> Iterator[Standardised]:
    for place, field in enumerate(frame.strata):
        mixes: dict[By, _Mix] = {"day": {}, "group": {}, "agent": {}}
        for (one, by, name, at, value, met), count in counts.mixed.items():
            if (one, at) == (target, place):
                holder = _period(name, period) if by == "day" else name
                mixes[by].setdefault(holder, Counter())[value, met] += count
        whole: Counter[str] = Counter()
        for mix in mixes["day"].values():
            for (value, _), count in mix.items():
                whole[value] += count
        if not whole:
            continue
        names = {name: mixes["day"].get(name, Counter[tuple[str, bool]]()) for name in periods}
        yield Standardised(field=field, by="period", shares=_weighted(names, whole))
        holders: tuple[tuple[Literal["group", "agent"], By], ...] = (("group", "group"), ("agent", "agent"))
        for shown, by in holders:
            if mixes[by]:
                most = sorted(mixes[by], key=lambda name: (-mixes[by][name].total(), name))[:_MOST_LOADS]
                chosen = {name: mixes[by][name] for name in most}
                yield Standardised(field=field, by=shown, shares=_weighted(chosen, whole))


def _weighted(mixes: _Mix, whole: Counter[str]) -> tuple[StandardisedShare, ...]:
    """Direct standardisation: each value's own share, weighted by how frequent the value is on the whole."""
    found = []
    for name, mix in mixes.items():
        total, covered = Fraction(0), 0
        for value, weight in sorted(whole.items()):
            decided = mix[value, True] + mix[value, False]
            if decided:
                total += Fraction(mix[value, True] * weight, decided)
                covered += weight
        met = sum(count for (_, was_met), count in mix.items() if was_met)
        found.append(
            StandardisedShare(
                name=name,
                met=met,
                missed=mix.total() - met,
                standardised=float(total / covered) if covered else None,
                covered=covered / whole.total(),
            )
        )
    return tuple(found)


def _distribution(name: Literal["first_response", "resolution"], found: Took) -> Distribution:
    return Distribution(
        name=name,
        count=found.number,
        percentiles={percent: us / SECOND_US for percent, us in found.percentiles.items()},
        bins=tuple((edge, found.bins.get(edge, 0)) for edge in (*BINS_S, None)),
    )


def _backlog(counts: Counts, frame: Frame) -> Backlog:
    if not counts.steps:
        return Backlog(days=(), open={})
    first = min(date.fromisoformat(day) for day, _ in counts.steps)
    length = max((date.fromisoformat(frame.last_day) - first).days + 1, 1)
    every = -(-length // _MOST_POINTS)
    named = {name for _, name in counts.steps}
    classes = [*(name for name in frame.classes if name in named), *sorted(named.difference(frame.classes))]
    days, running = [], Counter[str]()
    found: dict[str, list[int]] = {name: [] for name in classes}
    for n in range(length):
        day = (first + timedelta(days=n)).isoformat()
        for name in classes:
            running[name] += counts.steps[day, name]
        if n % every == 0:
            days.append(day)
            for name in classes:
                found[name].append(running[name])
    return Backlog(days=tuple(days), open={name: tuple(values) for name, values in found.items()})


def _loads(counts: Counts, by: By) -> tuple[Load, ...]:
    own = {name: n for (one, name, what), n in counts.loads.items() if one == by and what == "tickets"}
    return tuple(
        Load(
            name=name,
            tickets=tickets,
            open=counts.loads[by, name, "open"],
            reopened=counts.loads[by, name, "reopened"],
        )
        for name, tickets in _ranked(own)[:_MOST_LOADS]
    )


def _groups(counts: Counts) -> Iterator[GroupWait]:
    held = {name: us for (name, what), us in counts.stints.items() if what == "held_us"}
    for name, us in _ranked(held)[:_MOST_LOADS]:
        waits = counts.waits.get(name, Took(0, {}, {}))
        yield GroupWait(
            name=name,
            stints=counts.stints[name, "stints"],
            taken=counts.stints[name, "taken"],
            seconds=us / SECOND_US,
            percentiles={percent: wait / SECOND_US for percent, wait in waits.percentiles.items()},
        )
