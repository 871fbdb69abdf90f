"""Where the phrases of a pack stand in a line: one pass, whichever way the language is cut.

Words are looked up in a table that remembers which of the pack's words each of them is (a beginning or an ending may be
enough), and phrases of several words are followed from their first. Where words are not cut, phrases are looked up at
every place where one may begin.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol

__all__ = ["LETTERS", "Characters", "Hit", "Scanner", "Slot", "Words", "pieces"]

LETTERS = r"\w\u0900-\u0963\u0966-\u109f"
_WORD = re.compile(f"[{LETTERS}]")
_PIECE = re.compile(rf"[{LETTERS}]+|[^{LETTERS}]+")
_ENDS_CLAUSE = re.compile("[,;:.!?()\u2026\u060c\u061b\u061f\u0964\u3001\u3002\uff0c\uff01\uff1f\n]")
Slot = list[tuple[str, ...]]
"""What may stand at one place of a phrase: sequences of words; an empty one if nothing need stand there."""
_LONGEST_WORD = 48
"""Of a longer word, only so much is looked at: nobody wrote it for people."""
_MOST_KNOWN = 20_000
"""How many words a table remembers before it begins anew."""


class Hit(NamedTuple):
    """Words of a role in a line: from where to where, and the number of the role in its pack."""

    start: int
    end: int
    role: int


class Scanner(Protocol):
    """Finds the phrases of a pack."""

    def scan(self, line: str, cut: Sequence[str]) -> list[Hit]:
        """Every phrase in a line.

        Args:
            line: The folded line.
            cut: The same, cut by `pieces`.
        """
        ...

    def known(self, cut: Sequence[str]) -> int:
        """How many of the pieces are words of the pack."""
        ...


def pieces(line: str) -> list[str]:
    """A line cut into words and what stands between them, in turns."""
    return _PIECE.findall(line)


class _Node:
    """A place in a phrase: the roles whose phrases end here, and the words with which they go on."""

    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.next: dict[int, list[_Node]] = {}


_SOFT: tuple[int, ...] = (-1,)
"""What stands for a separator inside a phrase: a blank, a hyphen, a quotation mark."""


class _Table(dict[str, tuple[int, ...] | None]):
    """Piece → the pack's words that it is. None: not one, or the end of a clause."""

    def __init__(self, vocabulary: Mapping[str, int], prefixes: Sequence[str]) -> None:
        super().__init__()
        self._exact: dict[str, int] = {}
        self._stems: dict[str, dict[str, int]] = defaultdict(dict)
        self._endings: dict[str, dict[str, int]] = defaultdict(dict)
        self._inside: dict[str, int] = {}
        self._prefixes = tuple(prefixes)
        for word, number in vocabulary.items():
            if word.startswith("*") and word.endswith("*"):
                self._inside[word.strip("*")] = number
            elif word.endswith("*"):
                stem = word[:-1]
                self._stems[stem[:2]][stem] = number
            elif word.startswith("*"):
                ending = word[1:]
                self._endings[ending[-2:]][ending] = number
            else:
                self._exact[word] = number

    def __missing__(self, piece: str) -> tuple[int, ...] | None:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        found = self[piece] = self._found(piece)
        return found

    def _found(self, piece: str) -> tuple[int, ...] | None:
        if _WORD.match(piece) is None:
            return None if _ENDS_CLAUSE.search(piece) or len(piece) > _LONGEST_WORD else _SOFT
        word = piece[:_LONGEST_WORD]
        numbers = self._of(word)
        for prefix in self._prefixes:
            if word.startswith(prefix) and len(word) > len(prefix) + 1:
                numbers += [one for one in self._of(word[len(prefix) :]) if one not in numbers]
        return tuple(numbers) or None

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
        self._alone: dict[int, list[int]] = defaultdict(list)
        self._begin: dict[int, list[_Node]] = defaultdict(list)
        for slots, role in phrases:
            begun = self._chain(slots, role)
            for number, nodes in begun.next.items():
                for node in nodes:
                    self._alone[number] += [one for one in node.ends if one not in self._alone[number]]
                    if node.next:
                        self._begin[number].append(node)
        self._table = _Table(self._numbers, prefixes)

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

    def known(self, cut: Sequence[str]) -> int:
        """How many of the pieces are words of the pack."""
        table = self._table
        return sum(1 for one in map(table.__getitem__, cut) if one is not None and one is not _SOFT)

    def scan(self, line: str, cut: Sequence[str]) -> list[Hit]:
        """Every phrase in a line."""
        del line
        words = list(map(self._table.__getitem__, cut))
        ends = list(accumulate(map(len, cut)))
        alone, begin = self._alone, self._begin
        hits: list[Hit] = []
        for place, numbers in enumerate(words):
            if numbers is None or numbers is _SOFT:
                continue
            start = ends[place] - len(cut[place])
            for number in numbers:
                hits.extend(Hit(start, ends[place], role) for role in alone.get(number, ()))
                for node in begin.get(number, ()):
                    _walk(node, place, words, ends, start, hits)
        return hits


