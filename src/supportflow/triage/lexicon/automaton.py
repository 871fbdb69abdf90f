"""Many patterns found in one pass: Aho and Corasick, "Efficient string matching", CACM 18 (1975), over numbered units."""

from collections import deque
from collections.abc import Iterable, Mapping

__all__ = ["Automaton"]


class Automaton:
    """An automaton over sequences of positive integers.

    Where a state has no move for a unit, its failure state is asked, and its failure state's, to the root: over a whole
    text that is at most one step back for each step forward. (A complete table would save the steps back and be ten
    times as large, more than a processor's cache holds.)
    """

    __slots__ = ("_fails", "_moves", "_outputs")

    def __init__(self, patterns: Mapping[tuple[int, ...], Iterable[int]]) -> None:
        """Build it from patterns, each with the numbers to report where it ends."""
        moves: list[dict[int, int]] = [{}]
        own: list[list[tuple[int, int]]] = [[]]
        for pattern, names in patterns.items():
            state = 0
            for unit in pattern:
                following = moves[state].get(unit)
                if following is None:
                    following = moves[state][unit] = len(moves)
                    moves.append({})
                    own.append([])
                state = following
            own[state] += [(name, len(pattern)) for name in names]

        fails = [0] * len(moves)
        queue = deque(moves[0].values())
        while queue:
            state = queue.popleft()
            own[state] += own[fails[state]]
            for unit, following in moves[state].items():
                fail = fails[state]
                while fail and unit not in moves[fail]:
                    fail = fails[fail]
                fails[following] = moves[fail].get(unit, 0)
                queue.append(following)
        nothing: dict[int, int] = {}
        self._moves = [units or nothing for units in moves]
        self._fails = fails
        self._outputs = {state: tuple(names) for state, names in enumerate(own) if names}

    def scan(self, units: Iterable[int]) -> list[tuple[int, int, int]]:
        """Every occurrence of every pattern: its number, and the first and last unit's index, in order of the last.

        A unit of 0 is one that no pattern has.
        """
        moves, fails, outputs = self._moves, self._fails, self._outputs
        from_root = moves[0].get
        found: list[tuple[int, int, int]] = []
        state = 0
        for index, unit in enumerate(units):
            if not unit:
                state = 0
                continue
            following = moves[state].get(unit) if state else None
            while following is None and state:
                state = fails[state]
                following = moves[state].get(unit) if state else None
            state = following or from_root(unit, 0)
            if state in outputs:
                for name, length in outputs[state]:
                    found.append((name, index - length + 1, index))
        return found
