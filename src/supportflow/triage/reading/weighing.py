"""A second opinion on what was read: how much the roles that stand together weigh for a class, learned from texts.

Rules need all their roles. Of a text in words that no pack knows some are missing, and the others still say a good deal:
each role, and each two in the same sentences, has a weight in log-odds. What weighs enough is raised.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from supportflow.triage.once import Once
from supportflow.triage.reading.document import ReadingRule, Weighing
from supportflow.triage.reading.roles import Spot

__all__ = ["WINDOW", "CompiledWeighing", "Sentences", "alternatives", "is_key", "roles_of"]

WINDOW = 3
"""So many sentences in a row are weighed together, at most."""
_MOST_PARTS = 5
_UNIT = 1_000_000
"""Weights are added up as whole millionths: so the sum is the same in any order."""


def roles_of(key: str) -> tuple[str, ...]:
    """The role, or the two, that a weight is for: `"gone"`, `"gone+not_me"`."""
    return tuple(key.split("+"))


def alternatives(named: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Named roles, each with those that will do as well: `"mark|ask_if"` is either."""
    return tuple(tuple(one.split("|")) for one in named)


def is_key(key: str) -> bool:
    """Whether a weight can be for this: one role, or two different ones."""
    roles = roles_of(key)
    return len(roles) == len(set(roles)) and key.count("+") <= 1


class Sentences:
    """Which roles stand in each sentence, and where each of them begins to.

    Args:
        found: Number of a sentence → role → its first spot there.
    """

    def __init__(self, found: Mapping[int, Mapping[str, Spot]]) -> None:
        self._found = found

    @Once
    def rows(self) -> list[list[tuple[int, dict[str, Spot], list[str]]]]:
        """For each sentence that has a role the windows that begin there: the last sentence, the roles, and the new ones.

        Of a role the first spot counts. The sentence alone as well, for what is added behind it must not take anything.
        """
        rows = []
        for first in sorted(self._found):
            roles: dict[str, Spot] = {}
            row: list[tuple[int, dict[str, Spot], list[str]]] = []
            for number in range(first, first + WINDOW):
                here = self._found.get(number)
                if here:
                    new = [role for role in here if role not in roles]
                    roles = {**here, **roles}
                    row.append((number, roles, new))
            rows.append(row)
        return rows

    def windows(self) -> Iterator[dict[str, Spot]]:
        """The roles of each sentence that has one: alone, and with those of the sentences behind it."""
        return (roles for row in self.rows for _, roles, _ in row)


class CompiledWeighing(NamedTuple):
    """A weighing, ready to weigh with.

    Attributes:
        weighing: As it was written.
        set_name: Its rule set.
        rule: What evidence shows of it.
        needs: Roles of each of which one must be there.
        bias: What a text without roles weighs, in millionths, as all weights here.
        alone: Role → weight.
        together: Role → each other one that it has a weight with → that weight; a pair stands under both.
    """

    weighing: Weighing
    set_name: str
    rule: ReadingRule
    needs: tuple[tuple[str, ...], ...]
    bias: int
    alone: Mapping[str, int]
    together: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, weighing: Weighing, set_name: str) -> "CompiledWeighing":
        """A weighing of a rule set, compiled."""
        keys = [(roles_of(key), round(weight * _UNIT)) for key, weight in weighing.weights.items()]
        together: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for roles, weight in keys:
            for other in roles[1:]:
                together[roles[0]][other] += weight
                together[other][roles[0]] += weight
        rule = ReadingRule.model_construct(
            name=weighing.name,
            category=weighing.category,
            priority_class=weighing.priority_class,
            all=(weighing.name,),
            review=weighing.review,
            asked=weighing.category if weighing.question else None,
        )
        return cls(
            weighing,
            set_name,
            rule,
            alternatives(weighing.needs),
            round(weighing.bias * _UNIT),
            {roles[0]: weight for roles, weight in keys if len(roles) == 1},
            {role: dict(pairs) for role, pairs in together.items()},
        )

    def weight(self, roles: Collection[str]) -> float:
        """What roles weigh together, in log-odds; the same whatever their order."""
        return (self.bias + self._more(roles, set())) / _UNIT

    def windows(
        self, sentences: Sentences, without: AbstractSet[int]
    ) -> Iterator[tuple[float, dict[str, Spot]]]:
        """What each window weighs, and its roles; windows with one of the sentences `without` are left out."""
        for row in sentences.rows:
            widest = row[-1][1].keys()
            if not all(not widest.isdisjoint(roles) for roles in self.needs):
                continue  # what its widest window lacks, none of it has
            total, present = self.bias, set[str]()
            for last, roles, new in row:
                if last in without:
                    break
                total += self._more(new, present)
                if all(not present.isdisjoint(roles) for roles in self.needs):
                    yield total / _UNIT, roles

    def _more(self, new: Collection[str], present: set[str]) -> int:
        """What new roles add to those that are present, which they join."""
        alone, together, more = self.alone, self.together, 0
        for role in new:
            if role in alone:
                more += alone[role]
            if role in together:
                pairs = together[role]
                for other in present:
                    if other in pairs:
                        more += pairs[other]
            present.add(role)
        return more

    def heaviest(self, roles: Collection[str]) -> list[str]:
        """The roles that weigh most, each with half of what it weighs with others; the heaviest first."""
        shares = {
            role: 2 * self.alone.get(role, 0)
            + sum(weight for other, weight in self.together.get(role, {}).items() if other in roles)
            for role in roles
        }
        heavy = sorted((role for role in shares if shares[role] > 0), key=lambda role: (-shares[role], role))
        return heavy[:_MOST_PARTS]
