"""An exact, deterministic search for a point that satisfies every clause, and the reasons if there is none.

A variable ranges over the bits of its domain. A clause is a list of (variable, mask) of which at least one
must hold: the variable lies within the mask. The search narrows variables by clauses with one open literal,
decides a literal when there is no such clause, and on a conflict turns the decision around, with the reasons
that refuted it; decisions that took no part in a refutation are skipped over. Reasons are bitmasks of clause
tags, so the answer "none" names the tags that suffice for it.
"""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Clause", "Effort", "SearchLimitError", "solve"]


class Clause(NamedTuple):
    """At least one literal holds.

    Attributes:
        tag: The bit of whom to name when the clause takes part in a refutation; 0 for nobody.
        literals: Pairs of a variable and a mask.
    """

    tag: int
    literals: tuple[tuple[int, int], ...]


class SearchLimitError(Exception):
    """The search took more effort than it was given. Nothing is known."""


class Effort:
    """How much more work may be done, in clauses looked at: the same on every machine, unlike seconds.

    The question is as hard as any in NP, so a hostile document could ask for any amount of it.
    """

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, clauses: int) -> None:
        """Account for clauses looked at.

        Raises:
            SearchLimitError: If there is no effort left.
        """
        self.left -= clauses
        if self.left < 0:
            raise SearchLimitError


class _State(NamedTuple):
    box: list[int]
    why: list[int]
    open: list[Clause]

    def copy(self) -> "_State":
        return _State(self.box.copy(), self.why.copy(), self.open)


def solve(
    domains: Sequence[int], clauses: Sequence[Clause], tags: int, effort: Effort
) -> tuple[list[int] | None, int]:
    """Find a box of which every point satisfies every clause.

    Args:
        domains: The mask of each variable's values; none is empty.
        clauses: The clauses.
        tags: How many low bits of reasons are the callers' tags.
        effort: What may be spent, and is.

    Returns:
        The box (a mask for each variable) and 0; or `None` and the tags of clauses that exclude each other.

    Raises:
        SearchLimitError: If the effort runs out.
    """
    state = _State(list(domains), [0] * len(domains), list(clauses))
    decided: list[tuple[_State, int, int]] = []
    while True:
        conflict, still_open = _narrow(state, effort)
        if conflict is None and not still_open:
            return state.box, 0
        state = state._replace(open=still_open)
        if conflict is None:
            variable, mask = _choose(state)
            decided.append((state, variable, mask))
            state = state.copy()
            state.box[variable] &= mask
            state.why[variable] |= 1 << (tags + len(decided))
            continue
        while decided:
            bit = 1 << (tags + len(decided))
            earlier, variable, mask = decided.pop()
            if conflict & bit:
                state = earlier
                state.box[variable] &= ~mask
                state.why[variable] |= conflict & ~bit
                break
        else:
            return None, conflict & ((1 << tags) - 1)


def _narrow(state: _State, effort: Effort) -> tuple[int | None, list[Clause]]:
    """Apply every clause with one open literal: the reasons of a conflict, and the clauses still open."""
    box, why, waiting = state
    moved = True
    while moved:
        moved = False
        effort.spend(len(waiting) + 1)
        still_open = []
        for clause in waiting:
            tag, literals = clause
            alive = 0
            for variable, mask in literals:
                inside = box[variable] & mask
                if inside:
                    if inside == box[variable]:
                        break
                    alive += 1
                    last, rest = variable, inside
            else:
                if alive > 1:
                    still_open.append(clause)
                    continue
                for variable, _ in literals:
                    if alive == 0 or variable != last:
                        tag |= why[variable]
                if alive == 0:
                    return tag, still_open
                box[last] = rest
                why[last] |= tag
                moved = True
        waiting = still_open
    return None, waiting


def _choose(state: _State) -> tuple[int, int]:
    """The first open literal of the shortest open clause."""
    box = state.box
    best: list[tuple[int, int]] = []
    for _, literals in state.open:
        alive = [(variable, mask) for variable, mask in literals if box[variable] & mask]
        if not best or len(alive) < len(best):
            best = alive
            if len(best) == 2:  # noqa: PLR2004 - no open clause is shorter
                break
    return best[0]