def _walk(
    node: _Node,
    place: int,
    words: Sequence[tuple[int, ...] | None],
    ends: Sequence[int],
    start: int,
    hits: list[Hit],
) -> None:
    """Go on from a place of a phrase that ends, or does not end yet, with the word at `place`."""
    following = place + 2
    if following >= len(words) or words[place + 1] is not _SOFT:
        return
    for number in words[following] or ():
        for deeper in node.next.get(number, ()):
            hits.extend(Hit(start, ends[following], role) for role in deeper.ends)
            if deeper.next:
                _walk(deeper, following, words, ends, start, hits)


_PAIR = 2


class Characters:
    """Finds phrases wherever they stand; Latin letters and digits only as whole words.

    Args:
        phrases: Each form, with the number of its role.
    """

    def __init__(self, phrases: Iterable[tuple[str, int]]) -> None:
        meant: dict[str, list[int]] = defaultdict(list)
        for written, role in phrases:
            if role not in meant[written]:
                meant[written].append(role)
        self._meant = {written: tuple(numbers) for written, numbers in meant.items()}
        self._single = {written: numbers for written, numbers in self._meant.items() if len(written) == 1}
        lengths: dict[str, set[int]] = defaultdict(set)
        for written in self._meant:
            if len(written) >= _PAIR:
                lengths[written[:_PAIR]].add(len(written))
        self._lengths = {pair: tuple(sorted(known)) for pair, known in lengths.items()}
        self._starts = _either(
            f"[{_class(pair[0] for pair in lengths)}](?=[{_class(pair[1] for pair in lengths)}])"
            if lengths
            else "",
            f"[{_class(self._single)}]" if self._single else "",
        )

    def known(self, cut: Sequence[str]) -> int:
        """How many of the pieces hold a word of the pack: as many characters as it knows, by threes."""
        return sum(len(self._starts.findall(piece)) for piece in cut) // 3

    def scan(self, line: str, cut: Sequence[str]) -> list[Hit]:
        """Every phrase in a line."""
        del cut
        lengths, meant, single, size = self._lengths.get, self._meant.get, self._single.get, len(line)
        hits: list[Hit] = []
        for match in self._starts.finditer(line):
            start = match.start()
            numbers = single(line[start])
            if numbers is not None:
                hits.extend(Hit(start, start + 1, role) for role in numbers)
            for length in lengths(line[start : start + _PAIR], ()):
                end = start + length
                if end > size:
                    break
                numbers = meant(line[start:end])
                if numbers is not None and _whole(line, start, end):
                    hits.extend(Hit(start, end, role) for role in numbers)
        return hits


def _class(characters: Iterable[str]) -> str:
    return re.escape("".join(sorted(set(characters))))


def _either(first: str, second: str) -> re.Pattern[str]:
    return re.compile("|".join(one for one in (first, second) if one) or "(?!)")


def _whole(line: str, start: int, end: int) -> bool:
    """Whether what begins or ends with a Latin letter or a digit is not a part of a longer word or number."""
    if line[start].isascii() and line[start].isalnum():
        before = line[start - 1 : start]
        if before.isascii() and before.isalnum():
            return False
    last = line[end - 1]
    if last.isascii() and last.isalnum():
        after = line[end : end + 1]
        return not (after.isascii() and after.isalnum())
    return True
