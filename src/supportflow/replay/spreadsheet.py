"""CSV that a spreadsheet shows and does not run: no cell of it is a formula, whatever a customer has typed."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

__all__ = ["SafeWriter", "safe", "unsafe"]

# What begins a formula in Excel, LibreOffice or Google Sheets, the wide forms of East Asian keyboards among them; tabs and
# line ends because some programs skip them first.
_FORMULA = re.compile(r"['\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def safe(text: str) -> str:
    """The text as a cell that is no formula: an apostrophe stands before one. A plain number stays a number."""
    if _FORMULA.match(text) is None or _NUMBER.fullmatch(text) is not None:
        return text
    return f"'{text}"


def unsafe(cell: str) -> str:
    """The text that `safe` made a cell of."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) is not None else cell


class SafeWriter:
    """Writes rows as CSV. Texts are quoted, so that a program that takes another delimiter splits none of them.

    Args:
        stream: Opened with `newline=""`.
        header: The titles of the columns.
    """

    def __init__(self, stream: TextIO, header: Sequence[str]) -> None:
        self._writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        self.row(header)

    def row(self, cells: Iterable[str | float | None]) -> None:
        """Write a row; None is an empty cell."""
        self._writer.writerow(
            ["" if cell is None else safe(cell) if isinstance(cell, str) else cell for cell in cells]
        )
