"""Priority: a class first, then a place in it, then a level, then the due time or the age, then the ticket id.

The order is total and strict. A class of a higher rank always comes before one of a lower rank, however late, loud or
old that is; unless the policy declares head starts, which bound how long a ticket can be overtaken. The key is static: it
changes only when an event changes the ticket.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from supportflow._time import span_us, to_us
from supportflow.conditions import Condition, ConditionIndex, Fields, explain
from supportflow.conditions.ticket import ticket_record
from supportflow.model.events.tickets import ChosenBy
from supportflow.model.signals import Signals
from supportflow.model.ticket import Ticket
from supportflow.triage.priority import (
    LOWEST_LEVEL,
    PLACES,
    LevelRule,
    PriorityPolicy,
    PriorityRule,
)

__all__ = ["Chosen", "PriorityIndex", "PriorityKey", "account", "evidence_of", "told_apart"]

_FLOORS: frozenset[ChosenBy] = frozenset({"words", "merged"})
"""What a class is chosen by that no changed attribute takes back."""
_MOST_EVIDENCE = 10
"""How much evidence is recorded: more tells a reader nothing."""


def evidence_of(signals: Signals) -> tuple[str, ...]:
    """The lexicon entries behind the class that a text speaks for, as the policy writes them."""
    speaking = [one.entry for one in signals.evidence if one.priority_class in {signals.priority_class, None}]
    return tuple(dict.fromkeys(speaking))[:_MOST_EVIDENCE]


class PriorityKey(NamedTuple):
    """Sorts tickets: smaller comes first.

    Attributes:
        rank: Of the class, with the place inside it; with head starts, the same as `order_us`, so that the level no longer
            decides.
        level: 1 to 4.
        order_us: The earliest due time, or the time of opening, in microseconds; with head starts, the time of opening
            less the head start.
        ticket_id: Makes the order total.
    """

    rank: int
    level: int
    order_us: int
    ticket_id: str


class Chosen(NamedTuple):
    """What decided a ticket's priority.

    Attributes:
        priority_class: The class.
        level: The level.
        rule: The name of the rule that chose the class; else the word of `chosen_by`.
        evidence: What spoke for the class, then what decided the level.
        chosen_by: What kind of thing chose the class.
        level_evidence: How many of the last entries of the evidence decided the level.
    """

    priority_class: str
    level: int
    rule: str
    evidence: tuple[str, ...]
    chosen_by: ChosenBy = "rule"
    level_evidence: int = 0


class PriorityIndex:
    """The priority rules of a policy, compiled.

    Args:
        classes: Highest first.
        rules: In order.
        fields: What conditions may name.
        default_class: The class of a ticket that no rule matches.
        default_level: The level of a ticket for which nobody says one.
        policy: Levels and places inside a class, if the policy says anything of them.
    """

    def __init__(
        self,
        classes: Sequence[str],
        rules: Sequence[PriorityRule],
        fields: Fields,
        default_class: str,
        default_level: int,
        policy: PriorityPolicy | None = None,
    ) -> None:
        self._rank = {name: rank for rank, name in enumerate(classes)}
        self._rules = tuple(rules)
        self._index = ConditionIndex([rule.when for rule in rules], fields)
        self._default = Chosen(default_class, default_level, "default", (), "default")
        self._policy = policy or PriorityPolicy()
        self._stride = self._policy.stride
        self._levels = ConditionIndex([rule.when for rule in self._policy.levels], fields)
        self._order = ConditionIndex([rule.when for rule in self._policy.order], fields)
        decisive = [rule.when for rule in rules] + [rule.when for rule in self._policy.levels]
        self._reads = frozenset(one.field for when in decisive for one in when.comparisons() if one.field)
        if self._policy.matrix is not None:
            self._reads |= {self._policy.matrix.impact, self._policy.matrix.urgency}
        heads = self._policy.head_start
        self._head_us = None if heads is None else {name: span_us(head) for name, head in heads.items()}

    def rank(self, priority_class: str) -> int:
        """Rank of a class, 0 for the highest; a class that the policy does not know comes last."""
        return self._rank.get(priority_class, len(self._rank))

    @property
    def reads(self) -> frozenset[str]:
        """The fields on which class and level of a ticket can rest."""
        return self._reads

    # --- class and level -----------------------------------------------------------------------

    def choose(
        self,
        record: Mapping[str, object],
        *,
        given_class: str | None = None,
        given_level: int | None = None,
        signals: Signals | None = None,
    ) -> Chosen:
        """The class and level of a new ticket.

        For the class, the host's word comes first, then the rules, then what the text suggests. Text can only raise the
        class: a message that speaks of a break-in is security whatever else was said. For the level, the host's word comes
        first, then the rule's, then the matrix, then the default; a level rule raises all but the first. A text that only
        asks about security gets the lowest.

        Args:
            record: The ticket's fields.
            given_class: The class that the host gave.
            given_level: The level that the host gave.
            signals: What the classifier read out of the text.
        """
        chosen = self._by_rule(record)
        if given_class is not None:
            chosen = Chosen(given_class, chosen.level, "given", (), "given")
        if signals is not None and self.raises(signals, chosen.priority_class):
            chosen = Chosen(signals.priority_class, chosen.level, "words", evidence_of(signals), "words")
            if signals.informational and given_level is None:
                return chosen._replace(level=LOWEST_LEVEL)
        return self._with_level(chosen, record) if given_level is None else chosen._replace(level=given_level)

    def again(self, ticket: Ticket, record: Mapping[str, object]) -> Chosen:
        """The class and level of a ticket whose fields have changed since they were chosen.

        What a person or the host chose stays. What a text spoke for, or a merged ticket brought, is a floor: the class is
        never below it.

        Args:
            ticket: The ticket.
            record: Its fields now.
        """
        chosen = self._by_rule(record)
        floor = min(ticket.spoken, key=self.rank, default=None)
        spoke = told_apart(ticket)[0]
        if "class" in ticket.given:
            chosen = Chosen(ticket.priority_class, chosen.level, ticket.rule, spoke, ticket.chosen_by)
        elif floor is not None and self.rank(floor) < self.rank(chosen.priority_class):
            chosen = Chosen(floor, chosen.level, "words", (), "words")
            if ticket.priority_class == floor and ticket.chosen_by in _FLOORS:
                chosen = chosen._replace(rule=ticket.rule, evidence=spoke, chosen_by=ticket.chosen_by)
            if ticket.informational and "level" not in ticket.given:
                return chosen._replace(level=LOWEST_LEVEL)
        return (
            chosen._replace(level=ticket.level)
            if "level" in ticket.given
            else self._with_level(chosen, record)
        )

    def raises(self, signals: Signals, priority_class: str) -> bool:
        """True if a text speaks for a higher class than this one. It never speaks for a lower one."""
        return self.rank(signals.priority_class) < self.rank(priority_class)

    def _by_rule(self, record: Mapping[str, object]) -> Chosen:
        """The class by the rules, with the level that the rule says; 0 if it says none."""
        found = self._index.first(record)
        if found is None:
            return self._default._replace(level=0)
        rule = self._rules[found]
        return Chosen(rule.priority_class, rule.level or 0, rule.name, _evidence(rule.when, record))

    def _with_level(self, chosen: Chosen, record: Mapping[str, object]) -> Chosen:
        level, said = chosen.level, list[str]()
        if not level:
            level = self._default.level
            by_matrix = self._by_matrix(record)
            if by_matrix is not None:
                level, reason = by_matrix
                said.append(reason)
        rule = self._level_rule(chosen.priority_class, record)
        if rule is not None and (raised := rule.raised(level)) < level:
            level = raised
            said.append(f"level {level} by {rule.name!r}: {', '.join(_evidence(rule.when, record))}")
        return chosen._replace(level=level, evidence=(*chosen.evidence, *said), level_evidence=len(said))

    def _by_matrix(self, record: Mapping[str, object]) -> tuple[int, str] | None:
        matrix = self._policy.matrix
        if matrix is None:
            return None
        impact, urgency = record.get(matrix.impact), record.get(matrix.urgency)
        level = matrix.levels.get(str(impact), {}).get(str(urgency))
        if level is None:
            return None
        return level, f"level {level} by {matrix.impact} {impact!r} and {matrix.urgency} {urgency!r}"

    def _level_rule(self, priority_class: str, record: Mapping[str, object]) -> LevelRule | None:
        if not self._policy.levels:
            return None
        # The record was made before the class was known.
        found = self._levels.all({**record, "priority_class": priority_class})
        rules = (self._policy.levels[position] for position in found)
        return next((rule for rule in rules if not rule.classes or priority_class in rule.classes), None)

    # --- the place in the queue ----------------------------------------------------------------

    def key(
        self, priority_class: str, level: int, order_us: int, ticket_id: str, *, place: int = 0
    ) -> PriorityKey:
        """The sort key of a ticket under strict order.

        Args:
            priority_class: Its class.
            level: Its level.
            order_us: Its earliest due time, or the time of opening.
            ticket_id: Its id.
            place: Its place inside its class; see `place`.
        """
        return PriorityKey(self.rank(priority_class) * PLACES + place, level, order_us, ticket_id)

    def key_of(self, ticket: Ticket, due_us: int | None) -> PriorityKey:
        """The sort key of a ticket, under whichever order the policy declares. A call that is owed keeps its place.

        Args:
            ticket: The ticket.
            due_us: The earliest due time of its running clocks, in microseconds.
        """
        if self._head_us is not None:
            head_us = self._head_us.get(ticket.priority_class, 0)
            order_us = _kept(ticket, to_us(ticket.opened_at) - head_us)
            return PriorityKey(order_us, ticket.level, order_us, ticket.id)
        order_us = _kept(ticket, to_us(ticket.opened_at) if due_us is None else due_us)
        return self.key(ticket.priority_class, ticket.level, order_us, ticket.id, place=self.place(ticket))

    def place(self, ticket: Ticket) -> int:
        """The place of a ticket inside its class: 0 if nothing speaks for it, below 0 if something does."""
        place = 0
        channels = self._policy.channel_order.get(ticket.priority_class, ())
        if ticket.channel in channels:
            place = channels.index(ticket.channel) - len(channels)
        if not self._policy.order:
            return place
        for position in self._order.all(ticket_record(ticket, to_us(ticket.recorded_at))):
            classes = self._policy.order[position].classes
            if not classes or ticket.priority_class in classes:
                return place - (len(self._policy.order) - position) * self._stride
        return place


def told_apart(decided: Ticket | Chosen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The evidence of a priority: what spoke for the class, and what decided the level (`"level 1 by ..."`)."""
    at = len(decided.evidence) - decided.level_evidence
    return decided.evidence[:at], decided.evidence[at:]


