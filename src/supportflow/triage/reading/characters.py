"""Where the phrases of a pack that is cut into characters stand in a line: looked up at every place where one may begin.

A phrase is read when a text has a character that it may begin with.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
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


class Characters:
    """Finds phrases wherever they stand; Latin letters and digits only as whole words. Safe to share between threads.

    Args:
        writing: How the phrases are written.
        roles: The phrases of each role, several of them in one string with commas between.
    """

    def __init__(self, writing: Writing, roles: Sequence[Sequence[str]]) -> None:
        self._writing = writing
        self._roles = roles
        self._pairs: dict[tuple[str, str], dict[str, Any]] = {}
        self._single: dict[str, list[int]] = {}

    @cached_property
    def _waiting(self) -> "_Waiting":
        return _Waiting(self._writing, self._roles)

    def _read(self, characters: Iterable[str]) -> None:
        """Make sure that every phrase is read that begins with one of some characters."""
        for first in self._waiting.unread.intersection(characters):
            pairs: dict[tuple[str, str], dict[str, Any]] = {}
            single: list[int] = []
            for form, role in self._waiting.beginning(first):
                roles = _leaf(pairs, form) if form[1:] else single
                if role not in roles:
                    roles.append(role)
            # All of a character at once. Another thread that reads the same puts the same there.
            self._pairs.update(pairs)
            if single:
                self._single[first] = single
            self._waiting.unread.discard(first)

    def known(self, words: Collection[str]) -> int:
        """How many of some words hold the beginning of one of the pack's."""
        self._read("".join(words))
        return sum(any(pair in self._pairs for pair in pairwise(word)) for word in words)

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


def _leaf(pairs: dict[tuple[str, str], dict[str, Any]], form: str) -> list[int]:
    """Where the roles of a form stand in the tree, which grows so far."""
    node = pairs.setdefault((form[0], form[1]), {})
    for character in form[2:]:
        node = node.setdefault(character, {})
    latin = _is_latin(form[0]) or _is_latin(form[-1])
    roles: list[int] = node.setdefault(_ENDS_WHOLE if latin else _ENDS, [])
    return roles


class _Waiting:
    """Phrases that are not read yet, by the characters that they may begin with.

    Attributes:
        unread: The characters of which the phrases are not read.
    """

    def __init__(self, writing: Writing, roles: Sequence[Sequence[str]]) -> None:
        self._writing = writing
        self._forms: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[str, int]]] = defaultdict(list)
        plain: list[tuple[str, int]] = []
        for number, role in enumerate(roles):
            for phrase in listed(role):
                if _NOT_PLAIN.isdisjoint(phrase):
                    plain.append((phrase, number))
                else:
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

    def beginning(self, first: str) -> list[tuple[str, int]]:
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
