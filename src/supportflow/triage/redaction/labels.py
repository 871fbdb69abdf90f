"""Where a text has words that announce a secret or name a public number."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import announcing

__all__ = ["Label", "Labels", "labels"]

# Where a word of these letters ends, no such letter may follow: "pins" is not "pinch".
_LETTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyz"
    + "".join(map(chr, [*range(0xDF, 0x250), *range(0x400, 0x530), *range(0x1E00, 0x1F00)]))
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
    """One word of the tables.

    Attributes:
        word: The word, without its stars.
        roles: The names of the tables that have it.
        alphabetic: Whether it is of letters that part words.
        compound: Whether other letters may stand before it.
        open_ended: Whether other letters may follow it.
    """

    word: str
    roles: tuple[str, ...]
    alphabetic: bool
    compound: bool
    open_ended: bool


class _Vocabulary:
    """The words of all tables.

    Which of them a text may have is asked of the set of its words, or of its characters; where one stands is then sought as
    fast as memory is read, and its neighbours are looked at only there.
    """

    def __init__(self, tables: dict[str, tuple[str, ...]]) -> None:
        roles: dict[str, list[str]] = {}
        for role, words in tables.items():
            for word in words:
                roles.setdefault(word, []).append(role)
        self._by_word: dict[str, list[_Entry]] = {}
        given_whole: list[tuple[frozenset[str], _Entry]] = []
        for given, names in roles.items():
            word = given.strip("*")
            entry = _Entry(
                word, tuple(names), word[0] in _LETTERS, given.startswith("*"), given.endswith("*")
            )
            first = _WORD.search(word)
            if (
                first is not None
                and not entry.compound
                and not (entry.open_ended and first.end() == len(word))
            ):
                self._by_word.setdefault(first[0], []).append(entry)
            else:
                given_whole.append((frozenset(word) - {" "}, entry))
        # By the character of theirs that fewest of them have: a text without it has none of these.
        often = Counter(character for needed, _ in given_whole for character in needed)
        self._by_character: dict[str, list[tuple[frozenset[str], _Entry]]] = {}
        for needed, entry in given_whole:
            rarest = min(needed, key=lambda character: (character.isascii(), often[character], character))
            self._by_character.setdefault(rarest, []).append((needed, entry))

    def possible(self, view: View) -> dict[str, list[_Entry]]:
        """Which of them a text may have, by role."""
        found: dict[str, list[_Entry]] = {}
        for entry in self._possible(view):
            for role in entry.roles:
                found.setdefault(role, []).append(entry)
        return found

    def _possible(self, view: View) -> Iterator[_Entry]:
        for word in self._by_word.keys() & view.words:
            yield from self._by_word[word]
        characters = view.characters
        for character in self._by_character.keys() & characters:
            for needed, entry in self._by_character[character]:
                if needed <= characters:
                    yield entry


def _places(entry: _Entry, loose: str) -> Iterator[tuple[int, int]]:
    size = len(loose)
    word, _, alphabetic, compound, open_ended = entry
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
            yield first, end
        start = loose.find(word, end)


_VOCABULARY = _Vocabulary(announcing())


def labels(view: View, *roles: str) -> "Labels":
    """The words of some tables that a text has.

    Of two that begin at one place the longer counts, then that of the earlier role.
    """
    known = view.labels
    if known is None:
        known = view.labels = _VOCABULARY.possible(view)
    if known.keys().isdisjoint(roles):
        return _NONE
    return Labels(
        [
            Label(start, end, role)
            for role in roles
            for entry in known.get(role, ())
            for start, end in _places(entry, view.loose)
        ]
    )


class Labels:
    """The words of one text, none inside another, in order of place."""

    def __init__(self, found: list[Label]) -> None:
        kept: list[Label] = []
        for label in sorted(found, key=_by_place) if len(found) > 1 else found:
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


_NONE = Labels([])


def _by_place(label: Label) -> tuple[int, int]:
    return label[0], -label[1]
