"""The small language in which packs write their phrases.

`my account`        words in a row (in a pack that is cut into characters: written together)
`lost|stolen`       alternatives
`log_in|sign_in`    an alternative of several words
`the? phone`        a word that may be missing
`hack*`             every word that begins so; `*konto` that ends so; `*해킹*` that has it anywhere
`from * to`         any one word, inside a phrase (not in a pack that is cut into characters)
`don't, e-mail`     apostrophes and hyphens are as good as blanks
`# words`           any number (not in a pack that is cut into characters)
`@my account`       any member of the set `my`
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product

from supportflow.triage.reading.folding import fold
from supportflow.triage.reading.scanning import ANY_WORD, Slot
from supportflow.triage.reading.text import LETTERS

__all__ = ["PhraseProblem", "forms", "listed", "slots"]

_WORDS = re.compile(rf"[*#{LETTERS}]+")
_ANY = (ANY_WORD,)

MOST_FORMS = 10_000
"""How many forms one phrase may have."""


class PhraseProblem(ValueError):
    """A phrase cannot be read; the message says why."""


def listed(phrases: Sequence[str]) -> list[str]:
    """The single phrases of a role: each string holds several, with commas between."""
    return [phrase for line in phrases for one in line.split(",") if (phrase := " ".join(one.split()))]


def slots(
    phrase: str, sets: Mapping[str, Sequence[str]], *, marks: bool = False, characters: bool = False
) -> list[Slot]:
    """A phrase as its slots, in order.

    Args:
        phrase: As described above.
        sets: Named sets of alternatives.
        marks: Whether accents are kept.
        characters: Whether the pack is cut into characters: blanks count only where `_` is written.

    Raises:
        PhraseProblem: If a set is unknown or the phrase may be empty.
    """
    found = [_slot(slot, sets, marks=marks, characters=characters) for slot in phrase.split()]
    if all(() in slot for slot in found):
        raise PhraseProblem("names no word")
    if any(_ANY in slot for slot in (found[0], found[-1])):
        raise PhraseProblem("begins or ends with any word")
    return found


def forms(found: Sequence[Slot]) -> list[str]:
    """Every form of a phrase whose slots are written together.

    Raises:
        PhraseProblem: If it has too many.
    """
    count = 1
    for slot in found:
        count *= len(slot)
    if count > MOST_FORMS:
        raise PhraseProblem(f"has {count} forms; at most {MOST_FORMS} are allowed")
    written = ("".join(word for words in choice for word in words) for choice in product(*found))
    return list(dict.fromkeys(written))


def _slot(slot: str, sets: Mapping[str, Sequence[str]], *, marks: bool, characters: bool) -> Slot:
    optional = slot.endswith("?")
    choices: dict[tuple[str, ...], None] = {}
    for alternative in slot.removesuffix("?").split("|"):
        if alternative.startswith("@"):
            choices |= dict.fromkeys(_members(alternative[1:], sets, marks=marks, characters=characters))
        else:
            choices[_written(alternative, marks=marks, characters=characters)] = None
    return [*choices, ()] if optional else list(choices)


def _members(
    name: str, sets: Mapping[str, Sequence[str]], *, marks: bool, characters: bool
) -> list[tuple[str, ...]]:
    if name not in sets:
        raise PhraseProblem(f"names the unknown set {name!r}")
    members = listed(sets[name])
    if any(set(member) & set("@|?") for member in members):
        raise PhraseProblem(f"names the set {name!r}, which is more than a list of words")
    return [_written(member.replace(" ", "_"), marks=marks, characters=characters) for member in members]


def _written(alternative: str, *, marks: bool, characters: bool) -> tuple[str, ...]:
    text = fold(alternative.replace("_", " "), marks=marks).text
    if characters:
        words: tuple[str, ...] = (text,) if text.strip() else ()
    else:
        words = tuple(_WORDS.findall(text))
    if words == _ANY and not characters:
        return words
    if not words or any(not word.strip("*") or (characters and "*" in word) for word in words):
        raise PhraseProblem(f"has {alternative!r}, which is no word")
    return words
