"""Seed phrases of Chinese characters.

Single Chinese characters stand in a row in prose, so such a phrase needs more than the list: characters set apart, or the
checksum, or words like 助记词 beside it. One sentence in some two hundred that is as long as a phrase has a valid
checksum; how often its characters are used tells it from one: the lists are in that order.
"""

# ruff: noqa: RUF001 - full-width punctuation is what is looked for

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise, repeat, zip_longest
from math import log
from typing import cast

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.rows import ROW, rows
from supportflow.triage.redaction.shapes import SPAN
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words
from supportflow.triage.redaction.wordlists import LENGTHS, Wordlists, checksum_holds, monero_checksum_holds

__all__ = ["find_ideograms"]

_NAMED_REACH = 60
_MONERO_LENGTH = 25
_HAN = "[\u4e00-\u9fff]"
_HAN_CHARACTER = re.compile(_HAN)
# The high bytes of these characters.
_HAN_SHAPE = bytes(ord("x") if code in range(0x4E, 0xA0) else ord(" ") for code in range(256))
_APART = re.compile(rf"(?<!{_HAN}){_HAN}(?:[\W\d_]{{1,16}}{_HAN}(?!{_HAN})){{10,}}+")
_LONG_SHAPE = re.compile(rb"xxxxxxxxxxxxx*+")
_HAN_RUN = re.compile(rf"(?<!{_HAN}){_HAN}{{12,25}}(?!{_HAN})")
# Groups of two, three, four or six.
_GROUP_SIZES = (2, 3, 4, 6)
_IN_GROUPS = tuple(bytes([size]) * (LENGTHS[0] // size) for size in _GROUP_SIZES)
_GROUPS = re.compile(
    "|".join(
        rf"(?<!{_HAN}){_HAN}{{{size}}}(?:[ \n]{_HAN}{{{size}}}){{{12 // size - 1},{24 // size}}}(?!{_HAN})"
        for size in _GROUP_SIZES
    )
)
_HAN_NAME = re.compile(
    "助记词|助記詞|种子|種子|恢复短语|恢復短語|助记|助記"
    "|mnemonics?(?: phrase)?|seed(?: phrase)?|recovery (?:phrase|words)|backup phrase"
)
_HAN_NAME_ANCHORS = ("助记", "助記", "种子", "種子", "短语", "短語")
_LATIN_NAME_ANCHORS = (b"mnemonic", b"seed", b"recovery", b"backup phrase")
_HAN_AFTER_NAME = re.compile(
    rf"(?:词|詞|短语|短語)?[\s:：,，是为為如下就叫\"“「(（=]{{0,8}}((?:{_HAN}[\s\d、,，/|.)-]{{0,6}}){{11,25}})"
)
# What may stand between a phrase and its name behind it.
_BEHIND = re.compile(
    r"[\s,，。\"”」）)(（:：-]{0,3}(?:这|這|它|以上|上面)?(?:个|個)?(?:就|都)?(?:是|为|為)?(?:我|你|他|她)?(?:们|們)?的?"
    r"(?:钱包|錢包)?的?[ ]?(?:(?:is|are|was)[ ])?(?:(?:my|the|our)[ ])?(?:wallet[ ])?(?:seed[ ]|recovery[ ])?$"
)
_BEFORE_NAME = 90
_MOST_NAMES = 500  # in vain, and so many at the end of a text: of more, nobody can mean every one
# The commonest grammatical characters: what follows the name of a phrase with one of them, and without a valid checksum,
# is prose.
_GRAMMAR = re.compile("[的了是我你您他她不没沒在有和就也吗嗎么麼呢吧怎什这這那可以能请請被把会會要为為]")
# Characters that are common in sentences are early in the lists.
_FIRST_RANK = 20
_MOST_OTHERS = 60
_PROSE_RANK, _RARE_RANK = 5.6, 6.3


def _length_that_holds(characters: str, lengths: Iterable[int], lists: Wordlists) -> int:
    """The first of some lengths at which the characters are a phrase whose checksum holds; 0 if none is."""
    known = [list(map(index.get, characters)) for index in lists.chinese]
    for length in lengths:
        for indexes in known:
            first = indexes[:length]
            if len(first) == length and None not in first and checksum_holds(cast("list[int]", first)):
                return length
    return 0


def _is_phrase(run: str, lists: Wordlists) -> bool:
    """Whether characters that nothing announces are a phrase: its checksum holds, and they are no sentence."""
    if len(run) == _MONERO_LENGTH:
        return lists.monero_chinese.keys() >= set(run) and monero_checksum_holds(run)
    for index in lists.chinese:
        if not all(map(index.__contains__, run)):
            continue
        ranks = [index[character] for character in run]
        if checksum_holds(ranks):
            mean = sum(log(rank + _FIRST_RANK) for rank in ranks) / len(run)
            rare = words("chinese").isdisjoint(map("".join, pairwise(run)))
            return mean > (_PROSE_RANK if rare else _RARE_RANK)
    return False


def _only_han(text: str) -> str:
    """The Chinese characters of a text."""
    others = [one for one in frozenset(text) if _HAN_CHARACTER.match(one) is None]
    if len(others) > _MOST_OTHERS:
        return "".join(_HAN_CHARACTER.findall(text))
    for one in others:
        text = text.replace(one, "")
    return text


def _apart(text: str, lists: Wordlists) -> Iterator[Span]:
    for match in _APART.finditer(text):
        known = bytes(map(lists.characters.__contains__, _only_han(match[0])))
        places: list[int] = []
        for first, last in rows(known, lambda _: True):
            if (first, last) == (0, len(known)):
                yield *match.span(), Kind.SEED_PHRASE
                continue
            places = places or [m.start() for m in _HAN_CHARACTER.finditer(text, *match.span())]
            yield places[first], places[last - 1] + 1, Kind.SEED_PHRASE


class _Named:
    """Reads what stands beside the names of phrases, from left to right; the same characters once."""

    def __init__(self, text: str, lists: Wordlists) -> None:
        self._text = text
        self._lists = lists
        self._taken = 0
        self._known: dict[tuple[str, bool], tuple[int, int] | None] = {}
        self._behind: dict[str, tuple[int, int] | None] = {}

    def beside(self, before: int, name: tuple[int, int], following: int) -> list[Span]:
        """The phrases before and behind a name.

        Args:
            before: Where the name before it ends.
            name: Where it stands.
            following: Where the next one begins.
        """
        text, (start, end) = self._text, name
        spans: list[Span] = []
        floor = max(before, self._taken, start - _BEFORE_NAME)
        written = text[floor:start]
        if written not in self._behind:
            self._behind[written] = _named_behind(written, self._lists)
        said = self._behind[written]
        if said is not None:
            spans.append((floor + said[0], floor + said[1], Kind.SEED_PHRASE))
        if following - end <= ROW:
            return spans
        # Up to the next name first: a phrase may follow that one too.
        for limit in (following, len(text)):
            after = _HAN_AFTER_NAME.match(text, end, limit)
            if after is None:
                continue
            goes_on = after.end() < after.endpos and _HAN_CHARACTER.match(text, after.end()) is not None
            asked = after[1], goes_on
            if asked not in self._known:
                self._known[asked] = _named_before(*asked, self._lists)
            span = self._known[asked]
            if span is not None:
                self._taken = after.start(1) + span[1]
                spans.append((after.start(1) + span[0], self._taken, Kind.SEED_PHRASE))
                break
        return spans


def _named(text: str, lists: Wordlists) -> Iterator[Span]:
    read, nowhere = _Named(text, lists), (len(text) + _NAMED_REACH, 0)
    names = map(SPAN, _HAN_NAME.finditer(text))
    before, in_vain = 0, 0
    name = next(names, None)
    while name is not None and in_vain < _MOST_NAMES:
        following = next(names, None)
        spans = read.beside(before, name, (following or nowhere)[0])
        yield from spans
        in_vain += not spans
        before, name = name[1], following
    if name is None:
        return
    # Of those that are left the last, with the one that goes before.
    last = deque(chain((name,), names), _MOST_NAMES + 1)
    if len(last) > _MOST_NAMES:
        before = last.popleft()[1]
    for each, following in zip_longest(last, islice(last, 1, None), fillvalue=nowhere):
        yield from read.beside(before, each, following[0])
        before = each[1]


def _named_before(written: str, goes_on: bool, lists: Wordlists) -> tuple[int, int] | None:
    """The phrase that follows its name, in places of what is written there.

    Args:
        written: Characters, and what may stand between them.
        goes_on: Whether a character follows at once.
        lists: The word lists.
    """
    places = [match.start() for match in _HAN_CHARACTER.finditer(written)]
    characters = "".join(written[place] for place in places)
    length = _length_that_holds(characters, reversed(LENGTHS), lists)
    if length:
        return places[0], places[length - 1] + 1
    if goes_on:
        return None
    unlisted = sum(character not in lists.characters for character in characters)
    if unlisted > 1 or _GRAMMAR.search(characters):
        return None
    return places[0], places[-1] + 1


def _named_behind(text: str, lists: Wordlists) -> tuple[int, int] | None:
    """The phrase that stands before its name, as in 济扶块言穗定万绘姻逃颗焰是我的助记词, in places of what stands there."""
    behind = _BEHIND.search(text)
    if behind is None:
        return None
    for end in range(behind.start(), len(text) + 1):
        places: list[int] = []
        place = end - 1
        while place >= 0 and len(places) < LENGTHS[-1]:
            if _HAN_CHARACTER.match(text, place):
                places.append(place)
            elif text[place] not in " \n、,，":
                break
            place -= 1
        characters = "".join(text[place] for place in reversed(places))
        for length in reversed(LENGTHS):
            if length <= len(characters) and _length_that_holds(characters[-length:], (length,), lists):
                return places[length - 1], end
    return None


_BYTE = 255
_OF_PHRASES = frozenset((*LENGTHS, _MONERO_LENGTH))


def _may_be_phrase(length: int) -> bool:
    return length in _OF_PHRASES


def find_ideograms(view: View, lists: Wordlists) -> Iterator[Span]:
    """Every Chinese seed phrase of a text, as spans of the plain text. Linear time."""
    text = view.lower
    shape = view.high.translate(_HAN_SHAPE)
    lengths = list(map(len, shape.split()))
    if lengths.count(1) >= ROW:
        yield from _apart(text, lists)
    sizes = frozenset(lengths)
    if not _OF_PHRASES.isdisjoint(sizes):
        # Where a character has more than two bytes, places of the shape are not those of the text.
        runs = _LONG_SHAPE.finditer(shape) if len(shape) == len(text) else _HAN_RUN.finditer(text)
        for start, end in (match.span() for match in runs):
            if _may_be_phrase(end - start) and _is_phrase(text[start:end], lists):
                yield start, end, Kind.SEED_PHRASE
    row = bytes(lengths if max(sizes, default=0) <= _BYTE else map(min, lengths, repeat(_BYTE)))
    if any(group in row for group in _IN_GROUPS):
        for match in _GROUPS.finditer(text):
            characters = "".join(_HAN_CHARACTER.findall(match[0]))
            if _may_be_phrase(len(characters)) and _is_phrase(characters, lists):
                yield *match.span(), Kind.SEED_PHRASE
    if any(anchor in view.latin for anchor in _LATIN_NAME_ANCHORS) or any(
        anchor in text for anchor in _HAN_NAME_ANCHORS
    ):
        yield from _named(text, lists)
