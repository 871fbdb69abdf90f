"""When the policy itself asks the host to act, and when too little speaks for it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supportflow.conditions import ConditionIndex, Fields
from supportflow.policy.authority import ActionSignal, HostAction

__all__ = ["TEXT_FIELDS", "Trigger", "TriggerIndex", "trigger_problems"]

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

    Raises:
        ConditionError: If a condition cannot be compiled.
    """

    def __init__(self, actions: Mapping[str, HostAction], fields: Fields) -> None:
        self._actions = {name: rule for name, rule in actions.items() if rule.when is not None}
        self._names = tuple(self._actions)
        self._when = ConditionIndex([rule.when for rule in self._actions.values() if rule.when], fields)
        self._signals = {
            name: (tuple(rule.signals), ConditionIndex([one.when for one in rule.signals.values()], fields))
            for name, rule in self._actions.items()
            if rule.signals
        }

    def __bool__(self) -> bool:
        return bool(self._actions)

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
                name, held, max(0, rule.threshold - _speaks({one: rule.signals[one] for one in held}))
            )


def _speaks(signals: Mapping[str, ActionSignal]) -> int:
    """How much signals say together: of those that rest on texts alone, only the weightiest counts."""
    texts = [one.weight for one in signals.values() if _is_text(one)]
    others = [one.weight for one in signals.values() if not _is_text(one)]
    return sum(others) + max(texts, default=0)


def _is_text(signal: ActionSignal) -> bool:
    return all(one.field in TEXT_FIELDS for one in signal.when.comparisons() if one.field)


def trigger_problems(actions: Mapping[str, HostAction]) -> Iterator[str]:
    """What is wrong with the signals of actions, each one sentence that starts with its path."""
    for name, rule in actions.items():
        if not rule.signals:
            continue
        path = f"authority.host.{name}"
        if rule.when is None:
            yield f"{path}.signals: speak for nothing; name in when what the action is asked for"
        if _speaks(rule.signals) < rule.threshold:
            yield f"{path}.threshold: all signals together say {_speaks(rule.signals)}, which is less"
        texts = {one: signal for one, signal in rule.signals.items() if _is_text(signal)}
        if _speaks(texts) >= rule.threshold:
            yield f"{path}.threshold: a text alone says {_speaks(texts)}; nobody but its writer would have spoken"
