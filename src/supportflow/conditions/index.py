"""Many conditions evaluated at once.

Every condition is spread into rows of plain demands; every row has a bit. For each field a table says which
rows a value leaves standing, and a record's rows are the intersection of what its values leave. So the time
grows with the number of fields, and hardly with the number of conditions.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any, cast

from supportflow._dataclass import dataclass
from supportflow.conditions._numbers import Exact, at_least, exceeding
from supportflow.conditions.compilation import Predicate, compile_condition
from supportflow.conditions.evaluation import present
from supportflow.conditions.fields import FieldSpec
from supportflow.conditions.language import Condition
from supportflow.conditions.normal import normal_form
from supportflow.conditions.partition import LineAxis, NamedAxis, Partition
from supportflow.conditions.rows import Row, rows
from supportflow.conditions.validation import condition_problems
from supportflow.exceptions import ConditionError

__all__ = ["ConditionIndex"]


class ConditionIndex:
    """An index over conditions: which of them hold for a record, all at once.

    It agrees with `evaluate` on every record of declared types, also outside the declared values and bounds.

    Args:
        conditions: The conditions; `None` always holds.
        fields: The declared fields.

    Raises:
        ConditionError: If a condition makes no sense for these fields.
    """

    def __init__(self, conditions: Sequence[Condition | None], fields: Mapping[str, FieldSpec]) -> None:
        problems = [
            problem
            for position, condition in enumerate(conditions)
            if condition is not None
            for problem in condition_problems(condition, fields, str(position))
        ]
        if problems:
            raise ConditionError(problems)
        partition = Partition(conditions, fields)
        # Bit i is condition i. A condition of several rows has further bits above, which stand for bit i.
        demands: list[Row | None] = [None] * len(conditions)
        self._stand_for: list[int] = []
        self._apart: list[tuple[int, Predicate]] = []
        for position, condition in enumerate(conditions):
            spread = rows(normal_form(condition, partition))
            if spread is None:
                assert condition is not None
                self._apart.append((1 << position, compile_condition(condition, fields)))
            elif spread:
                demands[position] = spread[0]
                demands.extend(spread[1:])
                self._stand_for.extend([1 << position] * (len(spread) - 1))
        self._count = len(conditions)
        self._all = sum(1 << bit for bit, row in enumerate(demands) if row is not None)
        table = _Table(demands)
        self._named = [
            (name, *table.named(name, axis))
            for name, axis in partition.axes.items()
            if isinstance(axis, NamedAxis)
        ]
        self._lines = [
            (name, table.line(name, axis))
            for name, axis in partition.axes.items()
            if isinstance(axis, LineAxis)
        ]
        self._tags = [(name, table.tags(name, tags)) for name, tags in partition.tags.items()]

    def __len__(self) -> int:
        return self._count

    def matches(self, record: Mapping[str, object]) -> int:
        """The conditions that hold, as a bitmask: bit i is condition i."""
        get: Any = record.get
        left = self._all
        for name, standing, otherwise in self._named:
            left &= standing.get(get(name), otherwise)
        for name, line in self._lines:
            value = get(name)
            kind = type(value)
            if kind is int:
                left &= line.standing[bisect_right(line.ints, value)]
            elif kind is float and value == value:  # noqa: PLR0124 - only a not-a-number differs from itself
                left &= line.standing[bisect_right(line.floats, value)]
            else:
                left &= line.of(value)
        for name, tags_left in self._tags:
            left &= tags_left.of(get(name))
        if self._stand_for or self._apart:
            return self._gathered(left, record)
        return left

    def first(self, record: Mapping[str, object]) -> int | None:
        """The position of the first condition that holds, or `None`."""
        found = self.matches(record)
        return (found & -found).bit_length() - 1 if found else None

    def all(self, record: Mapping[str, object]) -> tuple[int, ...]:
        """The positions of all conditions that hold, in order."""
        found = self.matches(record)
        positions = []
        while found:
            lowest = found & -found
            positions.append(lowest.bit_length() - 1)
            found ^= lowest
        return tuple(positions)

    def _gathered(self, left: int, record: Mapping[str, object]) -> int:
        """Bring further rows down to the conditions that they stand for; ask those that are kept apart."""
        further = left >> self._count
        left &= (1 << self._count) - 1
        while further:
            lowest = further & -further
            left |= self._stand_for[lowest.bit_length() - 1]
            further ^= lowest
        for bit, holds in self._apart:
            if holds(record):
                left |= bit
        return left


class _Line:
    """What a number leaves standing.

    Attributes:
        standing: The rows left by each cell of the axis.
        ints, floats: For each boundary between two cells, the first int or float that lies behind it.
    """

    def __init__(self, axis: LineAxis, standing: list[int]) -> None:
        self.standing = standing
        self.ints = [cut for point in axis.points for cut in (ceil(point), floor(point) + 1)]
        self.floats = [cut for point in axis.points for cut in (at_least(point), exceeding(point))]
        self._axis = axis

    def of(self, value: object) -> int:
        """The rows left by any other kind of value: missing, a decimal, a kind of int or float."""
        number = present(value)
        missing = number is None
        return self.standing[self._axis.missing if missing else self._axis.cell(cast("Exact", number))]


@dataclass(frozen=True, slots=True)
class _TagSet:
    """What a set of tags leaves standing.

    Attributes:
        layers: What rows want: by tag, the rows that it satisfies; and the rows that want nothing here. A row
            that wants several things ("this, and one of those") has one in each layer.
        vetoes: By unwanted tag, the rows that it leaves.
        filled, empty: The rows left by having some tag, and by having none.
    """

    layers: list[tuple[dict[str, int], int]]
    vetoes: dict[str, int]
    filled: int
    empty: int

    def of(self, tags: Any) -> int:
        if not tags:
            return self.empty
        left = self.filled
        for standing, found in self.layers:
            for tag in tags:
                if tag in standing:
                    found |= standing[tag]  # noqa: PLW2901 - starts as the rows that want nothing
            left &= found
        for tag in tags if self.vetoes else ():
            if tag in self.vetoes:
                left &= self.vetoes[tag]
        return left


class _Table:
    """The rows, asked field by field."""

    def __init__(self, demands: Sequence[Row | None]) -> None:
        self._rows = [(1 << bit, row) for bit, row in enumerate(demands) if row is not None]
        self._all = sum(bit for bit, _ in self._rows)

    def _standing(self, name: str, axis: NamedAxis | LineAxis) -> list[int]:
        """For each cell, the rows that it leaves."""
        demanding = [(bit, row.within[name]) for bit, row in self._rows if name in row.within]
        free = self._all & ~sum(bit for bit, _ in demanding)
        standing = [free] * axis.size
        for bit, cells in demanding:
            for cell in range(axis.size):
                if cells >> cell & 1:
                    standing[cell] |= bit
        return standing

    def named(self, name: str, axis: NamedAxis) -> tuple[dict[object, int], int]:
        standing = self._standing(name, axis)
        by_value: dict[object, int] = dict(zip(axis.values, standing, strict=False))
        by_value[None] = standing[axis.missing]
        return by_value, standing[axis.other]

    def line(self, name: str, axis: LineAxis) -> _Line:
        return _Line(axis, self._standing(name, axis))

    def tags(self, name: str, named: Sequence[str]) -> _TagSet:
        layers: list[tuple[dict[str, int], int]] = []
        vetoes: dict[str, int] = {}
        filled = empty = self._all
        for bit, row in self._rows:
            wanted = [tags for field, tags in row.some if field == name]
            unwanted = [tags for field, tags in row.none if field == name]
            if wanted:
                empty &= ~bit
            if None in unwanted:
                filled &= ~bit
            for depth, tags in enumerate(sorted(sorted(tags) for tags in wanted if tags is not None)):
                if depth == len(layers):
                    layers.append(({}, self._all))
                standing, free = layers[depth]
                layers[depth] = (standing, free & ~bit)
                for tag in tags:
                    standing[tag] = standing.get(tag, 0) | bit
            for tag in named:
                if any(tags is not None and tag in tags for tags in unwanted):
                    vetoes[tag] = vetoes.get(tag, self._all) & ~bit
        return _TagSet(layers, vetoes, filled, empty)
