"""Where the phrases of a pack stand in a line: one pass, whichever way the language is cut.

Words are looked up in a table that remembers which of the pack's words each of them is (a beginning or an ending may be
enough), and phrases of several words are followed from their first. Where words are not cut, phrases are looked up at
every place where one may begin.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

from supportflow.triage.reading.text import LETTERS, Line

__all__ = ["Characters", "Hit", "Scanner", "Slot", "Words"]

_WORD = re.compile(f"[{LETTERS}]")
_ENDS_CLAUSE = re.compile("[,;:.!?()\u2026\u060c\u061b\u061f\u0964\u3001\u3002\uff0c\uff01\uff1f\n]")
Slot = list[tuple[str, ...]]
"""What may stand at one place of a phrase: sequences of words; an empty one if nothing need stand there."""
_LONGEST_WORD = 48
"""Of a longer word, only so much is looked at: nobody wrote it for people."""
_MOST_KNOWN = 20_000
"""How many words a table remembers before it begins anew."""


Hit = tuple[int, int, int]
"""Words of a role in a line: from where to where, and the number of the role in its pack."""


class Scanner(Protocol):
    """Finds the phrases of a pack."""

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        ...

    def known(self, words: Collection[str]) -> int:
        """How many of some words are the pack's."""
        ...


class _Node:
    """A place in a phrase: the roles whose phrases end here, and the words with which they go on."""

    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.next: dict[int, list[_Node]] = {}


ANY_WORD = "*"
"""Stands in a phrase for any one word."""
_OTHER, _SOFT = 0, -1
"""Kinds of pieces that are no words of the pack: what ends a phrase, and what may stand inside one (a blank, a hyphen)."""


class _State(dict[int, "_State | None"]):
    """Where the search stands after some words: the places of all phrases that go so.

    A dictionary from the kind of the next word to the state after it, worked out when it is first met.

    Attributes:
        ends: The roles of the phrases that end here.
        goes_on: Whether some phrase goes on.
    """

    __slots__ = ("_kinds", "_nodes", "ends", "goes_on")

    def __init__(self, nodes: Sequence[_Node], kinds: Sequence[tuple[int, ...]]) -> None:
        super().__init__()
        self._nodes = nodes
        self._kinds = kinds
        self.ends = tuple(dict.fromkeys(role for node in nodes for role in node.ends))
        self.goes_on = any(node.next for node in nodes)

    def __missing__(self, kind: int) -> "_State | None":
        numbers = self._kinds[kind] if kind > _OTHER else ()
        nodes = [one for node in self._nodes for number in numbers for one in node.next.get(number, ())]
        state = self[kind] = _State(nodes, self._kinds) if nodes else None
        return state


class _Table(dict[str, int]):
    """Piece → its kind: which words of the pack it is (by its beginning or its end, it may be several).

    Attributes:
        kinds: Kind → the numbers of those words.
    """

    def __init__(self, vocabulary: Mapping[str, int], prefixes: Sequence[str]) -> None:
        super().__init__()
        self.kinds: list[tuple[int, ...]] = [()]
        self._kind_of: dict[tuple[int, ...], int] = {(): _OTHER}
        self._exact: dict[str, int] = {}
        self._stems: dict[str, dict[str, int]] = defaultdict(dict)
        self._endings: dict[str, dict[str, int]] = defaultdict(dict)
        self._inside: dict[str, int] = {}
        self._prefixes = tuple(prefixes)
        for word, number in vocabulary.items():
            if word == ANY_WORD:
                self._inside[""] = number
            elif word.startswith("*") and word.endswith("*"):
                self._inside[word.strip("*")] = number
            elif word.endswith("*"):
                stem = word[:-1]
                self._stems[stem[:2]][stem] = number
            elif word.startswith("*"):
                ending = word[1:]
                self._endings[ending[-2:]][ending] = number
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
        kind = self._kind_of.setdefault(numbers, len(self.kinds))
        if kind == len(self.kinds):
            self.kinds.append(numbers)
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
        for start in {word[:2], word[:1]}:
            numbers += [
                number for stem, number in self._stems.get(start, {}).items() if word.startswith(stem)
            ]
        for end in {word[-2:], word[-1:]}:
            numbers += [number for one, number in self._endings.get(end, {}).items() if word.endswith(one)]
        if self._inside:
            numbers += [number for part, number in self._inside.items() if part in word]
        return numbers


