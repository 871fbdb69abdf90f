"""Lexicons compiled together, and the matches that it finds in a text."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from supportflow._dataclass import dataclass
from supportflow.exceptions import DefinitionError
from supportflow.model.signals import EvidencePart
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.patterns import Part, PatternProblem, parse
from supportflow.triage.lexicon.places import Cover, Places, Text
from supportflow.triage.lexicon.sequences import Sequences
from supportflow.triage.lexicon.spelling import Alphabet, is_chinese

__all__ = ["CompiledLexicons", "Match", "Text"]

WORD_GAP = 6
"""How many words a gap may span."""
CHARACTER_GAP = 8
"""How many Chinese characters a gap may span."""
_WORD_SCOPE = 3
_CHARACTER_SCOPE = 2

_NEGATES = Entry(words=("not",))
_EXCUSES = Entry(words=("not only",))


class Match(NamedTuple):
    """One occurrence of one entry.

    Attributes:
        entry: The entry.
        name: What evidence calls it: lexicon, category or flag, and the pattern that matched.
        start: Where it begins in the text, in characters.
        end: Where it ends, exclusive.
        parts: The roles that it rests on, if it was read and not looked up.
        agency: Whether the text says by whose will it happened.
    """

    entry: Entry
    name: str
    start: int
    end: int
    parts: tuple[EvidencePart, ...] = ()
    agency: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    entry: Entry
    number: int  # of the entry
    name: str
    gap: int
    scope: int
    parts: tuple[int, ...]
    role: "_Role"
    order: int


_Uses = dict[int, list[tuple[_Pattern, int]]]
"""Of each part: the patterns that it is in, and at which position."""


class _Role(IntEnum):
    """What the parts of an entry do, as indexes of a list."""

    SPEAKS = 0
    ASKS = 1
    NEGATES = 2
    EXCUSES = 3


_MATCHES = (_Role.SPEAKS, _Role.ASKS)
"""Roles of what is a match; the others only take something back."""

_Hit = tuple[int, int, int, int, int, "_Pattern"]
"""A part of a pattern: its last and its first unit, the part, the pattern's order, the position in it, the pattern.

