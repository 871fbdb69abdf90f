"""What can be read of a text, and what drives a terminal, turns lines around or shows nothing at all.

Names come from files, logs and exports of other people, and are printed, approved and compared by eye. Illegible are
controls (a terminal obeys them), separators of lines (they forge lines), controls of direction (they show letters in
another order than they stand), characters without a width or a shape (two names look the same), lone surrogates,
private use and noncharacters (nobody knows what they show). The table is fixed and not that of the interpreter, so
that a name is good on every machine or on none.

A joiner is legible where a script or an emoji needs it (UAX #31, section 2.3): Persian and Hindi are not spelt
without; a variation selector behind a symbol.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["as_json", "columns", "escaped", "first_illegible", "legible_json", "padded", "without_layout"]

_RANGES = (
    (0x0000, 0x001F), (0x007F, 0x009F),  # controls; U+0085 among them
    (0x00AD, 0x00AD), (0x034F, 0x034F),  # soft hyphen, grapheme joiner
    (0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069),  # direction
    (0x115F, 0x1160), (0x3164, 0x3164), (0xFFA0, 0xFFA0),  # fillers of Hangul: letters that show nothing
    (0x17B4, 0x17B5), (0x180B, 0x180F),  # inherent vowels, selectors of Mongolian
    (0x200B, 0x200B), (0x2060, 0x2065), (0x206A, 0x206F), (0xFEFF, 0xFEFF),  # no width
    (0x2028, 0x2029),  # separators of lines and paragraphs
    (0xD800, 0xDFFF), (0xE000, 0xF8FF),  # surrogates, private use
    (0xFDD0, 0xFDEF), (0xFE00, 0xFE0D), (0xFFF0, 0xFFFB),  # noncharacters, selectors, annotations
    (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),  # layout of hieroglyphs, shorthand, music
    (0xE0000, 0xE0FFF), (0xF0000, 0x10FFFF),  # tags and selectors, private use
    *((plane * 0x10000 + 0xFFFE, plane * 0x10000 + 0xFFFF) for plane in range(0xF)),  # noncharacters
)  # fmt: skip


def _class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_NEVER = _class(_RANGES)
# Scripts in which a joiner changes what is seen: Arabic and its neighbours, those of India, Burmese, Khmer, Mongolian.
_JOINING = _class(
    (
        (0x0620, 0x07FF),
        (0x0840, 0x08FF),
        (0x0900, 0x0DFF),
        (0x1000, 0x109F),
        (0x1780, 0x17FF),
        (0x1820, 0x18AA),
    )
)
_SYMBOL = _class(
    (
        (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
        (0x2190, 0x2BFF), (0x3030, 0x303D), (0x3297, 0x3299), (0x1F000, 0x1FAFF),
    )
)  # fmt: skip
_JOINER = f"(?<=[{_JOINING}])[\\u200c\\u200d](?=[{_JOINING}])|(?<=[{_SYMBOL}\\ufe0f])\\u200d(?=[{_SYMBOL}])"
_SELECTOR = f"(?<=[{_SYMBOL}])[\\ufe0e\\ufe0f]|(?<=[0-9#*])\\ufe0f(?=\\u20e3)"
_BLANK = "\u2800"  # a pattern of Braille without a dot; the others are white space to Python
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_LAST_BYTE, _LAST_OF_PLANE_0 = 0xFF, 0xFFFF


@cache
def _illegible() -> re.Pattern[str]:
    """Finds them. Compiled at the first text that is not plain: every program that imports supportflow comes by here."""
    return re.compile(f"[{_NEVER}]|(?!{_JOINER})[\\u200c\\u200d]|(?!{_SELECTOR})[\\ufe0e\\ufe0f]")


def first_illegible(text: str) -> int | None:
    """Where the first character stands that nobody can read; None if there is none.

    A text that shows nothing but blanks is illegible from its beginning on; an empty one has nothing in it.
    """
    if text.isascii() and text.isprintable() and not text.isspace():
        return None
    if text and not text.replace(_BLANK, "").strip():
        return 0
    found = _illegible().search(text)
    return None if found is None else found.start()


def escaped(text: str) -> str:
    r"""The text as one line that shows what is in it: what nobody can read is spelt as an escape (`\x1b`, `\u202e`).

    What can be read stays as it is, a backslash, too.
    """
    return text if text.isascii() and text.isprintable() else _illegible().sub(_escape, text)


def without_layout(text: str) -> str:
    """A text of several lines, each escaped as by `escaped`: only line feeds stay."""
    return "\n".join(map(escaped, text.split("\n")))


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= _LAST_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_OF_PLANE_0 else f"\\U{code:08x}"


def as_json(document: Any, *, indent: int | None = None) -> str:
    """A document as JSON that a person can read: letters as they are, what nobody can read as JSON's escapes."""
    import json  # noqa: PLC0415 - the command line says its help and its version without it

    return legible_json(json.dumps(document, ensure_ascii=False, indent=indent))


def legible_json(written: str) -> str:
    """JSON that says the same and has nothing in it that nobody can read: such characters stand in texts only."""
    return "\n".join(_illegible().sub(_json_escape, line) for line in written.split("\n"))


def _json_escape(found: re.Match[str]) -> str:
    import json  # noqa: PLC0415 - as above

    return json.dumps(found[0])[1:-1]


def columns(text: str) -> int:
    """How many columns of a terminal a legible text takes: two for wide letters, none for marks above others."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def padded(text: str, width: int) -> str:
    """The text with blanks behind it, so that it takes so many columns."""
    return text + " " * (width - columns(text))
