"""Words of which a text must have one before any phrase of some packs can stand in it: told at once, for all packs.

Of each phrase one word is taken that it cannot do without, and these words of all packs are looked up in one table. Most
texts have none of them, and need not be cut into lines, nor read with any pack.
"""

import re
from collections.abc import Iterable

from supportflow.triage.reading.document import Pack
from supportflow.triage.reading.phrases import ANY_WORD, OPTIONAL, Writing, folded, listed
from supportflow.triage.reading.words import Table

__all__ = ["NecessaryWords", "necessary"]

_WORD = re.compile("[a-z0-9_]+")


class NecessaryWords:
    """Looks for some words in texts that are all ASCII. Safe to share between threads.

    Args:
        words: The words, folded; as in packs, with a star for what may stand before or behind.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._table = Table({word: number for number, word in enumerate(dict.fromkeys(words))}, ())

    def may_be_in(self, text: str) -> bool:
        """Whether a text has one of the words. What is all ASCII is folded by `str.lower`."""
        return any(map(self._table.__getitem__, set(_WORD.findall(text.lower()))))


def necessary(pack: Pack, role: str) -> set[str]:
    """Words of which one stands wherever a phrase of a role does, rather few and seldom ones.

    Args:
        pack: A pack that is cut into words.
        role: The role.
    """
    writing = Writing(pack.sets)
    common = frozenset(folded(listed(pack.hints)))

    def telling(word: str) -> tuple[bool, int]:
        return word not in common, len(word.strip(ANY_WORD))

    words: set[str] = set()
    phrases = [
        [writing.slot(slot) for slot in phrase.split(" ") if not slot.endswith(OPTIONAL)]
        for phrase in listed(pack.roles.get(role, ()))
    ]
    for slots in sorted(phrases, key=len):
        if any(all(not words.isdisjoint(choice) for choice in slot) for slot in slots):
            continue  # "your pin" needs nothing besides "pin"
        best = [[max(choice, key=telling) for choice in slot] for slot in slots]
        words.update(max(best, key=lambda choices: min(map(telling, choices))))
    return words
