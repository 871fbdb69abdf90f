"""What happens on a desk, told elsewhere: as an iterator, and as signed webhooks that miss nothing and repeat little."""

from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from supportflow._dataclass import dataclass
from supportflow._kept import KeptFile
from supportflow._time import SECOND_US, instant, to_us
from supportflow.channels.webhook.sending import message_id, webhook_body
from supportflow.exceptions import DeliveryError, InvalidInput, Undeliverable
from supportflow.model.events import EventBase, TicketEvent
from supportflow.model.feed import Feed, FeedItem

__all__ = [
    "AsyncFeedWebhooks",
    "AsyncPosts",
    "FeedPlace",
    "FeedPlaces",
    "FeedSent",
    "FeedWebhooks",
    "MemoryPlaces",
    "Posts",
    "SqlitePlaces",
    "bare",
    "follow",
    "follow_async",
]

_PAGE = 100
_FIRST_US, _LONGEST_US = 2 * SECOND_US, 3_600 * SECOND_US
_MOST_DOUBLINGS = 20
_TABLE = (
    "CREATE TABLE IF NOT EXISTS place (name TEXT PRIMARY KEY, cursor TEXT, "
    "failures INTEGER NOT NULL, retry_us INTEGER NOT NULL)"
)

Tell: TypeAlias = Callable[[FeedItem], "Mapping[str, Any] | None"]
"""Event → what is told of it, as plain data; None leaves it out."""


# --- as an iterator ---------------------------------------------------------------------------------


def follow(
    desk: Any, after: str | None = None, *, only: Collection[type[EventBase]] = ()
) -> Iterator[FeedItem]:
    """The events behind a place, one by one, until nothing is new.

    Args:
        desk: A `Desk`.
        after: The cursor of an item, or of a feed; None for the beginning.
        only: Classes of events; all, if there is none.

    Raises:
        InvalidInput: As `desk.feed`.
    """
    more = True
    while more:
        page: Feed = desk.feed(after=after, limit=_PAGE, only=only)
        yield from page
        after, more = page.cursor, page.more


async def follow_async(
    desk: Any, after: str | None = None, *, only: Collection[type[EventBase]] = ()
) -> AsyncIterator[FeedItem]:
    """The same for an `AsyncDesk`."""
    more = True
    while more:
        page: Feed = await desk.feed(after=after, limit=_PAGE, only=only)
        for item in page:
            yield item
        after, more = page.cursor, page.more


# --- how far a reader is ----------------------------------------------------------------------------


class FeedPlace(NamedTuple):
    """How far a reader is.

    Attributes:
        cursor: Behind the last event that was dealt with; None at the beginning.
        failures: How often the next one could not be told.
        retry_us: Not before this instant is it tried again, in microseconds since 1970.
    """

    cursor: str | None = None
    failures: int = 0
    retry_us: int = 0


class Posts(Protocol):
    """What takes a message for a receiver, such as a `WebhookSender`."""

    def post(self, message_id: str, body: bytes) -> int:
        """Send a message; the receiver's status, if it took it."""
        ...


class AsyncPosts(Protocol):
    """The same, awaited: such as an `AsyncWebhookSender`."""

    async def post(self, message_id: str, body: bytes) -> int:
        """As `Posts.post`."""
        ...


class FeedPlaces(Protocol):
    """Keeps how far readers are, by name."""

    def load(self, name: str, /) -> FeedPlace:
        """The place of a reader; the beginning, if it has none."""
        ...

    def save(self, name: str, before: FeedPlace, after: FeedPlace, /) -> bool:
        """Set the place of a reader, if it is still where it was; False if somebody else moved it."""
        ...


