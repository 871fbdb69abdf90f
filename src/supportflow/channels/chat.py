"""Chat: visitors who are there, a desk behind them, and what becomes of an answer when they have left."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from supportflow._dataclass import dataclass
from supportflow._forks import Locked
from supportflow._time import Instant, instant
from supportflow.exceptions import DeliveryError, InvalidInput, Undeliverable
from supportflow.model.people import Requester
from supportflow.model.ticket import Message, Outcome
from supportflow.ports import ChannelTraits, Outgoing, Receipt

__all__ = ["ChatEvent", "ChatHub", "ChatLine", "ChatSession", "NotPresent", "transcript"]

_SUBJECT = 100
_REMEMBERED = 200
_MOST_SESSIONS = 20
"""Of one visitor, at a time: tabs and devices."""


class NotPresent(DeliveryError):
    """The visitor is not there at the moment. An answer waits for them."""

    def __init__(self) -> None:
        super().__init__("the visitor is not there")


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """What a visitor's connection is handed.

    Attributes:
        kind: An answer (`"message"`), somebody types (`"typing"`), they are asked how it was (`"rating"`), or the session is
            over (`"ended"`).
        body: The answer's text, or the words of the desk's request for a rating.
        key: Of the answer: the same if it comes again.
    """

    kind: Literal["message", "typing", "rating", "ended"]
    body: str | None = None
    key: str | None = None


Say = Callable[[ChatEvent], object]
"""Hands an event to a connection, without waiting: into a queue, most often. An error says that the connection is gone."""


@dataclass(eq=False, slots=True)
class ChatSession:
    """One connection of a visitor.

    Attributes:
        requester: Who they are, by an opaque id.
        ticket_id: The ticket that they write on; None until the first message.
        seen_at: The last sign of life.
    """

    requester: str
    ticket_id: str | None
    seen_at: Instant
    say: Say = field(repr=False)
    keys: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of a transcript.

    Attributes:
        at: When it was written.
        from_desk: Whether it is an answer.
        body: The text; None once erased.
    """

    at: Instant
    from_desk: bool
    body: str | None


