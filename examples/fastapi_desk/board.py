"""The queue as the browser has it: read once for each change in a process, and sent to every board that is open."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from supportflow import AsyncDesk, Row
from supportflow.contrib.fastapi import LiveFeed, sse
from supportflow.events import TicketEvent
from supportflow.exceptions import InvalidInput, SupportflowError

LOG = logging.getLogger(__name__)
SHOWN = 100
"""How many tickets a board shows."""
KEPT = 50
"""How many changes are kept for boards that come again."""
HEARTBEAT_S = 15.0
PAGE = 500
RETRY = b"retry: 1000\n\n"
"""How soon a browser comes again, in milliseconds."""


def row_of(row: Row) -> dict[str, Any]:
    """A row as the browser shows it."""
    ticket = row.ticket
    breached = [clock.breached_at for clock in row.clocks if clock.breached_at and clock.clock.active]
    return {
        "id": ticket.id,
        "ref": ticket.ref,
        "subject": row.subject,
        "person": row.requester.name or ticket.requester,
        "class": ticket.priority_class,
        "level": ticket.level,
        "status": ticket.status_category.value,
        "agent": ticket.assignee,
        "due": None if row.due_at is None else row.due_at.timestamp() * 1000,
        "breached": bool(breached),
    }


class Board:
    """The waiting tickets in the queue's order, and what has changed since a place in the feed.

    Args:
        desk: Whose queue it is.
        live: The desk's feed.
    """

    def __init__(self, desk: AsyncDesk, live: LiveFeed) -> None:
        self._desk = desk
        self._live = live
        self._place: str | None = None
        self._order: list[str] = []
        self._rows: dict[str, dict[str, Any]] = {}
        self._changes: deque[tuple[str, str, bytes]] = deque(
            maxlen=KEPT
        )  # from a place, to a place: what is sent
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep it up, until cancelled. While the store cannot be read there is no board."""
        while True:
            try:
                place = await self._live.end()
                await self._read(place)
                async for items in self._live.follow(place):
                    if items:
                        await self._read(items[-1].cursor)
            except SupportflowError as error:
                LOG.warning("there is no board: %s", error)
                self._place = None
                self._tell()
                await asyncio.sleep(1)

    async def _read(self, place: str) -> None:
        """Read the queue anew; the place was taken before, so nothing that happened until there is missing."""
        rows = await self._desk.rows(open=True, order="priority", limit=SHOWN)
        fresh = {row.ticket.id: row_of(row) for row in rows}
        changed = {name: row for name, row in fresh.items() if self._rows.get(name) != row}
        order = list(fresh)
        if self._place is not None:
            data = json.dumps({"order": order, "rows": changed})
            self._changes.append((self._place, place, sse(data, place=place, kind="board")))
        self._place, self._order, self._rows = place, order, fresh
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def there(self) -> bool:
        """Whether there is a board."""
        return self._place is not None

    def whole(self) -> dict[str, Any]:
        """All of it, and the place to follow from; no place while there is no board."""
        return {"place": self._place, "order": self._order, "rows": self._rows}

    async def stream(self, after: str) -> AsyncIterator[bytes]:
        """What changes behind a place, for one board, until it goes away or the store does."""
        yield RETRY  # the place is in the address, to which the browser comes again
        place = after
        while self._place is not None:
            changed = self._changed
            kept = [one for one in self._changes if one[0] == place]
            if kept:
                _, place, data = kept[0]
                yield data
                continue
            if place != self._place:
                # Of another process, or from long ago: the feed tells which tickets to send again.
                place, data = await self._since(place, self._place)
                yield data
                continue
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await changed.wait()
            except TimeoutError:
                yield sse(place=place)

    async def _since(self, place: str, now: str) -> tuple[str, bytes]:
        """The rows that were touched behind a place; all of them, if that is no place or lies far back."""
        order, rows = self._order, self._rows
        try:
            feed = await self._desk.feed(after=place, limit=PAGE, only=[TicketEvent])
        except InvalidInput:
            sent = rows
        else:
            touched = {item.event.ticket_id for item in feed if isinstance(item.event, TicketEvent)}
            sent = rows if feed.more else {name: row for name, row in rows.items() if name in touched}
        return now, sse(json.dumps({"order": order, "rows": sent}), place=now, kind="board")
