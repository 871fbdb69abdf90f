"""A second opinion on what was read: how much the roles that stand together weigh for a class, learned from texts.

Rules need all their roles. Of a text in words that no pack knows some are missing, and the others still say a good deal:
each role, and each two in the same sentences, has a weight in log-odds. What weighs enough is raised.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from supportflow.triage.reading.document import ReadingRule, Weighing
from supportflow.triage.reading.roles import Spot

__all__ = ["WINDOW", "CompiledWeighing", "Sentences", "is_key", "roles_of"]

WINDOW = 3
"""So many sentences in a row are weighed together, at most."""
_MOST_PARTS = 5


def roles_of(key: str) -> tuple[str, ...]:
    """The role, or the two, that a weight is for: `"gone"`, `"gone+not_me"`."""
    return tuple(key.split("+"))


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

    def between(self, first: int, last: int) -> dict[str, Spot]:
        """The roles in these sentences, both included."""
        roles: dict[str, Spot] = {}
        for number in range(first, last + 1):
            for role, spot in self._found.get(number, {}).items():
                roles.setdefault(role, spot)
        return roles

    def windows(self, without: Collection[int] = ()) -> Iterator[dict[str, Spot]]:
        """The roles of each sentence that has one: alone, and with those of the sentences behind it.

        Alone as well, for what is added behind a sentence must not take anything from it.

        Args:
            without: Sentences that are in none of them.
        """
        for number in sorted(self._found):
            for last in range(number, number + WINDOW):
                if last in without:
                    break
                if last in self._found:
                    yield self.between(number, last)


class CompiledWeighing(NamedTuple):
    """A weighing, ready to weigh with.

    Attributes:
        weighing: As it was written.
        set_name: Its rule set.
        rule: What evidence shows of it.
        alone: Role → weight.
        together: Role → each other one that it has a weight with, and that weight; a pair stands under one of its two.
    """

    weighing: Weighing
    set_name: str
    rule: ReadingRule
    alone: Mapping[str, float]
    together: Mapping[str, Sequence[tuple[str, float]]]

    @classmethod
    def of(cls, weighing: Weighing, set_name: str) -> "CompiledWeighing":
        """A weighing of a rule set, compiled."""
        keys = [(roles_of(key), weight) for key, weight in weighing.weights.items()]
        together: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for roles, weight in keys:
            for other in roles[1:]:
                together[roles[0]].append((other, weight))
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
            {roles[0]: weight for roles, weight in keys if len(roles) == 1},
            dict(together),
        )

    def weight(self, roles: Collection[str]) -> float:
        """What roles weigh together, in log-odds; the same whatever their order."""
        return self.weighing.bias + math.fsum(self._weights(roles))

    def _weights(self, roles: Collection[str]) -> Iterator[float]:
        alone, together = self.alone, self.together
        for role in roles:
            if role in alone:
                yield alone[role]
            for other, weight in together.get(role, ()):
                if other in roles:
                    yield weight

    def heaviest(self, roles: Collection[str]) -> list[str]:
        """The roles that weigh most, each with half of what it weighs with others; the heaviest first."""
        shares = {role: self.alone.get(role, 0.0) for role in sorted(roles)}
        for role in sorted(roles):
            for other, weight in self.together.get(role, ()):
                if other in roles:
                    shares[role] += weight / 2
                    shares[other] += weight / 2
        heavy = sorted((role for role in shares if shares[role] > 0), key=lambda role: (-shares[role], role))
        return heavy[:_MOST_PARTS]
