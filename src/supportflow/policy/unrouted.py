"""Routes that never come to their turn, and tickets that nothing routes; decided exactly."""

from collections.abc import Iterator

from supportflow.conditions import Condition, uncovered
from supportflow.exceptions import ConditionError
from supportflow.policy.findings import Finding
from supportflow.policy.reachability import undecided, unreachable
from supportflow.policy.scope import Scope

__all__ = ["classes_without_a_route", "languages_without_a_fallback", "route_reach"]


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
