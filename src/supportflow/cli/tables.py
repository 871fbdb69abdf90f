"""Tables that a terminal and a Markdown page both show."""

from collections.abc import Sequence

from supportflow._legible import columns, escaped, padded

__all__ = ["table"]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table in Markdown, which a terminal shows as well."""
    shown = [[escaped(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    lines = [
        "| " + " | ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in shown
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
