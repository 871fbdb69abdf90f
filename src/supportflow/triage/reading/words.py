"""Where the phrases of a pack that is cut into words stand in a line: one pass.

Words are looked up in a table that remembers which of the pack's words each of them is (a beginning or an ending may be
enough), and phrases of several words are followed from their first.

A pack has some ten thousand phrases, and a text has words of few: a phrase is read when a text has its first word. What
stays as it is from the beginning are the pack's words, so that each of a text's keeps its meaning.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import count

from supportflow.triage.reading.phrases import OPTIONAL, Writing, listed
from supportflow.triage.reading.scanning import Hit
from supportflow.triage.reading.text import LETTERS, Line

__all__ = ["Table", "Words"]

_WORD = re.compile(f"[{LETTERS}]")
_ENDS_CLAUSE = re.compile("[,;:.!?()\u2026\u060c\u061b\u061f\u0964\u3001\u3002\uff0c\uff01\uff1f\n]")
_LONGEST_WORD = 48
"""Of a longer word, only so much is looked at: nobody wrote it for people."""
_MOST_KNOWN = 20_000
"""How many words a table remembers before it begins anew."""
_OTHER, _SOFT = 0, -1
"""Kinds of pieces that are no words of the pack: what ends a phrase, and what may stand inside one (a blank, a hyphen)."""

_ALTERNATIVES = frozenset("@|?_")

_Place = tuple[int, tuple[str, ...], int, tuple[int, ...]]
"""A place in a phrase: its role, its slots, the slot that comes next, and the words that come before that slot."""
_Starts = dict[int, list[tuple[int, ...]]]
"""What a slot may be, by its first word: the words behind that."""
_Waits = tuple[dict[int, list[_Place]], list[tuple[_Starts, list[tuple[int, tuple[str, ...], int]]]]]
"""Places by the word that they wait for, and by the slot; of the latter, each with the slot behind."""


class _State(dict[int, "_State | None"]):
    """Where the search stands after some words: the places of all phrases that go so.

    A dictionary from the kind of the next word to the state after it, worked out when it is first met.

    Attributes:
        ends: The roles of the phrases that end here.
        goes_on: Whether some phrase goes on.
    """

    __slots__ = ("_places", "_reads", "_waits", "ends", "goes_on")

    def __init__(self, places: Sequence[_Place], reads: "_Reads") -> None:
        super().__init__()
        self._places = places
        self._reads = reads
        self._waits: _Waits | None = None
        self.ends = tuple(dict.fromkeys(place[0] for place in places if _may_end(place)))
        self.goes_on = any(others or at < len(slots) for _, slots, at, others in places)

    def __missing__(self, kind: int) -> "_State | None":
        numbers = self._reads.kinds[kind] if kind > _OTHER else ()
        places = [place for number in numbers for place in self._after(number)] if numbers else []
        state = self[kind] = _State(places, self._reads) if places else None
        return state

    def _after(self, number: int) -> Iterable[_Place]:
        """The places behind a word."""
        waits = self._waits
        if waits is None:
            waits = self._waits = self._waiting()
        words, slots_waited_for = waits
        for role, slots, at, others in words.get(number, ()):
            yield role, slots, at, others[1:]
        for starts, places in slots_waited_for:
            found = starts.get(number)
            if found is not None:
                for others in found:
                    for role, slots, at in places:
                        yield role, slots, at, others

    def _waiting(self) -> "_Waits":
        """Places by the word that must come next, and by the slot; a slot that may be empty lets those behind it in."""
        words: dict[int, list[_Place]] = defaultdict(list)
        by_slot: dict[str, list[tuple[int, tuple[str, ...], int]]] = defaultdict(list)
        for place in self._places:
            role, slots, at, others = place
            if others:
                words[others[0]].append(place)
                continue
            for ahead in range(at, len(slots)):
                slot = slots[ahead]
                by_slot[slot].append((role, slots, ahead + 1))
                if slot[-1] != OPTIONAL:
                    break
        return words, [(self._reads.starts(slot), places) for slot, places in by_slot.items()]


def _may_end(place: _Place) -> bool:
    """Whether nothing more need come in a phrase."""
    _, slots, at, others = place
    return not others and (at == len(slots) or all(slot.endswith(OPTIONAL) for slot in slots[at:]))


class _Begin(_State):
    """Where the search stands before the first word of every phrase.

    Args:
        phrases: The phrases, with their roles.
        reads: What reads them.
    """

    __slots__ = ("_by_slot", "_heads")

    def __init__(self, phrases: Iterable[tuple[int, str]], reads: "_Reads") -> None:
        super().__init__((), reads)
        by_slot: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
        for role, phrase in phrases:
            slot = phrase.partition(" ")[0]
            by_slot[slot].append((role, phrase, 0))
            if slot[-1] == OPTIONAL:
                slots = phrase.split(" ")
                for at in range(1, len(slots)):
                    by_slot[slots[at]].append((role, phrase, at))
                    if slots[at][-1] != OPTIONAL:
                        break
        self._by_slot = by_slot
        self._heads = reads.heads(by_slot)

    def _after(self, number: int) -> Iterable[_Place]:
        for slot in self._heads.get(number, ()):
            for others in self._reads.starts(slot)[number]:
                for role, phrase, at in self._by_slot[slot]:
                    yield role, tuple(phrase.split(" ")), at + 1, others


class _Reads:
    """What is read of a pack's phrases while texts are searched.

    Attributes:
        writing: How they are written.
        kinds: Of each kind of piece, the numbers of the pack's words that it is.
    """

    def __init__(
        self, writing: Writing, numbers: Mapping[str, int], kinds: Mapping[int, tuple[int, ...]]
    ) -> None:
        self.writing = writing
        self.kinds = kinds
        self._numbers = numbers
        self._starts: dict[str, _Starts] = {}

    def heads(self, slots: Collection[str]) -> dict[int, list[str]]:
        """Which of some slots may begin with each word."""
        heads: dict[int, list[str]] = defaultdict(list)
        plain = [slot for slot in slots if _ALTERNATIVES.isdisjoint(slot)]
        others = [slot for slot in slots if not _ALTERNATIVES.isdisjoint(slot)]
        for slot, word in zip(plain, self.writing.folded(plain), strict=True):
            number = self._numbers.get(word)
            if number is None:
                others.append(slot)  # several words, such as "don't"
            else:
                heads[number].append(slot)
        self.writing.read_at_once(others)
        for slot in others:
            for number in self.starts(slot):
                heads[number].append(slot)
        return heads

    def starts(self, slot: str) -> _Starts:
        """What a slot may be, by its first word."""
        found = self._starts.get(slot)
        if found is None:
            found = defaultdict(list)
            for words in self.writing.slot(slot):
                if words:
                    first, *others = map(self._numbers.__getitem__, words)
                    found[first].append(tuple(others))
            self._starts[slot] = found = dict(found)
        return found


class Table(dict[str, int]):
    """Piece → its kind: which words of the pack it is (by its beginning or its end, it may be several).

    Attributes:
        kinds: Kind → the numbers of those words.
        telling: Kind → whether one of them tells the language: what stands for any word ("*", stems of one letter) does not.
    """

    def __init__(self, vocabulary: Mapping[str, int], prefixes: Sequence[str]) -> None:
        super().__init__()
        self.kinds: dict[int, tuple[int, ...]] = {_OTHER: ()}
        self.telling = {_OTHER: False, _SOFT: False}
        self._broad = frozenset(number for word, number in vocabulary.items() if not word.strip("*")[1:])
        self._kind_of: dict[tuple[int, ...], int] = {(): _OTHER}
        self._new_kinds = count(_OTHER + 1)
        self._stems: dict[str, dict[str, int]] = defaultdict(dict)
        self._endings: dict[str, dict[str, int]] = defaultdict(dict)
        self._inside: dict[str, int] = {}
        self._prefixes = tuple(prefixes)
        self._exact = {word: number for word, number in vocabulary.items() if "*" not in word}
        for word in [word for word in vocabulary if "*" in word]:
            number = vocabulary[word]
            if word[0] == word[-1] == "*":  # the one for any word as well
                self._inside[word.strip("*")] = number
            elif word[-1] == "*":
                self._stems[word[:-1][:2]][word[:-1]] = number
            elif word[0] == "*":
                self._endings[word[1:][-2:]][word[1:]] = number
            else:
                self._exact[word] = number

    def __missing__(self, piece: str) -> int:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        kind = self[piece] = self._kind(piece)
        return kind

    def _kind(self, piece: str) -> int:
        if _WORD.match(piece) is None:
            return _OTHER if _ENDS_CLAUSE.search(piece) or len(piece) > _LONGEST_WORD else _SOFT
        numbers = self._found(piece)
        kind = self._kind_of.get(numbers)
        if kind is None:
            new = next(self._new_kinds)
            self.kinds[new] = numbers
            self.telling[new] = not self._broad.issuperset(numbers)
            kind = self._kind_of.setdefault(numbers, new)  # whichever thread comes first
        return kind

    def _found(self, piece: str) -> tuple[int, ...]:
        word = piece[:_LONGEST_WORD]
        unit = word.lstrip("0123456789")  # of an amount: 500usdt
        amount = self._exact.get("#")
        numbers = self._of(word)
        for prefix in self._prefixes:
            if word.startswith(prefix) and len(word) > len(prefix) + 1:
                numbers += [one for one in self._of(word[len(prefix) :]) if one not in numbers]
        if not unit and amount is not None:
            numbers.append(amount)
        elif unit and unit != word:
            numbers += [one for one in self._of(unit) if one not in numbers]
        return tuple(numbers)

    def _of(self, word: str) -> list[int]:
        exact = self._exact.get(word)
        numbers = [] if exact is None else [exact]
        # A stem of one letter stands under itself.
        for start in (word[:2], word[:1]) if word[1:] else (word,):
            stems = self._stems.get(start)
            if stems is not None:
                numbers += [number for stem, number in stems.items() if word.startswith(stem)]
        for end in (word[-2:], word[-1:]) if word[1:] else (word,):
            endings = self._endings.get(end)
            if endings is not None:
                numbers += [number for ending, number in endings.items() if word.endswith(ending)]
        if self._inside:
            numbers += [number for part, number in self._inside.items() if part in word]
        return numbers


class Words:
    """Finds phrases of words. Safe to share between threads.

    Args:
        writing: How the phrases are written.
        roles: The phrases of each role, several of them in one string with commas between.
        prefixes: What may be written together with the beginning of a word.
    """

    def __init__(
        self, writing: Writing, roles: Sequence[Sequence[str]], prefixes: Sequence[str] = ()
    ) -> None:
        self._writing = writing
        self._roles = roles
        vocabulary = writing.vocabulary(phrase for role in roles for phrase in role)
        self._numbers = {word: number for number, word in enumerate(vocabulary)}
        self._table = Table(self._numbers, prefixes)

    @cached_property
    def _begin(self) -> _State:
        phrases = ((number, phrase) for number, role in enumerate(self._roles) for phrase in listed(role))
        return _Begin(phrases, _Reads(self._writing, self._numbers, self._table.kinds))

    def known(self, words: Collection[str]) -> int:
        """How many of some words are the pack's."""
        table = self._table
        return sum(map(table.telling.__getitem__, map(table.__getitem__, words)))

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        cut = line.pieces
        kinds = list(map(self._table.__getitem__, cut))
        hits: list[Hit] = []
        for begun, state in enumerate(map(self._begin.__getitem__, kinds)):
            if state is None:
                continue
            for role in state.ends:
                hits.append((begun, begun, role))  # noqa: PERF401 - a call for each would cost more
            place = begun
            while state.goes_on:
                place += 2  # past the separator
                if place >= len(kinds) or kinds[place - 1] != _SOFT:
                    break
                state = state[kinds[place]]  # noqa: PLW2901 - the search goes on from there
                if state is None:
                    break
                for role in state.ends:
                    hits.append((begun, place, role))  # noqa: PERF401 - as above
        if not hits:
            return hits
        ends = line.ends
        return [(ends[first] - len(cut[first]), ends[last], role) for first, last, role in hits]