class MemoryPlaces:
    """Keeps places as long as the process lives, for tests and trials."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: dict[str, FeedPlace] = {}

    def load(self, name: str, /) -> FeedPlace:
        """The place of a reader."""
        with self._lock:
            return self._places.get(name, FeedPlace())

    def save(self, name: str, before: FeedPlace, after: FeedPlace, /) -> bool:
        """Set the place of a reader, if it is still where it was."""
        with self._lock:
            if self._places.get(name, FeedPlace()) != before:
                return False
            self._places[name] = after
            return True


class SqlitePlaces:
    """Keeps places in a file of SQLite's. Safe to share between threads and processes.

    Args:
        path: The file, made if it is not there.

    Raises:
        StoreError: If it cannot be opened; and, by every method, if it cannot be read or written.
    """

    def __init__(self, path: Path | str) -> None:
        self._file = KeptFile(path, "the file of places", [_TABLE])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def load(self, name: str, /) -> FeedPlace:
        """The place of a reader."""
        with self._file.used() as cursor:
            row = cursor.execute(
                "SELECT cursor, failures, retry_us FROM place WHERE name = ?", (name,)
            ).fetchone()
        return FeedPlace() if row is None else FeedPlace(*row)

    def save(self, name: str, before: FeedPlace, after: FeedPlace, /) -> bool:
        """Set the place of a reader, if it is still where it was."""
        with self._file.used() as cursor:
            if before == FeedPlace():
                cursor.execute("INSERT OR IGNORE INTO place VALUES (?, NULL, 0, 0)", (name,))
            changed = cursor.execute(
                "UPDATE place SET cursor = ?, failures = ?, retry_us = ? "
                "WHERE name = ? AND cursor IS ? AND failures = ? AND retry_us = ?",
                (*after, name, *before),
            ).rowcount
        return changed == 1


# --- as webhooks ------------------------------------------------------------------------------------


def bare(item: FeedItem) -> Mapping[str, Any]:
    """What is told of an event by default: which it is, and of what. No text, no name, nobody's id but the ticket's.

    Args:
        item: The event.
    """
    event = item.event
    # Other streams than tickets' are named by people: which kind of stream it is says enough.
    kind = item.stream.partition(":")[0]
    told: dict[str, Any] = {"cursor": item.cursor, "stream": item.stream if kind == "ticket" else kind}
    if isinstance(event, TicketEvent):
        told |= {"ticket_id": event.ticket_id, "ref": event.ref, "late": event.late}
    return told


@dataclass(frozen=True, slots=True)
class FeedSent:
    """What a call told.

    Attributes:
        sent: How many events.
        error: What stood in the way of the next one, by the name of its class; None if nothing did.
        gone: True if the receiver said that it is gone: take its webhook off.
        waits: True if the next one is not to be tried yet.
        more: True if there may be more.
    """

    sent: int
    error: str | None = None
    gone: bool = False
    waits: bool = False
    more: bool = False


class _Ask(NamedTuple):
    """What has to be called: the desk's feed, or the sender."""

    of: Literal["feed", "post"]
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = MappingProxyType({})


