"""A text cut into lines, sentences and clauses, with the scripts of each line."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from supportflow.triage.reading.folding import Folded, fold
from supportflow.triage.reading.scanning import pieces

__all__ = ["Line", "View"]

_EAST = "\u0e00-\u0e7f\u2e80-\u9fff\uf900-\ufaff"
_CUT = re.compile(
    r"[.!?](?=[\s\"')\]]|$)|[.!?]{2,}|[;,:](?=\s)|\n|\s[-\u2013\u2014](?=\s)|[\u2014()\[\]\u3010\u3011\uff08\uff09~]"
    r"|[\u2026\u0964\u061f\u061b\u060c\u3001\u3002\uff0c\uff01\uff1f\uff1b\uff1a\uff5e]"
    rf"|[,;:!?](?=[{_EAST}])|(?<=[{_EAST}])[,;:!?]|(?<=[{_EAST}]) +(?=[{_EAST}])"
)
_ENDS_SENTENCE = frozenset(".!?\n\u2026\u0964\u061f\u3002\uff01\uff1f")

SCRIPTS = {
    "Latn": "a-z\u00df-\u024f\u1ea0-\u1eff",
    "Cyrl": "\u0400-\u052f",
    "Grek": "\u0370-\u03ff",
    "Arab": "\u0600-\u06ff",
    "Deva": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Hani": "\u4e00-\u9fff",
    "Kana": "\u3041-\u30ff",
    "Hang": "\uac00-\ud7a3",
}
_LETTER_OF = {script: re.compile(f"[{letters}]") for script, letters in SCRIPTS.items()}
_OTHER = re.compile(f"[{''.join(letters for script, letters in SCRIPTS.items() if script != 'Latn')}]")


class Line(NamedTuple):
    """A line of a text: where it begins, and what it says."""

    start: int
    text: str

    @property
    def scripts(self) -> frozenset[str]:
        """The scripts that it has a letter of."""
        if _OTHER.search(self.text) is None:
            return _LATIN if _LETTER_OF["Latn"].search(self.text) else frozenset()
        return frozenset(script for script, letter in _LETTER_OF.items() if letter.search(self.text))


_LATIN = frozenset({"Latn"})


class View:
    """A folded text, with its lines, and where its clauses and sentences end.

    Args:
        text: The text as it came in.
        marks: Whether accents are kept.
    """

    def __init__(self, text: str, *, marks: bool = False) -> None:
        self._folded: Folded = fold(text, marks=marks)

    @property
    def text(self) -> str:
        """The folded text."""
        return self._folded.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it stands in the text as it came in."""
        return self._folded.span(start, end)

    @cached_property
    def lines(self) -> list[Line]:
        """The lines that say something."""
        lines, start = [], 0
        for text in self.text.split("\n"):
            if text and not text.isspace():
                lines.append(Line(start, text))
            start += len(text) + 1
        return lines

    @cached_property
    def cuts(self) -> tuple[list[int], list[int]]:
        """Where clauses end, and where sentences end; the end of a sentence is both."""
        clauses, sentences = [], []
        for match in _CUT.finditer(self.text):
            at = match.start()
            clauses.append(at)
            if self.text[at] in _ENDS_SENTENCE:
                sentences.append(at)
        return clauses, sentences

    def cut(self, line: Line) -> list[str]:
        """A line in pieces."""
        return pieces(line.text)


def place_in(cuts: list[int], at: int) -> int:
    """The number of the clause or sentence that a place lies in."""
    return bisect_right(cuts, at)
