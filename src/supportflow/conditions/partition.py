"""The finite pictures of the declared fields that exact reasoning works on.

Conditions can tell two values of a field apart only by the constants that they name. So each field falls
into finitely many cells: its named values and one cell for all others; for a number, each named point and
each gap between two; and one cell for a missing value. A set of cells is a bitmask, and a comparison is such
a set. Tags are yes-or-no questions, one for each named tag and one for all others.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from supportflow.conditions._numbers import Exact, between, meaning, plain
from supportflow.conditions.fields import FieldSpec
from supportflow.conditions.language import Condition, Operand

__all__ = ["LineAxis", "NamedAxis", "Partition", "fresh"]


class NamedAxis:
    """A choice, a text or a truth value: a cell for each named value, one for all others, one for missing.

    Attributes:
        values: The named values.
        size: How many cells there are.
        domain: The mask of cells that a record can lie in, by the field's declaration.
    """

    def __init__(self, spec: FieldSpec, named: Iterable[object]) -> None:
        self.values = (True, False) if spec.kind == "boolean" else tuple(dict.fromkeys(named))
        self.position = {value: cell for cell, value in enumerate(self.values)}
        self.other = len(self.values)
        self.missing = self.other + 1
        self.size = self.missing + 1
        self.domain = (1 << self.other) - 1
        if spec.kind == "text":
            self._example: object = fresh(self.values)
        else:
            self._example = next((one for one in spec.values or () if one not in self.position), None)
        if self._example is not None:
            self.domain |= 1 << self.other
        if spec.nullable:
            self.domain |= 1 << self.missing

    def cells(self, operator: str, operand: Operand) -> int:
        """The cells in which a comparison is true."""
        if operator == "exists":
            return (1 << self.missing) - 1 if operand else 1 << self.missing
        return sum(1 << self.position[value] for value in set(operand if operator == "in" else (operand,)))

    def example(self, cell: int) -> object:
        """A value in a cell of the domain."""
        if cell == self.missing:
            return None
        return self._example if cell == self.other else self.values[cell]


class LineAxis:
    """A number: with points p0 < p1 < …, cell 2k + 1 is pk, cell 2k the open gap below; the last is missing.

    Attributes:
        points: The named numbers and the declared bounds, in order.
        size: How many cells there are.
        domain: The mask of cells that a record can lie in, by the field's declaration.
    """

    def __init__(self, spec: FieldSpec, named: Iterable[float]) -> None:
        self.whole = spec.kind == "integer"
        bounds = [bound for bound in (spec.minimum, spec.maximum) if bound is not None]
        self.points = sorted({meaning(number) for number in (*named, *bounds)})
        self.missing = 2 * len(self.points) + 1
        self.size = self.missing + 1
        first = 0 if spec.minimum is None else self.cell(meaning(spec.minimum))
        last = self.missing - 1 if spec.maximum is None else self.cell(meaning(spec.maximum))
        self.domain = sum(1 << cell for cell in range(first, last + 1) if self.example(cell) is not None)
        if spec.nullable:
            self.domain |= 1 << self.missing

    def cell(self, value: Exact) -> int:
        """The cell of an exact number."""
        place = bisect_left(self.points, value)
        return 2 * place + int(place < len(self.points) and self.points[place] == value)

    def cells(self, operator: str, operand: Operand) -> int:
        """The cells in which a comparison is true."""
        known = (1 << self.missing) - 1
        match operator:
            case "exists":
                return known if operand else 1 << self.missing
            case "eq":
                return 1 << self.cell(meaning(operand))
            case "in":
                return sum(1 << cell for cell in {self.cell(meaning(value)) for value in operand})
            case "ge":
                return known & -(1 << self.cell(meaning(operand)))
            case "le":
                return (2 << self.cell(meaning(operand))) - 1
            case _:
                low, high = (self.cell(meaning(value)) for value in operand)
                return (2 << high) - (1 << low)

    def example(self, cell: int) -> object:
        """A value in a cell, as plain as there is; `None` for an empty gap between two whole numbers."""
        if cell == self.missing:
            return None
        place = cell // 2
        if cell % 2:
            return plain(self.points[place])
        low = self.points[place - 1] if place else None
        high = self.points[place] if place < len(self.points) else None
        return between(low, high, whole=self.whole)


class Partition:
    """All fields that some conditions mention, in cells.

    Attributes:
        axes: The fields that hold one value, by name.
        tags: The tags that are named, by field.
        strangers: By tag field, a tag that no condition names; `None` if the vocabulary has no such tag.
    """

    def __init__(self, conditions: Iterable[Condition | None], fields: Mapping[str, FieldSpec]) -> None:
        named: dict[str, list[Any]] = {}
        for condition in conditions:
            for comparison in condition.comparisons() if condition is not None else ():
                assert comparison.field is not None
                named.setdefault(comparison.field, []).extend(comparison.constants)
        self.axes: dict[str, NamedAxis | LineAxis] = {}
        self.tags: dict[str, tuple[str, ...]] = {}
        self.strangers: dict[str, str | None] = {}
        for name, values in named.items():
            spec = fields[name]
            if spec.kind == "tags":
                self.tags[name] = tuple(dict.fromkeys(values))
                unnamed = (tag for tag in spec.values or () if tag not in values)
                self.strangers[name] = next(unnamed, None) if spec.values else fresh(values)
            else:
                self.axes[name] = (LineAxis if spec.kind in ("integer", "number") else NamedAxis)(
                    spec, values
                )


def fresh(taken: Iterable[object]) -> str:
    """A text that is none of those taken."""
    taken = set(taken)
    return next(name for n in range(len(taken) + 1) if (name := f"other-{n}" if n else "other") not in taken)
