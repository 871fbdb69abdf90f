"""Many sequences of units found in one pass.

A text is a string in which each unit is one character, so that the search is the regular expression engine's and the
dictionary's. A place is looked at if its character begins some sequence and the next one is second in some; there the first
two characters name the few lengths that a sequence beginning with them can have. Nearly all places fall at the first test.
"""

import re
from collections.abc import Collection, Iterator, Mapping

__all__ = ["Sequences"]


class Sequences:
    """Sequences of at least two units, each a string, with what each of them stands for.

    Args:
        sequences: Each sequence, with the numbers to report where it stands.
    """

    __slots__ = ("_lengths", "_numbers", "_starts")

    def __init__(self, sequences: Mapping[str, Collection[int]]) -> None:
        self._numbers = sequences
        lengths: dict[str, set[int]] = {}
        for sequence in sequences:
            lengths.setdefault(sequence[:2], set()).add(len(sequence))
        self._lengths = {pair: sorted(known, reverse=True) for pair, known in lengths.items()}
        self._starts = _starts(lengths)

    def scan(self, units: str) -> Iterator[tuple[Collection[int], int, int]]:
        """Every occurrence of every sequence: its numbers, its first and its last unit's index, in order of the first.

        Linear in the text: a place costs at most one look for each length that a sequence has.
        """
        numbers, lengths = self._numbers, self._lengths
        for match in self._starts.finditer(units):
            first = match.start()
            for length in lengths.get(units[first : first + 2], ()):
                found = numbers.get(units[first : first + length])
                if found is not None:
                    yield found, first, first + length - 1


def _starts(pairs: Collection[str]) -> re.Pattern[str]:
    """Where a sequence may begin, and some places more."""
    if not pairs:
        return re.compile("(?!)")
    first, second = (re.escape("".join(sorted({pair[place] for pair in pairs}))) for place in (0, 1))
    return re.compile(f"[{first}](?=[{second}])")
