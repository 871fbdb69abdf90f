"""What can be wrong with a policy's levels of verification and actions of the host."""

from collections import Counter
from collections.abc import Iterator, Mapping

from supportflow.policy.document.authority import HostAction
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.authority import rests_on_text, weight_of

__all__ = ["authority_problems"]


def authority_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `authority`, each one sentence that starts with its path."""
    levels = document.authority.levels
    for name, count in Counter(levels).items():
        if count > 1:
            yield f"authority.levels: {name!r} is listed twice"
    for action, level in document.authority.actions.items():
        if level not in levels:
            yield f"authority.actions.{action}: unknown level {level!r}"
    yield from _action_problems(document)


def _action_problems(document: Policy) -> Iterator[str]:
    yield from _signal_problems(document.authority.host)
    levels = document.authority.levels
    tiers = document.routing.tiers if document.routing is not None else None
    for name, rule in document.authority.host.items():
        path = f"authority.host.{name}"
        if rule.needs is not None and rule.needs not in levels:
            yield f"{path}.needs: unknown level {rule.needs!r}"
        if rule.undone_by is not None and rule.undone_by not in document.authority.host:
            yield f"{path}.undone_by: unknown action {rule.undone_by!r}"
        if rule.undone_by == name:
            yield f"{path}.undone_by: is the action itself"
        for tier in rule.limits:
            if tiers is not None and tier not in tiers:
                yield f"{path}.limits: unknown tier {tier!r}"


def _signal_problems(actions: Mapping[str, HostAction]) -> Iterator[str]:
    """What is wrong with the signals of actions, each one sentence that starts with its path."""
    for name, rule in actions.items():
        if not rule.signals:
            continue
        path = f"authority.host.{name}"
        if rule.when is None:
            yield f"{path}.signals: speak for nothing; name in when what the action is asked for"
        if weight_of(rule.signals) < rule.threshold:
            yield f"{path}.threshold: all signals together say {weight_of(rule.signals)}, which is less"
        texts = {one: signal for one, signal in rule.signals.items() if rests_on_text(signal)}
        if weight_of(texts) >= rule.threshold:
            yield f"{path}.threshold: a text alone says {weight_of(texts)}; nobody but its writer would have spoken"
