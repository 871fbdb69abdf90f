"""What words say of a language: those that are listed, and for others how much they look like listed ones.

The list is read when it is first asked for.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import chain
from math import log
from operator import add

from supportflow._dataclass import dataclass

__all__ = ["Lexis", "anybodys", "lexis", "parts_of"]

# How much more often a word of each line stands in its own language than in another one; natural logarithms.
_LINES = (5.0, 4.0, 3.0)
_UNACCENTED = 1.0  # less is told by a word without its accents
_APART = 1.5  # languages that share a word are told apart by it no further than this
_SMOOTH = 0.3
_LOOKS = 0.35  # three letters overlap with the next three, and say that much less
_MOST = 2.5  # what one unlisted word can say
_LONGEST = 40  # letters of a word that is remembered
_MOST_KNOWN = 4_000
"""How many unlisted words are remembered; then it begins anew. Most words of a message stood in the last one, too."""


@dataclass(frozen=True, slots=True)
class Lexis:
    """What is known of the words of languages that share a script.

    Attributes:
        languages: Their tags.
        listed: Word → language → what it says for it.
    """

    languages: tuple[str, ...]
    listed: dict[str, dict[str, float]]
    _looks: "_Looks"

    def looks(self, word: str) -> list[float]:
        """What the look of an unlisted word says for each language, in their order; remembered for a while."""
        known = self._looks.known.get(word)
        if known is None:
            known = self._look(word)
            if len(word) <= _LONGEST:  # a longer one is no word, and would keep what somebody pasted
                if len(self._looks.known) >= _MOST_KNOWN:
                    self._looks.known.clear()
                self._looks.known[word] = known
        return known

    def _look(self, word: str) -> list[float]:
        said = [0.0] * len(self.languages)
        for part in _parts(word):
            row = self.row(part)
            if row:
                said = list(map(add, said, row))
        return [
            -_MOST if amount < -_MOST else min(amount, _MOST)
            for amount in [amount * _LOOKS for amount in said]
        ]

    def row(self, part: str) -> tuple[float, ...]:
        """What three letters say, a number for each language; empty if no listed word has them."""
        row = self._looks.rows.get(part)
        return self._looks.row(part) if row is None else row


def _parts(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


@cache
def _sections() -> dict[str, list[list[str]]]:
    """Language → lines → words. What is indented goes on with the line before."""
    text = files("supportflow.triage.language").joinpath("words.txt").read_text(encoding="utf-8")
    sections: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            lines = sections[line[1:-1]] = []
        elif not line.startswith("#"):
            if not line.startswith("  "):
                lines.append([])
            lines[-1] += line.split()
    return sections


@cache
def anybodys() -> frozenset[str]:
    """Words that people of any language write."""
    return frozenset(parts_of("*"))


@cache
def parts_of(section: str) -> tuple[str, ...]:
    """What a section lists, in order."""
    return tuple(word for line in _sections()[section] for word in line)


@cache
def lexis(languages: tuple[str, ...]) -> Lexis:
    """What is known of the words of some languages."""
    sections = _sections()
    listed: dict[str, dict[str, float]] = {}
    for language in languages:
        for word, amount in _weighted(sections[language]):
            said = listed.setdefault(word, {})
            said[language] = max(amount, said.get(language, 0.0))
    for said in listed.values():
        most = max(said.values())
        said.update({language: max(amount, most - _APART) for language, amount in said.items()})
    return Lexis(languages, listed, _Looks(languages, listed))


def _weighted(lines: list[list[str]]) -> Iterable[tuple[str, float]]:
    for words, amount in zip(lines, _LINES, strict=True):
        for word in words:
            for part in word.split("'"):
                yield part, amount
                yield _plain(part), amount - _UNACCENTED


def _plain(word: str) -> str:
    """A word without its accents, as many people type it."""
    if "a" <= word[:1] <= "z" or not word.isascii():
        bare = unicodedata.normalize("NFD", word)
        if any("a" <= letter <= "z" for letter in bare):
            word = "".join(letter for letter in bare if not unicodedata.combining(letter))
            return word.translate(_LETTERS)
    return word


_LETTERS = str.maketrans("\u0131đłø", "idlo")  # those that are no letter with an accent


class _Looks:
    """How often three letters stand in the words of each language. What they say is worked out when a text has them."""

    def __init__(self, languages: tuple[str, ...], listed: dict[str, dict[str, float]]) -> None:
        words: dict[str, list[str]] = {language: [] for language in languages}
        for word, said in listed.items():
            for language in said:
                words[language].append(word)
        self._counts = [Counter(chain.from_iterable(map(_parts, words[language]))) for language in languages]
        distinct = len(set().union(*self._counts))
        self._totals = [_SMOOTH * distinct + count.total() for count in self._counts]
        self._absent = _SMOOTH / max(self._totals)
        self.rows: dict[str, tuple[float, ...]] = {}
        self.known: dict[str, list[float]] = {}  # which nobody changes

    def row(self, part: str) -> tuple[float, ...]:
        """As in `Lexis.row`; kept for the letters that a listed word has, of which there are so many and no more."""
        counts = [count.get(part, 0) for count in self._counts]
        if not any(counts):
            return ()
        rates = [(count + _SMOOTH) / total for count, total in zip(counts, self._totals, strict=True)]
        usual = sum(rates) / len(rates)
        absent = log(self._absent / usual)
        row = tuple(log(rate / usual) if count else absent for count, rate in zip(counts, rates, strict=True))
        self.rows[part] = row
        return row
