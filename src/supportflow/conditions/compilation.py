"""One condition, compiled to a closure: for guards and lone conditions. Many go into a `ConditionIndex`."""

from collections.abc import Callable, Mapping
from typing import cast

from supportflow.conditions.evaluation import COMPARE, holds, present
from supportflow.conditions.fields import FieldSpec
from supportflow.conditions.language import Condition
from supportflow.conditions.validation import validate_condition

__all__ = ["Predicate", "compile_condition"]

Predicate = Callable[[Mapping[str, object]], bool]

# Below this a whole number and the float that equals it have the same shortest decimal, so that Python's own
# comparison of ints and floats already means what a document means.
_PLAIN = 2**53


def compile_condition(condition: Condition, fields: Mapping[str, FieldSpec]) -> Predicate:
    """Compile a condition to a function of a record that answers as `evaluate` does.

    Raises:
        ConditionError: If the condition makes no sense for these fields.
    """
    validate_condition(condition, fields)
    return _compile(condition, fields)


def _compile(condition: Condition, fields: Mapping[str, FieldSpec]) -> Predicate:
    match condition.operator:
        case "all":
            return _all([_compile(part, fields) for part in condition.parts])
        case "any":
            return _any([_compile(part, fields) for part in condition.parts])
        case "not":
            inner = _compile(condition.operand, fields)
            return lambda record: not inner(record)
    assert condition.field is not None
    if fields[condition.field].kind in ("choice", "text", "boolean"):
        return _named(condition.field, condition.operator, condition.operand)
    if condition.operator in ("ge", "le") and abs(condition.operand) < _PLAIN:
        return _bound(condition.field, condition.operator, condition.operand)
    if condition.operator == "eq" and abs(condition.operand) < _PLAIN:
        return _equal(condition.field, condition.operand)
    return lambda record: holds(condition, record)


def _all(tests: list[Predicate]) -> Predicate:
    def every(record: Mapping[str, object]) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the test
            if not test(record):
                return False
        return True

    return every


def _any(tests: list[Predicate]) -> Predicate:
    def some(record: Mapping[str, object]) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(record):
                return True
        return False

    return some


def _named(field: str, operator: str, operand: object) -> Predicate:
    match operator:
        case "eq":
            return lambda record: bool(record.get(field) == operand)
        case "in":
            values = frozenset(cast("tuple[object, ...]", operand))
            return lambda record: record.get(field) in values
        case _:
            return lambda record: (record.get(field) is not None) is operand


def _equal(field: str, operand: float) -> Predicate:
    compare = COMPARE["eq"]

    def test(record: Mapping[str, object]) -> bool:
        value = record.get(field)
        if type(value) is int or type(value) is float:
            return value == operand
        value = present(value)
        return value is not None and compare(value, operand)

    return test


def _bound(field: str, operator: str, operand: float) -> Predicate:
    compare = COMPARE[operator]
    at_least = operator == "ge"

    def test(record: Mapping[str, object]) -> bool:
        value = record.get(field)
        if type(value) is int or type(value) is float:
            return value >= operand if at_least else value <= operand
        value = present(value)
        return value is not None and compare(value, operand)

    return test
