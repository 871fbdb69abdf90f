"""What a reader of the feed gets: events of all streams, in the one order that every reader sees."""

from collections.abc import Iterator

from supportflow._dataclass import dataclass
from supportflow.model.events import EventBase

__all__ = ["Feed", "FeedItem"]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An event in the feed.

    Attributes:
        cursor: Its place: `desk.feed(after=cursor)` goes on behind it.
        stream: The stream that it belongs to: `"ticket:<id>"`, `"agent:<id>"`, `"requester:<id>"` or `"desk"`.
        kind: Which event it is.
        event: The event; None if this version of supportflow cannot read it.
        unreadable: The class of the error, if it cannot be read.
    """

    cursor: str
    stream: str
    kind: str
    event: EventBase | None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A stretch of the feed; iterating it gives its items.

    Attributes:
        items: In order.
        cursor: The place behind everything that was looked at. Keep it, and pass it to the next call.
        more: True if there may be more already: call again at once.
    """

    items: tuple[FeedItem, ...]
    cursor: str
    more: bool

    def __iter__(self) -> Iterator[FeedItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
