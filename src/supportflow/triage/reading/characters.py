"""Where the phrases of a pack that is cut into characters stand in a line: looked up at every place where one may begin.

A phrase is read when a text has a character that it may begin with, and put where it is looked for when a text has its
first two beside each other: one character in a text may begin a thousand phrases, of which the text has none.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from supportflow.triage.reading.phrases import OPTIONAL, Slot, Writing, forms, listed
from supportflow.triage.reading.scanning import Hit
from supportflow.triage.reading.text import Line

__all__ = ["Characters"]

_ENDS, _ENDS_WHOLE = "", "\n"
"""Under which keys of the tree the roles stand of phrases that end there: anywhere, or as whole words only."""
_NOT_PLAIN = frozenset(" @|?_")

_Pair = tuple[str, str]
_Forms = list[tuple[str, int]]
"""What phrases may be, each with its role."""


class Characters:
    """Finds phrases wherever they stand; Latin letters and digits only as whole words. Safe to share between threads.

    Args:
        writing: How the phrases are written.
        roles: The phrases of each role, several of them in one string with commas between.
    """

    def __init__(self, writing: Writing, roles: Sequence[Sequence[str]]) -> None:
        self._writing = writing
        self._roles = roles
        self._pairs: dict[_Pair, dict[str, Any]] = {}
        self._unplaced: dict[_Pair, _Forms] = {}
        self._single: dict[str, list[int]] = {}

    @cached_property
    def _waiting(self) -> "_Waiting":
        return _Waiting(self._writing, self._roles)

    def _read(self, text: str) -> None:
        """Make sure that every phrase is read that begins with a character of a text, and in place if it may stand there."""
        for first in self._waiting.unread.intersection(text):
            pairs: dict[_Pair, _Forms] = defaultdict(list)
            single: list[int] = []
            for form, role in self._waiting.beginning(first):
                if form[1:]:
                    pairs[form[0], form[1]].append((form, role))
                elif role not in single:
                    single.append(role)
            # All of a character at once. Another thread that reads the same puts the same there.
            self._unplaced.update(pairs)
            if single:
                self._single[first] = single
            self._waiting.unread.discard(first)
        for pair in set(pairwise(text)):
            forms_of_pair = self._unplaced.get(pair)
            if forms_of_pair is not None:
                self._pairs[pair] = _tree(forms_of_pair)
                self._unplaced.pop(
                    pair, None
                )  # not before: who finds a pair neither here nor there takes it for none

    def known(self, words: Collection[str]) -> int:
        """How many of some words hold the beginning of one of the pack's."""
        self._read("\n".join(words))
        return sum(
            any(pair in self._unplaced or pair in self._pairs for pair in pairwise(word)) for word in words
        )

    def scan(self, line: Line) -> list[Hit]:
        """Every phrase in a line, with places in the line."""
        text = line.text
        self._read(text)
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
        for character in self._single.keys() & text:
            at = text.find(character)
            while at >= 0:
                if not character.isascii() or _whole(text, at, at + 1):
                    hits.extend((at, at + 1, role) for role in self._single[character])
                at = text.find(character, at + 1)
        return hits


def _tree(forms_of_pair: _Forms) -> dict[str, Any]:
    """Forms that begin with the same two characters, by the characters behind those."""
    tree: dict[str, Any] = {}
    for form, role in forms_of_pair:
        node = tree
        for character in form[2:]:
            node = node.setdefault(character, {})
        latin = _is_latin(form[0]) or _is_latin(form[-1])
        roles: list[int] = node.setdefault(_ENDS_WHOLE if latin else _ENDS, [])
        if role not in roles:
            roles.append(role)
    return tree


class _Waiting:
    """Phrases that are not read yet, by the characters that they may begin with.

    Attributes:
        unread: The characters of which the phrases are not read.
    """

    def __init__(self, writing: Writing, roles: Sequence[Sequence[str]]) -> None:
        self._writing = writing
        self._forms: dict[str, _Forms] = defaultdict(list)
        self._phrases: dict[str, _Forms] = defaultdict(list)
        plain: _Forms = []
        others: _Forms = []
        for number, role in enumerate(roles):
            for phrase in listed(role):
                (plain if _NOT_PLAIN.isdisjoint(phrase) else others).append((phrase, number))
        writing.read_at_once({slot for phrase, _ in others for slot in phrase.split(" ")})
        for phrase, number in others:
            for first in self._firsts(phrase):
                self._phrases[first].append((phrase, number))
        for form, (_, number) in zip(writing.folded([phrase for phrase, _ in plain]), plain, strict=True):
            self._forms[form[0]].append((form, number))
        self.unread = set(self._forms) | set(self._phrases)

    def _firsts(self, phrase: str) -> set[str]:
        firsts: set[str] = set()
        for slot in phrase.split(" "):
            firsts.update(words[0][0] for words in self._writing.slot(slot) if words)
            if not slot.endswith(OPTIONAL):
                break
        return firsts

    def beginning(self, first: str) -> _Forms:
        """Every form that begins with a character, with its role."""
        found = list(self._forms.get(first, ()))
        for phrase, role in self._phrases.get(first, ()):
            slots = [self._writing.slot(slot) for slot in phrase.split(" ")]
            found += [(form, role) for form in _beginning(first, slots)]
        return found


def _beginning(first: str, slots: Sequence[Slot]) -> list[str]:
    """The forms of a phrase that begin with a character."""
    if not slots:
        return []
    here = [words for words in slots[0] if words and words[0][0] == first]
    found = forms([here, *slots[1:]]) if here else []
    return found + _beginning(first, slots[1:]) if () in slots[0] else found


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