class Words:
    """Finds phrases of words.

    Args:
        phrases: The slots of each phrase, with the number of its role.
        prefixes: What may be written together with the beginning of a word.
    """

    def __init__(self, phrases: Iterable[tuple[list[Slot], int]], prefixes: Sequence[str] = ()) -> None:
        self._numbers: dict[str, int] = {}
        begins = _Node()
        for slots, role in phrases:
            for number, nodes in self._chain(slots, role).next.items():
                begins.next.setdefault(number, []).extend(nodes)
        self._table = _Table(self._numbers, prefixes)
        # What stands for any word ("*", stems of one letter) tells no language.
        self._broad = frozenset(number for word, number in self._numbers.items() if not word.strip("*")[1:])
        self._begin = _State([begins], self._table.kinds)

    def _chain(self, slots: list[Slot], role: int) -> _Node:
        """The places of a phrase, from the first."""
        node = _Node()
        node.ends.append(role)
        for slot in reversed(slots):
            before = _Node()
            for words in slot:
                if not words:
                    before.ends += node.ends
                    for number, nodes in node.next.items():
                        before.next.setdefault(number, []).extend(nodes)
                    continue
                following = node
                for word in reversed(words[1:]):
                    between = _Node()
                    between.next[self._number(word)] = [following]
                    following = between
                before.next.setdefault(self._number(words[0]), []).append(following)
            node = before
        return node

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def known(self, words: Collection[str]) -> int:
        """How many of some words are the pack's."""
        kinds = self._table.kinds
        return sum(
            kind > _OTHER and not self._broad.issuperset(kinds[kind])
            for kind in map(self._table.__getitem__, words)
        )

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        cut = line.pieces
        kinds = list(map(self._table.__getitem__, cut))
        begin, ends = self._begin, line.ends
        hits: list[Hit] = []
        for place, kind in enumerate(kinds):
            if kind <= _OTHER:
                continue
            state = begin[kind]
            if state is not None:
                end = ends[place]
                start = end - len(cut[place])
                for role in state.ends:
                    hits.append((start, end, role))  # noqa: PERF401 - a call for each would cost more
                while state.goes_on:
                    place += 2  # noqa: PLW2901 - past the separator
                    if place >= len(kinds) or kinds[place - 1] != _SOFT:
                        break
                    state = state[kinds[place]]
                    if state is None:
                        break
                    for role in state.ends:
                        hits.append((start, ends[place], role))  # noqa: PERF401 - as above
        return hits


_ENDS, _ENDS_WHOLE = "", "\n"
"""Under which keys of the tree the roles stand of phrases that end there: anywhere, or as whole words only."""


class Characters:
    """Finds phrases wherever they stand; Latin letters and digits only as whole words.

    Args:
        phrases: Each form, with the number of its role.
    """

    def __init__(self, phrases: Iterable[tuple[str, int]]) -> None:
        self._pairs: dict[tuple[str, str], Any] = {}
        self._single: dict[str, list[int]] = {}
        for written, role in phrases:
            if len(written) == 1:
                roles = self._single.setdefault(written, [])
            else:
                node = self._pairs.setdefault((written[0], written[1]), {})
                for character in written[2:]:
                    node = node.setdefault(character, {})
                latin = _is_latin(written[0]) or _is_latin(written[-1])
                roles = node.setdefault(_ENDS_WHOLE if latin else _ENDS, [])
            if role not in roles:
                roles.append(role)
        self._alone = re.compile(f"[{re.escape(''.join(self._single))}]") if self._single else None

    def known(self, words: Collection[str]) -> int:
        """How many of some words hold the beginning of one of the pack's."""
        return sum(any(pair in self._pairs for pair in pairwise(word)) for word in words)

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        text = line.text
        size = len(text)
        hits: list[Hit] = []
        begun = list(map(self._pairs.get, pairwise(text)))
        for start in [place for place, node in enumerate(begun) if node is not None]:
            node, end = begun[start], start + 2
            while node is not None:
                if _ENDS in node:
                    for role in node[_ENDS]:
                        hits.append((start, end, role))  # noqa: PERF401 - a call for each would cost more
                if _ENDS_WHOLE in node and _whole(text, start, end):
                    hits.extend((start, end, role) for role in node[_ENDS_WHOLE])
                node = node.get(text[end]) if end < size else None
                end += 1
        if self._alone is not None:
            for match in self._alone.finditer(text):
                start = match.start()
                if not text[start].isascii() or _whole(text, start, start + 1):
                    hits.extend((start, start + 1, role) for role in self._single[text[start]])
        return hits


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _whole(line: str, start: int, end: int) -> bool:
    """Whether what begins or ends with a Latin letter or a digit is not a part of a longer word or number."""
    return not (
        (start and _goes_on(line[start - 1], line[start]))
        or (end < len(line) and _goes_on(line[end - 1], line[end]))
    )


def _goes_on(one: str, other: str) -> bool:
    """Whether two characters belong to one Latin word, or to one number."""
    return (
        one.isascii()
        and other.isascii()
        and ((one.isalpha() and other.isalpha()) or (one.isdigit() and other.isdigit()))
    )
