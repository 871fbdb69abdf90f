"""Digits that are written as words."""

import re
from collections.abc import Iterator
from itertools import islice

from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words

__all__ = ["digit_words", "may_have_digit_words"]

_DIGITS = words("digits")
_WORD = "|".join(sorted(_DIGITS, key=lambda word: (-len(word), word)))
_HAN = "零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖"
# Four of them and more, so that "one or two" stays.
_ROW = re.compile(
    rf"(?<![^\W\d_])(?:{_WORD})(?:[ ,.-]{{1,2}}(?:{_WORD})(?![^\W\d_])){{3,11}}"
    rf"|(?<![{_HAN}])[{_HAN}]{{4,8}}(?![{_HAN}十百千万])"
)
_SIZE = re.compile(rf"{_WORD}|[{_HAN}]")
_FEWEST = 4
_FOUR_HAN = re.compile(rf"[{_HAN}]{{4}}")
_ASCII_DIGITS = frozenset(word for word in _DIGITS if word.isascii() and word.isalpha())
_OTHER_DIGITS = tuple(frozenset(word) for word in sorted(_DIGITS - _ASCII_DIGITS))


def may_have_digit_words(view: View) -> bool:
    """False if a text certainly has no four digits as words in a row."""
    if not _ASCII_DIGITS.isdisjoint(view.words) and any(
        True for _ in islice(filter(_ASCII_DIGITS.__contains__, view.row), _FEWEST - 1, None)
    ):
        return True
    if view.lower.isascii():
        return False
    characters = view.characters
    return any(needed <= characters for needed in _OTHER_DIGITS) or _FOUR_HAN.search(view.flat) is not None


def digit_words(view: View) -> Iterator[tuple[int, int, int]]:
    """Where four to twelve digits stand as words: from where to where, and how many."""
    flat = view.flat
    for match in _ROW.finditer(flat) if may_have_digit_words(view) else ():
        yield *match.span(), len(_SIZE.findall(match[0]))
