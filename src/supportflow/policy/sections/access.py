"""What access means for one ticket: which of its texts are sealed, whose they are, and who may open them for what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from supportflow.model.content import ContentRef
from supportflow.model.events import EventBase, EvidenceProvided, GuideAdvanced, MessageReceived, TicketOpened
from supportflow.model.people import Agent
from supportflow.policy.document.access import Access, AccessRule
from supportflow.policy.document.retention import ContentKind
from supportflow.policy.sections.retention import texts_of

__all__ = ["AccessIndex", "Marks", "SealedText", "marks_of"]


class Marks(NamedTuple):
    """What a ticket ever was: a text does not open because its ticket was given another category.

    Attributes:
        categories: Its categories.
        classes: Its priority classes.
    """

    categories: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


def marks_of(events: Iterable[EventBase]) -> Marks:
    """What the tickets with these events ever were."""
    categories: set[str] = set()
    classes: set[str] = set()
    for event in events:
        categories.add(getattr(event, "topic", None) or "")
        classes.add(getattr(event, "priority_class", None) or "")
    return Marks(frozenset(categories - {""}), frozenset(classes - {""}))


@dataclass(slots=True)
class SealedText:
    """A text that is sealed.

    Attributes:
        id: Its content row.
        kind: What it is; the first of several things.
        item: The item of evidence that it is; None if it is none.
        event: The event that it came with.
        person: Id of the party whose it is; None for the requester, who also speaks for what the desk wrote of them.
        rules: The rules that seal it: to be opened, all of them must be met.
    """

    id: str
    kind: ContentKind
    item: str | None
    event: EventBase
    person: str | None
    rules: tuple[AccessRule, ...]


class _Use(NamedTuple):
    """One thing that a text is."""

    row_id: str
    kind: ContentKind
    item: str | None
    person: str | None


class AccessIndex:
    """The access of a policy, ready to be asked.

    Args:
        document: The policy's.
    """

    def __init__(self, document: Access) -> None:
        self._document = document

    def __bool__(self) -> bool:
        return bool(self._document.rules)

    @property
    def rules(self) -> Sequence[AccessRule]:
        """The rules, in order."""
        return self._document.rules

    @property
    def seals_titles(self) -> bool:
        """Whether a subject line, or name and addresses of a requester, can be sealed, be it as what evidence came in."""
        reaching = {"subject", "personal", "evidence"}
        return any(not rule.kinds or reaching & {*rule.kinds} for rule in self._document.rules)

    def roles(self, agent: Agent) -> frozenset[str]:
        """The roles of an agent."""
        return frozenset(
            name
            for name, role in self._document.roles.items()
            if agent.id in role.agents or {*role.groups} & {*agent.groups} or {*role.tiers} & {*agent.tiers}
        )

    def rule(self, marks: Marks, kind: ContentKind, item: str | None = None) -> AccessRule | None:
        """The rule that seals a text; None if none does."""
        for rule in self._document.rules:
            if (
                (not rule.kinds or kind in rule.kinds)
                and (not rule.items or item in rule.items)
                and (not rule.categories or marks.categories & {*rule.categories})
                and (not rule.classes or marks.classes & {*rule.classes})
            ):
                return rule
        return None

    def sealed(
        self, events: Sequence[EventBase], before: Sequence[Sequence[EventBase]] = ()
    ) -> dict[str, SealedText]:
        """The sealed texts of a ticket by their content rows' ids, in order.

        Evidence that a message brought stands in that message as well: who seals the one seals the other. A text that a
        ticket has from another one is sealed on it if it is sealed there.

        Args:
            events: Of the ticket.
            before: Of the tickets that it follows or was split from, the nearest first.
        """
        if not self:
            return {}
        there = self.sealed(before[0], before[1:]) if before else {}
        marks = marks_of(chain(events, *before))
        found: dict[str, SealedText] = {}
        order: dict[str, None] = {}
        brought: list[tuple[EventBase, _Use]] = []
        for event in events:
            words = isinstance(event, TicketOpened | MessageReceived)
            if words:
                brought = []
            for use in _uses(event):
                order[use.row_id] = None
                if words and use.kind in {"subject", "message", "note"}:
                    brought.append((event, use))
                known = there.get(use.row_id)
                for rule in () if known is None else known.rules:
                    _seal(found, event, use, rule)
                own = self.rule(marks, use.kind, use.item)
                if own is None:
                    continue
                _seal(found, event, use, own)
                for source, said in brought if _is_said(event) else ():
                    if isinstance(event, GuideAdvanced) or source.recorded_at == event.recorded_at:
                        _seal(found, source, said, own)
        return {row_id: found[row_id] for row_id in order if row_id in found}


def _seal(found: dict[str, SealedText], event: EventBase, use: _Use, rule: AccessRule) -> None:
    known = found.get(use.row_id)
    if known is None:
        found[use.row_id] = SealedText(use.row_id, use.kind, use.item, event, use.person, (rule,))
        return
    if rule not in known.rules:
        known.rules = (*known.rules, rule)
    known.item = known.item or use.item


def _is_said(event: EventBase) -> bool:
    """True of evidence that was read in a message, or given as text beside it."""
    value = getattr(event, "value", None)
    return isinstance(event, EvidenceProvided | GuideAdvanced) and isinstance(value, ContentRef)


def _uses(event: EventBase) -> Iterator[_Use]:
    item: str | None = None
    person: str | None = None
    if isinstance(event, EvidenceProvided):
        item, person = event.item, event.party
    elif isinstance(event, GuideAdvanced):
        item = event.field
    elif isinstance(event, MessageReceived) and event.origin == "party":
        person = event.by.id
    for kind, row_id in texts_of(event):
        yield _Use(row_id, kind, item, person)
