"""What finds the phrases of a pack in a line, whichever way the language is cut."""

from collections.abc import Collection
from typing import Protocol

from supportflow.triage.reading.text import Line

__all__ = ["Hit", "Scanner"]

Hit = tuple[int, int, int]
"""Words of a role in a line: from where to where, and the number of the role in its pack."""


class Scanner(Protocol):
    """Finds the phrases of a pack. Pure and safe to share between threads."""

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        ...

    def known(self, words: Collection[str]) -> int:
        """How many of some words are the pack's."""
        ...
