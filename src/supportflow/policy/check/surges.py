"""What can be wrong with the surges of a policy."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from supportflow.conditions.fields import nearest
from supportflow.model.tags import twins
from supportflow.policy.document.calendars import named_calendars
from supportflow.policy.document.policy import Policy
from supportflow.policy.document.surges import Surge
from supportflow.policy.overlay import ROUTING_FIELDS, overlaid, routing_of
from supportflow.triage.priority import MOVING_FIELDS

__all__ = ["surge_problems"]


def surge_problems(document: Policy, problems_of: Callable[[Policy], Iterator[str]]) -> Iterator[str]:
    """Every problem of the surges of a policy that is good without them, each one sentence that starts with its path.

    Args:
        document: The policy.
        problems_of: Finds what is wrong with a policy.
    """
    wrong = False
    yield from (f"greetings: {tag!r} stands here in two spellings" for tag in twins(document.greetings))
    for name, surge in document.surges.items():
        path = f"surges.{name}"
        found = list(_problems(path, surge, document))
        effective = overlaid(document, (name,))
        found += [_placed(path, surge, problem) for problem in problems_of(effective)]
        wrong |= bool(found)
        yield from found
    if len(document.surges) > 1 and not wrong:
        together = overlaid(document, tuple(document.surges))
        yield from (f"surges: with all of them at once, {problem}" for problem in problems_of(together))


def _problems(path: str, surge: Surge, document: Policy) -> Iterator[str]:
    routing = routing_of(surge)
    if not (routing or surge.targets is not None or surge.order or surge.calls_in or surge.greetings):
        yield f"{path}: changes nothing"
    yield from (f"{path}.greetings: {tag!r} stands here in two spellings" for tag in twins(surge.greetings))
    if document.routing is None:
        for field in (*routing, *(("calls_in",) if surge.calls_in else ())):
            yield f"{path}.{field}: the policy has no routing"
    known = named_calendars(document)
    for index, name in enumerate(surge.calls_in):
        if name not in known:
            yield f"{path}.calls_in.{index}: unknown calendar {name!r}{nearest(name, known)}"
    for name, count in Counter(surge.calls_in).items():
        if count > 1:
            yield f"{path}.calls_in: {name!r} is listed twice"
    yield from _target_problems(f"{path}.targets", surge, document)
    condition = None if surge.when is None else surge.when.condition
    for comparison in () if condition is None else condition.comparisons():
        if comparison.field in MOVING_FIELDS:
            yield (
                f"{path}.when.condition: {comparison.field!r} changes while nothing happens; "
                "what has arrived cannot depend on it"
            )


def _target_problems(path: str, surge: Surge, document: Policy) -> Iterator[str]:
    if surge.targets is None:
        return
    places = {
        f"{policy.name}/{target.slot}": target.duration is not None
        for policy in document.sla
        for target in policy.targets
    }
    names = [policy.name for policy in document.sla]
    if not isinstance(surge.targets, Mapping):
        if not any(places.values()):
            yield f"{path}: the policy has no target with a duration"
        return
    for name in surge.targets:
        if name not in names and name not in places:
            yield f"{path}.{name}: unknown SLA policy or target{nearest(name, [*names, *places])}"
        elif name in places and not places[name]:
            yield f"{path}.{name}: counts working days, which a share cannot change"


def _placed(path: str, surge: Surge, problem: str) -> str:
    """The problem of an overlaid version, at the place of the surge that it comes from."""
    where, _, message = problem.partition(": ")
    section, _, rest = where.partition(".")
    field, _, below = rest.partition(".")
    index = below.partition(".")[0]
    if (section, field) == ("priority", "order") and index.isdecimal() and int(index) < len(surge.order):
        return f"{path}.order.{below}: {message}"
    if section == "routing" and field in (*ROUTING_FIELDS, "weights"):
        return f"{path}.{rest}: {message}"
    return f"{path}: with it, {problem}"
