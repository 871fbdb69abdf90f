"""Rules of notices by which nobody is ever told anything, or nothing that others do not tell already."""

from collections.abc import Callable, Iterator, Mapping

from supportflow.model.notices import InternalRule, InternalTopic
from supportflow.policy.document.policy import Policy
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.scope import Scope

__all__ = ["notice_reach"]


def _has_clocks(document: Policy) -> bool:
    return bool(document.sla)


def _has_warnings(document: Policy) -> bool:
    return any(target.warn_at for policy in document.sla for target in policy.targets)


def _has_repeats(document: Policy) -> bool:
    return any(target.overdue for policy in document.sla for target in policy.targets)


def _has_ladders(document: Policy) -> bool:
    return bool(document.escalation.ladders)


def _has_offers(document: Policy) -> bool:
    return document.routing is not None


def _has_actions(document: Policy) -> bool:
    return bool(document.authority.host)


_NEEDS: Mapping[InternalTopic, tuple[Callable[[Policy], bool], str]] = {
    "sla_warned": (_has_warnings, "no target warns"),
    "sla_breached": (_has_clocks, "there are no SLA targets"),
    "sla_overdue": (_has_repeats, "no target repeats its breach"),
    "ladder_step_reached": (_has_ladders, "there are no ladders"),
    "offer_made": (_has_offers, "there is no routing"),
    "handed_over": (_has_offers, "there is no routing"),
    "action_failed": (_has_actions, "there are no actions of the host"),
    "action_waits": (_has_actions, "there are no actions of the host"),
}
"""What a policy must have for something to be told of: what its absence is."""
_NAMES: frozenset[InternalTopic] = frozenset(
    {"ladder_step_reached", "ticket_escalated", "assigned", "offer_made"}
)
"""What names people itself. Of anything else, `named` is nobody."""


def notice_reach(scope: Scope) -> Iterator[Finding]:
    """Rules on what never happens under this policy, and rules whose readers others tell of all of it."""
    document = scope.document
    rules = () if document.notices is None else document.notices.internal
    told: dict[tuple[str, str, str], int] = {}
    for index, rule in enumerate(rules):
        path = f"notices.internal.{index}"
        needs, lacks = _NEEDS.get(rule.on, (None, ""))
        if needs is not None and not needs(document):
            yield Finding("warning", "never_told", f"{path}.on", f"{rule.on!r} never happens: {lacks}")
        elif "named" in rule.tell and rule.on not in _NAMES:
            at = rule.tell.index("named")
            yield Finding("warning", "never_told", f"{path}.tell.{at}", f"{rule.on!r} names nobody")
        says = _says(rule, document)
        before = sorted({told[one] for one in says if one in told})
        if all(one in told for one in says):
            by = tuple(f"notices.internal.{at}" for at in before)
            yield Finding(
                "warning", "shadowed", path, f"tells nobody whom {', '.join(by)} does not tell", by=by
            )
        for one in says:
            told.setdefault(one, index)


def _says(rule: InternalRule, document: Policy) -> list[tuple[str, str, str]]:
    """Of which tickets it tells whom: topic, class and reader."""
    return [(rule.on, name, reader) for name in rule.classes or document.classes for reader in rule.tell]
