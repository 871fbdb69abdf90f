"""What can be wrong with a policy's routing: names that do not exist, steps out of order."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from supportflow.conditions.fields import nearest
from supportflow.model.tags import best, twins
from supportflow.policy.document.policy import Policy
from supportflow.routing.policy import Relaxation, Route, RoutingPolicy

__all__ = ["routing_problems"]


def routing_problems(document: Policy) -> Iterator[str]:
    """Every problem of the routing section, each one sentence that starts with its path."""
    routing = document.routing
    if routing is None:
        return
    tiers, classes = routing.tiers, document.classes
    yield from _twice("routing.tiers", tiers)
    yield from (f"routing.languages: {tag!r} is listed twice" for tag in twins(routing.languages))
    yield from _twice("routing.routes", [route.name for route in routing.routes])
    yield from _unknown("routing.four_eyes", routing.four_eyes, tiers, "tier", only=routing.model_fields_set)
    yield from _unknown(
        "routing.closed_by_own", routing.closed_by_own, tiers, "tier", only=routing.model_fields_set
    )
    yield from _unknown(
        "routing.never_bot", routing.never_bot, classes, "class", only=routing.model_fields_set
    )
    fallback = routing.fallback_language
    if fallback is not None and routing.languages and best(fallback, routing.languages) is None:
        yield f"routing.fallback_language: {fallback!r} is not among the languages that the desk serves"
    for category in routing.busy_in:
        if not category.is_open:
            yield f"routing.busy_in: a ticket that is {category.value} needs nobody"
    groups = [group.name for group in document.groups]
    for index, route in enumerate(routing.routes):
        yield from _route_problems(f"routing.routes.{index}", route, routing, groups)


def _route_problems(path: str, route: Route, routing: RoutingPolicy, groups: Sequence[str]) -> Iterator[str]:
    yield from _unknown(f"{path}.tier", (route.tier,), routing.tiers, "tier")
    if route.group is not None:
        yield from _unknown(f"{path}.group", (route.group,), groups, "group")
    if route.overflow is not None:
        yield from _unknown(f"{path}.overflow.group", (route.overflow.group,), groups, "group")
        if route.overflow.group == route.group:
            yield f"{path}.overflow.group: is the route's own group"
        if route.group is None:
            yield f"{path}.overflow: helps a group, and the route names none"
    yield from _relaxation_problems(path, route, routing.keep_skills)


def _relaxation_problems(path: str, route: Route, kept: Collection[str]) -> Iterator[str]:
    for place, (earlier, later) in enumerate(pairwise(route.relax), 1):
        if later.after <= earlier.after:
            yield f"{path}.relax.{place}.after: is not later than the step before it"
    skills = dict(route.skills)
    for place, step in enumerate(route.relax):
        where = f"{path}.relax.{place}"
        for name in (*step.drop, *step.lower):
            if name in kept:
                yield f"{where}: {name!r} separates duties; no relaxation may touch it (routing.keep_skills)"
            if name not in skills:
                yield f"{where}: the ticket does not need {name!r} by then{nearest(name, sorted(skills))}"
        if not (step.drop or step.lower or step.any_language):
            yield f"{where}: changes nothing"
        yield from _lower_problems(where, step, skills)
        skills = {name: level for name, level in {**skills, **step.lower}.items() if name not in step.drop}


def _lower_problems(where: str, step: Relaxation, skills: Mapping[str, int]) -> Iterator[str]:
    for name, level in step.lower.items():
        if level >= skills.get(name, level + 1):
            yield f"{where}.lower.{name}: level {level} is no less than before"


def _twice(path: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} is listed twice"


def _unknown(
    path: str, names: Iterable[str], known: Sequence[str], what: str, *, only: Iterable[str] | None = None
) -> Iterator[str]:
    """Names that do not exist; a default that names something this policy does not have is no mistake of its author."""
    if only is not None and path.rpartition(".")[2] not in set(only):
        return
    for name in names:
        if name not in known:
            yield f"{path}: unknown {what} {name!r}{nearest(name, known)}"
