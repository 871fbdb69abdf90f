"""Seed phrases of words: of BIP-39, Monero, Electrum and SLIP-39.

They may be numbered, broken over lines, cut to four letters or have a word misspelt.

Words of a list seldom stand eleven in a row in prose, so a row of eleven is taken for a phrase whether or not its checksum
holds (of random list words one row in sixteen passes it, and a misspelt phrase does not). Six are enough behind the words
"seed phrase". Numbers, ordinals and "and" between the words part nothing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache, reduce
from itertools import compress, islice, repeat
from operator import ge, or_, sub
from typing import TypeVar

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import has_labels, labels
from supportflow.triage.redaction.rows import ROW, rows
from supportflow.triage.redaction.run_together import find_run_together
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words
from supportflow.triage.redaction.wordlists import Wordlists, misspelt, wordlists

__all__ = ["find_phrases", "may_have_rows"]

_NAMED_ROW = 6  # after the words "seed phrase", half a phrase is enough
_NAMED_REACH = 60
_Each = TypeVar("_Each")
_BETWEEN_WORDS, _PROSE = words("between"), words("prose")
_MAX_GAP = 32  # "\n\n12) ", "twelfth: " and table borders between two words
_SIX = b"\1" * 6
_SIX_AND_MORE = re.compile(rb"\x01{6,}+")
_TWO_UNKNOWN = b"\0\0"


def _near_parts(starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut a row of words where more than a list's numbering stands between two of them."""
    first = 0
    gaps = list(map(sub, islice(starts, 1, None), ends))
    if max(gaps, default=0) > _MAX_GAP:
        for index, gap in enumerate(gaps, 1):
            if gap > _MAX_GAP:
                yield first, index
                first = index
    yield first, len(starts)


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
_MEMBERS_OF_GROUP = tuple(bytes(sort >> at & 1 for sort in range(256)) for at in range(8))
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


@cache
def _of_group(group: int) -> tuple[dict[str, int], tuple[int, ...]]:
    """For each word of a group's lists a byte with a bit for each list; and which lists these are, by their position."""
    lists = [wordlists().languages.index(name) for name in _GROUPS[group]]
    sorts = {
        mask: sum((mask >> bit & 1) << at for at, bit in enumerate(lists)) for mask in set(_masks().values())
    }
    return {word: sorts[mask] for word, mask in _masks().items() if mask != _BETWEEN}, tuple(lists)


def _lists_of(row: Sequence[str], groups: bytes) -> tuple[int, bool]:
    """Which lists have six words of a row one behind the other, as bits; and whether one of them has enough for a phrase.

    Args:
        row: The words, without those that part nothing.
        groups: The groups of which six may stand there.
    """
    of_any = reduce(or_, set(groups))
    likely, enough = 0, False
    for group in range(len(_GROUPS)):
        if not of_any >> group & 1:
            continue
        table, lists = _of_group(group)
        sorts = bytes(map(table.get, row, repeat(0)))
        of_six = reduce(or_, set(_six_of_a_group(sorts)), 0)
        for at, bit in enumerate(lists):
            if of_six >> at & 1:
                likely |= 1 << bit
                enough = enough or sorts.translate(_MEMBERS_OF_GROUP[at]).count(1) >= ROW
    return likely, enough


@cache
def _members(bit: int, *, whole: bool) -> frozenset[str]:
    """The words of a list; unless they are to be whole, those too that are the first letters of one."""
    lists = wordlists()
    tables = (lists.masks,) if whole else (lists.masks, lists.prefixes)
    return frozenset(word for table in tables for word, mask in table.items() if mask >> bit & 1)


