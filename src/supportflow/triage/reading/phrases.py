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
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from supportflow.triage.reading.folding import fold
from supportflow.triage.reading.text import LETTERS

__all__ = ["ANY_WORD", "OPTIONAL", "PhraseProblem", "Slot", "Writing", "folded", "forms", "listed"]

ANY_WORD = "*"
"""Stands in a phrase for any one word."""
OPTIONAL = "?"
"""Stands behind a slot that may be empty."""
Slot = list[tuple[str, ...]]
"""What may stand at one place of a phrase: sequences of words; an empty one if nothing need stand there."""

_WORDS = re.compile(rf"[*#{LETTERS}]+")
_ANY = (ANY_WORD,)
# The name of a set ends with its alternative; a "?" behind it belongs to the slot.
_SET = re.compile(r"@(?<![^\s,|]@)([^\s,|]*?)(?=\?(?:[\s,]|$)|[\s,|]|$)")

MOST_FORMS = 10_000
"""How many forms one phrase may have."""


class PhraseProblem(ValueError):
    """A phrase cannot be read; the message says why."""


def listed(phrases: Sequence[str]) -> list[str]:
    """The single phrases of a role: each string holds several, with commas between."""
    return [phrase for line in phrases for one in line.split(",") if (phrase := " ".join(one.split()))]


def folded(texts: Sequence[str], *, marks: bool = False) -> list[str]:
    """Texts of one line each, folded: all at one stroke, as each costs more than its letters."""
    return fold("\n".join(texts), marks=marks).text.split("\n") if texts else []


class Writing:
    """How a pack writes its phrases. What is read of a slot or an alternative is kept: thousands of phrases share them.

    Args:
        sets: Named sets of alternatives.
        marks: Whether accents are kept.
        characters: Whether the pack is cut into characters: blanks count only where `_` is written.
    """

    def __init__(
        self, sets: Mapping[str, Sequence[str]], *, marks: bool = False, characters: bool = False
    ) -> None:
        self._sets = sets
        self._marks = marks
        self._characters = characters
        self._slots: dict[str, Slot] = {}
        self._members: dict[str, Slot] = {}
        self._written: dict[str, tuple[str, ...]] = {}

    def check(self, phrase: str) -> None:
        """Whether a phrase can be read.

        Raises:
            PhraseProblem: If a set is unknown, the phrase may be empty, or it has too many forms.
        """
        found = [self.slot(slot) for slot in phrase.split()]
        if all(() in slot for slot in found):
            raise PhraseProblem("names no word")
        if any(_ANY in slot for slot in (found[0], found[-1])):
            raise PhraseProblem("begins or ends with any word")
        if self._characters:
            forms(found)

    def slot(self, slot: str) -> Slot:
        """What a slot of a phrase may be.

        Raises:
            PhraseProblem: If it cannot be read.
        """
        found = self._slots.get(slot)
        if found is None:
            found = self._slots[slot] = self._read(slot)
        return found

    def _read(self, slot: str) -> Slot:
        optional = slot.endswith(OPTIONAL)
        choices: dict[tuple[str, ...], None] = {}
        for alternative in slot.removesuffix(OPTIONAL).split("|"):
            if alternative.startswith("@"):
                choices |= dict.fromkeys(self._members_of(alternative[1:]))
            else:
                choices[self._words(alternative)] = None
        return [*choices, ()] if optional else list(choices)

    def _members_of(self, name: str) -> Slot:
        found = self._members.get(name)
        if found is None:
            if name not in self._sets:
                raise PhraseProblem(f"names the unknown set {name!r}")
            members = listed(self._sets[name])
            if any(set(member) & set("@|?") for member in members):
                raise PhraseProblem(f"names the set {name!r}, which is more than a list of words")
            written = [member.replace(" ", "_") for member in members]
            self._fold(written)
            found = self._members[name] = [self._words(member) for member in written]
        return found

    def _words(self, alternative: str) -> tuple[str, ...]:
        words = self._written.get(alternative)
        if words is None:
            words = self._cut(fold(alternative.replace("_", " "), marks=self._marks).text)
            if not self._is_readable(words):
                raise PhraseProblem(f"has {alternative!r}, which is no word")
            self._written[alternative] = words
        return words

    def _is_readable(self, words: tuple[str, ...]) -> bool:
        if words == _ANY and not self._characters:
            return True
        return bool(words) and all(
            word.strip("*") and not (self._characters and "*" in word) for word in words
        )

    def _cut(self, text: str) -> tuple[str, ...]:
        if self._characters:
            return (text,) if text.strip() else ()
        return tuple(_WORDS.findall(text))

    def folded(self, alternatives: Sequence[str]) -> list[str]:
        """Alternatives, folded."""
        return folded([one.replace("_", " ") for one in alternatives], marks=self._marks)

    def read_at_once(self, slots: Iterable[str]) -> None:
        """Fold what some slots are written with at one stroke, before they are read one by one."""
        alternatives = {one for slot in slots for one in slot.removesuffix(OPTIONAL).split("|")}
        self._fold(one for one in alternatives if one and not one.startswith("@"))

    def _fold(self, alternatives: Iterable[str]) -> None:
        """Read those that can be read, folded at one stroke: an alternative by itself costs more than its letters."""
        new = [one for one in alternatives if one not in self._written]
        for alternative, text in zip(new, self.folded(new), strict=True):
            words = self._cut(text)
            if self._is_readable(words):
                self._written[alternative] = words

    def vocabulary(self, phrases: Iterable[str]) -> dict[str, None]:
        """Every word that some phrases are written with, without reading them one by one.

        Args:
            phrases: Phrases that can be read, with commas between.
        """
        pieces = _SET.split(",".join(phrases))  # what is written, and the names of sets, in turns
        members = (member for name in dict.fromkeys(pieces[1::2]) for member in self._sets[name])
        text = ",".join((*pieces[::2], *members))
        return dict.fromkeys(_WORDS.findall(fold(text.replace("_", " "), marks=self._marks).text))


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
