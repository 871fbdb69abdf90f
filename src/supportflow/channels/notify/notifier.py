"""Telling people what happens: handlers of a desk's events, which its outbox calls again until everybody was told."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol

from supportflow.channels.notify.notices import (
    INTERNAL,
    InternalNotice,
    RequesterNotice,
    internal_topic,
    internal_words,
    names_people,
    requester_topic,
    requester_words,
)
from supportflow.channels.notify.rules import NoticeRules
from supportflow.exceptions import InvalidInput
from supportflow.model.events import EventBase, ReplySent, StatusChanged, TicketEvent, TicketOpened
from supportflow.model.ticket import Ticket

__all__ = ["AsyncNotifier", "InternalWay", "Notifier", "RequesterWay"]

_REQUESTER = (TicketOpened, ReplySent, StatusChanged)


class InternalWay(Protocol):
    """Reaches colleagues."""

    def tell(self, notice: InternalNotice, /) -> None:
        """Tell them. Any exception means that they were not told: it is tried again."""
        ...


class RequesterWay(Protocol):
    """Reaches who asks."""

    def tell(self, notice: RequesterNotice, /) -> None:
        """Tell them. Any exception means that they were not told: it is tried again."""
        ...


class _Telling:
    """What both notifiers have in common."""

    def __init__(self, rules: NoticeRules | None, *, internal: Any = None, requester: Any = None) -> None:
        self._own = rules
        self._internal = internal
        self._requester = requester
        self._desk: Any = None
        if rules is not None:
            self._check(rules)

    def serve(self, desk: Any) -> None:
        """Take the desk whose tickets they are: it tells who has one, in which language they ask, and the policy's rules.

        Raises:
            InvalidInput: If it is none, or there are rules for an audience that nothing reaches.
        """
        if not callable(getattr(desk, "get", None)):
            raise InvalidInput("desk", "is not a desk")
        self._desk = desk
        self._check(self._rules())

    def _rules(self) -> NoticeRules:
        """The rules in force: those of the policy that the desk has in use, if there are none beside it."""
        if self._own is not None:
            return self._own
        rules: NoticeRules | None = self._desk.policy.notices
        return rules or NoticeRules()

    def _check(self, rules: NoticeRules) -> None:
        """Refuse rules for an audience that nothing reaches: those people would wait for word that never comes."""
        if rules.internal and self._internal is None:
            raise InvalidInput("internal", "is missing, and there are rules for colleagues")
        if rules.requester and self._requester is None:
            raise InvalidInput("requester", "is missing, and there are rules for who asks")

    def _kinds(self) -> list[type[TicketEvent]]:
        """The events that somebody is told of; all that anybody can be told of, where the next version can say so."""
        if self._own is None:
            return [*INTERNAL, *_REQUESTER]
        wanted = {rule.on for rule in self._own.internal}
        kinds = [kind for kind, topic in INTERNAL.items() if topic.name in wanted]
        return kinds + [kind for kind in _REQUESTER if self._own.requester]

    def _found(self, ticket_id: str) -> Any:
        if self._desk is None:
            raise InvalidInput("desk", "is missing: call serve(desk)")
        return self._desk.get(ticket_id)

    def _notices(
        self, event: TicketEvent, ticket: Ticket
    ) -> Iterator[tuple[Any, InternalNotice | RequesterNotice]]:
        rules = self._rules()
        self._check(rules)
        topic = internal_topic(event)
        if topic is not None:
            text = internal_words(event, topic, rules.language)
            for to in self._readers(rules, event, ticket):
                yield self._internal, InternalNotice(to, topic, event.ticket_id, event.ref, text)
        public = requester_topic(event)
        if public is not None and public in rules.requester and not ticket.private:
            words = requester_words(event, public, ticket.language)
            yield (
                self._requester,
                RequesterNotice(ticket.requester, public, event.ticket_id, event.ref, words),
            )

    @staticmethod
    def _readers(rules: NoticeRules, event: TicketEvent, ticket: Ticket) -> list[str]:
        topic = internal_topic(event)
        readers: dict[str, None] = {}
        for rule in rules.internal:
            if rule.on != topic or (rule.classes and ticket.priority_class not in rule.classes):
                continue
            for one in rule.tell:
                if one == "named":
                    readers |= dict.fromkeys(names_people(event))
                elif one != "assignee":
                    readers[one] = None
                elif ticket.assignee is not None:
                    readers[f"agent:{ticket.assignee}"] = None
        return list(readers)


class Notifier(_Telling):
    """Tells people what happens on a `Desk`, by rules: `Desk(on=notifier.handlers())`, then `notifier.serve(desk)`.

    Whoever was told before something failed is told again: a notice comes at least once.

    Args:
        rules: Who is told what; what the `notices` of the desk's policy say, if not given: whichever version it has in use.
        internal: Reaches colleagues.
        requester: Reaches who asks.

    Raises:
        InvalidInput: If there are rules for an audience that nothing reaches.
    """

    def __init__(
        self,
        rules: NoticeRules | None = None,
        *,
        internal: InternalWay | None = None,
        requester: RequesterWay | None = None,
    ) -> None:
        super().__init__(rules, internal=internal, requester=requester)

    def handlers(self) -> Mapping[type[EventBase], Callable[[Any], None]]:
        """Event → handler, for `Desk(on=…)`."""
        return dict.fromkeys(self._kinds(), self._tell)

    def _tell(self, event: TicketEvent) -> None:
        for way, notice in self._notices(event, self._found(event.ticket_id)):
            way.tell(notice)


class AsyncNotifier(_Telling):
    """The same for an `AsyncDesk`; its ways are async. The arguments are those of `Notifier`."""

    def __init__(
        self, rules: NoticeRules | None = None, *, internal: Any = None, requester: Any = None
    ) -> None:
        super().__init__(rules, internal=internal, requester=requester)

    def handlers(self) -> Mapping[type[EventBase], Callable[[Any], Awaitable[None]]]:
        """Event → handler, for `AsyncDesk(on=…)`."""
        return dict.fromkeys(self._kinds(), self._tell)

    async def _tell(self, event: TicketEvent) -> None:
        for way, notice in self._notices(event, await self._found(event.ticket_id)):
            await way.tell(notice)
