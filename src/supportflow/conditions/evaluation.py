"""What a condition means: the plain interpreter, which every faster way of evaluating must agree with."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from supportflow.conditions._numbers import exact
from supportflow.conditions.language import Condition

__all__ = ["COMPARE", "evaluate", "present"]


def present(value: object) -> object:
    """The value as comparisons see it, or `None` if it counts as missing: a not-a-number, an empty set."""
    if isinstance(value, Collection) and not isinstance(value, str) and not value:
        return None
    return exact(value)


def _one_of(value: object, operand: tuple[object, ...]) -> bool:
    return any(value == exact(one) for one in operand)


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: bool(value == exact(operand)),
    "in": _one_of,
    "ge": lambda value, operand: bool(value >= exact(operand)),
    "le": lambda value, operand: bool(value <= exact(operand)),
    "between": lambda value, operand: bool(exact(operand[0]) <= value <= exact(operand[1])),
    "has_any": lambda value, operand: any(tag in value for tag in operand),
    "has_all": lambda value, operand: all(tag in value for tag in operand),
}
"""What each operator asks of a value that is there. Each is false of one that is not."""


def holds(comparison: Condition, record: Mapping[str, object]) -> bool:
    """Whether one comparison is true of a record."""
    value = present(record.get(comparison.field or ""))
    if comparison.operator == "exists":
        return (value is not None) is comparison.operand
    return value is not None and COMPARE[comparison.operator](value, comparison.operand)


def evaluate(condition: Condition, record: Mapping[str, object]) -> bool:
    """Whether a condition is true of a record.

    Fields that the record lacks count as missing. The record is taken as it is: check it with `Fields.check`
    if it comes from outside, as ordering a text against a number raises `TypeError`.

    Args:
        condition: A condition; it need not have been validated.
        record: The values by field name.
    """
    match condition.operator:
        case "all":
            return all(evaluate(part, record) for part in condition.parts)
        case "any":
            return any(evaluate(part, record) for part in condition.parts)
        case "not":
            return not evaluate(condition.operand, record)
    return holds(condition, record)