class ChatHub(Locked):
    """The visitors of one process, and a channel to them: `Desk(channels={"chat": hub})`.

    An answer to somebody who is not there waits for them for as long as `patience` says, and is tried again meanwhile; after
    that it is undeliverable, and a person finds another way. Connections belong to one process: where several serve chats,
    each needs a channel with a name of its own (`name="chat-2"`), so that an answer goes where its visitor is.

    Args:
        name: Of the channel that tickets come in by.
        timeout: How long a session lasts without a sign of life.
        patience: How long an answer waits for somebody who left.
        now: Tells the time; the system's clock, if not given.

    Raises:
        InvalidInput: If a span is not longer than nothing.
    """

    traits = ChannelTraits(can=frozenset({"public_reply", "typing", "rating", "threading", "receipts"}))

    def __init__(
        self,
        name: str = "chat",
        *,
        timeout: timedelta = timedelta(minutes=2),
        patience: timedelta = timedelta(minutes=10),
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        if min(timeout, patience) <= timedelta():
            raise InvalidInput("timeout", "and patience are not both longer than nothing")
        self.name = name
        self._timeout = timeout
        self._patience = patience
        self._now = now or (lambda: datetime.now(UTC))
        self._sessions: dict[str, list[ChatSession]] = {}
        self._left: dict[str, Instant] = {}
        self._begun = self._instant()

    # --- who is there ------------------------------------------------------------------------------

    def join(self, requester: str, say: Say, *, ticket: str | None = None) -> ChatSession:
        """A visitor connects. Of many connections of one, the oldest ends.

        Args:
            requester: Who they are: an opaque id, which your own session proves.
            say: Hands an event to the connection.
            ticket: The ticket that they come back to.

        Raises:
            InvalidInput: If the id cannot be one.
        """
        session = ChatSession(Requester(requester).id, ticket, self._instant(), say)
        with self._lock:
            theirs = self._sessions.setdefault(requester, [])
            theirs.append(session)
            self._left.pop(requester, None)
            over = theirs[:-_MOST_SESSIONS]
        for one in over:
            self.leave(one)
        return session

    def seen(self, session: ChatSession) -> None:
        """A sign of life: a message, a pong, a touch of the page."""
        session.seen_at = self._instant()

    def leave(self, session: ChatSession) -> None:
        """A connection is gone, or is to end. Leaving twice is no error."""
        with self._lock:
            theirs = self._sessions.get(session.requester, [])
            if session not in theirs:
                return
            theirs.remove(session)
            if not theirs:
                del self._sessions[session.requester]
                self._left[session.requester] = self._instant()
        self._hand(session, ChatEvent("ended"))

    def sweep(self) -> int:
        """End the sessions without a sign of life; how many. Call it every few seconds."""
        now = self._instant()
        with self._lock:
            silent = [
                one
                for theirs in self._sessions.values()
                for one in theirs
                if now - one.seen_at > self._timeout
            ]
            forgotten = [who for who, at in self._left.items() if now - at > 2 * self._patience]
            for who in forgotten:
                del self._left[who]
        for one in silent:
            self.leave(one)
        return len(silent)

    def is_present(self, requester: str) -> bool:
        """Whether a visitor has a connection that gave a sign of life of late."""
        return bool(self._present(requester))

    # --- what they are told ------------------------------------------------------------------------

    def send(self, message: Outgoing, /) -> Receipt:
        """Hand an answer to every connection of its visitor, to each once.

        Raises:
            NotPresent: If they are not there, and may come back.
            Undeliverable: If they left too long ago.
        """
        return self._tell(message, "message")

    def _tell(self, message: Outgoing, kind: Literal["message", "rating"]) -> Receipt:
        event = ChatEvent(kind, message.body, message.key)
        handed = [one for one in self._present(message.requester) if self._hand(one, event)]
        if handed:
            return Receipt(state="delivered")
        if self._instant() - self._gone_since(message) >= self._patience:
            raise Undeliverable("left")
        raise NotPresent

    def _gone_since(self, message: Outgoing) -> Instant:
        with self._lock:
            silent = [one.seen_at for one in self._sessions.get(message.requester, ())]
            left = self._left.get(message.requester)
        # Of whom nothing is remembered: the answer says how long it has waited, and a hub that just began waits anew.
        return max(silent, default=left or max(message.recorded_at, self._begun))

    def typing(self, requester: str) -> None:
        """Show a visitor that somebody types an answer."""
        for one in self._present(requester):
            self._hand(one, ChatEvent("typing"))

    def ask_rating(self, asked: Outgoing | str, /) -> Receipt | bool:
        """Ask a visitor how it was, on every connection.

        Args:
            asked: The desk's request for a rating, which waits as an answer does; or a visitor's id.

        Returns:
            Of a visitor's id, False if they are not there to be asked.

        Raises:
            NotPresent: If the desk asks, and they are not there and may come back.
            Undeliverable: If the desk asks, and they left too long ago.
        """
        if isinstance(asked, Outgoing):
            return self._tell(asked, "rating")
        told = [self._hand(one, ChatEvent("rating")) for one in self._present(asked)]
        return any(told)

    def _present(self, requester: str) -> list[ChatSession]:
        now = self._instant()
        with self._lock:
            theirs = tuple(self._sessions.get(requester, ()))
        return [one for one in theirs if now - one.seen_at <= self._timeout]

    def _hand(self, session: ChatSession, event: ChatEvent) -> bool:
        if event.key is not None:
            if event.key in session.keys:
                return True
            session.keys = [*session.keys[-_REMEMBERED:], event.key]
        try:
            session.say(event)
        except Exception:  # noqa: BLE001 - the host's connection: whatever it raises, it is gone
            if event.kind != "ended":
                self.leave(session)
            return False
        return True

    def _instant(self) -> Instant:
        return instant(self._now(), "now")

    # --- what they write ---------------------------------------------------------------------------

    def take(self, desk: Any, session: ChatSession, body: str, *, key: str | None = None) -> Outcome:
        """Take in what a visitor wrote: the first message opens a ticket, the others continue it.

        Args:
            desk: A `Desk`.
            session: Their connection.
            body: The text.
            key: Idempotency key: the id that the visitor's program gave the message.

        Raises:
            InvalidInput: If it is empty, or too long.
        """
        method, named = self._told(session, body, key)
        outcome: Outcome = getattr(desk, method)(**named)
        session.ticket_id = outcome.ticket.id
        return outcome

    async def take_async(
        self, desk: Any, session: ChatSession, body: str, *, key: str | None = None
    ) -> Outcome:
        """The same for an `AsyncDesk`."""
        method, named = self._told(session, body, key)
        answer: Awaitable[Outcome] = getattr(desk, method)(**named)
        outcome = await answer
        session.ticket_id = outcome.ticket.id
        return outcome

    def _told(self, session: ChatSession, body: object, key: str | None) -> tuple[str, dict[str, Any]]:
        self.seen(session)
        if not isinstance(body, str) or not body.strip():
            raise InvalidInput("body", "is empty")
        who = Requester(session.requester)
        named: dict[str, Any] = {"body": body, "channel": self.name}
        if key is not None:
            named["key"] = f"chat:{session.requester}:{key}"
        if session.ticket_id is None:
            subject = body.strip().partition("\n")[0][:_SUBJECT]
            return "open", {**named, "subject": subject, "requester": who}
        return "receive", {**named, "ticket": session.ticket_id, "by": who}


def transcript(messages: Iterable[Message]) -> tuple[ChatLine, ...]:
    """What a visitor and the desk said to each other, of `desk.messages()`. Notes, parties and strangers are left out.

    Args:
        messages: Of one ticket.
    """
    return tuple(
        ChatLine(one.at, one.origin == "public_reply", one.body)
        for one in messages
        if one.origin == "requester" or (one.origin == "public_reply" and one.to is None)
    )
