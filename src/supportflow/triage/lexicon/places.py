"""A text cut into units, and what is asked about their places: how far apart, in one sentence, negated, asked about."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from bisect import bisect_right
from itertools import accumulate

from supportflow._marks import normalized
from supportflow.triage.once import Once
from supportflow.triage.units import BREAK, pieces, spelt

__all__ = ["Cover", "Places", "Text"]

_CLAUSE = re.compile(
    r"[,，、:：()（）]|\b(?:but|and|or|so|because|then|if|when|my|who)\b|但|而|又|因为|所以|就"
)
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B)}


class Text:
    """A text cut into pieces, with their places.

    Attributes:
        lower: The text in lower case and narrow width, as long as the original.
        spelt: The same with what is one unit in two words joined to one.
        pieces: That, cut: words, runs of Chinese characters, and what stands between.
    """

    __slots__ = ("lower", "pieces", "spelt")

    def __init__(self, text: str) -> None:
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
        if not text.isascii():
            if _WIDE.search(lower):
                lower = lower.translate(_NARROW)
            composed = normalized(lower, "NFC")
            lower = composed if len(composed) == len(lower) else lower
        self.lower = lower
        self.spelt = spelt(lower)
        self.pieces = pieces(self.spelt)


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

    def __init__(self, text: Text, units: str, of_pieces: list[str]) -> None:
        """Places in a text.

        Args:
            text: The text.
            units: Its units, a character each.
            of_pieces: The units of each of its pieces.
        """
        self.negating: set[int] = set()
        self.excused: set[int] = set()
        self._text = text
        self._units = units
        self._of_pieces = of_pieces

    @Once
    def _ends(self) -> list[int]:
        """Where each piece ends, in characters."""
        return list(accumulate(map(len, self._text.pieces)))

    @Once
    def _unit_ends(self) -> list[int]:
        """Before which unit each piece ends."""
        return list(accumulate(map(len, self._of_pieces)))

    def _bounds(self, unit: int) -> tuple[int, int]:
        """Where a unit begins and ends, in characters."""
        piece = bisect_right(self._unit_ends, unit)
        end = self._ends[piece]
        after = self._unit_ends[piece] - unit  # units of the same run from this one on
        if len(self._of_pieces[piece]) > 1:
            return end - after, end - after + 1
        return end - len(self._text.pieces[piece]), end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """From where to where two units reach, in characters."""
        return self._bounds(first)[0], self._bounds(last)[1]

    def together(self, one: int, other: int) -> bool:
        """Whether no sentence ends between two units."""
        return self._units.find(BREAK, one + 1, other) < 0

    def negated_between(self, one: int, other: int) -> bool:
        """Whether a negation stands between two units."""
        return any(unit in self.negating and unit not in self.excused for unit in range(one + 1, other))

    def negated(self, first: int, scope: int) -> bool:
        """Whether a negation stands shortly before a unit, in the same clause."""
        for unit in range(first - 1, max(-1, first - 1 - scope), -1):
            if unit in self.negating and unit not in self.excused:
                between = self._text.spelt[self._bounds(unit)[1] : self._bounds(first)[0]]
                return self.together(unit, first) and _CLAUSE.search(between) is None
        return False
