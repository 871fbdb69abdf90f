"""Which tickets to label next: those that would teach the model most."""

from collections.abc import Callable, Sequence

from supportflow._dataclass import dataclass
from supportflow.learn.examples import Example
from supportflow.learn.features import features
from supportflow.learn.model import TextModel

__all__ = ["Wanted", "worth_labelling"]

_ALIKE = 0.6
"""Texts that share this much of their features teach the same."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket worth a label.

    Attributes:
        id: The host's id.
        text: The text, redacted.
        why: `"rules and model disagree"` or `"the model is unsure"`, and of which class.
        probability: The model's, of that class.
    """

    id: str
    text: str
    why: str
    probability: float


def worth_labelling(
    texts: Sequence[Example], model: TextModel, rules: Callable[[str], str], *, limit: int = 100
) -> tuple[Wanted, ...]:
    """The tickets that would teach most: where rules and model disagree first, then where the model is least sure.

    Of texts that are much alike only the first is named. Deterministic: ties go by id.

    Args:
        texts: Tickets without a label.
        model: The model.
        rules: Says a text's class by the policy's rules.
        limit: How many at most.
    """
    ranked: list[tuple[float, str, Wanted]] = []
    for one in texts:
        chances = model.probabilities(one.text)
        by_rules = rules(one.text)
        for each in model.models:
            chance = chances[each.priority_class]
            apart = (chance >= each.threshold) != (by_rules == each.priority_class)
            far = abs(chance - each.threshold)
            why = (
                f"rules and model disagree on {each.priority_class}"
                if apart
                else f"the model is unsure of {each.priority_class}"
            )
            ranked.append(
                (far + (0.0 if apart else 1.0), one.id, Wanted(one.id, one.text, why, round(chance, 3)))
            )
    chosen: list[Wanted] = []
    seen: list[frozenset[int]] = []
    taken: set[str] = set()
    for _, name, wanted in sorted(ranked, key=lambda item: item[:2]):
        if len(chosen) == limit:
            break
        if name in taken:
            continue
        numbers = frozenset(feature.number for feature in features(wanted.text, model.bits))
        if any(_alike(numbers, other) for other in seen):
            continue
        taken.add(name)
        seen.append(numbers)
        chosen.append(wanted)
    return tuple(chosen)


def _alike(a: frozenset[int], b: frozenset[int]) -> bool:
    return bool(a or b) and len(a & b) >= _ALIKE * len(a | b)
