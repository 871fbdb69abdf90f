"""What is written out: words letter by letter, digits as words."""

import re
from collections.abc import Iterator

from supportflow.triage.redaction.layers import Layer, Rewriting
from supportflow.triage.redaction.vocabulary import words

__all__ = ["digit_words", "without_gaps"]

# As shapes: l for a letter, s for what may stand between two.
_SHAPES = (
    bytes(
        ord("l") if chr(code).isalpha() else ord("s") if chr(code) in " .-" else ord("o")
        for code in range(128)
    )
    + b"o" * 128
)
_LETTERS = Rewriting(
    re.compile(r"(?<![A-Za-z0-9'.-])[A-Za-z]([ .-])[A-Za-z](?:\1[A-Za-z](?![A-Za-z0-9'])){2,400}"),
    lambda place: re.sub("[ .-]", "", place),
)


def without_gaps(text: str) -> tuple[str, list[Layer]]:
    """The text with words for four letters and more that stand one by one. Linear time."""
    if b"slslsls" not in text.encode("ascii", "replace").translate(_SHAPES):
        return text, []
    text, layer = _LETTERS.apply(text)
    return text, [] if layer is None else [layer]


_DIGITS = words("digits")
_WORD = "|".join(sorted(_DIGITS, key=lambda word: (-len(word), word)))
_HAN = "零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖"
# Four of them and more, so that "one or two" stays.
_ROW = re.compile(
    rf"(?<![^\W\d_])(?:{_WORD})(?:[ ,.-]{{1,2}}(?:{_WORD})(?![^\W\d_])){{3,11}}"
    rf"|(?<![{_HAN}])[{_HAN}]{{4,8}}(?![{_HAN}十百千万])"
)
_SIZE = re.compile(rf"{_WORD}|[{_HAN}]")


def digit_words(flat: str) -> Iterator[tuple[int, int, int]]:
    """Where four to twelve digits stand as words: from where to where, and how many."""
    for match in _ROW.finditer(flat):
        yield *match.span(), len(_SIZE.findall(match[0]))
