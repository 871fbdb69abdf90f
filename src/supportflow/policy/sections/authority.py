"""When the policy itself asks the host to act, and when too little speaks for it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supportflow.conditions import ConditionIndex, Fields
from supportflow.policy.document.authority import ActionSignal, HostAction

__all__ = ["TEXT_FIELDS", "Trigger", "TriggerIndex", "rests_on_text", "weight_of"]

TEXT_FIELDS = frozenset(
    {
        "category",
        "priority_class",
        "level",
        "flags",
        "review",
        "product",
        "language",
        "by_others",
        "only_asks",
    }
)
"""Fields that a text can fill: signals that rest on these alone are one signal, the text."""


class Trigger(NamedTuple):
    """An action that the policy would ask for.

    Attributes:
        action: The action.
        signals: What speaks for it.
        lacks: How much more must speak for it; 0 if it is asked for.
    """

    action: str
    signals: tuple[str, ...]
    lacks: int


class TriggerIndex:
    """The actions of a policy that it asks for by itself, compiled.

    Args:
        actions: The host's actions.
        fields: What conditions may name.

    Attributes:
        empty: True if there are none.

    Raises:
        ConditionError: If a condition cannot be compiled.
    """

    def __init__(self, actions: Mapping[str, HostAction], fields: Fields) -> None:
        self._actions = {name: rule for name, rule in actions.items() if rule.when is not None}
        self._names = tuple(self._actions)
        self.empty = not self._actions
        self._when = ConditionIndex([rule.when for rule in self._actions.values() if rule.when], fields)
        self._signals = {
            name: (tuple(rule.signals), ConditionIndex([one.when for one in rule.signals.values()], fields))
            for name, rule in self._actions.items()
            if rule.signals
        }

    def of(self, record: Mapping[str, object]) -> Iterator[Trigger]:
        """What is asked for, or held back, for a ticket with these fields.

        Args:
            record: The ticket's fields.
        """
        for position in self._when.all(record):
            name = self._names[position]
            if name not in self._signals:
                yield Trigger(name, (), 0)
                continue
            names, index = self._signals[name]
            held = tuple(names[place] for place in index.all(record))
            rule = self._actions[name]
            yield Trigger(
                name, held, max(0, rule.threshold - weight_of({one: rule.signals[one] for one in held}))
            )


def weight_of(signals: Mapping[str, ActionSignal]) -> int:
    """How much signals say together: of those that rest on texts alone, only the weightiest counts."""
    texts = [one.weight for one in signals.values() if rests_on_text(one)]
    others = [one.weight for one in signals.values() if not rests_on_text(one)]
    return sum(others) + max(texts, default=0)


def rests_on_text(signal: ActionSignal) -> bool:
    """True if a signal rests on nothing but what a text says."""
    return all(one.field in TEXT_FIELDS for one in signal.when.comparisons() if one.field)
