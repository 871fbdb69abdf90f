"""Where a text has words that announce a secret or name a public number."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from operator import itemgetter, le
from typing import NamedTuple

from supportflow.triage.redaction.shapes import SPAN
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import announcing

__all__ = ["Label", "Labels", "has_labels", "labels", "roles_in"]

# Where a word of these letters ends, no such letter may follow: "pins" is not "pinch".
_LETTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyz"
    + "".join(map(chr, [*range(0xDF, 0x250), *range(0x400, 0x530), *range(0x1E00, 0x1F00)]))
)
_WORD = re.compile("[a-z\u00df-\u024f\u0400-\u052f\u1e00-\u1eff]+")
_LONGEST_ENDING = 8
_STEM = 5
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
        given: The word, as the tables have it.
        word: The word, without its stars.
        roles: The names of the tables that have it.
        alphabetic: Whether it is of letters that part words.
        compound: Whether other letters may stand before it.
        open_ended: Whether other letters may follow it.
    """

    given: str
    word: str
    roles: tuple[str, ...]
    alphabetic: bool
    compound: bool
    open_ended: bool


class _Vocabulary:
    """The words of all tables.

    Which of them a text may have is asked of the set of its words, of a few stems, or of its characters; where one stands
    is then sought as fast as memory is read, and its neighbours are looked at only there.
    """

    def __init__(self, tables: dict[str, tuple[str, ...]]) -> None:
        roles: dict[str, list[str]] = {}
        for role, words in tables.items():
            for word in words:
                roles.setdefault(word, []).append(role)
        self._by_word: dict[str, list[tuple[frozenset[str], _Entry]]] = {}
        plain: list[_Entry] = []
        others: list[tuple[frozenset[str], _Entry]] = []
        for given, names in roles.items():
            if _said_by_another(given, names, roles):
                continue
            word = given.strip("*")
            entry = _Entry(
                given, word, tuple(names), word[0] in _LETTERS, given.startswith("*"), given.endswith("*")
            )
            needed = _whole_words(entry)
            if needed:
                self._by_word.setdefault(needed[0], []).append((frozenset(needed[1:]), entry))
            elif word.isascii():
                plain.append(entry)
            else:
                others.append((frozenset(word) - {" "}, entry))
        # Of those in one another ("code" in "backupcodes") the shortest is sought first, of those that begin alike the
        # beginning.
        self._by_stem: dict[str, list[_Entry]] = {}
        for entry in sorted(plain, key=lambda entry: len(entry.word)):
            stem = next((stem for stem in self._by_stem if stem in entry.word), entry.word[:_STEM])
            self._by_stem.setdefault(stem, []).append(entry)
        # The characters that a text must have for a stem; a blank may have been the end of a line.
        self._of_stem = {stem: frozenset(stem) - {" "} for stem in self._by_stem}
        # By the character of theirs that fewest of them have: a text without it has none of these.
        often = Counter(character for needed, _ in others for character in needed)
        self._by_character: dict[str, list[tuple[frozenset[str], _Entry]]] = {}
        for characters, entry in others:
            rarest = min(characters, key=lambda character: (character.isascii(), often[character], character))
            self._by_character.setdefault(rarest, []).append((characters, entry))

    def possible_entries(self, view: View) -> Iterator[_Entry]:
        """Which of them a text may have."""
        words, loose = view.words, view.loose
        for word in self._by_word.keys() & words:
            for others, entry in self._by_word[word]:
                if others <= words:
                    yield entry
        characters = None if loose.isascii() else view.characters
        for stem, entries in self._by_stem.items():
            if (characters is None or self._of_stem[stem] <= characters) and stem in loose:
                yield from entries
        if characters is None:
            return
        for character in self._by_character.keys() & characters:
            for needed, entry in self._by_character[character]:
                if needed <= characters:
                    yield entry


