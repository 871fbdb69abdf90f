"""Lexicons compiled to one automaton, and the matches that it finds in a text."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from supportflow.exceptions import DefinitionError
from supportflow.triage.lexicon.automaton import Automaton
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.patterns import PatternProblem, parse
from supportflow.triage.lexicon.units import BREAK, normal, separates, spellings, tokens

__all__ = ["CompiledLexicons", "Match", "Text"]

WORD_GAP = 6
"""How many words a gap may span."""
CHARACTER_GAP = 8
"""How many Chinese characters a gap may span."""
_WORD_SCOPE = 3
_CHARACTER_SCOPE = 2

_NEGATES = Entry(words=("not",))
_EXCUSES = Entry(words=("not only",))

_SEPARATES = -1
_UNKNOWN = 0
_CLAUSE = re.compile(
    r"[,，、:：()（）]|\b(?:but|and|or|so|because|then|if|when|my|who)\b|但|而|又|因为|所以|就"
)
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B)}


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


class _Cover:
    """Spans of units, asked whether one of them holds another span."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        spans.sort()
        self._starts = [first for first, _ in spans]
        self._reach = list(accumulate((last for _, last in spans), max))

    def holds(self, first: int, last: int) -> bool:
        """Whether the span lies inside one of the cover's."""
        before = bisect_right(self._starts, first)
        return before > 0 and self._reach[before - 1] >= last


def _asked(questions: list[tuple[_Pattern, tuple[int, int]]]) -> dict[str | None, _Cover]:
    spans: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for pattern, span in questions:
        spans[pattern.entry.priority_class].append(span)
    return {priority_class: _Cover(held) for priority_class, held in spans.items()}


def _firsts(matched: list[tuple[_Pattern, tuple[int, int]]]) -> Iterator[tuple[_Pattern, tuple[int, int]]]:
    seen: set[int] = set()
    for pattern, span in matched:
        if pattern.number not in seen:
            seen.add(pattern.number)
            yield pattern, span


class _Numbers(dict[str, int]):
    """The number of each unit's every spelling; what is in no lexicon is unknown or only separates."""

    def __missing__(self, token: str) -> int:
        return _SEPARATES if separates(token) else _UNKNOWN


class Text:
    """A text cut into tokens, with their places.

    Attributes:
        lower: The text in lower case and narrow width, as long as the original.
        tokens: Its tokens; joined, they are the text.
    """

    __slots__ = ("lower", "tokens")

    def __init__(self, text: str) -> None:
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
        if not text.isascii():
            if _WIDE.search(lower):
                lower = lower.translate(_NARROW)
            composed = unicodedata.normalize("NFC", lower)
            lower = composed if len(composed) == len(lower) else lower
        self.lower = lower
        self.tokens = tokens(lower)


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
        # Common separators by name, so that few tokens need to be looked at one by one.
        self._numbers |= dict.fromkeys((" ", ", ", "'", "’", "-", "，", "、", "  ", ": ", " - "), _SEPARATES)

    def _number(self, unit: str) -> int:
        return self._numbers.setdefault(unit, len(self._numbers) + 1)

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
        for position, part in enumerate(parts):
            self._parts.append((pattern, position, position == len(parts) - 1))
            self._roles.append(int(_role(entry)))
            for units in part:
                sequences[tuple(self._number(unit) for unit in units)].append(len(self._parts) - 1)

    def matches(self, text: Text) -> list[Match]:
        """The first match of every entry, in order of where they end. Linear in the text and in what is found.

        What is negated does not count, nor what stands inside a question of its own class.
        """
        numbers = list(map(self._numbers.__getitem__, text.tokens))
        found = self._automaton.scan(numbers)
        if not found:
            return []
        places = _Places(text, numbers)
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
        self, found: list[tuple[int, int, int]], places: "_Places", asked: dict[str | None, "_Cover"]
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
        self, found: list[tuple[int, int, int]], places: "_Places", done: set[int]
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


def _continued(
    chains: deque[tuple[int, int]], first: int, pattern: _Pattern, places: "_Places"
) -> int | None:
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


class _Places:
    """Where the units of a text are, and which of them negate.

    Attributes:
        negating: Units that end a negation.
        excused: Units in phrases where a negation negates nothing.
    """

    def __init__(self, text: Text, numbers: list[int]) -> None:
        self.negating: set[int] = set()
        self.excused: set[int] = set()
        self._pieces = text.tokens
        self._ends = list(accumulate(map(len, text.tokens)))
        self._tokens = [place for place, number in enumerate(numbers) if number != _SEPARATES]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """From where to where two units reach, in characters."""
        place = self._tokens[first]
        return self._ends[place] - len(self._pieces[place]), self._ends[self._tokens[last]]

    def together(self, one: int, other: int) -> bool:
        """Whether no sentence ends between two units."""
        between = self._pieces[self._tokens[one] + 1 : self._tokens[other]]
        return all(normal(token) != BREAK for token in between)

    def negated_between(self, one: int, other: int) -> bool:
        """Whether a negation stands between two units."""
        return any(unit in self.negating and unit not in self.excused for unit in range(one + 1, other))

    def negated(self, first: int, scope: int) -> bool:
        """Whether a negation stands shortly before a unit, in the same clause."""
        for unit in range(first - 1, max(-1, first - 1 - scope), -1):
            if unit in self.negating and unit not in self.excused:
                between = self._pieces[self._tokens[unit] + 1 : self._tokens[first]]
                return _CLAUSE.search("".join(between)) is None and all(
                    normal(token) != BREAK for token in between
                )
        return False
