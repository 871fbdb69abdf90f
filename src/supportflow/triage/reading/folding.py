"""A text as it is read: in lower case and narrow width, without accents or with them, each character with its place.

Spellings that people mix fall together: full-width and mathematical letters, traditional and simplified characters, Arabic
and Persian forms of a letter. What nobody sees (zero-width characters, tatweel, soft hyphens) is left out.
"""

# ruff: noqa: RUF001 - letters that look alike are what is looked for

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, count, repeat

from supportflow.triage.units import spellings

__all__ = ["Folded", "fold"]

_MARKED = re.compile("[a-z\u0370-\u052f\u0600-\u06ff]")
"""Letters whose marks are accents; elsewhere (Indic, Thai, kana, Hangul) marks are letters."""
_MANY = 30  # different characters of a text: from there on, changing all at once is faster than one by one
_MOST_MARKS = (
    4  # of one letter: hostile text piles up more, and putting them in order takes the square of their number
)
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u3099\u309a"
_JAMO = "\u1100-\u11ff"
_LOOSE_ONES = frozenset(
    chr(code) for code in range(0x300, 0x3100) if re.match(f"[{_MARKS}{_JAMO}]", chr(code))
)
_LOOSE = re.compile(rf"\w[{_MARKS}]+|[{_JAMO}]+")
_SAME = {
    **dict.fromkeys("’‘`´ʼ＇ʻ", "'"),
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیېے", "ي"),
    **dict.fromkeys("ئ", "ي"),
    **dict.fromkeys("ؤ", "و"),
    **dict.fromkeys("ةۀہھ", "ه"),
    **dict.fromkeys("کڪ", "ك"),
    # Devanagari: the dot below and the moon of the nasal are left out as often as written.
    "\u093c": "",
    "\u0901": "\u0902",
    **dict(zip("\u0958\u0959\u095a\u095b\u095c\u095d\u095e\u095f", "कखगजडढफय", strict=True)),
    **{wide: wide for wide in "\uff01\uff0c\uff1a\uff1b\uff1f"},  # they end clauses wherever they stand
    **dict.fromkeys("\r\t\u00a0\u3000", " "),
    **dict.fromkeys("\u0085\u2028\u2029\v\f", "\n"),
    **dict.fromkeys("\u00ad\u0640\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff", ""),
    "đ": "d",
    "ı": "i",
    "İ": "i",
    "ł": "l",
    "ø": "o",
    "ß": "ss",
    "ς": "σ",
}


def _simplified() -> dict[str, str]:
    """Traditional characters with their simplified forms; two words for "not" stay two."""
    return {
        spelling: unit
        for spelling, unit in spellings().items()
        if len(spelling) == len(unit) == 1 and spelling not in {unit, "\u672a"}
    }


class _Letters(dict[int, str]):
    """What each character becomes; worked out when it is first met."""

    def __init__(self, *, marks: bool) -> None:
        super().__init__()
        self.uneven: set[str] = set()  # characters that become none, or several
        self._marks = marks
        self._chinese = _simplified()

    def __missing__(self, code: int) -> str:
        # Until it stays as it is: Ł becomes ł, and that l. So characters can be changed one after the other in any order.
        folded, before = self._folded(chr(code)), ""
        while folded != before:
            folded, before = "".join(map(self._folded, folded)), folded
        self[code] = folded
        if len(folded) != 1:
            self.uneven.add(chr(code))
        return folded

    def _folded(self, character: str) -> str:
        """What a character becomes at once."""
        same = _SAME.get(character)
        if same is not None and not (self._marks and character == "đ"):
            return same
        plain = unicodedata.normalize("NFKC", character).lower()
        if "\u4e00" <= plain <= "\u9fff":
            return self._chinese.get(plain, plain)
        if unicodedata.category(character) in {"Mn", "Me"} and not _is_letter(character):
            return self._dotted(character) if self._marks else ""
        bare = unicodedata.normalize("NFD", plain)
        if len(bare) > 1 and _MARKED.match(bare):
            if self._marks:
                return "".join(map(self._dotted, plain))
            bare = "".join(one for one in bare if not unicodedata.combining(one))
            return "".join(_SAME.get(one, one) for one in bare)
        return plain

    def _dotted(self, character: str) -> str:
        return "" if character == "\u0307" else character


