"""What every format of a log is read as: a header, and lines of cells."""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Line", "Table"]


class Line(NamedTuple):
    """A row of a table.

    Attributes:
        number: Where it ends in the file, from 1; of a Parquet file its number.
        cells: Its cells under the header; None if it is none.
        problem: Why it is none.
    """

    number: int
    cells: list[str] | None
    problem: str = ""


class Table(NamedTuple):
    """A table.

    Attributes:
        header: The titles of its columns. Where a format has none: what the first thousand records name, in order.
        lines: Its rows, one at a time.
    """

    header: list[str]
    lines: Iterator[Line]
