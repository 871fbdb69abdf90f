"""Whether a condition makes sense for the declared fields: every problem at once, each with its path."""

from collections.abc import Iterator, Mapping

from supportflow.conditions._numbers import meaning
from supportflow.conditions.fields import OPERATORS, FieldSpec, nearest
from supportflow.conditions.language import Condition
from supportflow.conditions.ticket import ticket_fields
from supportflow.exceptions import ConditionError
from supportflow.model.tags import canonical

__all__ = ["condition_problems", "validate_condition"]


def validate_condition(condition: Condition, fields: Mapping[str, FieldSpec], path: str = "") -> None:
    """Refuse a condition that names unknown fields or compares a field with what it can never hold.

    Args:
        condition: The condition.
        fields: The declared fields.
        path: Where the condition stands in its document, for messages; `"condition"` if empty.

    Raises:
        ConditionError: With every problem, each starting with its path.
    """
    problems = list(condition_problems(condition, fields, path))
    if problems:
        raise ConditionError(problems)


def condition_problems(
    condition: Condition, fields: Mapping[str, FieldSpec], path: str = ""
) -> Iterator[str]:
    """The problems that `validate_condition` raises, one by one."""
    path = path or "condition"
    if condition.field is None:
        for position, part in enumerate(condition.parts):
            step = condition.operator if condition.operator == "not" else f"{condition.operator}.{position}"
            yield from condition_problems(part, fields, f"{path}.{step}")
        return
    name, operator = condition.field, condition.operator
    spec = fields.get(name)
    if spec is None:
        yield f"{path}.field: unknown field {name!r}{nearest(name, fields.keys())}"
        return
    known = OPERATORS[spec.kind]
    if operator not in known:
        yield f"{path}.{operator}: a {spec.kind} field such as {name!r} understands only {', '.join(known)}"
        return
    tagged = name == "language" and spec == ticket_fields()[name]
    many = isinstance(condition.operand, tuple)
    for position, constant in enumerate(condition.constants):
        step = f".{position}" if many else ""
        objection = _objection(spec, constant) or (_misspelt(constant) if tagged else None)
        if objection:
            yield f"{path}.{operator}{step}: {name!r} {objection}"
        elif spec.kind in ("integer", "number") and operator in ("eq", "in") and spec.objection(constant):
            yield f"{path}.{operator}{step}: {name!r} {spec.objection(constant)}"
    if operator in ("ge", "le", "between"):
        yield from (f"{path}.{operator}: {name!r} {one}" for one in _beyond(spec, condition))


def _objection(spec: FieldSpec, constant: object) -> str | None:
    """Why a field can never hold this constant, whether a bound is in range apart."""
    match spec.kind:
        case "boolean":
            return None if isinstance(constant, bool) else "is true or false, nothing else"
        case "integer" if isinstance(constant, bool) or not isinstance(constant, int):
            return "is a whole number; compare it with one"
        case "number" if isinstance(constant, bool) or not isinstance(constant, int | float):
            return "is a number; compare it with one"
        case "choice" | "tags" | "text" if not isinstance(constant, str):
            return "holds text; compare it with a text"
    if spec.values is not None and constant not in spec.values:
        return f"never holds {constant!r}{nearest(str(constant), spec.values)}"
    return None


def _misspelt(tag: object) -> str | None:
    """Why a ticket's language is never this one, though it may be another spelling of it."""
    spelt = canonical(tag) if isinstance(tag, str) else tag
    return None if spelt == tag else f"never holds {tag!r}; did you mean {spelt!r}?"


def _beyond(spec: FieldSpec, condition: Condition) -> Iterator[str]:
    """A range that lies wholly outside the declared one."""
    operator, numbers = condition.operator, condition.constants
    if any(_objection(spec, number) for number in numbers):
        return
    low = meaning(numbers[0]) if operator in ("ge", "between") else None  # type: ignore[arg-type]
    high = meaning(numbers[-1]) if operator in ("le", "between") else None  # type: ignore[arg-type]
    if low is not None and spec.maximum is not None and low > meaning(spec.maximum):
        yield f"is never more than {spec.maximum}"
    if high is not None and spec.minimum is not None and high < meaning(spec.minimum):
        yield f"is never less than {spec.minimum}"
