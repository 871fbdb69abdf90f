"""Exact verification: what a policy can never do, proved without a single ticket.

The fields of a policy are declared and typed, so its conditions cut all possible tickets into finitely many kinds. What is
said here of them holds for every ticket, and comes with one that shows it. Times are tried for every instant of a year at
which anything changes.

A field is taken to hold any value of its type, whatever the others hold: that a ticket in status `"closed"` cannot be in
category `"open"` is not known here.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from supportflow.exceptions import DefinitionError, PolicyError
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.retention import never_applying
from supportflow.policy.verify.calendars import long_weeks, zone_data
from supportflow.policy.verify.escalation import ladder_steps, rotation_reach
from supportflow.policy.verify.findings import Finding, Kind, Report, Severity
from supportflow.policy.verify.names import ambiguous_names, strange_addresses, twin_names
from supportflow.policy.verify.notices import notice_reach
from supportflow.policy.verify.reachability import (
    classes_without_a_route,
    coverage,
    ladder_reach,
    languages_without_a_fallback,
    lone_contradictions,
    route_reach,
    rule_reach,
    sla_reach,
    strange_names,
)
from supportflow.policy.verify.scope import Scope, scope_of
from supportflow.policy.verify.targets import target_times

__all__ = ["Finding", "Kind", "Report", "Severity", "invalid", "verify"]

_FIRST_DAY = date(2026, 1, 1)


def verify(policy: Policy, *, since: date = _FIRST_DAY) -> Report:
    """Everything that can be known to be wrong with a policy before any ticket comes.

    Args:
        policy: The policy.
        since: The first day of the year of opening times that are tried where the answer hangs on when a ticket is opened.

    Returns:
        What was found: nothing more than `"invalid"` findings if the policy cannot be used at all.

    Raises:
        MissingExtra: If a calendar names a country and the `holidays` package is not installed.
    """
    try:
        compiled = CompiledPolicy(policy)
    except PolicyError as error:
        return invalid(error)
    scope = scope_of(compiled, since)
    return Report(tuple(finding for check in _CHECKS for finding in check(scope)))


def invalid(error: DefinitionError) -> Report:
    """The report of a document that cannot be used."""
    return Report(tuple(_invalid(problem, error.subject) for problem in error.problems))


def _invalid(problem: str, subject: str) -> Finding:
    path, _, message = problem.partition(": ")
    if not message or " " in path:  # it speaks of the text, which has no paths
        path, message = subject, problem
    return Finding("error", "invalid", path, message)


def _head_starts(scope: Scope) -> Iterator[Finding]:
    """A class with a longer head start than one above it."""
    options = scope.document.priority
    heads = options.head_start if options is not None else None
    if heads is None:
        return
    none = timedelta(0)
    for above, below in pairwise(scope.document.classes):
        if heads.get(below, none) > heads.get(above, none):
            yield Finding(
                "warning",
                "inverted_head_start",
                f"priority.head_start.{below}",
                f"is longer than that of {above!r}, which is the higher class",
            )


def _retention(scope: Scope) -> Iterator[Finding]:
    """Rules for content that never come to their turn."""
    retention = scope.document.retention
    for index, before in never_applying(retention) if retention is not None else ():
        by = tuple(f"retention.content.{at}" for at in before)
        message = f"never applies; {', '.join(by)} before it takes all that it is for"
        yield Finding("error", "shadowed", f"retention.content.{index}", message, by=by)


_CHECKS: tuple[Callable[[Scope], Iterator[Finding]], ...] = (
    strange_names,
    rule_reach,
    _head_starts,
    lone_contradictions,
    sla_reach,
    coverage,
    route_reach,
    classes_without_a_route,
    languages_without_a_fallback,
    rotation_reach,
    target_times,
    ladder_reach,
    ladder_steps,
    _retention,
    notice_reach,
    twin_names,
    ambiguous_names,
    strange_addresses,
    zone_data,
    long_weeks,
)
"""In the order of the report. A section that joins the policy adds its check here."""
