"""Counts that can be published: none tells of so few people that somebody could be meant, nor can one be worked out.

Small counts are left out, and all others are told to the nearest multiple of the smallest one that may be told. A report has
many counts of the same contacts, and differences of counts are counts, too: of 100 mails 90 in one day and 91 in two tell of
one. Of rounded ones the difference is nothing, or as much as may be told.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from supportflow.model.base import Value

__all__ = ["Cell", "Cells", "Figure", "cells", "mean", "middle", "share", "told"]


class Cell(Value):
    """A row of a table.

    Attributes:
        name: Of what.
        count: How many, to the nearest multiple of the smallest count.
    """

    name: str
    count: int


class Cells(Value):
    """A table whose small rows are put together.

    Attributes:
        shown: The rows that are large enough, the largest first.
        other: All the others together; None if even these are too few to be told, 0 if there are none.
    """

    shown: tuple[Cell, ...]
    other: int | None


class Figure(Value):
    """One figure of a report.

    Attributes:
        name: Its name.
        value: The figure, in its unit; None if there is too little to tell.
        of: How many it rests on, to the nearest multiple of the smallest count; None if these are too few to be told.
        target: What the policy wants; None if it wants nothing.
        met: Whether that is so; None if nothing can be said.
    """

    name: str
    value: float | None
    of: int | None
    target: float | None = None
    met: bool | None = None


def cells(counts: Mapping[str, int], smallest: int) -> Cells:
    """A table of counts in which no row, and no rest, is smaller than that; 0 is no row. Each is rounded by itself.

    Where the small rows together are still too few, the next larger one goes with them: else the rest would tell them.
    """
    rows = sorted(((n, name) for name, n in counts.items() if n), key=lambda row: (-row[0], row[1]))
    shown = [(n, name) for n, name in rows if n >= smallest]
    hidden = sum(n for n, _ in rows if n < smallest)
    while 0 < hidden < smallest and shown:
        hidden += shown.pop()[0]
    rows_told = tuple(Cell(name=name, count=_rounded(n, smallest)) for n, name in shown)
    return Cells(shown=rows_told, other=told(hidden, smallest))


def share(name: str, count: int, of: int, smallest: int) -> Figure:
    """A share in whole percent, of rounded counts; not told if so few are in it, or out of it, that it tells of them."""
    few = of < smallest or 0 < count < smallest or 0 < of - count < smallest
    value = None if few else round(100 * _rounded(count, smallest) / _rounded(of, smallest)) / 100
    return Figure(name=name, value=value, of=told(of, smallest))


def middle(name: str, values: Sequence[float], smallest: int) -> Figure:
    """The median, if there are enough values."""
    few = len(values) < smallest
    return Figure(name=name, value=None if few else median(values), of=told(len(values), smallest))


def mean(name: str, values: Sequence[float], smallest: int) -> Figure:
    """The mean to two digits, if there are enough values, and enough of them are not 0: else it would tell how few."""
    few = len(values) < smallest or 0 < sum(value != 0 for value in values) < smallest
    value = None if few else round(sum(values) / len(values), 2)
    return Figure(name=name, value=value, of=told(len(values), smallest))


def told(count: int, smallest: int) -> int | None:
    """A count as it is published; None if it is too small."""
    return _rounded(count, smallest) if count == 0 or count >= smallest else None


def _rounded(count: int, smallest: int) -> int:
    return (2 * count + smallest) // (2 * smallest) * smallest