def _is_letter(mark: str) -> bool:
    """Whether a mark belongs to a script in which marks are letters."""
    return "\u0900" <= mark <= "\u109f" or "\u1780" <= mark <= "\u17ff" or mark in "\u3099\u309a"


_BARE = _Letters(marks=False)
_KEPT = _Letters(marks=True)


# What stays as it is, most of the time: small Latin letters, Chinese characters, kana, Hangul, and their punctuation.
_STAYS = "\n -@\\[-_a-~\u3001-\u3011\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3\uff01\uff0c\uff1a\uff1b\uff1f"
_CHANGES = re.compile(f"[^{_STAYS}]")
_CHANGES_ASCII = re.compile("[\t\v\f\r`]")


def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_simplified())}]")


_TRADITIONAL = _traditional()


class Folded:
    """A folded text that knows where its characters stood; worked out when it is first asked for.

    Attributes:
        text: The folded text.
    """

    __slots__ = ("_origins", "_work_out", "text")

    def __init__(self, text: str, work_out: Callable[[], Sequence[int]] | None) -> None:
        self.text = text
        self._work_out = work_out
        self._origins: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the folded text begins and ends in the original."""
        if self._work_out is None:
            return start, end
        origins = self._origins
        if origins is None:
            origins = self._origins = self._work_out()
        return origins[start], origins[end - 1] + 1


def fold(text: str, *, marks: bool = False) -> Folded:
    """Fold a text, in linear time.

    Args:
        text: The text as it came in.
        marks: Whether accents are kept.
    """
    if text.isascii() and _CHANGES_ASCII.search(text) is None:
        return Folded(text.lower(), None)
    if _CHANGES.search(text) is None and _TRADITIONAL.search(text) is None:
        return Folded(text, None)
    letters = _KEPT if marks else _BARE
    written = set(text)
    if not _LOOSE_ONES.isdisjoint(written):
        composed = "".join(part for part, _, _ in _composed(text, letters))
        return Folded(composed, partial(_origins_composed, text, letters))
    changed = [one for one in written if letters[ord(one)] != one]
    if len(changed) > _MANY:
        folded = text.translate(letters)
    else:
        folded = text
        for one in changed:
            folded = folded.replace(one, letters[ord(one)])
    return Folded(folded, None if letters.uneven.isdisjoint(written) else partial(_origins, text, letters))


def _origins(text: str, letters: _Letters) -> list[int]:
    sizes = {character: len(letters[ord(character)]) for character in set(text)}
    return list(chain.from_iterable(map(repeat, count(), map(sizes.__getitem__, text))))


def _composed(text: str, letters: _Letters) -> Iterator[tuple[str, int, int]]:
    """A text's parts, folded, each with where it begins and where its last character stands, or -1 if it has no marks.

    Letters with loose marks are composed first, so that both ways of writing them are one.
    """
    at = 0
    for loose in _LOOSE.finditer(text):
        start = loose.start()
        if at < start:
            yield text[at:start].translate(letters), at, -1
        written = loose.group()
        if not "\u1100" <= written[0] <= "\u11ff":
            written = written[: _MOST_MARKS + 1]
        at = loose.end()
        yield unicodedata.normalize("NFC", written).translate(letters), start, at - 1
    yield text[at:].translate(letters), at, -1


def _origins_composed(text: str, letters: _Letters) -> list[int]:
    origins: list[int] = []
    parts = list(_composed(text, letters))
    ends = [at for _, at, _ in parts[1:]] + [len(text)]
    for (part, at, last), end in zip(parts, ends, strict=True):
        if last < 0:
            origins += (at + place for place in _origins(text[at:end], letters))
        else:
            origins += (min(at + place, last) for place in range(len(part)))
    return origins
