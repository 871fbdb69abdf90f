"""Why a condition is true or false of a record, comparison by comparison."""

from collections.abc import Iterator, Mapping

from supportflow._dataclass import dataclass
from supportflow.conditions.evaluation import holds
from supportflow.conditions.language import Condition

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The outcome of one condition, and of those that it is made of.

    Its text is one line a condition, indented, for people to read.

    Attributes:
        holds: Whether it is true of the record.
        operator: Its operator.
        field: The field compared; `None` for `all`, `any` and `not`.
        expected: What the field is compared with; `None` for a group.
        actual: What the record holds, which may be personal data; `None` for a group, and if missing.
        parts: The explanations of a group's conditions: all of them, also past the one that decided.
    """

    holds: bool
    operator: str
    field: str | None = None
    expected: object = None
    actual: object = None
    parts: tuple["Explanation", ...] = ()

    def comparisons(self) -> Iterator["Explanation"]:
        """The explanations of all comparisons, in the order of the document."""
        if self.field is not None:
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def lines(self) -> Iterator[str]:
        """One line a condition, groups before their parts."""
        verdict = "yes" if self.holds else "no "
        if self.field is None:
            yield f"{verdict} {self.operator}"
        else:
            yield f"{verdict} {self.field} {self.operator} {_shown(self.expected)} (is {_shown(self.actual)})"
        for part in self.parts:
            yield from (f"    {line}" for line in part.lines())

    def __str__(self) -> str:
        return "\n".join(self.lines())


def explain(condition: Condition, record: Mapping[str, object]) -> Explanation:
    """Evaluate a condition as `evaluate` does, keeping what every comparison found."""
    if condition.field is not None:
        return Explanation(
            holds=holds(condition, record),
            operator=condition.operator,
            field=condition.field,
            expected=condition.operand,
            actual=record.get(condition.field),
        )
    parts = tuple(explain(part, record) for part in condition.parts)
    match condition.operator:
        case "all":
            verdict = all(part.holds for part in parts)
        case "any":
            verdict = any(part.holds for part in parts)
        case _:
            verdict = not parts[0].holds
    return Explanation(holds=verdict, operator=condition.operator, parts=parts)


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, set | frozenset):
        value = sorted(value)
    return f"[{', '.join(map(repr, value))}]" if isinstance(value, list | tuple) else repr(value)
