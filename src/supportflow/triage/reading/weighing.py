"""A second opinion on what was read: how much the roles that stand together weigh for a class, learned from texts.

Rules need all their roles. Of a text in words that no pack knows some are missing, and the others still say a good deal:
each role, and each two in the same sentences, has a weight in log-odds. What weighs enough is raised.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from supportflow.triage.reading.document import ReadingRule, Weighing
from supportflow.triage.reading.roles import Spot

__all__ = ["WINDOW", "CompiledWeighing", "CompiledWeighings", "alternatives", "is_key", "roles_of"]

WINDOW = 3
"""So many sentences in a row are weighed together, at most."""
_MOST_PARTS = 5
_NONE: Mapping[str, int] = {}
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


class CompiledWeighing(NamedTuple):
    """A weighing, ready to weigh with.

    Attributes:
        weighing: As it was written.
        set_name: Its rule set.
        rule: What evidence shows of it.
        needs: Roles of each of which one must be there.
        least: What is enough to be raised, in millionths, as all weights here.
        most: More than anything can weigh, or the opposite of it.
        bias: What a text without roles weighs.
        alone: Role → weight.
        together: Role → each other one that it has a weight with → that weight; a pair stands under both.
        doubted: Its set's `RuleSet.doubted`.
    """

    weighing: Weighing
    set_name: str
    rule: ReadingRule
    needs: tuple[tuple[str, ...], ...]
    least: int
    most: int
    bias: int
    alone: Mapping[str, int]
    together: Mapping[str, Mapping[str, int]]
    doubted: str | None = None

    @classmethod
    def of(cls, weighing: Weighing, set_name: str, doubted: str | None = None) -> "CompiledWeighing":
        """A weighing of a rule set, compiled."""
        keys = [(roles_of(key), round(weight * _UNIT)) for key, weight in weighing.weights.items()]
        bias, least = round(weighing.bias * _UNIT), round(weighing.raises * _UNIT)
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
            least,
            abs(least) + abs(bias) + sum(abs(weight) for _, weight in keys),
            bias,
            {roles[0]: weight for roles, weight in keys if len(roles) == 1},
            {role: dict(pairs) for role, pairs in together.items()},
            doubted,
        )

    def heaviest(self, roles: Collection[str]) -> list[str]:
        """The roles that weigh most, each with half of what it weighs with others; the heaviest first."""
        shares: dict[str, int] = {}
        for role in roles:
            pairs = self.together.get(role, _NONE)
            shares[role] = 2 * self.alone.get(role, 0) + sum(pairs[one] for one in roles if one in pairs)
        heavy = sorted((role for role in shares if shares[role] > 0), key=lambda role: (-shares[role], role))
        return heavy[:_MOST_PARTS]


class CompiledWeighings:
    """Weighings, ready to weigh sentences with: all at once.

    A role has one number for all of them, with a field of bits for each: adding two such numbers adds every weight. A field
    is wide enough for all weights of its weighing, so that no sum runs into the next.

    Args:
        each: The weighings.
    """

    def __init__(self, each: Sequence[CompiledWeighing]) -> None:
        self.each = tuple(each)
        self._width = max((one.most.bit_length() for one in self.each), default=0) + 2
        self._zero = 1 << (
            self._width - 1
        )  # what stands for nothing in a field, so that none is below naught
        self._field = (1 << self._width) - 1
        self._empty = self._all([one.bias + self._zero for one in self.each])
        roles = dict.fromkeys(role for one in self.each for role in (*one.alone, *one.together))
        self._alone = {role: self._all([one.alone.get(role, 0) for one in self.each]) for role in roles}
        self._together = {
            role: {
                other: self._all([one.together.get(role, {}).get(other, 0) for one in self.each])
                for other in roles
            }
            for role in roles
        }

    def _all(self, weights: Sequence[int]) -> int:
        """The weights of all weighings in one number."""
        return sum(weight << (place * self._width) for place, weight in enumerate(weights))

    def heaviest(
        self, sentences: Mapping[int, Mapping[str, Spot]], wanted: Mapping[int, AbstractSet[int]]
    ) -> dict[int, dict[str, Spot]]:
        """Of some weighings the sentences that weigh most and enough: their roles, each with its first spot there.

        Each sentence is weighed alone, and with those behind it, for what is added must not take anything. Of two that
        weigh the same it is the first.

        Args:
            sentences: Number of a sentence → role → its first spot there.
            wanted: Place of a weighing among them → the sentences that are left out.
        """
        found: dict[int, tuple[int, int]] = {}
        fields = [
            (place * self._width, place, self.each[place].needs, without) for place, without in wanted.items()
        ]
        most = {place: self.each[place].least + self._zero for place in wanted}
        roles = {number: [role for role in here if role in self._alone] for number, here in sentences.items()}
        for first in sorted(sentences):
            total = self._empty
            present: list[str] = []
            for last in range(first, first + WINDOW):
                if last not in roles:
                    continue
                for role in roles[last]:
                    if role not in present:
                        total += sum(map(self._together[role].__getitem__, present), self._alone[role])
                        present.append(role)
                for shift, place, needs, without in fields:
                    weight = total >> shift & self._field
                    if (
                        weight >= most[place]
                        and without.isdisjoint(range(first, last + 1))
                        and _has(needs, sentences, first, last)
                    ):
                        most[place] = weight + 1
                        found[place] = first, last
        return {place: _joined(sentences, *window) for place, window in found.items()}


def _has(
    needs: Sequence[Sequence[str]], sentences: Mapping[int, Mapping[str, Spot]], first: int, last: int
) -> bool:
    """Whether one of each stands in some sentences."""
    return not needs or all(not _joined(sentences, first, last).keys().isdisjoint(roles) for roles in needs)


def _joined(sentences: Mapping[int, Mapping[str, Spot]], first: int, last: int) -> dict[str, Spot]:
    """The roles of some sentences, each with its first spot."""
    joined: dict[str, Spot] = {}
    for number in range(first, last + 1):
        joined = {**sentences.get(number, {}), **joined}
    return joined
