"""Many sequences of units found in one pass.

A text is a string in which each unit is one character, so that the search is the regular expression engine's and the
dictionary's. A place is looked at if its character begins some sequence and the next one is second in some; there the first
two characters name the few lengths that a sequence beginning with them can have. Nearly all places fall at the first test.
"""

import re
from collections.abc import Collection, Mapping

__all__ = ["Sequences"]

_PAIR = 2


class Sequences:
    """Sequences of at least two units, each a string, with what each of them stands for.

    Args:
        sequences: Each sequence, with the numbers to report where it stands.
    """

    __slots__ = ("_meant", "_pairs", "_starts")

    def __init__(self, sequences: Mapping[str, tuple[int, ...]]) -> None:
        self._meant = sequences
        lengths: dict[str, set[int]] = {sequence[:_PAIR]: set() for sequence in sequences}
        for sequence in sequences:
            lengths[sequence[:_PAIR]].add(len(sequence))
        # Of each pair that begins a sequence: what it means itself, and the lengths of what is longer.
        self._pairs = {
            pair: (sequences.get(pair), tuple(sorted(known - {_PAIR}))) for pair, known in lengths.items()
        }
        self._starts = _starts(lengths)

    def scan(self, units: str) -> list[tuple[tuple[int, ...], int, int]]:
        """Every occurrence of every sequence: its numbers, its first and its last unit's index, in order of the first.

        Linear in the text: a place costs at most one look for each length that a sequence has.
        """
        pairs, meant, size = self._pairs.get, self._meant.get, len(units)
        found: list[tuple[tuple[int, ...], int, int]] = []
        for match in self._starts.finditer(units):
            first = match.start()
            begun = pairs(units[first : first + _PAIR])
            if begun is None:
                continue
            numbers, longer = begun
            if numbers is not None:
                found.append((numbers, first, first + 1))
            for length in longer:
                numbers = meant(units[first : first + length])
                # At the text's end a slice is shorter than asked for.
                if numbers is not None and first + length <= size:
                    found.append((numbers, first, first + length - 1))
        return found


def _starts(pairs: Collection[str]) -> re.Pattern[str]:
    """Where a sequence may begin, and some places more."""
    if not pairs:
        return re.compile("(?!)")
    first, second = (re.escape("".join(sorted({pair[place] for pair in pairs}))) for place in (0, 1))
    return re.compile(f"[{first}](?=[{second}])")
