"""Many patterns found in one pass: Aho and Corasick, "Efficient string matching", CACM 18 (1975), over numbered units."""

from collections import deque
from collections.abc import Iterable, Mapping

__all__ = ["Automaton"]


class Automaton:
    """An automaton over sequences of positive integers.

    Every state holds its own moves and those that it inherits from its failure states, except for the root's; so a step
    is one look-up, or two, and matching takes time proportional to the units read and the matches reported.
    """

    __slots__ = ("_moves", "_outputs", "_root")

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

        root = moves[0]
        fails = [0] * len(moves)
        queue = deque(root.values())
        while queue:
            state = queue.popleft()
            fail = fails[state]
            own[state] += own[fail]
            for unit, following in moves[state].items():
                # The failure state is complete already: it is nearer to the root.
                fails[following] = moves[fail].get(unit) or root.get(unit, 0) if state else 0
                queue.append(following)
            if fail:
                moves[state] = moves[fail] | moves[state]
        self._moves = moves
        self._root = root
        self._outputs = {state: tuple(names) for state, names in enumerate(own) if names}

    def scan(self, units: Iterable[int]) -> list[tuple[int, int, int]]:
        """Every occurrence of every pattern: its number, and the first and last unit's index, in order of the last.

        A unit of 0 is one that no pattern has.
        """
        moves, of_root, output = self._moves, self._root.get, self._outputs.get
        found: list[tuple[int, int, int]] = []
        state = 0
        for index, unit in enumerate(units):
            if not unit:
                state = 0
                continue
            state = (moves[state].get(unit) or of_root(unit, 0)) if state else of_root(unit, 0)
            names = output(state)
            if names is not None:
                found += [(name, index - length + 1, index) for name, length in names]
        return found
