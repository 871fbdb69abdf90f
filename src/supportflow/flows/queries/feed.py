"""The feed of a desk: the events of all streams, in the one order that every reader sees."""

import base64
import binascii
import json
from collections.abc import Collection

from supportflow.exceptions import InvalidInput, StoreError
from supportflow.flows import requests
from supportflow.flows.environment import Environment, check_number
from supportflow.flows.queries.tickets import MAX_LIMIT
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.model.feed import Feed, FeedItem
from supportflow.model.storage import FeedRow

__all__ = ["feed", "feed_end"]


def feed(env: Environment, after: str | None, limit: int, only: Collection[type[EventBase]]) -> Flow[Feed]:
    """The events behind a place.

    Args:
        env: The desk.
        after: The place; None for the beginning.
        limit: How many events are looked at, at most.
        only: Classes of events; all, if there is none.

    Raises:
        InvalidInput: If the place, the limit or a class cannot be used, or the place lies behind the end.
    """
    check_number("limit", limit, 1, MAX_LIMIT)
    kinds = _kinds(only)
    place = 0 if after is None else _place(env, after)
    rows = yield from requests.feed(env.tenant, place, limit)
    if rows:
        place = rows[-1].place
    elif place > (yield from requests.feed_end(env.tenant)):
        raise InvalidInput(
            "after", "lies behind the end: is this another database, or an older copy? Begin anew"
        )
    items = tuple(_item(env, row) for row in rows if kinds is None or row.event.kind in kinds)
    return Feed(items, _cursor(env, place), len(rows) == limit)


def feed_end(env: Environment) -> Flow[str]:
    """The place behind everything that is recorded."""
    return _cursor(env, (yield from requests.feed_end(env.tenant)))


def _kinds(only: object) -> frozenset[str] | None:
    if not isinstance(only, Collection) or not all(map(_is_event, only)):
        raise InvalidInput("only", "is not a collection of classes of events")
    classes = tuple(only)
    if not classes:
        return None
    return frozenset(kind for kind, cls in EVENT_TYPES.items() if issubclass(cls, classes))


def _is_event(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, EventBase)


def _item(env: Environment, row: FeedRow) -> FeedItem:
    cursor, stored = _cursor(env, row.place), row.event
    try:
        return FeedItem(cursor, row.stream, stored.kind, read_row(stored))
    except StoreError as error:  # one that cannot be read must not keep anybody from the others
        return FeedItem(cursor, row.stream, stored.kind, None, type(error).__name__)


def _cursor(env: Environment, place: int) -> str:
    """A place as a text. The tenant is in it: a place of another one's feed would pass for one of this."""
    return base64.urlsafe_b64encode(json.dumps(["feed", env.tenant, place]).encode()).decode()


def _place(env: Environment, cursor: str) -> int:
    try:
        document = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (AttributeError, ValueError, binascii.Error, RecursionError):
        document = None
    known = isinstance(document, list) and document[:2] == ["feed", env.tenant] and len(document) == 3  # noqa: PLR2004
    if not known or type(document[2]) is not int or not 0 <= document[2] < 2**63:
        raise InvalidInput("after", "is no place in the feed of this tenant")
    place: int = document[2]
    return place
