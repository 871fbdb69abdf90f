"""A text cut into units, and what is asked about their places: how far apart, in one sentence, negated, asked about."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate, compress, count

from supportflow.triage.lexicon.units import BREAK, normal, tokens

__all__ = ["SEPARATES", "Cover", "Places", "Text"]

SEPARATES = -1
"""The number of what only stands between units."""

_CLAUSE = re.compile(
    r"[,，、:：()（）]|\b(?:but|and|or|so|because|then|if|when|my|who)\b|但|而|又|因为|所以|就"
)
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B)}


class Text:
    """A text cut into tokens, with their places.

    Attributes:
        lower: The text in lower case and narrow width, as long as the original.
        tokens: Its tokens; joined, they are the text.
    """

    __slots__ = ("lower", "tokens")

    def __init__(self, text: str) -> None:
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
        if not text.isascii():
            if _WIDE.search(lower):
                lower = lower.translate(_NARROW)
            composed = unicodedata.normalize("NFC", lower)
            lower = composed if len(composed) == len(lower) else lower
        self.lower = lower
        self.tokens = tokens(lower)


class Cover:
    """Spans of units, asked whether one of them holds another span."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        spans.sort()
        self._starts = [first for first, _ in spans]
        self._reach = list(accumulate((last for _, last in spans), max))

    def holds(self, first: int, last: int) -> bool:
        """Whether the span lies inside one of the cover's."""
        before = bisect_right(self._starts, first)
        return before > 0 and self._reach[before - 1] >= last


class Places:
    """Where the units of a text are, and which of them negate.

    Attributes:
        negating: Units that end a negation.
        excused: Units in phrases where a negation negates nothing.
    """

    def __init__(self, text: Text, numbers: list[int]) -> None:
        self.negating: set[int] = set()
        self.excused: set[int] = set()
        self._pieces = text.tokens
        self._ends = list(accumulate(map(len, text.tokens)))
        self._tokens = list(compress(count(), map(SEPARATES.__ne__, numbers)))

    def span(self, first: int, last: int) -> tuple[int, int]:
        """From where to where two units reach, in characters."""
        place = self._tokens[first]
        return self._ends[place] - len(self._pieces[place]), self._ends[self._tokens[last]]

    def together(self, one: int, other: int) -> bool:
        """Whether no sentence ends between two units."""
        between = self._pieces[self._tokens[one] + 1 : self._tokens[other]]
        return all(normal(token) != BREAK for token in between)

    def negated_between(self, one: int, other: int) -> bool:
        """Whether a negation stands between two units."""
        return any(unit in self.negating and unit not in self.excused for unit in range(one + 1, other))

    def negated(self, first: int, scope: int) -> bool:
        """Whether a negation stands shortly before a unit, in the same clause."""
        for unit in range(first - 1, max(-1, first - 1 - scope), -1):
            if unit in self.negating and unit not in self.excused:
                between = self._pieces[self._tokens[unit] + 1 : self._tokens[first]]
                return _CLAUSE.search("".join(between)) is None and all(
                    normal(token) != BREAK for token in between
                )
        return False
