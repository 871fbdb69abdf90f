"""Hearing a rating in a reply: the text, or its first line, is nothing but a number of stars. Linear in the text."""

import re
import unicodedata
from typing import NamedTuple

__all__ = ["Said", "stars_in"]

_LONGEST = 40
"""A longer line is no mere number of stars."""
_FIVE = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "一": 1,
    "二": 2,
    "两": 2,
    "兩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
}
_STARS = re.compile(r"([★⭐🌟]{1,5})[☆]{0,4}")
_NUMBER = re.compile(
    r"([1-5]|one|two|three|four|five|[一二两兩三四五])"
    r"(?: ?/ ?5| ?out of (?:5|five))?"
    r"(?: ?(?:stars?|points?|颗星|顆星|星级|星級|星|分|[★⭐🌟]))?"
)


_DRAWING = frozenset("\ufe0e\ufe0f\u20e3\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
"""Variants of emoji, the frame of a keycap, and marks of direction, which keyboards of Arabic and Hebrew put in."""


class Said(NamedTuple):
    """A rating in a reply.

    Attributes:
        stars: One to five.
        alone: True if the reply says nothing else.
    """

    stars: int
    alone: bool


def _plain(sign: str) -> str:
    """A digit of any script as one of ours; nothing, of what only says how a sign is drawn, or which way the text runs."""
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.decimal(sign))
    return "" if sign in _DRAWING else sign


def stars_in(text: str) -> Said | None:
    """The rating that a reply is, or begins with on a line of its own; None if it is none."""
    first, _, rest = text.strip().partition("\n")
    if len(first) > _LONGEST:
        return None
    line = "".join(map(_plain, unicodedata.normalize("NFKC", first))).strip(" \t\r.!。,،").casefold()
    stars = _STARS.fullmatch(line)
    if stars is not None:
        return Said(len(stars[1]), not rest.strip())
    number = _NUMBER.fullmatch(line)
    if number is None:
        return None
    return Said(_FIVE.get(number[1]) or int(number[1]), not rest.strip())
