"""A policy with surges laid over it: another document, made by a pure function, with a fingerprint of its own."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from supportflow.model.tags import best, updated
from supportflow.policy.document.policy import Policy
from supportflow.policy.document.surges import Overlay, Surge
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.triage.priority import PriorityPolicy

__all__ = ["ROUTING_FIELDS", "greeting_of", "overlaid", "routing_of"]

_LONGEST = timedelta(days=36_525)
_SHORTEST = timedelta(microseconds=1)
_NAME = 100
ROUTING_FIELDS = ("busy_in", "acceptance", "offer_for", "ask_again_after")
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
    routing = routing_of(surge)
    if routing and document.routing is not None:
        weights = {**document.routing.weights, **surge.weights}
        update["routing"] = document.routing.model_copy(
            update={**routing, **({"weights": weights} if surge.weights else {})}
        )
    return document.model_copy(update=update)


def routing_of(surge: Surge) -> dict[str, Any]:
    """What a surge says of routing. That an offer holds for ever is said by giving None."""
    given = {name: getattr(surge, name) for name in ROUTING_FIELDS if name in surge.model_fields_set}
    given = {
        name: value for name, value in given.items() if value is not None or name not in ROUTING_FIELDS[:2]
    }
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
