"""Lexicons compiled to one automaton, and the matches that it finds in a text."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from supportflow.exceptions import DefinitionError
from supportflow.triage.lexicon.automaton import Automaton
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.patterns import Part, PatternProblem, parse
from supportflow.triage.lexicon.places import SEPARATES, Cover, Places, Text
from supportflow.triage.lexicon.units import separates, spellings

__all__ = ["CompiledLexicons", "Match", "Text"]

WORD_GAP = 6
"""How many words a gap may span."""
CHARACTER_GAP = 8
"""How many Chinese characters a gap may span."""
_WORD_SCOPE = 3
_CHARACTER_SCOPE = 2

_NEGATES = Entry(words=("not",))
_EXCUSES = Entry(words=("not only",))

_UNKNOWN = 0
_CHINESE = range(0x4E00, 0xA000)


class Match(NamedTuple):
    """One occurrence of one entry.

    Attributes:
        entry: The entry.
        name: What evidence calls it: lexicon, category or flag, and the pattern that matched.
        start: Where it begins in the text, in characters.
        end: Where it ends, exclusive.
    """

    entry: Entry
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    entry: Entry
    number: int  # of the entry
    name: str
    gap: int
    scope: int
    parts: tuple[int, ...]
    role: "_Role"


class _Role(IntEnum):
    """What the parts of an entry do, as indexes of a list."""

    SPEAKS = 0
    ASKS = 1
    NEGATES = 2
    EXCUSES = 3


_Hit = tuple["_Pattern", int, int, int]
"""A part of a pattern: which, at which position, its first and last unit."""


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


class _Numbers(dict[str, int]):
    """The number of each unit's every spelling; what is in no lexicon is unknown or only separates."""

    def __missing__(self, token: str) -> int:
        return SEPARATES if separates(token) else _UNKNOWN


class CompiledLexicons:
    """Several lexicons, ready to be searched for in one pass.

    Args:
        lexicons: In order; a later one's sets replace those of the same name.

    Raises:
        DefinitionError: If a pattern cannot be read; all such patterns are listed.
    """

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        sets = {name: members for lexicon in lexicons for name, members in lexicon.sets.items()}
        self._numbers = _Numbers()
        self._units = 0
        self._parts: dict[Part, int] = {}  # a part that several patterns have is searched for once
        self._closes: list[list[_Pattern]] = []  # of each part: the patterns that end with it
        self._entries = 0
        sequences: dict[tuple[int, ...], list[int]] = defaultdict(list)
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
                    self._add(lexicon, entry, words, sets, sequences)
                except PatternProblem as problem:
                    problems.append(f"{lexicon.name}: {words!r} {problem}")
        if problems:
            raise DefinitionError(problems)
        self._automaton = Automaton(sequences)
        self._longest = max(map(len, sequences), default=0)
        self._numbers |= {
            spelling: self._numbers[unit] for spelling, unit in spellings().items() if unit in self._numbers
        }
        # A small table for plain text stays in the processor's cache. In the other, Chinese characters and common
        # separators stand by name, so that few tokens need to be looked at one by one.
        self._numbers |= dict.fromkeys((" ", ", ", "'", "-", "  ", ": ", " - "), SEPARATES)
        self._plain = _Numbers((unit, number) for unit, number in self._numbers.items() if unit.isascii())
        for code in _CHINESE:
            self._numbers.setdefault(chr(code), _UNKNOWN)
        self._numbers |= dict.fromkeys(("’", "，", "、"), SEPARATES)

    def _number(self, unit: str) -> int:
        number = self._numbers.setdefault(unit, self._units + 1)
        self._units = max(self._units, number)
        return number

    def _add(
        self,
        lexicon: Lexicon,
        entry: Entry,
        words: str,
        sets: dict[str, tuple[str, ...]],
        sequences: dict[tuple[int, ...], list[int]],
    ) -> None:
        parts = parse(words, sets)
        subject = entry.category or entry.product or ",".join(entry.flags)
        chinese = any("\u4e00" <= unit[0] <= "\u9fff" for part in parts for units in part for unit in units)
        pattern = _Pattern(
            entry,
            self._entries,
            f"{lexicon.name}:{subject}:{words}",
            CHARACTER_GAP if chinese else WORD_GAP,
            _CHARACTER_SCOPE if chinese else _WORD_SCOPE,
            tuple(self._part(part, sequences) for part in parts),
            _role(entry),
        )
        self._closes[pattern.parts[-1]].append(pattern)

    def _part(self, part: Part, sequences: dict[tuple[int, ...], list[int]]) -> int:
        known = self._parts.get(part)
        if known is None:
            known = self._parts[part] = len(self._parts)
            self._closes.append([])
            for units in part:
                sequences[tuple(self._number(unit) for unit in units)].append(known)
        return known

    def matches(self, text: Text) -> list[Match]:
        """The first match of every entry, in order of where they end. Linear in the text and in what is found.

        What is negated does not count, nor what stands inside a question of its own class.
        """
        numbers_of = self._plain if text.lower.isascii() else self._numbers
        numbers = list(map(numbers_of.__getitem__, text.tokens))
        found = self._automaton.scan(filter(SEPARATES.__ne__, numbers))
        uses = self._possible({part for part, _, _ in found})
        if not uses:
            return []
        places = Places(text, numbers)
        by_role: list[list[_Hit]] = [[], [], [], []]
        for part, first, last in found:
            for pattern, position in uses.get(part, ()):
                by_role[pattern.role].append((pattern, position, first, last))
        places.negating.update(last for *_, last in by_role[_Role.NEGATES])
        for *_, first, last in by_role[_Role.EXCUSES]:
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

    def _possible(self, present: set[int]) -> dict[int, list[tuple[_Pattern, int]]]:
        """The uses of the parts that occur in patterns of which no part is missing: most occur in others."""
        uses: dict[int, list[tuple[_Pattern, int]]] = defaultdict(list)
        for closing in present:
            for pattern in self._closes[closing]:
                if len(pattern.parts) == 1 or present.issuperset(pattern.parts):
                    for position, part in enumerate(pattern.parts):
                        uses[part].append((pattern, position))
        return uses

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
        for pattern, position, first, last in found:
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
