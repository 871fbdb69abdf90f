"""Steps of ladders that cannot be meant: out of order, or handing a ticket back and forth."""

from collections.abc import Iterator

from supportflow.escalation import Ladder, group_of_tier
from supportflow.policy.escalating import step_calendar
from supportflow.policy.findings import Finding
from supportflow.policy.schema import Policy
from supportflow.policy.scope import Scope

__all__ = ["ladder_steps"]


def ladder_steps(scope: Scope) -> Iterator[Finding]:
    """Steps that stand after a later one, and functional steps that hand a ticket back to where it was."""
    for index, ladder in enumerate(scope.document.escalation.ladders):
        yield from _order(f"escalation.ladders.{index}", ladder)
        yield from _returns(f"escalation.ladders.{index}", ladder, scope.document)


def _order(path: str, ladder: Ladder) -> Iterator[Finding]:
    """Only steps on one scale compare: times of one calendar, shares of one target."""
    latest: dict[str, tuple[float, int]] = {}
    for place, step in enumerate(ladder.steps):
        if step.at is not None:
            scale, value = f"target:{step.at.target}", float(step.at.ppm)
        else:
            assert step.after is not None
            scale, value = f"calendar:{step_calendar(step.calendar)}", step.after.total_seconds()
        before = latest.get(scale)
        if before is not None and value < before[0]:
            message = f"comes before steps.{before[1]}, which stands above it"
            yield Finding("error", "out_of_order", f"{path}.steps.{place}", message)
        else:
            latest[scale] = (value, place)


def _returns(path: str, ladder: Ladder, document: Policy) -> Iterator[Finding]:
    been: dict[str, int] = {}
    last: str | None = None
    for place, step in enumerate(ladder.steps):
        group = step.group if step.tier is None else group_of_tier(document.groups, step.tier)
        if group is None:
            continue
        if group in been and group != last:
            message = f"hands the ticket back to {group!r}, which had it from steps.{been[group]}"
            yield Finding("error", "hands_back", f"{path}.steps.{place}", message)
        elif group == last:
            message = f"hands the ticket to {group!r}, which has it from steps.{been[group]}"
            yield Finding("warning", "hands_back", f"{path}.steps.{place}", message)
        been.setdefault(group, place)
        last = group
