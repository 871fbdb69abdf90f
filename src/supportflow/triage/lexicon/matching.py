"""Lexicons compiled to one automaton, and the matches that it finds in a text."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from supportflow.exceptions import DefinitionError
from supportflow.triage.lexicon.automaton import Automaton
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.patterns import PatternProblem, parse
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


@dataclass(frozen=True, slots=True)
class Match:
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


class _Role(IntEnum):
    """What the parts of an entry do, as indexes of a list."""

    SPEAKS = 0
    ASKS = 1
    NEGATES = 2
    EXCUSES = 3


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
        self._others: list[frozenset[int]] = []  # of each part: the other parts of its pattern
        self._parts: list[tuple[_Pattern, int, bool]] = []  # whose, at which position, whether the last
        self._roles: list[int] = []  # of each part
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
        # Chinese characters and common separators by name, so that few tokens need to be looked at one by one.
        for code in _CHINESE:
            self._numbers.setdefault(chr(code), _UNKNOWN)
        self._numbers |= dict.fromkeys((" ", ", ", "'", "’", "-", "，", "、", "  ", ": ", " - "), SEPARATES)

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
        )
        first = len(self._parts)
        mine = frozenset(range(first, first + len(parts)))
        for position, part in enumerate(parts):
            self._others.append(mine - {first + position})
            self._parts.append((pattern, position, position == len(parts) - 1))
            self._roles.append(int(_role(entry)))
            for units in part:
                sequences[tuple(self._number(unit) for unit in units)].append(len(self._parts) - 1)

    def matches(self, text: Text) -> list[Match]:
        """The first match of every entry, in order of where they end. Linear in the text and in what is found.

        What is negated does not count, nor what stands inside a question of its own class.
        """
        numbers = list(map(self._numbers.__getitem__, text.tokens))
        found = self._automaton.scan(filter(SEPARATES.__ne__, numbers))
        # A pattern of which a part is nowhere cannot match: most of what is found falls away here.
        present = {part for part, _, _ in found}
        whole = {part for part in present if self._others[part] <= present}
        found = [hit for hit in found if hit[0] in whole]
        if not found:
            return []
        places = Places(text, numbers)
        by_role: list[list[tuple[int, int, int]]] = [[], [], [], []]
        for hit in found:
            by_role[self._roles[hit[0]]].append(hit)
        places.negating.update(last for _, _, last in by_role[_Role.NEGATES])
        for _, first, last in by_role[_Role.EXCUSES]:
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

    def _matched(
        self, found: list[tuple[int, int, int]], places: "Places", asked: dict[str | None, "Cover"]
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
        self, found: list[tuple[int, int, int]], places: "Places", done: set[int]
    ) -> Iterator[tuple[_Pattern, int, int]]:
        """Join the parts of patterns with gaps; a pattern without one is whole already.

        Entries in `done` are passed over.
        """
        # For each part that has been reached: where the chain to it began and ended, latest last.
        reached: dict[int, deque[tuple[int, int]]] = defaultdict(deque)
        for part, first, last in found:
            pattern, position, ends = self._parts[part]
            if pattern.number in done:
                continue
            begin = first
            if position:
                before = reached.get(part - 1)
                chain = _continued(before, first, pattern, places) if before else None
                if chain is None:
                    continue
                begin = chain
            if ends:
                yield pattern, begin, last
                continue
            chains = reached[part]
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
