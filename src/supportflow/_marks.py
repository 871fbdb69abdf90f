"""Text in a normal form of Unicode, in linear time whatever marks it carries.

A normal form puts the marks behind a letter in order, and the time for that grows with the square of their number. No
language puts more than a handful on a letter, and Unicode's stream-safe format (UAX #15) allows thirty: what stands behind
those is read as if it could not be read.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import takewhile
from typing import Literal

__all__ = ["MOST", "composed", "normalized"]

MOST = 30
"""So many marks behind one letter are read."""
_UNREADABLE = "\ufffd"
# Marks are no letters, but for the two of half-width kana. A long run of what is no letter is looked at one by one.
_LONG_RUN = re.compile(rf"[\W\uff9e\uff9f]{{{MOST + 1},}}")


def normalized(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> str:
    """A text in a normal form; of more than thirty marks in a row each further one is U+FFFD.

    Args:
        text: Any text.
        form: The form.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _LONG_RUN.sub(_bounded, text))


def composed(text: str) -> str:
    """A text with each letter and its marks as one (NFC), and nothing lost.

    A line that has more than thirty marks in a row somewhere stays as it was typed.

    Args:
        text: Any text.
    """
    if _LONG_RUN.sub(_bounded, text) == text:
        return unicodedata.normalize("NFC", text)
    return "".join(
        unicodedata.normalize("NFC", line) if _LONG_RUN.sub(_bounded, line) == line else line
        for line in text.splitlines(keepends=True)
    )


def _bounded(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        behind, alone = _marks(character)
        marks = marks + behind if alone else behind
        kept.append(_UNREADABLE if marks > MOST else character)
    return "".join(kept)


@lru_cache(maxsize=1024)
def _marks(character: str) -> tuple[int, bool]:
    """How many marks a character ends with, taken apart, and whether it is nothing else."""
    parts = unicodedata.normalize("NFKD", character)
    behind = sum(1 for _ in takewhile(unicodedata.combining, reversed(parts)))
    return behind, behind == len(parts)
