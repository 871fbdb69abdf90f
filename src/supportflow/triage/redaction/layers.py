"""A text rewritten step by step, with the way back: which characters of the text before a finding came from.

A step rewrites the places that a pattern matches. Texts of a hundred thousand such places are rewritten at the speed of
`re.sub`; where each place was is worked out only when something was found.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

from supportflow._dataclass import dataclass
from supportflow.triage.once import Once

__all__ = ["Layer", "Rewriting", "Written"]

_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 300  # characters


class Written(dict[str, str]):
    """What each place of one text becomes, remembered for the places that come again and again."""

    def __init__(self, rewrite: Callable[[str], str]) -> None:
        super().__init__()
        self._rewrite = rewrite

    def __missing__(self, place: str) -> str:
        written = self._rewrite(place)
        if len(self) < _MOST_REMEMBERED and len(place) <= _LONGEST_REMEMBERED:
            self[place] = written
        return written


@dataclass(frozen=True)
class Rewriting:
    """What is rewritten, and how.

    Attributes:
        pattern: The places.
        rewrite: What a place becomes, by its text alone.
        quick: Another way to the same text, for most texts faster; None where it knows of none.
    """

    pattern: re.Pattern[str]
    rewrite: Callable[[str], str]
    quick: Callable[[str], str | None] = lambda _: None

    @Once
    def _parts(self) -> re.Pattern[str]:
        """The places as a group of their own: a text splits into them and what stands between them."""
        return re.compile(f"({self.pattern.pattern})", self.pattern.flags)

    def cut(self, text: str) -> list[str]:
        """The text cut into its places, every second one, and what stands between them."""
        return self._parts.split(text)

    def apply(self, text: str, parts: list[str] | None = None) -> tuple[str, "Layer | None"]:
        """The text rewritten, and the layer that leads back; the text itself and `None` where nothing changes.

        Args:
            text: The text.
            parts: What it is cut into, where that is known; for a pattern without groups.
        """
        written = Written(self.rewrite)
        new = self.quick(text)
        if new is None:
            if self.pattern.groups:
                new = self.pattern.sub(lambda match: written[match[0]], text)
            else:
                # Cut and joined again, no call of a function is made for each of a hundred thousand places.
                parts = list(parts or self.cut(text))
                parts[1::2] = map(written.__getitem__, parts[1::2])
                new = "".join(parts)
        if new == text:
            return text, None
        return new, Layer(text, self.pattern, written)


class Layer:
    """One step: leads from places of the text that came out to places of the text that went in."""

    def __init__(self, before: str, pattern: re.Pattern[str], written: Written) -> None:
        self._before = before
        self._pattern = pattern
        self._written = written
        self._starts: list[int] | None = None  # of each rewritten place, in the text that came out
        self._ends: list[int] = []
        self._old_starts: list[int] = []
        self._old_ends: list[int] = []

    def _places(self) -> list[int]:
        starts = self._starts
        if starts is None:
            starts = []
            shift = 0
            for match in self._pattern.finditer(self._before):
                old = match[0]
                new = self._written[old]
                # Where as many characters come out, each stands for its own.
                if len(new) != len(old):
                    start, end = match.span()
                    starts.append(start + shift)
                    shift += len(new) - len(old)
                    self._ends.append(end + shift)
                    self._old_starts.append(start)
                    self._old_ends.append(end)
            self._starts = starts
        return starts

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text before that a span of the text after came from.

        What was taken out at an edge of the span stays outside; what was taken out inside goes with it.
        """
        first = self._old(start, opening=True)
        if end <= start:
            return first, first
        return first, self._old(end - 1, opening=False)

    def _old(self, place: int, *, opening: bool) -> int:
        at = bisect_right(self._places(), place) - 1
        if at < 0:
            return place if opening else place + 1
        if place < self._ends[at]:
            return self._old_starts[at] if opening else self._old_ends[at]
        old = self._old_ends[at] + place - self._ends[at]
        return old if opening else old + 1
