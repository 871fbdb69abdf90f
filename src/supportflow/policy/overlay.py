"""A policy with surges laid over it: another document, made by a pure function, with a fingerprint of its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from supportflow.conditions.fields import nearest
from supportflow.model.tags import best, twins, updated
from supportflow.policy.named import named_calendars
from supportflow.policy.schema import Policy
from supportflow.policy.surge import Overlay, Surge
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.triage.priority import MOVING_FIELDS, PriorityPolicy

__all__ = ["greeting_of", "overlaid", "surge_problems"]

_LONGEST = timedelta(days=36_525)
_SHORTEST = timedelta(microseconds=1)
_NAME = 100
_ROUTING = ("busy_in", "acceptance", "offer_for", "ask_again_after")
"""Fields that a surge and the routing of a policy have in common."""


def overlaid(document: Policy, names: Sequence[str]) -> Policy:
    """The policy with these of its surges laid over it, one after the other; itself, if none is named.

    Raises:
        KeyError: If the policy has no such surge.
    """
    if not names:
        return document
    changed = document
    for name in names:
        changed = _applied(changed, document.surges[name])
    calls_in = dict.fromkeys(calendar for name in names for calendar in document.surges[name].calls_in)
    return changed.model_copy(
        update={
            "name": " + ".join((document.name, *names))[:_NAME],
            "surges": {},
            "overlay": Overlay(base=document.fingerprint, surges=tuple(names), calls_in=tuple(calls_in)),
        }
    )


def _applied(document: Policy, surge: Surge) -> Policy:
    update: dict[str, Any] = {}
    if surge.targets is not None:
        update["sla"] = tuple(_scaled_policy(policy, surge.targets) for policy in document.sla)
    if surge.order:
        options = document.priority or PriorityPolicy()
        update["priority"] = options.model_copy(update={"order": (*surge.order, *options.order)})
    if surge.greetings:
        update["greetings"] = updated(document.greetings, surge.greetings)
    routing = _routing(surge)
    if routing and document.routing is not None:
        weights = {**document.routing.weights, **surge.weights}
        update["routing"] = document.routing.model_copy(
            update={**routing, **({"weights": weights} if surge.weights else {})}
        )
    return document.model_copy(update=update)


def _routing(surge: Surge) -> dict[str, Any]:
    """What a surge says of routing. That an offer holds for ever is said by giving None."""
    given = {name: getattr(surge, name) for name in _ROUTING if name in surge.model_fields_set}
    given = {name: value for name, value in given.items() if value is not None or name not in _ROUTING[:2]}
    return {**given, **({"weights": surge.weights} if surge.weights else {})}


def _scaled_policy(policy: SlaPolicy, shares: float | Mapping[str, float]) -> SlaPolicy:
    if isinstance(shares, Mapping):
        general = shares.get(policy.name)
        named = {
            target.slot: shares.get(f"{policy.name}/{target.slot}", general) for target in policy.targets
        }
    else:
        named = {target.slot: shares for target in policy.targets}
    targets = tuple(_scaled(target, named[target.slot]) for target in policy.targets)
    return policy if targets == policy.targets else policy.model_copy(update={"targets": targets})


def _scaled(target: Target, share: float | None) -> Target:
    if share is None or share == 1 or target.duration is None:
        return target
    update: dict[str, Any] = {"duration": _times(target.duration, share)}
    if any(isinstance(warn, timedelta) for warn in target.warn_at):
        update["warn_at"] = tuple(
            _times(warn, share) if isinstance(warn, timedelta) else warn for warn in target.warn_at
        )
    return target.model_copy(update=update)


def _times(span: timedelta, share: float) -> timedelta:
    return max(_SHORTEST, min(span * share, _LONGEST))


def greeting_of(document: Policy, language: str | None) -> str | None:
    """What is said to somebody who writes a language: `"zh-CN"` finds `"zh-Hans"` or `"zh"`.

    Else the greeting in the routing's fallback language; None if there is none.
    """
    fallback = None if document.routing is None else document.routing.fallback_language
    for wanted in filter(None, (language, fallback)):
        tag = best(wanted, document.greetings)
        if tag is not None:
            return document.greetings[tag]
    return None


# --- what can be wrong ---------------------------------------------------------------------


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
    routing = _routing(surge)
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
    if section == "routing" and field in (*_ROUTING, "weights"):
        return f"{path}.{rest}: {message}"
    return f"{path}: with it, {problem}"
