"""Where a text has words that announce a secret or name a public number."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["Label", "Labels", "Vocabulary"]

# Where a word of these letters ends, no such letter may follow: "pins" is not "pinch".
_LETTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyz" + "".join(map(chr, [*range(0xDF, 0x250), *range(0x400, 0x530), *range(0x1E00, 0x1F00)]))
)
_LONGEST_ENDING = 8
_LONGEST_HEAD = 24  # of a compound: "Bestätigungscode"


class Label(NamedTuple):
    """One such word in a text.

    Attributes:
        start: Where it begins.
        end: Where it ends, exclusive.
        role: What it announces, by the name of its table.
    """

    start: int
    end: int
    role: str


class Vocabulary:
    """The words of some tables, each with its role.

    A word is sought as a plain text, which is as fast as memory is read; its neighbours are looked at only where it stands.
    """

    def __init__(self, tables: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._words = [
            (word.strip("*"), role, word.strip("*")[0] in _LETTERS, word.startswith("*"), word.endswith("*"))
            for role, words in tables
            for word in words
        ]

    def in_text(self, loose: str) -> bool:
        """Whether any of the words may be in a text, which has blanks for dashes and underscores."""
        return any(word in loose for word, *_ in self._words)

    def find(self, loose: str) -> Iterator[Label]:
        """All of them, in no order; one may stand inside another."""
        size = len(loose)
        for word, role, alphabetic, compound, open_ended in self._words:
            start = loose.find(word)
            while start >= 0:
                end = start + len(word)
                first = start
                if compound:
                    limit = max(0, start - _LONGEST_HEAD)
                    while first > limit and loose[first - 1] in _LETTERS:
                        first -= 1
                if open_ended:
                    limit = min(size, end + _LONGEST_ENDING)
                    while end < limit and loose[end] in _LETTERS:
                        end += 1
                if not alphabetic or (
                    (first == 0 or loose[first - 1] not in _LETTERS)
                    and (end == size or open_ended or loose[end] not in _LETTERS)
                ):
                    yield Label(first, end, role)
                start = loose.find(word, end)


class Labels:
    """The words of one text, none inside another, in order of place."""

    def __init__(self, found: Iterable[Label]) -> None:
        kept: list[Label] = []
        for label in sorted(found, key=lambda one: (one.start, -one.end)):
            if not kept or label.start >= kept[-1].end:
                kept.append(label)
        self._kept = kept
        self._starts = [label.start for label in kept]

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Label]:
        return iter(self._kept)

    def before(self, place: int) -> Label | None:
        """The nearest that ends before a place."""
        at = bisect_left(self._starts, place) - 1
        if at < 0:
            return None
        found = self._kept[at]
        if found.end <= place:
            return found
        return self._kept[at - 1] if at else None

    def after(self, place: int) -> Label | None:
        """The nearest that begins at a place or behind it."""
        at = bisect_left(self._starts, place)
        return self._kept[at] if at < len(self._kept) else None
