"""Seed phrases whose words are written without anything between them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.shapes import SPAN, stretches
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.wordlists import PREFIX, wordlists

__all__ = ["find_run_together"]

_ROW = 11
_SHORTEST = 30  # letters: eleven words of three
_WINDOW, _STEP = 600, 300  # no phrase is longer than what two windows share
_FEWEST_STARTS = 7
_MOST_WINDOWS, _CHAIN_COST = 600, 5  # nobody writes so many letters without a blank
_LETTERS = bytes(ord("x") if chr(code).isalpha() else ord(" ") for code in range(128)) + b" " * 128
_LATIN_RUN = b"x" * _SHORTEST
# Of Japanese and Korean, whose characters are syllables, two begin a word.
_RUN = re.compile(
    "[a-z\u00df-\u024f]{30,}+|[\u0400-\u04ff]{30,}+|[\u3041-\u309f]{30,}+|[\uac00-\ud7a3]{22,}+"
)
_FEWEST_SYLLABLES = 22
_SYLLABLES = "\u3041"
# Of these letters alone no eleven words are: it is a number, such as an address of zeros and "dead".
_HEX = frozenset("abcdefx")
_PAIR = 2
_FEW = 3  # letters tell most beginnings of words apart


@cache
def _starts() -> dict[str, int]:
    """How the words of four letters and more begin, and those of syllables: the lists that have one, as bits."""
    found: dict[str, int] = {}
    for word, mask in wordlists().masks.items():
        start = word[:_PAIR] if word[0] >= _SYLLABLES else word[:PREFIX]
        if len(start) == PREFIX or word[0] >= _SYLLABLES:
            found[start] = found.get(start, 0) | mask
    return found


@cache
def _dictionary(bit: int) -> tuple[frozenset[str], int, dict[str, tuple[int, ...]]]:
    """The words of a list and their first four letters; by their first few letters, how long those are that begin so."""
    lists = wordlists()
    words = {
        word for known in (lists.masks, lists.prefixes) for word, mask in known.items() if mask >> bit & 1
    }
    few = min(_FEW, *map(len, words))
    sizes: dict[str, set[int]] = {}
    for word in words:
        sizes.setdefault(word[:few], set()).add(len(word))
    return frozenset(words), few, {start: tuple(sorted(known)) for start, known in sizes.items()}


def _languages(letters: str) -> list[int]:
    """The lists of which so many words may begin among the letters that a phrase can be there."""
    starts = _starts()
    size = _PAIR if letters[0] >= _SYLLABLES else PREFIX
    grams = map("".join, zip(*(letters[place:] for place in range(size)), strict=False))
    found = Counter(mask for mask in map(starts.get, grams) if mask)
    if found.total() < _FEWEST_STARTS:
        return []
    bits = range(max(found).bit_length())
    return [bit for bit in bits if sum(n for mask, n in found.items() if mask >> bit & 1) >= _FEWEST_STARTS]


def _chain(letters: str, bit: int) -> tuple[int, int] | None:
    """The first place from which eleven words of a list follow each other, and where the last of them ends."""
    words, few, sizes = _dictionary(bit)
    size = len(letters)
    counts, following = [0] * (size + 1), list(range(size + 1))
    first = None
    for place in range(size - few, -1, -1):
        # Words begin at few places: at the others nothing is cut out.
        for length in sizes.get(letters[place : place + few], ()):
            if letters[place : place + length] in words and place + length <= size:
                behind = counts[place + length] + 1
                if behind >= counts[place]:
                    counts[place], following[place] = behind, place + length
        if counts[place] >= _ROW:
            first = place
    if first is None:
        return None
    end = first
    while following[end] != end:
        end = following[end]
    return first, end


class _Windows:
    """Reads the windows of one text, so many of them; the same letters once."""

    def __init__(self) -> None:
        self.left = _MOST_WINDOWS
        self._languages: dict[str, list[int]] = {}
        self._chains: dict[tuple[str, int], tuple[int, int] | None] = {}

    def read(self, letters: str) -> tuple[int, int] | None:
        """The phrase that is in a window, in places of it."""
        self.left -= 1
        if _HEX.issuperset(letters):
            return None
        if letters not in self._languages:
            self._languages[letters] = _languages(letters)
        for bit in self._languages[letters]:
            self.left -= _CHAIN_COST
            if (letters, bit) not in self._chains:
                self._chains[letters, bit] = _chain(letters, bit)
            found = self._chains[letters, bit]
            if found is not None:
                return found
        return None


def find_run_together(view: View) -> Iterator[Span]:
    """Eleven words and more of one list without blanks, as spans of the plain text. Linear time."""
    text = view.lower
    runs = stretches(view.ascii.translate(_LETTERS), _LATIN_RUN)
    if not view.is_plain and max(map(len, view.words)) >= _FEWEST_SYLLABLES:
        runs += map(SPAN, _RUN.finditer(text))
    windows = _Windows()
    for start, end in runs:
        found = None
        for first in range(start, max(start + 1, end - _STEP), _STEP):
            if windows.left <= 0:
                # What goes on where so many letters were phrases goes with them.
                if found is not None:
                    yield first, end, Kind.SEED_PHRASE
                return
            found = windows.read(text[first : min(end, first + _WINDOW)])
            if found is not None:
                yield first + found[0], first + found[1], Kind.SEED_PHRASE
