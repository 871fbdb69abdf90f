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
    r"(?: ?(?:stars?|points?|颗星|顆星|星级|星級|星|分))?"
)


class Said(NamedTuple):
    """A rating in a reply.

    Attributes:
        stars: One to five.
        alone: True if the reply says nothing else.
    """

    stars: int
    alone: bool


def stars_in(text: str) -> Said | None:
    """The rating that a reply is, or begins with on a line of its own; None if it is none."""
    first, _, rest = text.strip().partition("\n")
    if len(first) > _LONGEST:
        return None
    line = unicodedata.normalize("NFKC", first).replace("\ufe0f", "").strip(" \t\r.!。,").casefold()
    stars = _STARS.fullmatch(line)
    if stars is not None:
        return Said(len(stars[1]), not rest.strip())
    number = _NUMBER.fullmatch(line)
    if number is None:
        return None
    return Said(_FIVE.get(number[1]) or int(number[1]), not rest.strip())