def _said_by_another(given: str, names: list[str], roles: dict[str, list[str]]) -> bool:
    """Whether a word is found wherever the same word with a star is, and announces nothing else."""
    return "*" not in given and any(
        set(names) <= set(roles.get(twin, ())) for twin in (f"*{given}", f"{given}*")
    )


def _whole_words(entry: _Entry) -> list[str]:
    """The words of letters that a text with the entry has for certain, whole; none if its first may be a part of one."""
    if entry.compound:
        return []
    words = list(_WORD.finditer(entry.word))
    # Where it begins with no letter its end is not looked at; where it is open-ended its last word may go on.
    if words and words[-1].end() == len(entry.word) and (entry.open_ended or not entry.alphabetic):
        first, *_ = words
        words.pop()
        if not words:
            return [] if entry.open_ended else [first[0]]
    return [word[0] for word in words]


_CLASS = "a-z\u00df-\u024f\u0400-\u052f\u1e00-\u1eff"
_MANY = 64
"""So many in one text are sought with an expression, which takes some microseconds to make and less for each."""


@cache
def _expression(entry: _Entry, *, begins: bool) -> re.Pattern[str] | None:
    """A word with nothing beside it that would make it another one.

    Args:
        entry: The word.
        begins: Whether what stands before it is looked at.

    None for a word that may begin anew in itself, as in "mat mat ma": there the first counts, whether or not it is one.
    """
    word = re.escape(entry.word)
    others = (at for at in range(1, len(entry.word)) if entry.word[at - 1] not in _LETTERS)
    if entry.alphabetic and any(entry.word.startswith(entry.word[at:]) for at in others):
        return None
    before = f"(?<![{_CLASS}]{word})" if entry.alphabetic and begins else ""
    behind = f"(?![{_CLASS}])" if entry.alphabetic and not entry.open_ended else ""
    more = f"[{_CLASS}]{{0,{_LONGEST_ENDING}}}+" if entry.open_ended else ""
    # The word comes first: that is what expressions are sought by.
    return re.compile(word + before + behind + more)


def _places(entry: _Entry, loose: str) -> list[tuple[int, int]]:
    """Where a word stands, in order."""
    number = loose.count(entry.word)
    if number == 0:
        return []
    expression = _expression(entry, begins=True) if number >= _MANY else None
    if expression is None:
        return list(_one_by_one(entry, loose))
    places = list(map(SPAN, expression.finditer(loose)))
    if not entry.compound or len(places) == number:
        return places
    expression = _expression(entry, begins=False) or expression
    places = list(map(SPAN, expression.finditer(loose)))
    letters = _LETTERS
    return [
        place if place[0] == 0 or loose[place[0] - 1] not in letters else (first, place[1])
        for place in places
        if place[0] == 0 or loose[place[0] - 1] not in letters or (first := _head(loose, place[0])) >= 0
    ]


def _head(loose: str, start: int) -> int:
    """Where the compound begins whose end begins at a place; -1 if it is too long for one."""
    first, limit = start, max(0, start - _LONGEST_HEAD)
    while first > limit and loose[first - 1] in _LETTERS:
        first -= 1
    return -1 if first and loose[first - 1] in _LETTERS else first


def _one_by_one(entry: _Entry, loose: str) -> Iterator[tuple[int, int]]:
    size = len(loose)
    _, word, _, alphabetic, compound, open_ended = entry
    length, find = len(word), loose.find
    start = find(word)
    while start >= 0:
        first, end = start, start + length
        if compound:
            first = _head(loose, start)
        if open_ended:
            limit = min(size, end + _LONGEST_ENDING)
            while end < limit and loose[end] in _LETTERS:
                end += 1
        if not alphabetic or (
            first >= 0
            and (first == 0 or loose[first - 1] not in _LETTERS)
            and (end == size or open_ended or loose[end] not in _LETTERS)
        ):
            yield first, end
        start = find(word, end)


_VOCABULARY = _Vocabulary(announcing())


