"""Text in a normal form of Unicode, in linear time whatever marks it carries.

A normal form puts the marks behind a letter in order, and the time for that grows with the square of their number. No
language puts more than a handful on a letter, and Unicode's stream-safe format (UAX #15) allows thirty: what stands behind
those is read as if it could not be read.
"""

import re
import unicodedata
from typing import Literal

__all__ = ["MOST", "normalized"]

MOST = 30
"""So many marks behind one letter are read."""
_UNREADABLE = "\ufffd"
# Marks are neither letters nor blanks; what else is neither is looked at one by one, and only where there is much of it.
_LONG_RUN = re.compile(rf"[^\w\s]{{{MOST + 1},}}")


def normalized(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> str:
    """A text in a normal form; of more than thirty marks in a row each further one is U+FFFD.

    Args:
        text: Any text.
        form: The form.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _LONG_RUN.sub(_bounded, text))


def _bounded(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        kept.append(_UNREADABLE if marks > MOST else character)
    return "".join(kept)
