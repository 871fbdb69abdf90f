"""Where a text has words that announce a secret or name a public number."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from supportflow.triage.redaction.view import View

__all__ = ["Label", "Labels", "Vocabulary"]

# Where a word of these letters ends, no such letter may follow: "pins" is not "pinch".
_LETTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyz" + "".join(map(chr, [*range(0xDF, 0x250), *range(0x400, 0x530), *range(0x1E00, 0x1F00)]))
)
_WORD = re.compile("[a-z\u00df-\u024f\u0400-\u052f\u1e00-\u1eff]+")
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


class _Entry(NamedTuple):
    """One word of a table.

    Attributes:
        word: The word, without its stars.
        role: The name of its table.
        alphabetic: Whether it is of letters that part words.
        compound: Whether other letters may stand before it.
        open_ended: Whether other letters may follow it.
    """

    word: str
    role: str
    alphabetic: bool
    compound: bool
    open_ended: bool


class Vocabulary:
    """The words of some tables, each with its role.

    Which of them a text may have is asked of the set of its words, or of its characters; where one stands is then sought as
    fast as memory is read, and its neighbours are looked at only there.
    """

    def __init__(self, tables: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._by_word: dict[str, list[_Entry]] = {}
        self._by_characters: list[tuple[frozenset[str], _Entry]] = []
        for role, words in tables:
            for given in words:
                word = given.strip("*")
                entry = _Entry(word, role, word[0] in _LETTERS, given.startswith("*"), given.endswith("*"))
                first = _WORD.search(word)
                whole = first is not None and not entry.compound and not (entry.open_ended and first.end() == len(word))
                if first is not None and whole:
                    self._by_word.setdefault(first[0], []).append(entry)
                else:
                    self._by_characters.append((frozenset(word) - {" "}, entry))

    def _possible(self, view: View) -> list[_Entry]:
        found = [entry for word in self._by_word.keys() & view.words for entry in self._by_word[word]]
        characters = view.characters
        found += [entry for needed, entry in self._by_characters if needed <= characters]
        return found

    def find(self, view: View) -> Iterator[Label]:
        """All of them, in no order; one may stand inside another."""
        loose = view.loose
        size = len(loose)
        for word, role, alphabetic, compound, open_ended in self._possible(view):
            start = loose.find(word)
            while start >= 0:
                first, end = start, start + len(word)
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
        for label in sorted(found, key=_by_place):
            if not kept or label[0] >= kept[-1][1]:
                kept.append(label)
        self._kept = kept
        self._starts = [label[0] for label in kept]

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


def _by_place(label: Label) -> tuple[int, int]:
    return label[0], -label[1]
