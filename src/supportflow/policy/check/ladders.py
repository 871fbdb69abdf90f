"""Names in a policy's ladders, and what can be wrong with them."""

from collections import Counter
from collections.abc import Iterator

from supportflow.conditions.fields import nearest
from supportflow.escalation import LadderStep, group_of_tier
from supportflow.policy.document.policy import Policy

__all__ = ["audience_problem", "ladder_problems"]


def ladder_problems(document: Policy) -> Iterator[str]:
    """Every name in the ladders that means nothing, each one sentence that starts with its path."""
    ladders = document.escalation.ladders
    for name, count in Counter(ladder.name for ladder in ladders).items():
        if count > 1:
            yield f"escalation.ladders: two ladders are named {name!r}"
    targets = sorted({target.slot for policy in document.sla for target in policy.targets})
    groups = [group.name for group in document.groups]
    for path, step in _steps(document):
        if step.group is not None and step.group not in groups:
            yield f"{path}.group: unknown group {step.group!r}{nearest(step.group, groups)}"
        if step.tier is not None:
            yield from _tier_problems(document, f"{path}.tier", step.tier)
        if step.at is not None and step.at.target not in targets:
            yield f"{path}.at.target: unknown target {step.at.target!r}{nearest(step.at.target, targets)}"
        for index, audience in enumerate(step.notify):
            problem = audience_problem(document, audience)
            if problem is not None:
                yield f"{path}.notify.{index}: {problem}"


def _tier_problems(document: Policy, path: str, tier: str) -> Iterator[str]:
    if document.routing is not None:
        tiers = document.routing.tiers
        if tier not in tiers:
            yield f"{path}: unknown tier {tier!r}{nearest(tier, tiers)}"
    elif group_of_tier(document.groups, tier) is None:
        yield f"{path}: no group of the policy works in the tier {tier!r}"


def audience_problem(document: Policy, audience: str) -> str | None:
    """What is wrong with a name of somebody to tell; None if the policy knows it. Agents are known elsewhere."""
    kind, _, name = audience.partition(":")
    if kind == "group" and name not in (known := [group.name for group in document.groups]):
        return f"unknown group {name!r}{nearest(name, known)}"
    if kind == "rotation" and name not in (known := [one.name for one in document.rotations]):
        return f"unknown rotation {name!r}{nearest(name, known)}"
    return None


def _steps(document: Policy) -> Iterator[tuple[str, LadderStep]]:
    for index, ladder in enumerate(document.escalation.ladders):
        for place, step in enumerate(ladder.steps):
            yield f"escalation.ladders.{index}.steps.{place}", step
