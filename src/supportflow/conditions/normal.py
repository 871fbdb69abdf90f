"""Conditions with `not` pushed down to the comparisons, over the cells of a `Partition`."""

from typing import NamedTuple

from supportflow.conditions.language import Condition
from supportflow.conditions.partition import Partition

__all__ = ["AllOf", "AnyOf", "Node", "WithTag", "Within", "WithoutTags", "normal_form"]


class Within(NamedTuple):
    """The field's value lies in one of these cells."""

    field: str
    cells: int


class WithTag(NamedTuple):
    """The field has at least one of these tags; `None`: any tag at all."""

    field: str
    tags: frozenset[str] | None


class WithoutTags(NamedTuple):
    """The field has none of these tags; `None`: no tag at all."""

    field: str
    tags: frozenset[str] | None


class AllOf(NamedTuple):
    """Every part holds; with no parts, always true."""

    parts: tuple["Node", ...]


class AnyOf(NamedTuple):
    """Some part holds; with no parts, never true."""

    parts: tuple["Node", ...]


Node = Within | WithTag | WithoutTags | AllOf | AnyOf


def normal_form(condition: Condition | None, partition: Partition, *, holds: bool = True) -> Node:
    """The normal form of a condition, or of its opposite. No condition (`None`) is always true."""
    if condition is None:
        return AllOf(()) if holds else AnyOf(())
    if condition.operator == "not":
        return normal_form(condition.operand, partition, holds=not holds)
    if condition.field is None:
        parts = tuple(normal_form(part, partition, holds=holds) for part in condition.parts)
        # The opposite of "all of these" is "some opposite of these".
        return AllOf(parts) if (condition.operator == "all") is holds else AnyOf(parts)
    if condition.field in partition.tags:
        return _tags(condition.field, condition.operator, condition.operand, holds=holds)
    axis = partition.axes[condition.field]
    cells = axis.cells(condition.operator, condition.operand)
    return Within(condition.field, cells if holds else ((1 << axis.size) - 1) & ~cells)


def _tags(field: str, operator: str, operand: object, *, holds: bool) -> Node:
    if operator == "exists":
        return WithTag(field, None) if bool(operand) is holds else WithoutTags(field, None)
    assert isinstance(operand, tuple)
    if operator == "has_any":
        tags = frozenset(operand)
        return WithTag(field, tags) if holds else WithoutTags(field, tags)
    if holds:
        return AllOf(tuple(WithTag(field, frozenset((tag,))) for tag in operand))
    return AnyOf(tuple(WithoutTags(field, frozenset((tag,))) for tag in operand))
