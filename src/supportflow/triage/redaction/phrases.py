"""Seed phrases of words: of BIP-39, Monero, Electrum and SLIP-39.

They may be numbered, broken over lines, cut to four letters or have a word misspelt.

Words of a list seldom stand eleven in a row in prose, so a row of eleven is taken for a phrase whether or not its checksum
holds (of random list words one row in sixteen passes it, and a misspelt phrase does not). Six are enough behind the words
"seed phrase". Numbers, ordinals and "and" between the words part nothing.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, reduce
from itertools import compress, islice, repeat
from operator import itemgetter, or_, sub
from sys import byteorder

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import has_labels, labels
from supportflow.triage.redaction.rows import ROW, rows
from supportflow.triage.redaction.run_together import find_run_together
from supportflow.triage.redaction.shapes import SPAN
from supportflow.triage.redaction.view import WORD, View
from supportflow.triage.redaction.vocabulary import words
from supportflow.triage.redaction.wordlists import Wordlists, misspelt, wordlists

__all__ = ["find_phrases", "may_have_rows"]

_NAMED_ROW = 6  # after the words "seed phrase", half a phrase is enough
_NAMED_REACH = 60
_BETWEEN_WORDS, _PROSE = words("between"), words("prose")
_MAX_GAP = 32  # "\n\n12) ", "twelfth: " and table borders between two words
_SIX = b"\1" * 6
_TWO_UNKNOWN = b"\0\0"

_START, _END = itemgetter(0), itemgetter(1)
_ASCII_WORD = re.compile("[a-z]+")


def _near_parts(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut a list of words where more than a list's numbering stands between two of them."""
    start = 0
    gaps = list(map(sub, map(_START, islice(spans, 1, None)), map(_END, spans)))
    if max(gaps, default=0) > _MAX_GAP:
        for index, gap in enumerate(gaps, 1):
            if gap > _MAX_GAP:
                yield start, index
                start = index
    yield start, len(spans)


def _named_rows(
    text: str, known: bytes, spans: list[tuple[int, int]], names: list[int]
) -> Iterator[tuple[int, int]]:
    """Six list words in a row that follow the words "seed phrase" closely."""
    starts = list(map(_START, spans))
    for match in re.finditer(rb"\x01{6,}+", known):
        start, end = match.span()
        last_name = bisect_right(names, starts[end - 1]) - 1
        if last_name < 0 or names[last_name] < starts[start] - _NAMED_REACH:
            continue
        # "seed phrase" is itself made of list words: count from behind it.
        start = max(start, bisect_left(starts, names[last_name]))
        size = end - start
        if size > ROW or (
            size >= _NAMED_ROW
            and sum(text[first:last] in _PROSE for first, last in spans[start:end]) * 5 < size * 2
        ):
            yield start, end


# Lists whose words are often the same, or seldom in one text: a word is told by a byte with a bit for each group.
_GROUPS = (
    ("english", "monero_english", "electrum_english", "slip39_english"),
    ("french", "monero_french"),
    ("spanish", "monero_spanish"),
    ("italian", "monero_italian"),
    ("portuguese", "monero_portuguese"),
    ("czech", "turkish", "monero_german", "monero_dutch"),
    ("japanese", "korean", "russian", "monero_japanese", "monero_russian"),
)
_PARTS_NOTHING = 1 << len(_GROUPS)
_MEMBERS = tuple(
    bytes(sort >> bit & 1 and sort < _PARTS_NOTHING for sort in range(256)) for bit in range(len(_GROUPS))
)
_OF_ANY = bytes(0 < sort < _PARTS_NOTHING for sort in range(256))
_DELETED = bytes([_PARTS_NOTHING])
_NO_PART = bytes(sort != _PARTS_NOTHING for sort in range(256))


@cache
def _sorts() -> dict[str, int]:
    """For each word of a list, or that begins with the letters of one, the groups that have it, as bits of a byte."""
    at = {name: bit for bit, names in enumerate(_GROUPS) for name in names}
    groups = [1 << at[name] for name in wordlists().languages]
    masks = _masks()
    sorts = {
        mask: _PARTS_NOTHING
        if mask == _BETWEEN
        else reduce(or_, (group for bit, group in enumerate(groups) if mask >> bit & 1))
        for mask in set(masks.values())
    }
    return {word: sorts[mask] for word, mask in masks.items()}


