"""Server-sent events (the HTML standard, section 9.2) with ids by which a browser goes on after a lost connection."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from fastapi.responses import StreamingResponse

from supportflow.contrib.fastapi.live import LiveFeed
from supportflow.contrib.fastapi.shapes import item_shape
from supportflow.exceptions import InvalidInput, SupportflowError
from supportflow.model.events import TicketEvent
from supportflow.model.feed import FeedItem

__all__ = ["SseResponse", "feed_stream", "sse"]

_END_OF_LINE = re.compile(r"\r\n|\r|\n")
_NOT_IN_A_LINE = re.compile(r"[\r\n\0]")
"""Ends a line; or makes a browser forget the id."""


class SseResponse(StreamingResponse):
    """An answer of server-sent events, which no cache keeps and no proxy holds back."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes], status_code: int = 200) -> None:
        # FastAPI reads the default of `status_code` here when it writes the OpenAPI document, and fails without one.
        super().__init__(
            content, status_code, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )


def sse(data: str | None = None, *, place: str | None = None, kind: str | None = None) -> bytes:
    """One event of a stream.

    Args:
        data: What it says; without, nothing is dispatched, and the browser only notes the place.
        place: Its id: what the browser sends back as `Last-Event-ID` after a lost connection.
        kind: The name that a listener has to listen to; `message`, if not given.

    Raises:
        InvalidInput: If the place or the kind is more than one line: what follows would be read as something else.
    """
    for field, line in (("place", place), ("kind", kind)):
        if line is not None and _NOT_IN_A_LINE.search(line):
            raise InvalidInput(field, "is not one line")
    lines = [] if place is None else [f"id: {place}"]
    if kind is not None:
        lines.append(f"event: {kind}")
    if data is not None:
        lines += [f"data: {line}" for line in _END_OF_LINE.split(data)]
    return ("\n".join(lines) + "\n\n").encode()


def concerns(item: FeedItem, ticket: str | None) -> bool:
    """Whether an event is of a ticket, or whether none is asked for."""
    return ticket is None or (isinstance(item.event, TicketEvent) and item.event.ticket_id == ticket)


async def feed_stream(
    live: LiveFeed, after: str, *, ticket: str | None = None, ends_in: timedelta = timedelta(hours=1)
) -> AsyncIterator[bytes]:
    """The feed behind a place as server-sent events, each with its cursor as its id.

    It ends after a while, or when the store cannot be read: the browser comes again with the last id, and is asked anew who
    it is.

    Args:
        live: The feed.
        after: The place.
        ticket: Only what happens to this ticket.
        ends_in: When the stream ends.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + ends_in.total_seconds()
    # The place is said at once: who is cut off before anything happens goes on from here, and not from later.
    yield sse(place=after)
    place = after
    try:
        async with aclosing(live.follow(after)) as stretches:
            async for items in stretches:
                told = [one for one in items if concerns(one, ticket)]
                yield b"".join(
                    sse(item_shape(one).model_dump_json(), place=one.cursor, kind="desk") for one in told
                )
                place = items[-1].cursor if items else place
                yield sse(place=place)
                if loop.time() > until:
                    return
    except SupportflowError:
        return
