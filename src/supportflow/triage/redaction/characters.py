"""One form for characters that can be written in many.

Copied text carries full-width digits, zero-width characters inside words, decomposed accents, struck and mathematical
letters, digits of other scripts, and Cyrillic letters in Latin words. Plain text folds to itself and costs one scan.
"""

# ruff: noqa: RUF001 - full-width punctuation is looked for

import re
import unicodedata

from supportflow._marks import normalized
from supportflow.triage.redaction.layers import Layer, Rewriting

__all__ = ["fold_characters"]

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0"
)
# Marks that strike out, underline, decorate or accent what they follow.
_MARKS = "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_VOICED = "\u3099\u309a\uff9e\uff9f"
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63", "-")
_LINE_ENDS = dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n")
_SQUARED = {
    chr(start + place): chr(ord("a") + place)
    for start in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
    for place in range(26)
}
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_WRITTEN = {
    **_DASHES,
    **_LINE_ENDS,
    **_SQUARED,
    **_SMALL_CAPITALS,
    "\u2044": "/",
    "\u2215": "/",
    "\u0130": "I",
}

_KEPT = "！（），：；？"
_WIDE_SIGNS = frozenset(_KEPT)
_WIDE_SIGN = re.compile(
    "[！（），：；？](?<=[\uff10-\uff5a].)(?=[\uff10-\uff5a])"
)  # inside a word of full-width letters
# Full-width punctuation is left alone: it stands in nearly every Chinese text, and the patterns know it.
_OTHER_FORMS = (
    "\u00a0\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0be6-\u0bef"
    "\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9\u1100-\u11ff"
    "\u2000-\u200a\u202f\u205f\u2070-\u209c\u2460-\u24ff\u2776-\u2793\u3000\ufb00-\ufb06\uff0d-\uff0f\uff10-\uff19\uff20-\uff5a"
    "\uff65-\uff9d\U0001d400-\U0001d7ff"
)


def _members(ranges: str) -> frozenset[str]:
    """The characters of a class as an expression writes it."""
    spans = re.findall("(.)(?:-(.))?", ranges, re.DOTALL)
    return frozenset(chr(code) for first, last in spans for code in range(ord(first), ord(last or first) + 1))


_UNUSUAL = _members(_INVISIBLE + _MARKS + _VOICED + _OTHER_FORMS) | frozenset(_WRITTEN)
# What disappears, becomes one with its neighbours, or becomes more than one.
_JOINING = re.compile(
    "[\u1100-\u115e][\u1161-\u11a7]?[\u11a8-\u11ff]?"
    f"|[^{_MARKS}{_VOICED}{_INVISIBLE}]?[{_MARKS}{_VOICED}{_INVISIBLE}]++"
    "|[\u2460-\u24ff\ufb00-\ufb06]"
)
_JOINED = _members(_INVISIBLE + _MARKS + _VOICED + "\u1100-\u11ff\u2460-\u24ff\ufb00-\ufb06")
_NOT_COMPOSED = re.compile(f"[{_MARKS}{_VOICED}{_INVISIBLE}]")

# Letters that look like Latin ones in common fonts, each with the one that it looks like.
_LIKE_LATIN = {
    ord(pair[0]): pair[1]
    for pair in [
        "аa",
        "вb",
        "сc",
        "ԁd",
        "еe",
        "ёe",
        "һh",
        "іi",
        "їi",
        "јj",
        "кk",
        "ӏl",
        "мm",
        "оo",
        "рp",
        "ѕs",
        "тt",
        "уy",
        "ўy",
        "ԝw",
        "хx",
        "АA",
        "ВB",
        "СC",
        "ԀD",
        "ЕE",
        "НH",
        "ІI",
        "ЈJ",
        "КK",
        "МM",
        "ОO",
        "РP",
        "ЅS",
        "ТT",
        "УY",
        "ԜW",
        "ХX",
        "αa",
        "βb",
        "εe",
        "ηn",
        "ιi",
        "κk",
        "νv",
        "οo",
        "ρp",
        "τt",
        "υu",
        "χx",
        "γy",
        "ωw",
        "ΑA",
        "ΒB",
        "ΕE",
        "ΖZ",
        "ΗH",
        "ΙI",
        "ΚK",
        "ΜM",
        "ΝN",
        "ΟO",
        "ΡP",
        "ΤT",
        "ΥY",
        "ΧX",
        "օo",
        "ոn",
        "սu",
        "հh",
        "ցg",
        "ɡg",
        "ɑa",
        "ℓl",
    ]
}
_LIKE_CYRILLIC = {
    ord(pair[1]): pair[0]
    for pair in [
        "аa",
        "сc",
        "еe",
        "кk",
        "мm",
        "оo",
        "рp",
        "тt",
        "уy",
        "хx",
        "АA",
        "ВB",
        "СC",
        "ЕE",
        "НH",
        "КK",
        "МM",
        "ОO",
        "РP",
        "ТT",
        "УY",
        "ХX",
    ]
}
_LIKE = frozenset(map(chr, _LIKE_LATIN))
_ALIKE = "".join(sorted(_LIKE))
_MIXED = re.compile(
    f"[A-Za-z\u00c0-\u024f][{_ALIKE}]|[{_ALIKE}][A-Za-z\u00c0-\u024f]|[A-Za-z] [{_ALIKE}]|[{_ALIKE}] [A-Za-z]"
)
_WORD = re.compile(
    "[A-Za-z\u00c0-\u024f\u0250-\u0261\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u2113]+"
    f"(?:(?<=[A-Za-z]) [{_ALIKE}]++(?![\u0370-\u052f])){{0,64}}+"
)


