"""Seed phrases: BIP-39 in its twelve languages, numbered, broken over lines, or with one word misspelt.

Words of a list seldom stand eleven in a row in prose, so a row of eleven is taken for a phrase whether or not its checksum
holds (of random list words one row in sixteen passes it, and a misspelt phrase does not). Single Chinese characters do
stand in a row in prose, so a Chinese phrase needs more: characters set apart, or the checksum, or words like 助记词
before it.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import compress, count, pairwise, repeat
from typing import cast

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.piece import Piece
from supportflow.triage.redaction.wordlists import LENGTHS, Wordlists, checksum_holds, misspelt, wordlists

__all__ = ["find_phrases"]

_ROW = 11
_WINDOW = 12
_NAMED_ROW = 6  # after the words "seed phrase", half a phrase is enough
_NAMED_REACH = 60
_MAX_GAP = 16  # "\n\n12) " and table borders between two words

_ASCII_WORD = re.compile(r"[a-z]+")
_WORD = re.compile("[a-z\u00df-\u024f\u0400-\u04ff]+|[\u3041-\u309f]+|[\uac00-\ud7a3]+")
# A letter that is no Latin one without marks.
_OTHER_LETTER = re.compile("[\u00df-\u024f\u0400-\u04ff\u3041-\u309f\uac00-\ud7a3]")
_LETTERS = bytes(code if ord("a") <= code <= ord("z") else ord(" ") for code in range(256))
_SIX_KNOWN = b"\1" * 6
_NAME = re.compile(
    r"seed(?: phrases?| words?)?|mnemonic(?: phrase)?|(?:recovery|secret|backup|wallet|security) (?:phrase|words|seed)"
    "|(?:12|24|twelve) words"
    "|助记词|助記詞|種子|种子|シード|ニーモニック|니모닉|시드"
)
# Words of the English list that any sentence may have.
_PROSE = frozenset(
    """
    about after again all also always any ask because before both can come day during each either else
    enough ever every few first give good have help how into just know like long lost make many minute
    more much must need never next not nothing now often once one only open other over own people please
    put rather right same say send she should since some still stop such tell that then there they thing
    this time today tomorrow try under until use very wait want way what when where will year you your
    """.split()  # noqa: SIM905 - a list of a hundred lines would hide the code
)

_HAN = "[\u4e00-\u9fff]"
_HAN_CHARACTER = re.compile(_HAN)
_RUN = re.compile(f"{_HAN}+")
_APART = re.compile(rf"(?<!{_HAN}){_HAN}(?:[\W\d_]{{1,16}}{_HAN}(?!{_HAN})){{10,}}+")
_HAN_RUN = re.compile(rf"(?<!{_HAN}){_HAN}{{12,24}}(?!{_HAN})")
_HAN_NAME = re.compile("助记词|助記詞|种子|種子|mnemonic|seed phrase|recovery phrase")
_HAN_NAME_ANCHORS = ("助记词", "助記詞", "种子", "種子")
_LATIN_NAME_ANCHORS = (b"mnemonic", b"seed phrase", b"recovery phrase")
_HAN_AFTER_NAME = re.compile(rf"[\s:：,，是為为如下\"“「(（]{{0,8}}((?:{_HAN}[ \n、,，]{{0,3}}){{11,24}})")
# The commonest grammatical characters: prose of twelve characters has one, a phrase in six has one too.
_GRAMMAR = re.compile("[的了是我你您他她不没沒在有和就也吗嗎么麼呢吧怎什这這那可以能请請被把会會要为為]")


def _rows(known: bytes, near: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Where eleven words stand in a row, or eleven of twelve, widened over known and misspelt neighbours.

    Args:
        known: 1 for each word that is in the list, else 0.
        near: Whether the unknown word at a position may be a misspelt one of the list.
    """
    size = len(known)
    position = floor = 0
    while (position := known.find(1, position)) >= 0:
        end, gap = position, -1
        # The longest stretch from here with at most one unknown word inside.
        while end < size:
            if not known[end]:
                if gap >= 0:
                    break
                gap = end
            end += 1
        if gap == end - 1:
            end, gap = gap, -1
        if sum(known[position:end]) < _ROW or (gap >= 0 and end - position < _WINDOW):
            position = gap + 1 if gap >= 0 else end
            continue
        start = position
        while end < size and (known[end] or (end - start not in LENGTHS and near(end))):
            end += 1
        while start > floor and (known[start - 1] or (end - start not in LENGTHS and near(start - 1))):
            start -= 1
        yield start, end
        position = floor = end


