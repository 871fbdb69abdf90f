"""What verification reasons on: a policy that compiles, and its fields as closely typed as its document allows."""

from collections.abc import Iterator
from datetime import date

from supportflow._dataclass import dataclass
from supportflow.conditions import Condition, Fields, FieldSpec, condition_problems
from supportflow.policy.check.policy import conditions_of
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.document.policy import Policy

__all__ = ["Scope", "both", "every_condition", "opposite", "scope_of"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A policy under verification.

    Attributes:
        policy: The policy, compiled.
        fields: What a ticket can hold: a status of its lifecycle, a class of its list.
        strange: Comparisons with names that do not exist, each one sentence that starts with its path.
        since: The first day of the year of opening times that are tried.
    """

    policy: CompiledPolicy
    fields: Fields
    strange: tuple[str, ...]
    since: date

    @property
    def document(self) -> Policy:
        """The policy's document."""
        return self.policy.document


def scope_of(policy: CompiledPolicy, since: date) -> Scope:
    """The scope of a policy.

    To a condition, statuses and classes are texts. A policy says which there are, so here they are choices, and a comparison
    with one that does not exist is seen. Where there is such a comparison, the field stays a text.
    """
    document = policy.document
    names = {"status": tuple(policy.lifecycle.definition.statuses), "priority_class": document.classes}
    fields = dict(policy.fields)
    strange: list[str] = []
    for name, values in names.items():
        closed = {**policy.fields, name: FieldSpec.choice(*values)}
        found = [
            problem
            for path, condition in every_condition(policy)
            for problem in condition_problems(condition, closed, path)
        ]
        strange += found
        if not found:
            fields[name] = closed[name]
    return Scope(policy, Fields(fields), tuple(strange), since)


def every_condition(policy: CompiledPolicy) -> Iterator[tuple[str, Condition]]:
    """Every condition of a policy with its path."""
    yield from conditions_of(policy.document)
    lifecycle = policy.document.lifecycle
    for name, guard in lifecycle.guards.items() if lifecycle is not None else ():
        yield f"lifecycle.guards.{name}", guard


# Made without validation: what is combined is valid, and may exceed the limits that hold for a document's conditions.


def both(*conditions: Condition | None) -> Condition | None:
    """The condition that all of these hold; `None` always holds."""
    parts = tuple(condition for condition in conditions if condition is not None)
    if len(parts) < 2:  # noqa: PLR2004 - nothing to combine
        return parts[0] if parts else None
    return Condition.model_construct(all=parts)


def opposite(condition: Condition | None) -> Condition:
    """The condition that this one does not hold."""
    return Condition.model_construct(not_=condition if condition is not None else _ALWAYS)


_ALWAYS = Condition(any=(Condition(field="private", exists=True), Condition(field="private", exists=False)))
