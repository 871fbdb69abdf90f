"""Normal forms as rows: alternatives of which each is a plain list of demands, one a field."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from supportflow.conditions.normal import AllOf, AnyOf, Node, Within, WithTag

__all__ = ["MOST_ROWS", "Row", "Tags", "rows"]

MOST_ROWS = 32
"""Into how many rows one condition may be spread; a wilder one is evaluated by itself."""

Tags = tuple[str, frozenset[str] | None]


class Row(NamedTuple):
    """Demands that all hold.

    Attributes:
        within: By field, the cells that its value must lie in.
        some: Pairs of a field and tags, of which it must have at least one.
        none: Pairs of a field and tags, of which it must have none.
    """

    within: dict[str, int]
    some: frozenset[Tags]
    none: frozenset[Tags]


def rows(node: Node) -> list[Row] | None:
    """The rows that together hold where the node does (none: nowhere), or `None` if they are too many."""
    if isinstance(node, Within):
        return [Row({node.field: node.cells}, frozenset(), frozenset())] if node.cells else []
    if isinstance(node, AllOf):
        return _product([rows(part) for part in node.parts])
    if isinstance(node, AnyOf):
        spread = [rows(part) for part in _merged(node.parts)]
        together = [row for part in spread if part is not None for row in part]
        return None if None in spread or len(together) > MOST_ROWS else together
    demand = frozenset([(node.field, node.tags)])
    return [Row({}, demand, frozenset()) if isinstance(node, WithTag) else Row({}, frozenset(), demand)]


def _product(spread: list[list[Row] | None]) -> list[Row] | None:
    found = [Row({}, frozenset(), frozenset())]
    for part in spread:
        if part is None:
            return None
        found = [both for one, other in product(found, part) if (both := _both(one, other)) is not None]
        if len(found) > MOST_ROWS:
            return None
    return found


def _both(one: Row, other: Row) -> Row | None:
    within = one.within.copy()
    for field, cells in other.within.items():
        within[field] = within.get(field, cells) & cells
        if not within[field]:
            return None
    return Row(within, one.some | other.some, one.none | other.none)


def _merged(parts: Iterable[Node]) -> Iterator[Node]:
    """Alternatives, with those over one field made one: they then share a row."""
    cells: dict[str, int] = {}
    tags: dict[str, frozenset[str] | None] = {}
    for part in _flat(parts):
        if isinstance(part, Within):
            cells[part.field] = cells.get(part.field, 0) | part.cells
        elif isinstance(part, WithTag):
            seen = tags.get(part.field, frozenset())
            tags[part.field] = None if seen is None or part.tags is None else seen | part.tags
        else:
            yield part
    yield from (Within(field, mask) for field, mask in cells.items())
    yield from (WithTag(field, names) for field, names in tags.items())


def _flat(parts: Iterable[Node]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, AnyOf):
            yield from _flat(part.parts)
        else:
            yield part
