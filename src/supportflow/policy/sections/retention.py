"""What retention means for one ticket: what is due now, and when there will be more. Nothing is archived or erased here."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import NamedTuple

from supportflow._time import Instant, from_us, span_us, to_us
from supportflow.conditions import Condition, Fields, compile_condition
from supportflow.conditions.ticket import ticket_record
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.events import EventBase, NoteAdded
from supportflow.model.ticket import Ticket
from supportflow.policy.document.retention import CONTENT_KINDS, ContentKind, ContentRule, Retention

__all__ = ["BY_DEFAULT", "Erasure", "RetentionIndex", "RetentionPlan", "never_applying", "texts_of"]

_OTHER = None
"""Stands for every category that no rule names."""
BY_DEFAULT = "content_for"
"""The name of what holds where no rule does."""


class Erasure(NamedTuple):
    """Content of a ticket that is kept no longer.

    Attributes:
        kind: Which.
        at: Since when.
        rule: The name of the rule that says so; `"content_for"` if none does.
    """

    kind: ContentKind
    at: Instant
    rule: str


class RetentionPlan(NamedTuple):
    """What is due on a ticket.

    Attributes:
        held: True while nothing is done to it: the policy's `hold` is true of it.
        archive_at: Since when it belongs in the archive; None if it does not yet.
        erase: Content that is kept no longer, in order of time.
        next_at: When more becomes due, if nothing changes until then; None if nothing will.
    """

    held: bool = False
    archive_at: Instant | None = None
    erase: tuple[Erasure, ...] = ()
    next_at: Instant | None = None


class RetentionIndex:
    """The retention of a policy, ready to be asked.

    Args:
        document: The policy's.
        fields: What its condition may name.

    Raises:
        ConditionError: If the condition makes no sense for these fields.
    """

    def __init__(self, document: Retention, fields: Fields) -> None:
        self._document = document
        self._holds = None if document.hold is None else compile_condition(document.hold, fields)

    @property
    def hold(self) -> Condition | None:
        """The condition of what is held; None if nothing ever is."""
        return self._document.hold

    def holds(self, ticket: Ticket, now: datetime, *, successor: Ticket | None = None) -> bool:
        """Whether nothing may be erased of a ticket now, open or not; arguments as of `plan`."""
        if self._holds is None:
            return False
        now_us = to_us(now)
        return any(self._holds(ticket_record(one, now_us)) for one in (ticket, successor) if one is not None)

    def plan(self, ticket: Ticket, now: datetime, *, successor: Ticket | None = None) -> RetentionPlan:
        """What is due on a ticket now.

        Args:
            ticket: The ticket.
            now: The instant of the question.
            successor: The ticket that it was merged into, at the end of the chain if that was merged, too. Its texts belong
                to that case: they are kept until that has ended, and nothing is due as long as it is not given.
        """
        ended_us = _ended_us(ticket, successor)
        if ended_us is None:
            return RetentionPlan()
        now_us = to_us(now)
        if self.holds(ticket, now, successor=successor):
            return RetentionPlan(held=True)
        document = self._document
        archive_us = None if document.archive_after is None else ended_us + span_us(document.archive_after)
        times: dict[ContentKind, tuple[int, str]] = {}
        for kind in CONTENT_KINDS:
            kept = self._kept(kind, ticket.category)
            if kept is not None:
                times[kind] = ended_us + span_us(kept[0]), kept[1]
        at = [at_us for at_us, _ in times.values()] + ([] if archive_us is None else [archive_us])
        return RetentionPlan(
            archive_at=None if archive_us is None or archive_us > now_us else from_us(archive_us),
            erase=tuple(
                Erasure(kind, from_us(at_us), rule)
                for kind, (at_us, rule) in sorted(times.items(), key=lambda item: item[1][0])
                if at_us <= now_us
            ),
            next_at=_instant(min((at_us for at_us in at if at_us > now_us), default=None)),
        )

    def _kept(self, kind: ContentKind, category: str | None) -> tuple[timedelta, str] | None:
        """How long content is kept, and which rule says so; None for ever."""
        for rule in self._document.content:
            if _is_for(rule, kind, category):
                return rule.keep_for, rule.name
        default = self._document.content_for
        return None if default is None else (default, BY_DEFAULT)

    def forgotten_keys_before(self, now: datetime) -> Instant | None:
        """Idempotency keys that were used before this instant may be forgotten; None if none may."""
        kept = self._document.keys_for
        if kept is None:
            return None
        return _instant(to_us(now) - span_us(kept))


def _ended_us(ticket: Ticket, successor: Ticket | None) -> int | None:
    """When the case of a ticket ended; None if it has not, or nobody can tell."""
    if not ticket.status_category.is_final or ticket.closed_at is None:
        return None
    if ticket.merged_into is None:
        return to_us(ticket.closed_at)
    onward = None if successor is None or successor.merged_into is not None else _ended_us(successor, None)
    return None if onward is None else max(to_us(ticket.closed_at), onward)


def _instant(us: int | None) -> Instant | None:
    """An instant; None beyond the years that there are."""
    try:
        return None if us is None else from_us(us)
    except OverflowError:
        return None


def _is_for(rule: ContentRule, kind: ContentKind, category: str | None) -> bool:
    return (not rule.kinds or kind in rule.kinds) and (not rule.categories or category in rule.categories)


def never_applying(retention: Retention) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rules that never come to their turn, each with the earlier rules that take all that it is for. Exact: it tries all."""
    categories = [_OTHER, *dict.fromkeys(name for rule in retention.content for name in rule.categories)]
    taken: dict[tuple[ContentKind, str | None], int] = {}
    for index, rule in enumerate(retention.content):
        own = [place for place in product(CONTENT_KINDS, categories) if _is_for(rule, *place)]
        if all(place in taken for place in own):
            yield index, tuple(sorted({taken[place] for place in own}))
        for place in own:
            taken.setdefault(place, index)


_KINDS: Mapping[str, ContentKind] = {
    "subject": "subject",
    "texts": "message",
    "body": "message",
    "comment": "message",
    "personal": "personal",
    "reason": "reason",
    "note": "note",
    "summary": "note",
    "value": "evidence",
    "attachment": "attachment",
    "attachments": "attachment",
}
"""Field of an event → what its text is. What only the desk sees is a note, whatever the field."""


@cache
def _fields(event: type[EventBase]) -> tuple[str, ...]:
    return tuple(name for name in event.model_fields if name in _KINDS)


def texts_of(event: EventBase) -> Iterator[tuple[ContentKind, str]]:
    """The kind and the content row's id of every text that an event refers to."""
    internal = isinstance(event, NoteAdded) or getattr(event, "private", False)
    for name in _fields(type(event)):
        found = getattr(event, name)
        kind: ContentKind = "note" if internal and name == "body" else _KINDS[name]
        several = found.values() if isinstance(found, Mapping) else found
        for one in several if isinstance(found, tuple | Mapping) else (found,):
            if isinstance(one, ContentRef):
                yield kind, one.id
            elif isinstance(one, AttachmentHandle):
                yield kind, one.content.id
