"""What is known of conditions before any ticket comes: witnesses, overlaps, shadowed rules, gaps; exactly."""

from collections.abc import Iterable, Mapping, Sequence

from supportflow._dataclass import dataclass
from supportflow.conditions.clauses import Space
from supportflow.conditions.fields import FieldSpec
from supportflow.conditions.language import Condition
from supportflow.conditions.normal import normal_form
from supportflow.conditions.partition import Partition
from supportflow.conditions.solver import Clause, Effort, SearchLimitError, solve
from supportflow.conditions.validation import condition_problems
from supportflow.exceptions import ConditionError

__all__ = ["SEARCH_LIMIT", "Shadowed", "Shadowing", "find_witness", "overlap", "shadowing", "uncovered"]

SEARCH_LIMIT = 20_000_000
"""The most clauses that one question may look at: some seconds. 300 rules as people write them ask for a few
hundred thousand."""

Rules = Sequence[Condition | None]


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A rule that can never be the first to match.

    Attributes:
        rule: Its position in the list.
        by: The earlier rules that together match all that it matches, none of which could be left out; one
            rule if one suffices; none if the rule contradicts itself. Where the search limit was reached,
            there may be more than it takes.
    """

    rule: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shadowing:
    """The rules of an ordered list that can never be the first to match.

    Attributes:
        dead: Those rules, in order.
        undecided: Rules for which the search limit was reached.
    """

    dead: tuple[Shadowed, ...]
    undecided: tuple[int, ...]


def find_witness(condition: Condition, fields: Mapping[str, FieldSpec]) -> dict[str, object] | None:
    """A record that satisfies a condition, or `None` if it contradicts itself.

    Args:
        condition: The condition.
        fields: The declared fields.

    Returns:
        A value for each field that the condition mentions. Other fields may hold anything.

    Raises:
        ConditionError: If the condition makes no sense for these fields, or the search limit is reached.
    """
    return _Question([condition], fields).witness([(0, True)])


def overlap(a: Condition, b: Condition, fields: Mapping[str, FieldSpec]) -> dict[str, object] | None:
    """A record that satisfies both conditions, or `None` if they exclude each other. See `find_witness`."""
    return _Question([a, b], fields).witness([(0, True), (1, True)])


def uncovered(conditions: Rules, fields: Mapping[str, FieldSpec]) -> dict[str, object] | None:
    """A record that satisfies none of the conditions, or `None` if there is none. See `find_witness`."""
    return _Question(conditions, fields).witness([(rule, False) for rule in range(len(conditions))])


def shadowing(conditions: Rules, fields: Mapping[str, FieldSpec]) -> Shadowing:
    """Which rules of a list, where the first match wins, can never be that first match, and because of which.

    Args:
        conditions: The rules in order; `None` always matches.
        fields: The declared fields.

    Raises:
        ConditionError: If a condition makes no sense for these fields.
    """
    question = _Question(conditions, fields)
    suffice: dict[int, list[int]] = {}
    undecided = []
    for rule in range(len(conditions)):
        try:
            reasons = question.refute(rule, range(rule))
        except SearchLimitError:
            undecided.append(rule)
            continue
        if reasons is not None:
            suffice[rule] = reasons
    # Only once every rule is decided is the rest of the effort spent on telling it briefly.
    dead = (Shadowed(rule, tuple(question.fewest(rule, reasons))) for rule, reasons in suffice.items())
    return Shadowing(tuple(dead), tuple(undecided))


class _Question:
    """Conditions in clauses, ready to be combined: each as it stands, and its opposite."""

    def __init__(self, conditions: Rules, fields: Mapping[str, FieldSpec]) -> None:
        problems = [
            problem
            for position, condition in enumerate(conditions)
            if condition is not None
            for problem in condition_problems(condition, fields, str(position) if len(conditions) > 1 else "")
        ]
        if problems:
            raise ConditionError(problems)
        partition = Partition(conditions, fields)
        self.space = Space(partition)
        self.tags = len(conditions)
        self.effort = Effort(SEARCH_LIMIT)
        self._sides: dict[bool, list[list[Clause]]] = {
            side: [
                self.space.clauses(normal_form(condition, partition, holds=side), 1 << position)
                for position, condition in enumerate(conditions)
            ]
            for side in (True, False)
        }

    def solve(self, sides: Sequence[tuple[int, bool]]) -> tuple[list[int] | None, int]:
        clauses = [clause for rule, side in sides for clause in self._sides[side][rule]]
        return solve(self.space.domains, clauses, self.tags, self.effort)

    def witness(self, sides: Sequence[tuple[int, bool]]) -> dict[str, object] | None:
        try:
            box, _ = self.solve(sides)
        except SearchLimitError:
            raise ConditionError(["condition: is too entangled to be decided"]) from None
        return None if box is None else self.space.record(box)

    def refute(self, rule: int, earlier: Iterable[int]) -> list[int] | None:
        """Those of some earlier rules that leave nothing to a rule, or `None` if something is left."""
        box, reasons = self.solve([(rule, True), *((other, False) for other in earlier)])
        if box is not None:
            return None
        return [bit for bit in range(reasons.bit_length()) if reasons >> bit & 1 and bit != rule]

    def fewest(self, rule: int, suffice: list[int]) -> list[int]:
        """Of the rules that suffice to shadow one, no more than it takes; any one that does is better."""
        try:
            if self.refute(rule, []) is not None:
                return []
            for earlier in range(rule):
                if self.refute(rule, [earlier]):
                    return [earlier]
            for candidate in reversed(suffice):
                if candidate in suffice:
                    rest = self.refute(rule, [earlier for earlier in suffice if earlier != candidate])
                    suffice = suffice if rest is None else rest
        except SearchLimitError:
            pass
        return suffice
