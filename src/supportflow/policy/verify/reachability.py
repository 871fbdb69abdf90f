"""Rules that never come to their turn, and tickets that no SLA policy is for; decided exactly."""

from collections.abc import Iterator, Sequence

from supportflow.conditions import Condition, find_witness, shadowing, uncovered
from supportflow.exceptions import ConditionError
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.scope import Scope, both, every_condition
from supportflow.triage.priority import RuleInClass

__all__ = [
    "classes_without_a_route",
    "coverage",
    "ladder_reach",
    "languages_without_a_fallback",
    "lone_contradictions",
    "route_reach",
    "rule_reach",
    "sla_reach",
    "strange_names",
    "undecided",
    "unreachable",
]


Rule = tuple[str, Condition | None]
"""A rule of an ordered list: its path, and the tickets that it is for."""


def strange_names(scope: Scope) -> Iterator[Finding]:
    """Comparisons with a status or a class that does not exist."""
    for problem in scope.strange:
        path, _, message = problem.partition(": ")
        yield Finding("error", "never_equal", path, message)


def rule_reach(scope: Scope) -> Iterator[Finding]:
    """Priority rules, level rules and order rules that never match first."""
    document = scope.document
    rules: list[Rule] = [(f"rules.{index}", rule.when) for index, rule in enumerate(document.rules)]
    yield from unreachable(scope, rules)
    options = document.priority
    if options is not None:
        yield from unreachable(scope, _in_class("priority.levels", options.levels))
        yield from unreachable(scope, _in_class("priority.order", options.order))


def _in_class(section: str, rules: Sequence[RuleInClass]) -> list[Rule]:
    return [
        (
            f"{section}.{index}",
            both(Condition(field="priority_class", in_=rule.classes) if rule.classes else None, rule.when),
        )
        for index, rule in enumerate(rules)
    ]


def ladder_reach(scope: Scope) -> Iterator[Finding]:
    """Ladders that never match first."""
    ladders = scope.document.escalation.ladders
    rules = [(f"escalation.ladders.{index}", ladder.when) for index, ladder in enumerate(ladders)]
    yield from unreachable(scope, rules)


def sla_reach(scope: Scope) -> Iterator[Finding]:
    """SLA policies that never apply, and targets that never apply in a policy that does."""
    policies = scope.document.sla
    found = list(unreachable(scope, [(f"sla.{index}", policy.when) for index, policy in enumerate(policies)]))
    yield from found
    idle = {finding.path for finding in found if finding.kind != "undecided"}
    live = [(f"sla.{index}", policy) for index, policy in enumerate(policies) if f"sla.{index}" not in idle]
    conditional = {target.slot for _, policy in live for target in policy.targets if target.when is not None}
    for slot in sorted(conditional):
        # One list for all policies: the targets of a policy stand before the policy itself, which takes what they leave.
        rules: list[Rule] = []
        for path, policy in live:
            targets = [(place, target) for place, target in enumerate(policy.targets) if target.slot == slot]
            rules += [
                (f"{path}.targets.{place}", both(policy.when, target.when)) for place, target in targets
            ]
            if not targets or targets[-1][1].when is not None:
                rules.append((path, policy.when))
        yield from unreachable(scope, rules, only=".targets.")


def unreachable(scope: Scope, rules: Sequence[Rule], *, only: str = "") -> Iterator[Finding]:
    """The rules of a list, where the first match counts, that never match first."""
    found = shadowing([condition for _, condition in rules], scope.fields)
    for dead in found.dead:
        path = rules[dead.rule][0]
        if only not in path:
            continue
        own = path.partition(".targets.")[0]
        before = dict.fromkeys(_seen_from(own, rules[rule][0]) for rule in dead.by)
        if not before:
            yield Finding("error", "contradiction", path, "contradicts itself; no ticket matches it")
        else:
            message = f"never applies; {_these(list(before))} before it"
            yield Finding("error", "shadowed", path, message, by=tuple(before))
    for rule in found.undecided:
        if only in rules[rule][0]:
            yield undecided(rules[rule][0])


def _seen_from(own: str, path: str) -> str:
    """A target of another policy stands for that policy, which takes all that its target takes."""
    policy = path.partition(".targets.")[0]
    return path if policy == own else policy


def _these(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return f"{paths[0]} takes all its tickets"
    return f"{', '.join(paths[:-1])} and {paths[-1]} together take all its tickets"


def lone_contradictions(scope: Scope) -> Iterator[Finding]:
    """Guards and conditions of metrics that no ticket satisfies."""
    for path, condition in every_condition(scope.policy):
        if not path.startswith(("lifecycle.", "metrics.", "retention.")):
            continue
        try:
            satisfied = find_witness(condition, scope.fields) is not None
        except ConditionError:
            yield undecided(path)
        else:
            if not satisfied:
                yield Finding(
                    "error", "contradiction", path, "contradicts itself; no ticket can ever satisfy it"
                )


def coverage(scope: Scope) -> Iterator[Finding]:
    """Tickets that no SLA policy is for, where there are SLA policies."""
    policies = scope.document.sla
    if not policies:
        return
    try:
        witness = uncovered([policy.when for policy in policies], scope.fields)
    except ConditionError:
        yield undecided("sla")
        return
    if witness is not None:
        yield Finding("warning", "uncovered", "sla", "some tickets get no SLA policy", witness=witness)


def undecided(path: str) -> Finding:
    """A question that took too long."""
    return Finding("warning", "undecided", path, "is too entangled to be decided in time")


def route_reach(scope: Scope) -> Iterator[Finding]:
    """Routes that never match first."""
    routing = scope.document.routing
    if routing is not None:
        yield from unreachable(
            scope, [(f"routing.routes.{index}", route.when) for index, route in enumerate(routing.routes)]
        )


def classes_without_a_route(scope: Scope) -> Iterator[Finding]:
    """Classes some of whose tickets no route matches: nobody would ever be asked to take them."""
    routing = scope.document.routing
    if routing is None:
        return
    routes = [route.when for route in routing.routes]
    for name in scope.document.classes:
        others = tuple(other for other in scope.document.classes if other != name)
        elsewhere: Condition | None = Condition(field="priority_class", in_=others) if others else None
        apart = [elsewhere] if elsewhere is not None else []
        try:
            witness = uncovered([*apart, *routes], scope.fields)
        except ConditionError:
            yield undecided("routing.routes")
            return
        if witness is not None:
            yield Finding(
                "error", "unrouted", "routing.routes", f"some {name!r} tickets have no route", witness=witness
            )


def languages_without_a_fallback(scope: Scope) -> Iterator[Finding]:
    """Routes whose tickets wait for ever if nobody is declared to serve their language, as none stands in for it."""
    routing = scope.document.routing
    if routing is None or not routing.languages or routing.fallback_language is not None:
        return
    for index, route in enumerate(routing.routes):
        if route.language == "required" and not any(step.any_language for step in route.relax):
            message = "a ticket in a language that is not in routing.languages waits for ever: name a fallback_language"
            yield Finding("warning", "unrouted", f"routing.routes.{index}", message)