class _Part:
    """Words that stand close to each other."""

    def __init__(
        self, words: list[str], starts: list[int], ends: list[int], lists: Wordlists, *, has_between: bool
    ) -> None:
        self.words = words
        self.has_between = has_between
        self.starts = starts
        self.ends = ends
        self.lists = lists

    def find(self, names: Callable[[], list[int]], likely: int) -> Iterator[Span]:
        """The phrases among the words.

        Args:
            names: Answers where the words "seed phrase" end; asked only where nothing longer is found.
            likely: The lists that they may be of, as bits.
        """
        between = bytes(map(_BETWEEN_WORDS.__contains__, self.words)) if self.has_between else b""
        for bit in range(likely.bit_length()):
            if not likely >> bit & 1:
                continue
            taken: list[tuple[int, int]] = []
            whole = b""
            # Whole words first: a short word beside a phrase may be the beginning of another.
            for of_whole in (True, False):
                flags = bytes(map(_members(bit, whole=of_whole).__contains__, self.words))
                whole = whole or flags
                kept: Sequence[int] = range(len(flags))
                known = flags
                if 1 in between:
                    counts = bytes(map(ge, flags, between))
                    kept = list(compress(kept, counts))
                    known = bytes(compress(flags, counts))
                for first, last in self._rows(known, kept, bit, names, whole):
                    row = kept[first], kept[last - 1]
                    if all(row[1] < start or row[0] > end for start, end in taken):
                        taken.append(row)
                        yield self.starts[row[0]], self.ends[row[1]], Kind.SEED_PHRASE
                        if of_whole and row == (0, len(self.words) - 1):
                            return

    def _rows(
        self, known: bytes, kept: Sequence[int], bit: int, names: Callable[[], list[int]], whole: bytes
    ) -> Iterator[tuple[int, int]]:
        if _SIX not in known:
            return
        for first, last in rows(known, lambda index: misspelt(self.words[kept[index]], bit)):
            if self._is_phrase(kept[first:last], bit, whole):
                yield first, last
        if names():
            yield from self._named_rows(known, kept, names())

    def _named_rows(self, known: bytes, kept: Sequence[int], names: list[int]) -> Iterator[tuple[int, int]]:
        """Six list words in a row that follow the words "seed phrase" closely."""
        starts = self.starts if len(kept) == len(self.starts) else list(map(self.starts.__getitem__, kept))
        for match in _SIX_AND_MORE.finditer(known):
            start, end = match.span()
            last_name = bisect_right(names, starts[end - 1]) - 1
            if last_name < 0 or names[last_name] < starts[start] - _NAMED_REACH:
                continue
            # "seed phrase" is itself made of list words: count from behind it.
            start = max(start, bisect_left(starts, names[last_name]))
            size = end - start
            if size > ROW or (
                size >= _NAMED_ROW and sum(self.words[at] in _PROSE for at in kept[start:end]) * 5 < size * 2
            ):
                yield start, end

    def _is_phrase(self, row: Sequence[int], bit: int, whole: bytes) -> bool:
        """Whether a row is one of a phrase rather than of a sentence.

        Words of BIP-39, whole, are; short words that others begin with, and lists of plain words, may be prose.
        """
        if bit < self.lists.of_bip39 and any(
            True for _ in islice(filter(whole.__getitem__, row), ROW - 1, None)
        ):
            return True
        prose = sum(map(_PROSE.__contains__, map(self.words.__getitem__, row)))
        return prose * (2 if len(row) > ROW else 3) < len(row)


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
    return bool(_six_of_a_group(_sorted(view).translate(None, _DELETED)))


def _sorted(view: View) -> bytes:
    """For each word of a text the groups of lists that have it."""
    if view.sorts is None:
        view.sorts = bytes(map(_sorts().get, view.row, repeat(0)))
    return view.sorts


def _worded(view: View, lists: Wordlists) -> Iterator[Span]:
    every = _sorted(view)
    sorts = every.translate(None, _DELETED)
    begins = _six_of_a_group(sorts)
    if begins:
        yield from _in_rows(view, lists, every, sorts, begins)


def _in_rows(view: View, lists: Wordlists, every: bytes, sorts: bytes, begins: bytes) -> Iterator[Span]:
    named = cache(lambda: has_labels(view, "phrase"))
    names = cache(lambda: labels(view, "phrase").ends())
    has_between = not _BETWEEN_WORDS.isdisjoint(view.words)
    counted = every.translate(_NO_PART)
    row: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, groups in _regions(sorts.translate(_OF_ANY), begins):
        if _most(sorts[start:end], groups) < ROW and not named():
            continue
        if not row:
            row = _those(view.row, counted)
        likely, enough = _lists_of(row[start:end], groups)
        if not likely or not (enough or named()):
            continue
        if not starts:
            starts, ends = (_those(places, counted) for places in view.places)
        for first, last in _near_parts(starts[start:end], ends[start:end]):
            if last - first >= _NAMED_ROW:
                part = slice(start + first, start + last)
                words_of = _Part(row[part], starts[part], ends[part], lists, has_between=has_between)
                yield from words_of.find(names, likely)


def _those(every: list[_Each], counted: bytes) -> list[_Each]:
    return list(compress(every, counted)) if 0 in counted else every


def find_phrases(view: View) -> Iterator[Span]:
    """Every seed phrase of a text, as spans of the plain text. Linear time."""
    lists = wordlists()
    yield from _worded(view, lists)
    yield from find_run_together(view)
    if not view.text.isascii():
        from supportflow.triage.redaction.ideograms import find_ideograms  # noqa: PLC0415 - its expressions take long

        yield from find_ideograms(view, lists)