As they are sorted, so they count: by where they end, the longest first.
"""


def _role(entry: Entry) -> _Role:
    if entry is _NEGATES:
        return _Role.NEGATES
    if entry is _EXCUSES:
        return _Role.EXCUSES
    return _Role.ASKS if entry.question else _Role.SPEAKS


def _asked(questions: list[tuple[_Pattern, tuple[int, int]]]) -> dict[str | None, Cover]:
    spans: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for pattern, span in questions:
        spans[pattern.entry.priority_class].append(span)
    return {priority_class: Cover(held) for priority_class, held in spans.items()}


def _firsts(matched: list[tuple[_Pattern, tuple[int, int]]]) -> Iterator[tuple[_Pattern, tuple[int, int]]]:
    seen: set[int] = set()
    for pattern, span in matched:
        if pattern.number not in seen:
            seen.add(pattern.number)
            yield pattern, span


def _by_rarest(patterns: list[_Pattern], parts: int) -> list[list[_Pattern]]:
    """Of each part: the patterns that have it and none that fewer patterns have."""
    count = Counter(part for pattern in patterns for part in pattern.parts)
    having: list[list[_Pattern]] = [[] for _ in range(parts)]
    for pattern in patterns:
        having[min(pattern.parts, key=count.__getitem__)].append(pattern)
    return having


def _needed(parts: list[Part], rarest: list[list[_Pattern]]) -> set[str]:
    """Units of which one stands wherever something matches: of each spelling of a rarest part the longest one."""
    count = Counter(unit for part in parts for units in part for unit in set(units))
    return {
        max(units, key=lambda unit: (len(unit), -count[unit]))
        for part, having in zip(parts, rarest, strict=True)
        if any(pattern.role in _MATCHES for pattern in having)
        for units in part
    }


def _places(unit: str, units: str) -> list[int]:
    places = []
    at = units.find(unit)
    while at >= 0:
        places.append(at)
        at = units.find(unit, at + 1)
    return places


class CompiledLexicons:
    """Several lexicons, ready to be searched for in one pass.

    Args:
        lexicons: In order; a later one's sets replace those of the same name.

    Raises:
        DefinitionError: If a pattern cannot be read; all such patterns are listed.
    """

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        sets = {name: members for lexicon in lexicons for name, members in lexicon.sets.items()}
        self._parts: dict[Part, int] = {}  # a part that several patterns have is searched for once
        self._entries = 0
        patterns: list[_Pattern] = []
        sequences: dict[tuple[str, ...], list[int]] = defaultdict(list)
        problems: list[str] = []
        for lexicon in lexicons:
            written = [(entry, words) for entry in lexicon.entries for words in entry.words]
            written += [(_NEGATES, words) for words in lexicon.negators]
            written += [(_EXCUSES, words) for words in lexicon.not_negators]
            before = None
            for entry, words in written:
                self._entries += entry is not before
                before = entry
                try:
                    patterns.append(self._pattern(lexicon, entry, words, sets, len(patterns), sequences))
                except PatternProblem as problem:
                    problems.append(f"{lexicon.name}: {words!r} {problem}")
        if problems:
            raise DefinitionError(problems)
        self._alphabet = Alphabet(unit for units in sequences for unit in units)
        spelt = {self._alphabet.write(units): tuple(parts) for units, parts in sequences.items()}
        self._single = {unit: parts for unit, parts in spelt.items() if len(unit) == 1}
        chinese = "".join(unit for unit in self._single if is_chinese(unit))
        self._chinese = re.compile(f"[{chinese}]") if chinese else None
        self._several = Sequences({units: parts for units, parts in spelt.items() if len(units) > 1})
        self._longest = max(map(len, spelt), default=0)
        self._rarest = _by_rarest(patterns, len(self._parts))
        self._needed = self._alphabet.plain_pieces(_needed(list(self._parts), self._rarest))

    def _pattern(
        self,
        lexicon: Lexicon,
        entry: Entry,
        words: str,
        sets: Mapping[str, Sequence[str]],
        order: int,
        sequences: dict[tuple[str, ...], list[int]],
    ) -> _Pattern:
        parts = parse(words, sets)
        subject = entry.category or entry.product or ",".join(entry.flags)
        chinese = any("\u4e00" <= unit[0] <= "\u9fff" for part in parts for units in part for unit in units)
        return _Pattern(
            entry,
            self._entries,
            f"{lexicon.name}:{subject}:{words}",
            CHARACTER_GAP if chinese else WORD_GAP,
            _CHARACTER_SCOPE if chinese else _WORD_SCOPE,
            tuple(self._part(part, sequences) for part in parts),
            _role(entry),
            order,
        )

    def _part(self, part: Part, sequences: dict[tuple[str, ...], list[int]]) -> int:
        known = self._parts.get(part)
        if known is None:
            known = self._parts[part] = len(self._parts)
            for units in part:
                sequences[units].append(known)
        return known

    def matches(self, text: Text) -> list[Match]:
        """The first match of every entry, in order of where they end. Linear in the text and in what is found.

        What is negated does not count, nor what stands inside a question of its own class.
        """
        plain = text.spelt.isascii()
        if plain and self._needed.isdisjoint(text.pieces):
            return []  # of the rarest part of each pattern every spelling has a word that is not there
        of_pieces = self._alphabet.read(text.pieces, plain=plain)
        units = self._alphabet.simplified("".join(of_pieces))
        several = self._several.scan(units)
        single = self._single_in(units, of_pieces)
        uses = self._possible(
            {part for parts, _, _ in several for part in parts}.union(*map(self._single.__getitem__, single))
        )
        if not uses:
            return []
        places = Places(text, units, of_pieces)
        by_role = self._hits(uses, several, single, units)
        places.negating.update(hit[0] for hit in by_role[_Role.NEGATES])
        for last, first, *_ in by_role[_Role.EXCUSES]:
            places.excused.update(range(first, last + 1))
        questions = self._matched(by_role[_Role.ASKS], places, {})
        reports = self._matched(by_role[_Role.SPEAKS], places, _asked(questions))
        return sorted(
            [
                Match(pattern.entry, pattern.name, *places.span(*span))
                for pattern, span in (*_firsts(questions), *reports)
            ],
            key=lambda match: (match.end, match.start),
        )

    def _single_in(self, units: str, of_pieces: list[str]) -> set[str]:
        """Which units that are parts by themselves occur."""
        found = self._single.keys() & set(of_pieces)
        return found.union(self._chinese.findall(units)) if self._chinese else found

    def _possible(self, present: set[int]) -> _Uses:
        """The uses of the parts that occur in patterns of which no part is missing: most occur in others."""
        possible = [
            pattern
            for part in present
            for pattern in self._rarest[part]
            if len(pattern.parts) == 1 or present.issuperset(pattern.parts)
        ]
        possible.sort(key=attrgetter("order"))
        uses: _Uses = defaultdict(list)
        for pattern in possible:
            for position, part in enumerate(pattern.parts):
                uses[part].append((pattern, position))
        return uses

    def _hits(
        self, uses: _Uses, several: list[tuple[tuple[int, ...], int, int]], single: set[str], units: str
    ) -> list[list[_Hit]]:
        """Where the parts stand, by what their patterns do, in the order in which they count."""
        by_role: list[list[_Hit]] = [[], [], [], []]
        for parts, first, last in several:
            for part in parts:
                for pattern, position in uses.get(part, ()):
                    by_role[pattern.role].append((last, first, part, pattern.order, position, pattern))
        for unit in single:
            for part in self._single[unit]:
                for pattern, position in uses.get(part, ()):
                    hits = by_role[pattern.role]
                    for at in _places(unit, units):
                        hits.append((at, at, part, pattern.order, position, pattern))
        for hits in by_role:
            hits.sort()
        return by_role

    def _matched(
        self, found: "list[_Hit]", places: "Places", asked: dict[str | None, "Cover"]
    ) -> list[tuple[_Pattern, tuple[int, int]]]:
        """The first match of each entry (of a question, every match) that is neither negated nor asked about."""
        done: set[int] = set()
        matched: list[tuple[_Pattern, tuple[int, int]]] = []
        for pattern, first, last in self._joined(found, places, done):
            cover = asked.get(pattern.entry.priority_class)
            if cover is not None and cover.holds(first, last):
                continue
            if pattern.entry.negatable and places.negated(first, pattern.scope):
                continue
            matched.append((pattern, (first, last)))
            if not pattern.entry.question:
                done.add(pattern.number)
        return matched

    def _joined(
        self, found: "list[_Hit]", places: "Places", done: set[int]
    ) -> Iterator[tuple[_Pattern, int, int]]:
        """Join the parts of patterns with gaps; a pattern without one is whole already.

        Entries in `done` are passed over.
        """
        # For each pattern and position that has been reached: where the chain to it began and ended, latest last.
        reached: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
        for last, first, _, _, position, pattern in found:
            if pattern.number in done:
                continue
            begin = first
            if position:
                before = reached.get((id(pattern), position - 1))
                chain = _continued(before, first, pattern, places) if before else None
                if chain is None:
                    continue
                begin = chain
            if position == len(pattern.parts) - 1:
                yield pattern, begin, last
                continue
            chains = reached[id(pattern), position]
            while chains and chains[0][1] < last - pattern.gap - self._longest:
                chains.popleft()
            chains.append((begin, last))


def _continued(chains: deque[tuple[int, int]], first: int, pattern: _Pattern, places: "Places") -> int | None:
    """Where the latest chain began that ends before `first`, at most a gap away, in the same sentence, and not negated."""
    for begin, end in reversed(chains):
        if end < first:
            near = end >= first - pattern.gap - 1 and places.together(end, first)
            return (
                begin
                if near and not (pattern.entry.negatable and places.negated_between(end, first))
                else None
            )
    return None
