"""One reader of a desk's feed for all streams of a process: the store is asked once, however many follow."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from supportflow.aio import AsyncDesk
from supportflow.model.feed import FeedItem

__all__ = ["LiveFeed"]

_PAGE = 500
"""How many events are read at once."""


class LiveFeed:
    """The feed of a desk as it goes on, for any number of followers in one event loop.

    While somebody follows, a task asks the store for what is new, and keeps the latest events in memory. Who is up to date
    is served from there; who is not, after a lost connection for instance, reads on from the store until they are. Each
    follower goes by its own cursor alone, so it makes no difference which process gave it.

    Args:
        desk: Whose feed it is.
        every: How often the store is asked.
        keep: How many events are kept in memory.
    """

    def __init__(
        self, desk: AsyncDesk, *, every: timedelta = timedelta(seconds=1), keep: int = 2_000
    ) -> None:
        self._desk = desk
        self._every_s = every.total_seconds()
        self._kept: deque[FeedItem] = deque()
        self._keep = keep
        self._first = 0  # the number of the first item that is kept
        self._before = ""  # the place before that item
        self._after: dict[
            str, int
        ] = {}  # cursor -> the number of the item behind it, which is kept or the next one
        self._followers = 0
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self._changed = asyncio.Event()

    @property
    def followers(self) -> int:
        """How many follow at the moment."""
        return self._followers

    async def end(self) -> str:
        """The place behind everything that has happened: take it before you read what is, then follow from it."""
        return await self._desk.feed_end()

    async def check(self, after: str) -> None:
        """See whether a place can be followed from.

        Raises:
            InvalidInput: If it is none, or lies behind the end.
        """
        if after not in self._after:
            await self._desk.feed(after=after, limit=1)

    async def follow(
        self, after: str, *, heartbeat: timedelta = timedelta(seconds=15)
    ) -> AsyncGenerator[tuple[FeedItem, ...], None]:
        """What happens behind a place, in order, as it happens; nothing is left out.

        Args:
            after: The place.
            heartbeat: How often an empty stretch comes where nothing happens.

        Raises:
            InvalidInput: If the place is none, or lies behind the end: the database is another one by now.
            StoreError: If the store cannot be read; and whatever else ended the reader.
        """
        place = after
        with self._following():
            while True:
                if self._error is not None:
                    raise self._error
                changed = self._changed
                items = self._behind(place) if self._after else ()
                if items is None:
                    feed = await self._desk.feed(after=place, limit=_PAGE)
                    place, items = feed.cursor, feed.items
                if items:
                    place = items[-1].cursor
                    yield items
                elif not await self._wait(changed, heartbeat):
                    yield ()

    @contextmanager
    def _following(self) -> Iterator[None]:
        self._followers += 1
        if self._task is None:
            self._error = None
            self._task = asyncio.create_task(self._read())
            self._task.add_done_callback(self._ended)
        try:
            yield
        finally:
            self._followers -= 1
            if self._followers == 0 and self._task is not None:
                self._task.cancel()
                self._stop(None)

    async def _wait(self, changed: asyncio.Event, heartbeat: timedelta) -> bool:
        """Wait for a change; False if none came for so long."""
        try:
            async with asyncio.timeout(heartbeat.total_seconds()):
                await changed.wait()
        except TimeoutError:
            return False
        return True

    def _behind(self, place: str) -> tuple[FeedItem, ...] | None:
        """The items in memory behind a place; None if it is not there."""
        number = self._after.get(place)
        if number is None:
            return None
        return tuple(islice(self._kept, number - self._first, number - self._first + _PAGE))

    async def _read(self) -> None:
        """Read on, as long as anybody follows."""
        place = self._before = await self._desk.feed_end()
        self._after[place] = self._first
        self._tell()  # those who came before there was a place in memory go on from their own
        while True:
            feed = await self._desk.feed(after=place, limit=_PAGE)
            place = feed.cursor
            self._take(feed.items)
            if not feed.more:
                await asyncio.sleep(self._every_s)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Whatever ended the reader, all followers are told, and the next one begins anew: nobody waits for nothing."""
        if task is self._task and not task.cancelled():
            self._stop(task.exception())

    def _take(self, items: tuple[FeedItem, ...]) -> None:
        for item in items:
            self._kept.append(item)
            self._after[item.cursor] = self._first + len(self._kept)
        while len(self._kept) > self._keep:
            del self._after[self._before]
            self._before = self._kept.popleft().cursor
            self._first += 1
        if items:
            self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _stop(self, error: BaseException | None) -> None:
        self._task, self._error = None, error
        self._kept.clear()
        self._after.clear()
        self._tell()
