"""What a machine answers, asked once for every status, trigger and outcome of guards."""

from collections.abc import Mapping
from typing import NamedTuple

from supportflow.lifecycle.machine import Fired, Holds, LifecycleMachine, Pair, Step

__all__ = ["MOST_GUARDS", "Question", "Table", "compile_table", "look_up"]

MOST_GUARDS = 6
"""How many guards a trigger can have in one status to be in the table: 64 outcomes at most. With more, the machine is asked
each time."""


class Question(NamedTuple):
    """A guard that decides how it goes on."""

    guard: str
    yes: "_Node"
    no: "_Node"


_Node = Fired | Question | None
Table = Mapping[Pair, _Node]
"""Pair → what the trigger does: at once, or after guards were asked; None if it is refused."""


def compile_table(
    machine: LifecycleMachine, steps: Mapping[Pair, tuple[Step, ...]], kept: frozenset[Pair]
) -> Table:
    """Ask a machine for all that it could be asked.

    Args:
        machine: The machine.
        steps: Where triggers lead; the pairs of `kept` are asked for as well.
        kept: Pairs that change nothing.

    Returns:
        The table. Pairs with too many guards are not in it.
    """
    few = [
        pair
        for pair, ways in steps.items()
        if len({one for step in ways for one in step.guards}) <= MOST_GUARDS
    ]
    return {pair: _explored(machine, pair, {}) for pair in (*few, *kept)}


def _explored(machine: LifecycleMachine, pair: Pair, known: Mapping[str, bool]) -> _Node:
    """What the machine answers where these outcomes are known."""
    open_: list[str] = []

    def holds(guard: str) -> bool:
        if guard not in known:
            open_.append(guard)
        return known.get(guard, False)

    found = machine.answer(*pair, holds)
    if not open_:
        return found
    first = open_[0]
    return Question(
        first,
        yes=_explored(machine, pair, {**known, first: True}),
        no=_explored(machine, pair, {**known, first: False}),
    )


def look_up(node: _Node, holds: Holds) -> Fired | None:
    """What a trigger does, of an entry of the table."""
    while type(node) is Question:
        node = node.yes if holds(node.guard) else node.no
    return node  # type: ignore[return-value] # mypy does not narrow a recursive union by its exact type
