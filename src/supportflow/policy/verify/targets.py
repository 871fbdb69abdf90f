"""Targets against their calendars: what can never be counted, warned of, or met in that order."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from supportflow._time import from_us, span_us
from supportflow.conditions import Condition, uncovered
from supportflow.exceptions import ConditionError
from supportflow.policy.document.calendars import calendar_name
from supportflow.policy.verify.due_times import DueTimes, Span
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.reachability import undecided
from supportflow.policy.verify.scope import Scope, both, opposite
from supportflow.sla.compiled import ALWAYS, milestone_of
from supportflow.sla.metrics import Metric, shipped_metrics
from supportflow.sla.policy import SlaPolicy, Target, span_name
from supportflow.sla.signals import Signal

__all__ = ["target_times"]


class _Counted(NamedTuple):
    """One way in which a target can be counted: the tickets for which it is, and how."""

    when: Condition | None
    span: Span


def target_times(scope: Scope) -> Iterator[Finding]:
    """Every fault of a target in its calendar."""
    times = DueTimes(scope.policy, scope.since)
    metrics = {**shipped_metrics(), **{metric.name: metric for metric in scope.document.metrics}}
    for index, policy in enumerate(scope.document.sla):
        ways = [list(_ways(scope, policy, target)) for target in policy.targets]
        counted: set[int] = set()
        for place, target in enumerate(policy.targets):
            path = f"sla.{index}.targets.{place}"
            found = list(_never_counts(path, target, ways[place], times))
            yield from found
            if not any(finding.severity == "error" for finding in found):
                counted.add(place)
                yield from _early_warnings(path, target, ways[place], times)
                yield from _twin_warnings(path, target)
        usable = [way if place in counted else [] for place, way in enumerate(ways)]
        yield from _responses(scope, index, usable, metrics, times)


def _ways(scope: Scope, policy: SlaPolicy, target: Target) -> Iterator[_Counted]:
    given = target.calendar if target.calendar is not None else policy.calendar
    own = ALWAYS if given is None else calendar_name(given)
    groups = [group for group in scope.document.groups if group.calendar is not None]
    if (target.calendar_of or policy.calendar_of) != "group" or not groups:
        yield _Counted(None, _span(policy, target, own))
        return
    for group in groups:
        assert group.calendar is not None
        yield _Counted(Condition(field="group", eq=group.name), _span(policy, target, group.calendar))
    elsewhere = opposite(Condition(field="group", in_=tuple(group.name for group in groups)))
    yield _Counted(elsewhere, _span(policy, target, own))


def _span(policy: SlaPolicy, target: Target, calendar: str) -> Span:
    days = target.working_days if target.working_days is not None else target.end_of_day
    return Span(
        calendar=calendar,
        duration_us=0 if target.duration is None else span_us(target.duration),
        days=days,
        end_of_day=target.end_of_day is not None,
        edge=target.edge or policy.edge,
    )


def _never_counts(path: str, target: Target, ways: list[_Counted], times: DueTimes) -> Iterator[Finding]:
    for span in dict.fromkeys(way.span for way in ways):
        last_us = times.fails_from(span)
        if last_us is not None:
            at_once = last_us == times.start_us
            why = "does not have that much working time" if at_once else "comes to an end"
            yield Finding(
                "error" if at_once else "warning",
                "never_counts",
                path,
                f"{_long(target)}: calendar {span.calendar!r} {why}, so that a ticket is never due",
                at=from_us(last_us),
            )


def _early_warnings(path: str, target: Target, ways: list[_Counted], times: DueTimes) -> Iterator[Finding]:
    for place, warn in enumerate(target.warn_at):
        if not isinstance(warn, timedelta):
            continue
        if all(times.longest_us(way.span) < span_us(warn) for way in ways):
            yield Finding(
                "error",
                "early_warning",
                f"{path}.warn_at.{place}",
                f"{span_name(span_us(warn))} before the end lies before the start of {_long(target)}; it never comes",
            )


def _twin_warnings(path: str, target: Target) -> Iterator[Finding]:
    """Warnings that are another one: by its name, or because they come at the same time."""
    # Working days have no length of their own, so that only equal ones are surely twins.
    duration_us = None if target.duration is None else span_us(target.duration)
    told: dict[str | int, int] = {}
    for place, warn in enumerate(target.warn_at):
        twin = milestone_of(warn, duration_us or 0)
        names: list[str | int] = [twin.key] if duration_us is None else [twin.key, twin.after_us]
        first = next((told[name] for name in names if name in told), None)
        if first is not None:
            yield Finding(
                "warning",
                "twin_warning",
                f"{path}.warn_at.{place}",
                f"is the warning of warn_at.{first} again; the ticket is warned of once",
                by=(f"{path}.warn_at.{first}",),
            )
        told.update(dict.fromkeys(names, place) if first is None else {})


def _responses(
    scope: Scope, index: int, ways: list[list[_Counted]], metrics: dict[str, Metric], times: DueTimes
) -> Iterator[Finding]:
    policy = scope.document.sla[index]
    responses = [at for at, target in enumerate(policy.targets) if _is_response(metrics[target.metric])]
    resolutions = [at for at, target in enumerate(policy.targets) if _is_resolution(metrics[target.metric])]
    for response, resolution in product(responses, resolutions):
        for first, second in product(ways[response], ways[resolution]):
            opened_us, always = times.later(first.span, second.span)
            if opened_us is None:
                continue
            try:
                witness = _gets_both(scope, index, response, resolution, both(first.when, second.when))
            except ConditionError:
                yield undecided(f"sla.{index}.targets.{response}")
                break
            if witness is None:
                continue
            target, other = policy.targets[response], policy.targets[resolution]
            often = "" if always else " at times"
            yield Finding(
                "error" if always else "warning",
                "response_after_resolution",
                f"sla.{index}.targets.{response}",
                f"{target.slot} ({_long(target)}) is due after {other.slot} ({_long(other)}){often}",
                witness=witness,
                at=from_us(opened_us),
            )
            break


def _gets_both(
    scope: Scope, index: int, response: int, resolution: int, when: Condition | None
) -> dict[str, object] | None:
    """A ticket of that SLA policy to which both targets apply; None if there is none."""
    policy = scope.document.sla[index]
    against: list[Condition | None] = [earlier.when for earlier in scope.document.sla[:index]]
    # Nobody waits for an answer to a private ticket.
    against += [opposite(policy.when), opposite(when), Condition(field="private", eq=True)]
    for place in (response, resolution):
        target = policy.targets[place]
        against += [other.when for other in policy.targets[:place] if other.slot == target.slot]
        against.append(opposite(target.when))
    return uncovered(against, scope.fields)


def _is_response(metric: Metric) -> bool:
    """Whether it runs from the opening to an answer."""
    return _opens(metric) and set(metric.stop) == {Signal.PUBLIC_REPLY}


def _is_resolution(metric: Metric) -> bool:
    """Whether it runs from the opening to the end of the work, and to nothing else."""
    return (
        _opens(metric)
        and Signal.RESOLVED in metric.stop
        and set(metric.stop) <= {Signal.RESOLVED, Signal.CLOSED}
    )


def _opens(metric: Metric) -> bool:
    return Signal.OPENED in metric.start and metric.start_when is None and metric.stop_when is None


def _long(target: Target) -> str:
    if target.duration is not None:
        return span_name(span_us(target.duration))
    if target.working_days is not None:
        return f"{target.working_days} working days"
    return f"the end of working day {target.end_of_day}"
