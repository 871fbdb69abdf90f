"""A text as a string in which each unit of a lexicon is one character.

Chinese characters stand for themselves, in their simplified form. Other units are given characters of which no unit of a
text is made: where a text itself has those, they only separate words, and do not get here.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Collection, Iterable
from itertools import chain

from supportflow.triage.units import BREAK, CHINESE_NOT, normal, spellings

__all__ = ["Alphabet", "is_chinese"]

_UNKNOWN = "\0"
# Those below U+10000 come first: an expression tests a set of them at one stroke.
_FREE = (range(0xA000, 0xD800), range(0xE000, 0xF900), range(0x10000, 0x110000))
_COMMON = (*" '-’，、！；：\n。？", *[", ", "  ", ": ", " - ", ". ", "! ", "? "])
_NOTHING = re.compile("(?!)")


def is_chinese(unit: str) -> bool:
    """Whether a unit is, or a piece begins with, a Chinese character."""
    return "\u4e00" <= unit[0] <= "\u9fff"


class _Pieces(dict[str, str]):
    """The characters that stand for each piece of a text."""

    def __missing__(self, piece: str) -> str:
        if "\u4e00" <= piece <= "\ua000":
            return piece  # a run: each of its characters is a unit
        if piece[0].isalnum():
            return _UNKNOWN
        unit = normal(piece)
        return "" if unit is None else BREAK if unit == BREAK else _UNKNOWN


class Alphabet:
    """A character for each unit of some lexicons.

    Args:
        units: The units; what else a text has is one unknown unit, or one whose character no lexicon knows.
    """

    __slots__ = ("_characters", "_pieces", "_plain", "_simplified", "_traditional")

    def __init__(self, units: Iterable[str]) -> None:
        free = map(chr, chain(*_FREE))
        self._characters = {
            unit: unit if len(unit) == 1 and is_chinese(unit) else next(free) for unit in dict.fromkeys(units)
        }
        spelt = {
            spelling: self._characters[unit]
            for spelling, unit in spellings().items()
            if unit in self._characters
        }
        # One character is simplified where it stands; everything longer is a piece of its own.
        self._simplified = {
            ord(spelling): unit for spelling, unit in spelt.items() if len(spelling) == 1 and spelling != unit
        }
        kept = "".join(map(chr, self._simplified))
        self._traditional = re.compile(f"[{kept}]") if kept else _NOTHING
        pieces = dict.fromkeys(CHINESE_NOT, _UNKNOWN) | self._characters | spelt
        self._pieces = _Pieces(
            (one, unit) for one, unit in pieces.items() if len(one) > 1 or not is_chinese(one)
        )
        for common in _COMMON:
            self._pieces.setdefault(common, self._pieces.__missing__(common))
        # A small table for plain text stays in the processor's cache.
        self._plain = _Pieces((one, unit) for one, unit in self._pieces.items() if one.isascii())

    def write(self, units: Iterable[str]) -> str:
        """A sequence of units that the alphabet knows."""
        return "".join(map(self._characters.__getitem__, units))

    def read(self, pieces: Iterable[str], *, plain: bool) -> list[str]:
        """The units of each piece of a text, a character each; joined, they are the text.

        Args:
            pieces: The text, cut.
            plain: Whether it is all ASCII.
        """
        return list(map((self._plain if plain else self._pieces).__getitem__, pieces))

    def plain_pieces(self, units: Collection[str]) -> frozenset[str]:
        """The pieces of a text in ASCII that some of the units are spelt with."""
        written = {self._characters[unit] for unit in units}
        return frozenset(piece for piece, unit in self._plain.items() if unit in written)

    def simplified(self, units: str) -> str:
        """Units with traditional characters as simplified ones."""
        return units.translate(self._simplified) if self._traditional.search(units) else units