class _Teller:
    """Tells a receiver what happens on a desk, each event once it took the one before."""

    def __init__(
        self,
        desk: Any,
        sender: Any,
        places: FeedPlaces,
        name: str,
        *,
        only: Collection[type[EventBase]] = (),
        tell: Tell = bare,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        if not callable(getattr(desk, "feed", None)):
            raise InvalidInput("desk", "is not a desk")
        if not name:
            raise InvalidInput("name", "is not a name")
        self._desk = desk
        self._sender = sender
        self._places = places
        self._name = f"{desk.tenant}:{name}"
        self._only = only
        self._tell = tell
        self._now = now or (lambda: datetime.now(UTC))

    def _telling(self, limit: int) -> Generator[_Ask, Any, FeedSent]:
        place = self._places.load(self._name)
        sent = 0
        if place.retry_us > self._now_us():
            return FeedSent(0, waits=True)
        while sent < limit:
            page: Feed = yield _Ask(
                "feed", named={"after": place.cursor, "limit": min(limit, _PAGE), "only": self._only}
            )
            for item in page:
                told = self._tell(item)
                if told is not None:
                    try:
                        yield _Ask("post", (message_id(f"feed:{item.cursor}"), _body(item, told)))
                    except (DeliveryError, OSError) as error:
                        self._places.save(self._name, place, self._later(place))
                        gone = isinstance(error, Undeliverable)
                        return FeedSent(sent, type(error).__name__, gone=gone, more=True)
                    sent += 1
                moved = FeedPlace(item.cursor)
                if not self._places.save(self._name, place, moved):
                    return FeedSent(sent, more=True)  # another process tells them, too: one goes on
                place = moved
                if sent >= limit:
                    return FeedSent(sent, more=True)
            moved = FeedPlace(page.cursor)
            if moved != place and not self._places.save(self._name, place, moved):
                return FeedSent(sent, more=True)
            place = moved
            if not page.more:
                return FeedSent(sent)
        return FeedSent(sent, more=True)

    def _later(self, place: FeedPlace) -> FeedPlace:
        pause = min(_FIRST_US << min(place.failures, _MOST_DOUBLINGS), _LONGEST_US)
        return FeedPlace(place.cursor, place.failures + 1, self._now_us() + pause)

    def _now_us(self) -> int:
        return to_us(instant(self._now(), "now"))

    def _call(self, ask: _Ask) -> Any:
        called = self._desk.feed if ask.of == "feed" else self._sender.post
        return called(*ask.args, **ask.named)


class FeedWebhooks(_Teller):
    """Tells a receiver what happens on a desk: in the order of the feed, each event only once it took the one before.

    An event is told again if the process dies before its place is kept; it has the same id then. What cannot be told waits,
    with growing pauses, and so does all behind it: a reader that misses one has a hole that nobody sees. Call `send_new`
    every few seconds, in one process; two do no harm, and tell some twice.

    Args:
        desk: A `Desk`.
        sender: Where to: a `WebhookSender`, or what else has its `post`.
        places: Where it is kept how far the receiver is.
        name: Of the receiver.
        only: Classes of events, such as `TicketEvent`; all, if there is none.
        tell: Event → what is told of it; by default no text and nobody's id. None leaves it out.
        now: Tells the time; the system's clock, if not given.

    Raises:
        InvalidInput: If the desk is none, or the name cannot be one.
    """

    def __init__(self, desk: Any, sender: Posts, places: FeedPlaces, name: str, **given: Any) -> None:
        super().__init__(desk, sender, places, name, **given)

    def send_new(self, limit: int = 1_000) -> FeedSent:
        """Tell what is new.

        Args:
            limit: How many events at most.

        Raises:
            InvalidInput: If the place lies behind the end of the feed, as after a restore.
        """
        flow = self._telling(limit)
        answer: Any = None
        error: Exception | None = None
        try:
            while True:
                ask = flow.send(answer) if error is None else flow.throw(error)
                answer = error = None
                try:
                    answer = self._call(ask)
                except (DeliveryError, OSError) as raised:
                    error = raised
        except StopIteration as end:
            sent: FeedSent = end.value
            return sent


class AsyncFeedWebhooks(_Teller):
    """The same for an `AsyncDesk`; its arguments are those of `FeedWebhooks`."""

    def __init__(self, desk: Any, sender: AsyncPosts, places: FeedPlaces, name: str, **given: Any) -> None:
        super().__init__(desk, sender, places, name, **given)

    async def send_new(self, limit: int = 1_000) -> FeedSent:
        """Tell what is new; as `FeedWebhooks.send_new`."""
        flow = self._telling(limit)
        answer: Any = None
        error: Exception | None = None
        try:
            while True:
                ask = flow.send(answer) if error is None else flow.throw(error)
                answer = error = None
                try:
                    answer = await self._call(ask)
                except (DeliveryError, OSError) as raised:
                    error = raised
        except StopIteration as end:
            sent: FeedSent = end.value
            return sent


def _body(item: FeedItem, told: Mapping[str, Any]) -> bytes:
    at = None if item.event is None else item.event.recorded_at.isoformat()
    return webhook_body(item.kind, at, told)
