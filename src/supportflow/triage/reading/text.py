"""A text cut into lines, sentences and clauses, with the scripts of each line."""

import re
from itertools import accumulate

from supportflow.triage.once import Once
from supportflow.triage.plain import cut_plain
from supportflow.triage.reading.folding import Folded, fold

__all__ = ["LETTERS", "Line", "View"]

LETTERS = r"\w\u0900-\u0963\u0966-\u109f"
"""What words are made of, as a class of regular expressions: Indic vowel signs are no letters by themselves."""
_LETTER = re.compile(r"[^\W\d_]")
_PIECE = re.compile(rf"[{LETTERS}]+|[^{LETTERS}]+")
_ASCII_PIECE = re.compile("[a-z0-9_]+|[^a-z0-9_]+")  # the same of a line in ASCII: small classes are faster

_EAST = "\u0e00-\u0e7f\u2e80-\u9fff\uf900-\ufaff"
"""Letters of scripts that put no blank between words, where a blank ends a clause."""
_MARK = re.compile(
    r"[][.!?;:,\n()~\u2013\u2014\u2026\u0964\u060c\u061b\u061f\u3001\u3002\u3010\u3011\uff01\uff0c\uff1a\uff1b\uff1f-]"
)
_BLANK = re.compile(f" +(?=[{_EAST}])")
_IN_WORDS = frozenset(".!?;:,-\u2013")
"""Marks that may stand inside a number or a name: 0.5, 10:30, e-mail."""
_DASHES = frozenset("-\u2013")
_CLOSES = frozenset(".!?;:,)]\"' \n")
_ENDS_SENTENCE = frozenset(".!?\n\u2026\u0964\u061f\u3002\uff01\uff1f")
_ASKS = re.compile("[?\u061f\uff1f]")
_DOMAIN = r"(?<![a-z0-9_.@-])[a-z0-9](?:[a-z0-9-]*+\.)"
# Many ends of domains are words as well, and a full stop without a blank behind it is common: those need a hyphen before.
_ADDRESS = re.compile(
    r"(?:https?://|\bwww\.)[^\s<>\"')]{1,512}+"
    rf"|{_DOMAIN}{{1,8}}(?:com|net|org|io|xyz|example)(?![a-z0-9_-])"
    r"|(?<![a-z0-9_.@-])[a-z0-9]++-[a-z0-9-]*+\.(?:[a-z0-9-]++\.){0,8}[a-z]{2,12}+(?![a-z0-9_-])"
)

_MAY_BE_ADDRESS = re.compile(r"\.[a-z]|://|www\.")
"""What stands in every address."""


def _cuts(text: str) -> list[int]:
    """Where clauses end."""
    cuts = [
        at
        for match in _MARK.finditer(text)
        if text[at := match.start()] not in _IN_WORDS or _separates(text, at)
    ]
    if not text.isascii():
        blanks = [match.start() for match in _BLANK.finditer(text)]
        cuts += [at for at in blanks if at and _is_east(text[at - 1])]
        cuts.sort()
    return cuts


def _separates(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] in _DASHES:
        return before == after == " "
    return not after or after in _CLOSES or _is_east(after) or _is_east(before)


def _is_east(character: str) -> bool:
    return "\u0e00" <= character <= "\u0e7f" or "\u2e80" <= character <= "\ufaff"


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
_LATIN, _CHINESE = frozenset({"Latn"}), frozenset({"Hani"})
_NONE: frozenset[str] = frozenset()


_NOT_CHINESE = re.compile(f"[{''.join(letters for script, letters in SCRIPTS.items() if script != 'Hani')}]")


def _scripts(text: str) -> frozenset[str]:
    if text.isascii():
        return _LATIN if _LETTER_OF["Latn"].search(text) else _NONE
    if _NOT_CHINESE.search(text) is None:
        return _CHINESE if _LETTER_OF["Hani"].search(text) else _NONE
    return frozenset(script for script, letter in _LETTER_OF.items() if letter.search(text))


class Line:
    """A line of a text.

    Attributes:
        start: Where it begins.
        text: What it says, folded.
    """

    def __init__(self, start: int, text: str) -> None:
        self.start = start
        self.text = text

    @Once
    def pieces(self) -> list[str]:
        """The line cut into words and what stands between them, in turns."""
        return cut_plain(self.text, _ASCII_PIECE) if self.text.isascii() else _PIECE.findall(self.text)

    @Once
    def ends(self) -> list[int]:
        """Where each piece ends."""
        return list(accumulate(map(len, self.pieces)))

    @Once
    def scripts(self) -> frozenset[str]:
        """The scripts that it has a letter of."""
        return _scripts(self.text)


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

    @Once
    def marks(self) -> list[int]:
        """Where question marks stand, behind something."""
        return [match.start() for match in _ASKS.finditer(self.text) if match.start()]

    @Once
    def addresses(self) -> list[tuple[int, int]]:
        """Where web addresses stand: the words in one are its name, and say nothing."""
        if _MAY_BE_ADDRESS.search(self.text) is None:  # as in most texts, and quicker to see
            return []
        return [match.span() for match in _ADDRESS.finditer(self.text)]

    @Once
    def lines(self) -> list[Line]:
        """The lines with a letter."""
        lines, start = [], 0
        for text in self.text.split("\n"):
            if _LETTER.search(text):
                lines.append(Line(start, text))
            start += len(text) + 1
        return lines

    @Once
    def cuts(self) -> tuple[list[int], list[int]]:
        """Where clauses end, and where sentences end; the end of a sentence is both."""
        clauses = _cuts(self.text)
        return clauses, [at for at in clauses if self.text[at] in _ENDS_SENTENCE]
