"""One form for what can be written in many, with the way back to the positions of the original text.

Copied text carries full-width digits, zero-width characters inside words, decomposed accents and mathematical letters.
Matching happens on the folded text; findings are reported in the original's positions. Plain text folds to itself and
costs one scan.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Piece", "fold"]

_Value = TypeVar("_Value")

# Full-width punctuation is left alone: it stands in nearly every Chinese text, and the patterns know it.
_UNUSUAL = re.compile(
    "[\u00ad\u0300-\u036f\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u1100-\u11ff\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u3000\u3099\u309a\ufe00-\ufe0f\ufeff\uff0d\uff0e\uff0f\uff10-\uff19\uff20-\uff5a"
    "\U0001d400-\U0001d7ff\u2010-\u2012\u2212\u00a0\u2002-\u200a\u202f\u2460-\u2473\u24b6-\u24e9\uff65-\uff9f]"
)
_INVISIBLE = frozenset(
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
# A character with the marks that compose with it; the jamo of one Korean syllable.
_CLUSTER = re.compile(
    "[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]{0,4}", re.DOTALL
)
# What disappears, or becomes one with its neighbours.
_JOINING = re.compile(f"[\u0300-\u036f\u1100-\u11ff\u3099\u309a\uff9e\uff9f{''.join(sorted(_INVISIBLE))}]")
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-"}


# The shapes of a text, a byte for each character: what is looked for is first looked for there, as fast as bytes are found.
def _shape(members: bytes) -> bytes:
    return bytes(ord("x") if code in members else ord(" ") for code in range(256))


_DIGITS = b"0123456789"
_DIGITS_AND_SEPARATORS = _shape(_DIGITS + b" .-")
_FEW_DIGITS = 7
_FEW = b"x" * _FEW_DIGITS
_KEY_CHARACTERS = _shape(_DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
_DENSE = b"x" * 10
_DIGIT_RUN = re.compile(r"\d(?<![\dA-Za-z]\d)(?:[ .-]?\d)*+", re.ASCII)
_LINK = re.compile(r"(?:https?|ftp)://\S++|(?<![\w.])www\.\S++", re.IGNORECASE)
_FEW_DIGITS = 7


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _stretches(shape: bytes, shortest: bytes) -> list[tuple[int, int]]:
    """Where the shape has at least so many marks in a row, each row whole."""
    found: list[tuple[int, int]] = []
    start = shape.find(shortest)
    while start >= 0:
        end = shape.find(b" ", start)
        end = len(shape) if end < 0 else end
        found.append((start, end))
        start = shape.find(shortest, end)
    return found


class _Once(Generic[_Value]):
    """A property that is computed when first asked for, without the lock that Python's own takes until 3.12."""

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> _Value:
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


class Piece:
    """A text in folded form, with the scans that several detectors share, each made once and only if asked for.

    Attributes:
        text: The folded text.
        lower: The same in lower case, of the same length.
        offsets: For each folded character, and the end, its position in the original; `None` if they are the same.
    """

    def __init__(self, text: str, offsets: list[int] | None = None) -> None:
        self.text = text
        self.lower = _lower(text)
        self.offsets = offsets

    @_Once
    def ascii(self) -> bytes:
        """The folded text as bytes, a question mark for whatever is not ASCII."""
        return self.text.encode("ascii", "replace")

    @_Once
    def latin(self) -> bytes:
        """What is ASCII in lower case, without the rest and without question marks.

        Whatever plain words the text has are in here; not all that is in here is in the text.
        """
        return self.lower.encode("ascii", "replace").translate(None, b"?")

    @_Once
    def digits(self) -> list[tuple[int, int]]:
        """Runs of at least seven characters that are digits, single blanks, dots and dashes."""
        runs = (
            match.span()
            for start, end in _stretches(self.ascii.translate(_DIGITS_AND_SEPARATORS), _FEW)
            for match in _DIGIT_RUN.finditer(self.text, start, end)
        )
        return [run for run in runs if run[1] - run[0] >= _FEW_DIGITS]

    @_Once
    def dense(self) -> list[tuple[int, int]]:
        """Runs of at least ten letters, digits, underscores and dashes: what keys and tokens look like."""
        return _stretches(self.ascii.translate(_KEY_CHARACTERS), _DENSE)

    @_Once
    def links(self) -> list[tuple[int, int]]:
        """Web addresses: what stands inside one is not taken for a number or a code."""
        if b"://" not in self.latin and b"www." not in self.latin:
            return []
        return [match.span() for match in _LINK.finditer(self.text)]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that a span of the folded text came from."""
        if self.offsets is None:
            return start, end
        if end <= start:
            return self.offsets[start], self.offsets[start]
        # To the start of the next character, so that invisible ones inside the last cluster go with it.
        return self.offsets[start], self.offsets[end]


class _Folded(dict[int, str]):
    """Each character's folded form, kept for the few scripts that are folded again and again."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _DASHES.get(character) or unicodedata.normalize("NFKC", character)
        if len(self) < _MOST_FOLDED:
            self[code] = folded
        return folded


_FOLDED = _Folded()
_MOST_FOLDED = 20_000


def fold(text: str) -> Piece:
    """Fold width, composition and invisible characters (NFKC, character by character). Linear time."""
    if text.isascii() or _UNUSUAL.search(text) is None:
        return Piece(text)
    if _JOINING.search(text) is None:
        folded = text.translate(_FOLDED)
        if len(folded) == len(text):  # nothing grew, and nothing can shrink: each character is where it was
            return Piece(folded)
    pieces: list[str] = []
    offsets: list[int] = []
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        if cluster in _INVISIBLE:
            continue
        piece = _DASHES.get(cluster) or unicodedata.normalize("NFKC", cluster)
        pieces.append(piece)
        offsets.extend([match.start()] * len(piece))
    offsets.append(len(text))
    return Piece("".join(pieces), offsets)