@cache
def _masks() -> dict[str, int]:
    """The lists that have a word, or one that begins with its letters, as bits.

    What only stands between such words is in no list (-1), or may be in any (all bits).
    """
    lists = wordlists()
    masks = dict.fromkeys(_BETWEEN_WORDS, _BETWEEN)
    for known in (lists.prefixes, lists.masks):
        for word, mask in known.items():
            masks[word] = _ANY if word in _BETWEEN_WORDS else mask | max(masks.get(word, 0), 0)
    return masks


_BETWEEN, _ANY = -1, (1 << 62) - 1
_LANE = 64  # bits for a word
_ONE = (1).to_bytes(_LANE // 8, byteorder)


class _Lists:
    """Which lists have each word of a row, as one large number with eight bytes for a word: all are compared at once."""

    def __init__(self, masks: Iterable[int]) -> None:
        each = array("Q", masks)
        self._number = int.from_bytes(each.tobytes(), byteorder)
        self._size = len(each)

    def of_six(self) -> int:
        """The lists that have six words in a row."""
        row = self._number
        pairs = row & row >> _LANE
        six = pairs & pairs >> 2 * _LANE & pairs >> 4 * _LANE
        return reduce(or_, set(array("Q", six.to_bytes(_LANE // 8 * self._size, byteorder))), 0)

    def enough(self, likely: int) -> bool:
        """Whether any of some lists has so many of the words that they may be a phrase without its name."""
        ones = int.from_bytes(_ONE * self._size, byteorder)
        return any(
            (self._number & ones << bit).bit_count() >= ROW
            for bit in range(likely.bit_length())
            if likely >> bit & 1
        )


@cache
def _members(bit: int, *, whole: bool) -> frozenset[str]:
    """The words of a list; unless they are to be whole, those too that are the first letters of one."""
    lists = wordlists()
    tables = (lists.masks,) if whole else (lists.masks, lists.prefixes)
    return frozenset(word for table in tables for word, mask in table.items() if mask >> bit & 1)


class _Part:
    """Words that stand close to each other."""

    def __init__(self, text: str, words: list[str], spans: list[tuple[int, int]], lists: Wordlists) -> None:
        self.text = text
        self.spans = spans
        self.words = words
        self.lists = lists

    def find(self, names: Callable[[], list[int]], likely: int) -> Iterator[Span]:
        """The phrases among the words.

        Args:
            names: Answers where the words "seed phrase" end; asked only where nothing longer is found.
            likely: The lists that they may be of, as bits.
        """
        between = bytes(map(_BETWEEN_WORDS.__contains__, self.words))
        for bit in range(likely.bit_length()):
            if not likely >> bit & 1:
                continue
            taken: list[tuple[int, int]] = []
            whole = bytes(map(_members(bit, whole=True).__contains__, self.words))
            # Whole words first: a short word beside a phrase may be the beginning of another.
            for flags in (whole, bytes(map(_members(bit, whole=False).__contains__, self.words))):
                kept: Sequence[int] = range(len(flags))
                known = flags
                if 1 in between:
                    kept = [at for at in kept if flags[at] or not between[at]]
                    known = bytes([flags[at] for at in kept])
                for first, last in self._rows(known, kept, bit, names, whole):
                    row = kept[first], kept[last - 1]
                    if all(row[1] < start or row[0] > end for start, end in taken):
                        taken.append(row)
                        yield self.spans[row[0]][0], self.spans[row[1]][1], Kind.SEED_PHRASE
                        if flags is whole and row == (0, len(self.words) - 1):
                            return

    def _rows(
        self, known: bytes, kept: Sequence[int], bit: int, names: Callable[[], list[int]], whole: bytes
    ) -> Iterator[tuple[int, int]]:
        if _SIX not in known and known.count(1) < ROW:
            return
        for first, last in rows(known, lambda index: misspelt(self.words[kept[index]], bit)):
            if self._is_phrase(kept[first:last], bit, whole):
                yield first, last
        if names():
            yield from _named_rows(self.text, known, [self.spans[at] for at in kept], names())

    def _is_phrase(self, row: Sequence[int], bit: int, whole: bytes) -> bool:
        """Whether a row is one of a phrase rather than of a sentence.

        Words of BIP-39, whole, are; short words that others begin with, and lists of plain words, may be prose.
        """
        if bit < self.lists.of_bip39 and sum(map(whole.__getitem__, row)) >= ROW:
            return True
        return sum(self.words[at] in _PROSE for at in row) * (2 if len(row) > ROW else 3) < len(row)


def _six_of_a_group(sorts: bytes) -> bytes:
    """For each word, the groups of lists that have it and the next five; empty if that is so of none."""
    # As one large number: a text's words are compared with their neighbours at once.
    row = int.from_bytes(sorts, "little")
    pairs = row & row >> 8
    six = pairs & pairs >> 16 & pairs >> 32
    return six.to_bytes(len(sorts), "little") if six else b""


def _regions(listed: bytes, begins: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The stretches of words with never two unknown ones side by side in which six of a group stand in a row.

    Yields:
        Where it begins and ends, and the groups of which six stand there, each as often as that is so.
    """
    at = listed.find(_SIX)
    while at >= 0:
        start = listed.rfind(_TWO_UNKNOWN, 0, at) + 1
        end = listed.find(_TWO_UNKNOWN, at) + 1 or len(listed)
        groups = begins[start:end].translate(None, b"\0")
        if groups:
            yield start, end, groups
        at = listed.find(_SIX, end)


def _most(sorts: bytes, groups: bytes) -> int:
    """How many words are of one of these groups, of that which has most."""
    of_any = reduce(or_, groups)
    return max(sorts.translate(members).count(1) for bit, members in enumerate(_MEMBERS) if of_any >> bit & 1)


def may_have_rows(view: View) -> bool:
    """Whether six words of a group of lists stand in a row: without them no phrase of words is in a text."""
    every = bytes(map(_sorts().get, view.row, repeat(0)))
    return bool(_six_of_a_group(every.translate(None, _DELETED)))


def _worded(view: View, lists: Wordlists) -> Iterator[Span]:
    every = bytes(map(_sorts().get, view.row, repeat(0)))
    sorts = every.translate(None, _DELETED)
    begins = _six_of_a_group(sorts)
    if begins:
        yield from _in_rows(view, lists, every, sorts, begins)


def _in_rows(view: View, lists: Wordlists, every: bytes, sorts: bytes, begins: bytes) -> Iterator[Span]:
    named = cache(lambda: has_labels(view, "phrase"))
    names = cache(lambda: labels(view, "phrase").ends())
    row: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end, groups in _regions(sorts.translate(_OF_ANY), begins):
        if _most(sorts[start:end], groups) < ROW and not named():
            continue
        if not row:
            row = list(compress(view.row, every.translate(_NO_PART)))
        lists_of = _Lists(map(_masks().get, row[start:end], repeat(0)))
        likely = lists_of.of_six()
        if not likely or not (lists_of.enough(likely) or named()):
            continue
        if not spans:
            places = (_ASCII_WORD if view.is_plain else WORD).finditer(view.lower)
            spans = list(map(SPAN, compress(places, every.translate(_NO_PART))))
        for first, last in _near_parts(spans[start:end]):
            if last - first >= _NAMED_ROW:
                within = slice(start + first, start + last)
                yield from _Part(view.lower, row[within], spans[within], lists).find(names, likely)


def find_phrases(view: View) -> Iterator[Span]:
    """Every seed phrase of a text, as spans of the plain text. Linear time."""
    lists = wordlists()
    yield from _worded(view, lists)
    yield from find_run_together(view)
    if not view.text.isascii():
        from supportflow.triage.redaction.ideograms import find_ideograms  # noqa: PLC0415 - its expressions take long

        yield from find_ideograms(view, lists)