def account(ticket: Ticket) -> str:
    """Why a ticket has its class and level, for people: which rule, and on which evidence."""
    spoken, levels = told_apart(ticket)
    spoke = ", ".join(map(_said, spoken) if ticket.chosen_by in _FLOORS else spoken)
    accounts: dict[ChosenBy, str] = {
        "rule": f"rule {ticket.rule!r}{f': {spoke}' if spoke else ''}",
        "given": "given by hand",
        "default": "no rule and no word said otherwise",
        "words": f"the text says: {spoke}" if spoke else "a text speaks for it",
        "merged": f"from a ticket that was merged into it{f': {spoke}' if spoke else ''}",
        "ladder": "its level was raised by a step of its ladder",
    }
    by = accounts[ticket.chosen_by]
    return f"{ticket.priority_class}, level {ticket.level} ({'; '.join([by, *levels])})"


def _said(evidence: str) -> str:
    """A lexicon entry in short: its one word, or the category that its pattern speaks for."""
    _, category, pattern = (*evidence.split(":", 2), "", "")[:3]
    return pattern if pattern and not set(pattern) & set("|*@?") else category or evidence


def _evidence(condition: Condition, record: Mapping[str, object]) -> tuple[str, ...]:
    """The comparisons that hold, as the policy writes them: never what the ticket says."""
    return tuple(one for one, _ in zip(_held(condition, record), range(_MOST_EVIDENCE), strict=False))


def _held(condition: Condition, record: Mapping[str, object]) -> Iterator[str]:
    for one in explain(condition, record).comparisons():
        if one.holds:
            expected = list(one.expected) if isinstance(one.expected, tuple) else one.expected
            yield f"{one.field} {one.operator} {expected!r}"


def _kept(ticket: Ticket, order_us: int) -> int:
    """Where a ticket stands inside its class and level: a call that is owed keeps the place of the call it is owed for."""
    owed = ticket.phone.call_back
    return order_us if owed is None else min(order_us, owed.order_us)