class _Folded(dict[int, str]):
    """Each character's folded form, where that is one character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _folded(character)
        if len(folded) != 1:
            folded = character
        if len(self) < _MOST_FOLDED:
            self[code] = folded
        return folded


_FOLDED = _Folded()
_MOST_FOLDED = 20_000


def _folded(character: str) -> str:
    written = _WRITTEN.get(character)
    if written is not None:
        return written
    if character in _KEPT:
        return character
    digit = unicodedata.decimal(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _joined(cluster: str) -> str:
    """A letter composed with its marks; marks that compose with nothing, and what nobody sees, left out."""
    return _NOT_COMPOSED.sub("", normalized(cluster, "NFKC"))


def _of_one_script(word: str) -> str:
    """A word of two scripts in the one that it is read in; a word of look-alikes behind a Latin one is Latin, too."""
    if word.isascii() or not any("A" <= one <= "z" for one in word):
        return word
    latin = word.translate(_LIKE_LATIN)
    return latin if max(latin) < "\u0250" else word.translate(_LIKE_CYRILLIC)


# Letters that no normal form changes but with the marks behind them, and which themselves change nothing before them.
_STEADY = _members(
    "\x00-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u3001-\u3029\u3041-\u3096\u30a1-\u30fa"
    "\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff0f\uff1a-\uff20"
)
_REMOVED = _members(_MARKS + _VOICED + _INVISIBLE)
_MOST_REPLACED = 12  # characters, one after the other in less time than one by one
_MANY_MARKS = re.compile(
    f"[{_MARKS}{_VOICED}{_INVISIBLE}]{{10}}"
)  # the time for a normal form grows with their square


def _joined_at_one_stroke(text: str) -> str | None:
    """What `_CLUSTERS` makes of a text of letters that a normal form leaves alone; None for another text."""
    characters = frozenset(text)
    removed = characters & _REMOVED
    if (
        len(removed) > _MOST_REPLACED
        or not _STEADY.issuperset(characters - removed)
        or not all(unicodedata.is_normalized("NFKC", one) for one in characters - removed)
        or _MANY_MARKS.search(text) is not None
    ):
        return None
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
        removed = frozenset(text) & _REMOVED
    for one in removed:
        text = text.replace(one, "")
    return text


_CLUSTERS = Rewriting(_JOINING, _joined, _joined_at_one_stroke)
_WORDS = Rewriting(_WORD, _of_one_script)


def _with_other_forms(text: str, characters: frozenset[str]) -> str:
    """Each character in the form that stands for all of its forms, where that is one character."""
    if not _WIDE_SIGNS.isdisjoint(characters):
        text = _WIDE_SIGN.sub(lambda match: chr(ord(match[0]) - 0xFEE0), text)
    forms = {one: form for one in characters if (form := _FOLDED[ord(one)]) != one}
    if len(forms) > _MOST_REPLACED or not forms.keys().isdisjoint(forms.values()):
        return text.translate(_FOLDED)
    for one, form in forms.items():
        text = text.replace(one, form)
    return text


def fold_characters(text: str, characters: frozenset[str]) -> tuple[str, list[Layer]]:
    """Fold width, composition, look-alikes and invisible characters. Linear time.

    Args:
        text: The text.
        characters: All that it has.
    """
    layers: list[Layer] = []
    if not _UNUSUAL.isdisjoint(characters):
        text = _with_other_forms(text, characters)
        if not _JOINED.isdisjoint(characters):
            text, layer = _CLUSTERS.apply(text)
            if layer is not None:
                layers.append(layer)
    if not _LIKE.isdisjoint(characters) and _MIXED.search(text) is not None:
        text, _ = _WORDS.apply(text)  # letter for letter: every place stays
    return text, layers
