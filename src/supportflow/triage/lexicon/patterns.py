"""The small language that lexicon entries are written in.

`card lost|stolen`      words in a row, with alternatives
`lost|left_behind`      an alternative of several words
`my? phone`             a word that may be missing
`report~`               a word in its regular forms: reports, reported, reporting
`@asset gone`           any member of the set `asset`; a member may be several words
`paid * not released`   a gap: up to five other words, never past the end of the sentence
`账户…锁定`              the same in Chinese: up to eight characters

Case, width, traditional characters and spellings of "not" do not matter.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product

from supportflow.triage.units import BREAK, normal, tokens

__all__ = ["Part", "PatternProblem", "inflected", "parse"]

Part = frozenset[tuple[str, ...]]
"""What may stand at one place: sequences of units."""

_GAP = re.compile(r"\*|…")
_MOST_EXPANSIONS = 10_000
_MERGING = frozenset(("not", "unable", "没"))
_VOWELS = frozenset("aeiou")
_SHORT = 5


class PatternProblem(ValueError):
    """A pattern cannot be read; the message says why."""


def inflected(word: str) -> tuple[str, ...]:
    """An English word in its regular forms; a form that does not exist does no harm."""
    stem = word
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing"
    if word.endswith("e"):
        return word, f"{word}s", f"{word}d", f"{word[:-1]}ing"
    if (
        len(word) <= _SHORT
        and word[-1] not in _VOWELS | {"w", "x"}
        and word[-2:-1] in _VOWELS
        and word[-3:-2] not in _VOWELS
    ):
        stem = word + word[-1]
    plural = f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
    return word, plural, f"{stem}ed", f"{stem}ing", f"{word}ed", f"{word}ing"


def _units(text: str) -> tuple[str, ...]:
    units = (normal(token) for token in tokens(text))
    return tuple(unit for unit in units if unit is not None and unit != BREAK)


def _slot(slot: str, sets: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    optional = slot.endswith("?")
    choices: dict[tuple[str, ...], None] = {}
    for alternative in slot.rstrip("?").split("|"):
        if alternative.startswith("@"):
            members = sets.get(alternative[1:])
            if members is None:
                raise PatternProblem(f"unknown set {alternative!r}")
            for member in members:
                choices |= dict.fromkeys(_phrases(member, {}))
        elif alternative.endswith("~"):
            choices |= dict.fromkeys((form,) for form in inflected(alternative[:-1]))
        else:
            choices[_units(alternative.replace("_", " "))] = None
    if () in choices:
        raise PatternProblem(f"{slot!r} names no word")
    return [*choices, ()] if optional else list(choices)


def _phrases(text: str, sets: Mapping[str, Sequence[str]]) -> Part:
    slots = [_slot(slot, sets) for slot in text.split()]
    count = 1
    for slot in slots:
        count *= len(slot)
    if count > _MOST_EXPANSIONS:
        raise PatternProblem(f"has {count} forms; at most {_MOST_EXPANSIONS} are allowed")
    return frozenset(phrase for choice in product(*slots) if (phrase := _respelt(choice)))


def _respelt(choice: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The units of a phrase; "did" and "not" from two slots are the one unit of "didn't"."""
    phrase = tuple(unit for units in choice for unit in units)
    return _units(" ".join(phrase)) if not _MERGING.isdisjoint(phrase) else phrase


def parse(pattern: str, sets: Mapping[str, Sequence[str]]) -> tuple[Part, ...]:
    """The parts of a pattern, between which there are gaps.

    Args:
        pattern: As described above.
        sets: Named sets of alternatives.

    Raises:
        PatternProblem: If a set is unknown, a part is empty or may be, or there are too many forms.
    """
    parts = tuple(_phrases(part, sets) for part in _GAP.split(pattern.lower()))
    if not all(parts):
        raise PatternProblem("has nothing on one side of a gap, or nothing at all")
    return parts