_START, _END = itemgetter(0), itemgetter(1)
_Place = tuple[int, int, str]
"""A label before anybody looks at it: a hundred thousand plain tuples are made, and thrown away, in half the time."""


class _Known:
    """What one text has of the tables; where a word stands is looked up once, whoever asks for it."""

    def __init__(self, view: View) -> None:
        self._loose = view.loose
        self._possible: dict[str, list[_Entry]] = {}
        for entry in _VOCABULARY.possible_entries(view):
            for role in entry.roles:
                self._possible.setdefault(role, []).append(entry)
        self._found: dict[str, list[_Place]] = {}
        self._places: dict[str, list[tuple[int, int]]] = {}

    def roles(self) -> Iterable[str]:
        """The names of the tables of which it may have words. None is left out."""
        return self._possible

    def of(self, role: str) -> list[_Place]:
        """The words of one table."""
        found = self._found.get(role)
        if found is None:
            found = self._found[role] = []
            for entry in self._possible.get(role, ()):
                found += [(start, end, role) for start, end in self._of(entry)]
        return found

    def has(self, role: str) -> bool:
        """Whether it has any word of one table."""
        if role in self._found:
            return bool(self._found[role])
        return any(True for entry in self._possible.get(role, ()) for _ in _one_by_one(entry, self._loose))

    def _of(self, entry: _Entry) -> list[tuple[int, int]]:
        if len(entry.roles) == 1:
            return _places(entry, self._loose)
        places = self._places.get(entry.given)
        if places is None:
            places = self._places[entry.given] = _places(entry, self._loose)
        return places


def _known(view: View) -> _Known:
    known: _Known | None = view.labels
    if known is None:
        known = view.labels = _Known(view)
    return known


def labels(view: View, *roles: str) -> "Labels":
    """The words of some tables that a text has.

    Of two that begin at one place the longer counts, then that of the earlier role.
    """
    known = _known(view)
    found = [label for role in roles for label in known.of(role)]
    return Labels(found) if found else _NONE


def roles_in(view: View) -> Iterable[str]:
    """The roles of all words that a text may have. None is left out."""
    return _known(view).roles()


def has_labels(view: View, *roles: str) -> bool:
    """Whether a text has a word of any of some tables."""
    return any(map(_known(view).has, roles))


class Labels:
    """The words of one text, none inside another, in order of place."""

    def __init__(self, found: list[_Place]) -> None:
        found.sort(key=_START)
        starts = list(map(_START, found))
        # Where none begins before the one before it ends, all of them count.
        if not all(map(le, map(_END, found), islice(starts, 1, None))):
            found = _apart(found)
            starts = list(map(_START, found))
        self._kept = found
        self._starts = starts

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Label]:
        return map(Label._make, self._kept)

    def places(self) -> list[_Place]:
        """Where each begins and ends, and its role: for who looks at all of them."""
        return self._kept

    def ends(self) -> list[int]:
        """Where each ends."""
        return list(map(_END, self._kept))

    def before(self, place: int) -> Label | None:
        """The nearest that ends before a place."""
        at = bisect_left(self._starts, place) - 1
        if at < 0:
            return None
        found = self._kept[at]
        if found[1] <= place:
            return Label._make(found)
        return Label._make(self._kept[at - 1]) if at else None

    def after(self, place: int) -> Label | None:
        """The nearest that begins at a place or behind it."""
        at = bisect_left(self._starts, place)
        return Label._make(self._kept[at]) if at < len(self._kept) else None


def _apart(found: list[_Place]) -> list[_Place]:
    """Of places in order those that are in no other."""
    kept: list[_Place] = []
    last, until = -1, 0
    for label in found:
        start, end, _ = label
        if start >= until:
            kept.append(label)
            last, until = start, end
        elif start == last and end > until:
            kept[-1] = label
            until = end
    return kept


_NONE = Labels([])
