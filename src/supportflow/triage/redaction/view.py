"""One plain view of a text, searched by every finder, with the way back to the places of the text as it was given.

Transport encodings, tags and entities, emphasis, quoting marks, runs of blanks and the many forms of a character are
taken off before anything is looked for. Where that could hide something the text is viewed in other ways, too: a `=` at
the end of a line is an equals sign as well, two words in neighbouring tags may be one, and a tag may say something itself.
"""

import re
from itertools import accumulate, chain, islice
from operator import add
from typing import Any

from supportflow.triage.once import Once
from supportflow.triage.redaction.characters import fold_characters
from supportflow.triage.redaction.layers import Layer
from supportflow.triage.redaction.markup import (
    inside_tags,
    join_lines,
    plain_blanks,
    without_emphasis,
    without_tags,
)
from supportflow.triage.redaction.shapes import SPAN, stretches
from supportflow.triage.redaction.spelled import without_gaps
from supportflow.triage.redaction.transport import decode

__all__ = ["OTHER_LETTER", "WORD", "View", "views"]


# The shapes of a text, a byte for each character: what is looked for is first looked for there, as fast as bytes are found.
def _shape(members: bytes) -> bytes:
    return bytes(ord("x") if code in members else ord(" ") for code in range(256))


WORD = re.compile("[a-z\u00df-\u024f\u0400-\u052f\u1e00-\u1eff]+|[\u3041-\u309f]+|[\uac00-\ud7a3]+")
# A letter that is no Latin one without marks.
OTHER_LETTER = re.compile("[\u00df-\u024f\u0400-\u052f\u1e00-\u1eff\u3041-\u309f\uac00-\ud7a3]")
_LETTERS = bytes(code if ord("a") <= code <= ord("z") else ord(" ") for code in range(256))
_SYLLABLES = frozenset(map(chr, (*range(0x3041, 0x30A0), *range(0xAC00, 0xD7A4))))
_LONG, _MOST_OTHERS = 2_000, 60
_GAPS = bytes(ord(" ") if ord("a") <= code <= ord("z") else ord("x") for code in range(256))
_DIGITS = b"0123456789"
_DIGITS_AND_SEPARATORS = _shape(_DIGITS + b" .-")
_ONLY_DIGITS = _shape(_DIGITS)
_FEW_DIGITS = 7
_FEW = b"x" * _FEW_DIGITS
_SPARSE = 200  # characters: where runs stand closer, they are looked for in one go
_KEY_CHARACTERS = _shape(_DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
_DENSE = b"x" * 10
_ANY_DIGIT = re.compile(r"\d")
_DIGIT_RUN = re.compile(r"\d(?<![\dA-Za-z]\d)(?:[ .-]?\d)*+", re.ASCII)
_LINK = re.compile(r"(?:https?|ftp)://\S++|(?<![\w.])www\.\S++", re.IGNORECASE)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(character.lower()[0] for character in text)


class View:
    """A text in plain form, with the scans that several finders share, each made once and only if asked for.

    Attributes:
        text: The plain text.
        layers: The steps that lead back to the text as given.
        lower: The same in lower case, of the same length.
        labels: Which words may announce something, by their tables; `None` until a finder asks for them.
        sorts: Which lists of phrases have each word of the row; `None` until a finder asks.
    """

    def __init__(
        self, text: str, layers: list[Layer] | None = None, characters: frozenset[str] | None = None
    ) -> None:
        self.text = text
        self.lower = _lower(text)
        if characters is not None and self.lower == text:
            self.__dict__["characters"] = characters
        self.labels: Any = None  # which words may announce something, once a finder has asked
        self.sorts: bytes | None = None  # which lists of phrases have each word, once a finder has asked
        self.layers = layers or []

    @Once
    def flat(self) -> str:
        """The text in lower case with a blank for each line break, of the same length."""
        return self.lower.replace("\n", " ") if "\n" in self.lower else self.lower

    @Once
    def loose(self) -> str:
        """The flat text with a blank for each dash and underscore, of the same length: as words are sought."""
        flat = self.flat
        for sign in "-_":
            if sign in flat:
                flat = flat.replace(sign, " ")
        return flat

    @Once
    def row(self) -> list[str]:
        """The words of the text in lower case, in order; of text that is ASCII, split as fast as can be."""
        if self.is_plain:
            return self.lower.encode("ascii", "replace").translate(_LETTERS).decode("ascii").split()
        if len(self.lower) < _LONG or not self.characters.isdisjoint(_SYLLABLES):
            return WORD.findall(self.lower)
        # Its letters are of one kind: where the other characters are blanks, its words are split as fast as can be.
        others = [one for one in self.characters if WORD.match(one) is None]
        if len(others) > _MOST_OTHERS:
            return WORD.findall(self.lower)
        words = self.lower
        for one in others:
            words = words.replace(one, " ")
        return words.split()

    @Once
    def places(self) -> tuple[list[int], list[int]]:
        """Where each word of the row begins, and where it ends."""
        if not self.is_plain:
            spans = list(map(SPAN, WORD.finditer(self.lower)))
            return [start for start, _ in spans], [end for _, end in spans]
        # Between two words stands a gap: what both of them measure, added up, is where each begins.
        sizes = list(map(len, self.row))
        shape = self.lower.encode("ascii", "replace").translate(_GAPS)
        gaps = map(len, shape.split())
        first = next(gaps, 0) if shape.startswith(b"x") else 0
        starts = list(islice(accumulate(map(add, sizes, chain(gaps, (0,))), initial=first), len(sizes)))
        return starts, list(map(add, starts, sizes))

    @Once
    def words(self) -> frozenset[str]:
        """The different words of the text."""
        return frozenset(self.row)

    @Once
    def characters(self) -> frozenset[str]:
        """The different characters of the text, and perhaps some that only the text around it has."""
        return frozenset(self.lower)

    @Once
    def is_plain(self) -> bool:
        """Whether all its words are of the letters from a to z."""
        if self.lower.isascii() or not any(map(OTHER_LETTER.match, self.characters)):
            return True
        return OTHER_LETTER.search(self.lower) is None

    @Once
    def ascii(self) -> bytes:
        """The plain text as bytes, a question mark for whatever is not ASCII."""
        return self.text.encode("ascii", "replace")

    @Once
    def high(self) -> bytes:
        """The high byte of each character in lower case, two bytes for one beyond the first 65,536."""
        return self.lower.encode("utf-16-be", "surrogatepass")[::2]

    @Once
    def latin(self) -> bytes:
        """What is ASCII in lower case, without the rest and without question marks.

        Whatever plain words the text has are in here; not all that is in here is in the text.
        """
        return self.lower.encode("ascii", "replace").translate(None, b"?")

    @Once
    def digits(self) -> list[tuple[int, int]]:
        """Runs of at least seven characters that are digits, single blanks, dots and dashes."""
        parts = stretches(self.ascii.translate(_DIGITS_AND_SEPARATORS), _FEW)
        if len(parts) * _SPARSE > len(self.text):
            parts = [(parts[0][0], parts[-1][1])]
        runs = (run for part in parts for run in map(SPAN, _DIGIT_RUN.finditer(self.text, *part)))
        return [run for run in runs if run[1] - run[0] >= _FEW_DIGITS]

    @Once
    def only_digits(self) -> bytes:
        """The shape of the digits, without what may part them."""
        return self.ascii.translate(_ONLY_DIGITS)

    @Once
    def has_digits(self) -> bool:
        """Whether it has a digit of any script."""
        return b"x" in self.only_digits or (
            not self.lower.isascii()
            and any(map(str.isdecimal, self.characters))
            and _ANY_DIGIT.search(self.lower) is not None
        )

    @Once
    def dense(self) -> list[tuple[int, int]]:
        """Runs of at least ten letters, digits, underscores and dashes: what keys and tokens look like."""
        return stretches(self.ascii.translate(_KEY_CHARACTERS), _DENSE)

    @Once
    def links(self) -> list[tuple[int, int]]:
        """Web addresses: what stands inside one is not taken for a number or a code."""
        if b"://" not in self.latin and b"www." not in self.latin:
            return []
        return list(map(SPAN, _LINK.finditer(self.text)))

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text as given that a span of the plain text came from."""
        for layer in reversed(self.layers):
            start, end = layer.back(start, end)
        return start, end


def _made(text: str, layers: list[Layer], known: frozenset[str] | None = None) -> View:
    characters = None if text.isascii() else known or frozenset(text)
    if characters is not None:
        folded, more = fold_characters(text, characters)
        layers += more
        if folded != text:
            text, characters = folded, None
    for step in (without_emphasis, plain_blanks):
        shorter, more = step(text)
        layers += more
        if more:
            text, characters = shorter, None
    return View(text, layers, characters)


def views(text: str, known: frozenset[str] | None = None) -> tuple[View, list[View]]:
    """The plain view of a text, and others where that could hide something. Linear time.

    Args:
        text: The text.
        known: Characters among which are all that it has, if somebody has counted them.
    """
    decoded, layers = decode(text)
    (joined, more), (apart, others) = without_tags(decoded, text)
    spelled, written = without_gaps(joined)
    first = _made(spelled, [*layers, *more, *written], known if spelled == text else None)
    whole, broken = join_lines(first.text)
    more_views: list[View] = []
    if broken or layers or written or apart != joined:
        other = _made(apart, others)
        # Where the two differ by blanks alone, they are one now.
        if broken or other.text != first.text:
            more_views.append(other)
    if broken:
        first = View(whole, [*first.layers, *broken])
    inside, inner = inside_tags(decoded)
    if inside:
        more_views.append(_made(inside, [*layers, *inner]))
    return first, more_views
