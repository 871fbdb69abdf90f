"""Priority: a class first, then a level, then the due time or the age, then the ticket id. The order is total and strict.

A class of a higher rank always comes before one of a lower rank, however late, loud or old that is. The key is static: it
changes only when an event changes the ticket.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import Field

from supportflow.conditions import Condition, Fields, compile_condition
from supportflow.model.base import Document, Name
from supportflow.model.signals import Signals

__all__ = ["DEFAULT_CLASSES", "Chosen", "PriorityIndex", "PriorityKey", "PriorityRule", "evidence_of"]

DEFAULT_CLASSES = ("security", "dispute", "general")
"""The classes of a policy that declares none, highest first."""


LOWEST_LEVEL = 4
"""The level of a question about security that reports nothing."""
_MOST_EVIDENCE = 10


def evidence_of(signals: Signals) -> tuple[str, ...]:
    """The lexicon entries behind the class that a text speaks for, as the policy writes them."""
    speaking = [one.entry for one in signals.evidence if one.priority_class in {signals.priority_class, None}]
    return tuple(dict.fromkeys(speaking))[:_MOST_EVIDENCE]


class PriorityKey(NamedTuple):
    """Sorts tickets: smaller comes first.

    Attributes:
        rank: Of the class; 0 is the highest.
        level: 1 to 4.
        order_us: The earliest due time, or the time of opening, in microseconds.
        ticket_id: Makes the order total.
    """

    rank: int
    level: int
    order_us: int
    ticket_id: str


class PriorityRule(Document):
    """Puts matching tickets into a class. Rules are tried in order; the first match decides.

    Attributes:
        name: For `explain`.
        when: The tickets that it is for.
        priority_class: Their class (`class` in a document).
        level: Their level, if it says one.
    """

    name: Name
    when: Condition
    priority_class: Name = Field(alias="class")
    level: int | None = Field(default=None, ge=1, le=4)


class Chosen(NamedTuple):
    """What decided a ticket's priority."""

    priority_class: str
    level: int
    rule: str
    evidence: tuple[str, ...]


class PriorityIndex:
    """The priority rules of a policy, compiled.

    Args:
        classes: Highest first.
        rules: In order.
        fields: What conditions may name.
        default_class: The class of a ticket that no rule matches.
        default_level: The level of a ticket for which nobody says one.
    """

    def __init__(
        self,
        classes: Sequence[str],
        rules: Sequence[PriorityRule],
        fields: Fields,
        default_class: str,
        default_level: int,
    ) -> None:
        self._rank = {name: rank for rank, name in enumerate(classes)}
        self._rules = tuple((rule, compile_condition(rule.when, fields)) for rule in rules)
        self._default = Chosen(default_class, default_level, "default", ())

    def rank(self, priority_class: str) -> int:
        """Rank of a class, 0 for the highest; a class that the policy does not know comes last."""
        return self._rank.get(priority_class, len(self._rank))

    def choose(
        self,
        record: Mapping[str, object],
        *,
        given_class: str | None = None,
        given_level: int | None = None,
        signals: Signals | None = None,
    ) -> Chosen:
        """The class and level of a new ticket.

        The host's word comes first, then the rules, then what the text suggests. Text can only raise the class: a message
        that speaks of a break-in is security whatever else was said.

        Args:
            record: The ticket's fields.
            given_class: The class that the host gave.
            given_level: The level that the host gave.
            signals: What the classifier read out of the text.
        """
        chosen = self._by_rule(record)
        if given_class is not None:
            chosen = Chosen(given_class, chosen.level, "given", ())
        if signals is not None and self.raises(signals, chosen.priority_class):
            level = LOWEST_LEVEL if signals.informational else chosen.level
            chosen = Chosen(signals.priority_class, level, "words", evidence_of(signals))
        return chosen if given_level is None else chosen._replace(level=given_level)

    def raises(self, signals: Signals, priority_class: str) -> bool:
        """True if a text speaks for a higher class than this one. It never speaks for a lower one."""
        return self.rank(signals.priority_class) < self.rank(priority_class)

    def _by_rule(self, record: Mapping[str, object]) -> Chosen:
        for rule, holds in self._rules:
            if holds(record):
                return Chosen(rule.priority_class, rule.level or self._default.level, rule.name, ())
        return self._default

    def key(self, priority_class: str, level: int, order_us: int, ticket_id: str) -> PriorityKey:
        """The sort key of a ticket."""
        return PriorityKey(self.rank(priority_class), level, order_us, ticket_id)