def _stretches(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut a list of words where more than a list's numbering stands between two of them."""
    start = 0
    for index, ((_, left), (right, _)) in enumerate(pairwise(spans), 1):
        if right - left > _MAX_GAP:
            yield start, index
            start = index
    yield start, len(spans)


def _named_rows(text: str, known: bytes, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Six list words in a row that follow the words "seed phrase" closely."""
    names = [match.end() for match in _NAME.finditer(text)]
    starts = [start for start, _ in spans]
    for match in re.finditer(rb"\x01{6,}", known) if names else ():
        start, end = match.span()
        last_name = bisect_right(names, starts[end - 1]) - 1
        if last_name < 0 or names[last_name] < starts[start] - _NAMED_REACH:
            continue
        # "seed phrase" is itself made of list words: count from behind it.
        start = max(start, bisect_left(starts, names[last_name]))
        row = [text[first:last] for first, last in spans[start:end]]
        if len(row) >= _NAMED_ROW and sum(word in _PROSE for word in row) * 3 < len(row):
            yield start, end


def _worded(text: str, lists: Wordlists) -> Iterator[Span]:
    pattern = _ASCII_WORD if text.isascii() or _OTHER_LETTER.search(text) is None else _WORD
    if pattern is _ASCII_WORD:
        words = text.encode("ascii", "replace").translate(_LETTERS).decode("ascii").split()
    else:
        words = pattern.findall(text)
    if _SIX_KNOWN not in bytes(map(lists.flags.get, words, repeat(0))):
        return
    masks = [lists.masks.get(word, 0) for word in words]
    spans = [match.span() for match in pattern.finditer(text)]

    for start, end in _stretches(spans):
        part, where = masks[start:end], spans[start:end]

        for bit in range(len(lists.languages)):
            known = bytes([mask >> bit & 1 for mask in part])
            if _SIX_KNOWN not in known and sum(known) < _ROW:
                continue

            def near(index: int, first: int = start, bit: int = bit) -> bool:
                return misspelt(words[first + index], bit)

            for first, last in (*_rows(known, near), *_named_rows(text, known, where)):
                yield where[first][0], where[last - 1][1], Kind.SEED_PHRASE


def _checks(characters: str, lengths: Iterable[int], lists: Wordlists) -> int:
    """The first of some lengths at which the characters are a phrase whose checksum holds; 0 if none is."""
    known = [list(map(index.get, characters)) for index in lists.chinese]
    for length in lengths:
        for indexes in known:
            first = indexes[:length]
            if len(first) == length and None not in first and checksum_holds(cast("list[int]", first)):
                return length
    return 0


def _may_be_phrase(run: str) -> bool:
    return len(run) in LENGTHS and _GRAMMAR.search(run) is None


def _apart(text: str, lists: Wordlists) -> Iterator[Span]:
    for match in _APART.finditer(text):
        places = [m.start() for m in _HAN_CHARACTER.finditer(text, *match.span())]
        known = bytes([text[place] in lists.characters for place in places])
        for first, last in _rows(known, lambda _: True):
            yield places[first], places[last - 1] + 1, Kind.SEED_PHRASE


def _chinese(piece: Piece, lists: Wordlists) -> Iterator[Span]:
    text = piece.lower
    runs = _RUN.findall(text)
    lengths = list(map(len, runs))
    if lengths.count(1) >= _ROW:
        yield from _apart(text, lists)
    if any(_may_be_phrase(runs[at]) for at in compress(count(), map(LENGTHS.__contains__, lengths))):
        for match in _HAN_RUN.finditer(text):
            run = match.group()
            if _may_be_phrase(run) and _checks(run, (len(run),), lists):
                yield match.start(), match.end(), Kind.SEED_PHRASE
    if any(anchor in piece.latin for anchor in _LATIN_NAME_ANCHORS) or any(
        anchor in text for anchor in _HAN_NAME_ANCHORS
    ):
        names = [match.span() for match in _HAN_NAME.finditer(text)]
        for (_, end), (following, _) in pairwise([*names, (len(text) + _NAMED_REACH, 0)]):
            if following - end > _ROW:
                # Up to the next name first: a phrase may follow that one too.
                for limit in (following, len(text)):
                    after = _HAN_AFTER_NAME.match(text, end, limit)
                    span = None if after is None else _named_chinese(after, lists)
                    if span is not None:
                        yield *span, Kind.SEED_PHRASE
                        break


def _named_chinese(after: re.Match[str], lists: Wordlists) -> tuple[int, int] | None:
    places = [m.start() + after.start(1) for m in _HAN_CHARACTER.finditer(after.group(1))]
    characters = "".join(_HAN_CHARACTER.findall(after.group(1)))
    length = _checks(characters, reversed(LENGTHS), lists)
    if length:
        return places[0], places[length - 1] + 1
    if after.end() < after.endpos and _HAN_CHARACTER.match(after.string, after.end()):
        return None
    unlisted = sum(character not in lists.characters for character in characters)
    if unlisted > 1 or _GRAMMAR.search(characters):
        return None
    return places[0], places[-1] + 1


def find_phrases(piece: Piece) -> Iterator[Span]:
    """Every seed phrase of a text, as spans of the folded text. Linear time."""
    lists = wordlists()
    yield from _worded(piece.lower, lists)
    if not piece.text.isascii():
        yield from _chinese(piece, lists)
