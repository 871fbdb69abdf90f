"""What is new in a store, taken in: heads of all streams that have changed, checked before anything vouches for them."""

from collections.abc import Iterator
from typing import NamedTuple

from supportflow.exceptions import RecordsError
from supportflow.model.storage import EventRow
from supportflow.notary.index import Index
from supportflow.ports import Store
from supportflow.ports.records import has_links
from supportflow.records.chain import links, root
from supportflow.records.entries import Batch, Entry, Head

__all__ = ["Unlinked", "take_in"]

ROUND = 50_000
"""Events of one batch: what is held in memory at once."""
_PAGE = 5_000


class _Span(NamedTuple):
    """New events of one stream."""

    stream: str
    events: list[EventRow]


class Unlinked(NamedTuple):
    """Links that a store lacks. They are made once the log has said that they were lacking, not before.

    Attributes:
        stream: Whose.
        first: Number of the first event.
        chain: The links from there.
    """

    stream: str
    first: int
    chain: list[bytes]


def take_in(
    store: Store, tenant: str, index: Index, after: int, at_us: int, unlinked: list[Unlinked]
) -> Iterator[Entry]:
    """The entries that vouch for what is new in a store: heads, and a batch after at most `ROUND` events.

    Args:
        store: The store.
        tenant: Whose log it is.
        index: Of the log; takes in what is answered.
        after: The place in the feed up to which the log has come.
        at_us: The present instant.
        unlinked: Is filled with the links that the store lacks.

    Raises:
        RecordsError: If what is stored does not continue what the log has.
    """
    end = store.feed_end(tenant)
    if after:
        _see_that_it_goes_on(store, tenant, index, after)
    while after < end:
        spans, place = _read(store, tenant, after, end)
        heads = [_head(store, tenant, index, span, unlinked) for span in spans]
        yield from heads
        number = sum(len(span.events) for span in spans)
        yield Batch(after, place, len(heads), number, at_us)
        after = place


def _see_that_it_goes_on(store: Store, tenant: str, index: Index, after: int) -> None:
    """The last event that the log took in must be where it was: a store that was put back has another there, or none.

    Raises:
        RecordsError: If it is not.
    """
    rows = store.feed(tenant, after - 1, 1)
    if rows and rows[0].place == after:
        chain = list(
            links(root(tenant, rows[0].stream), store.events(tenant, rows[0].stream, 0, rows[0].event.seq))
        )
        known = index.find(chain[0]) if chain else None
        if known is not None and (known.last, known.link) == (rows[0].event.seq, chain[-1]):
            return
    raise RecordsError(
        "store", "is not the one that the log has taken in: it was put back, or its last event altered"
    )


def _read(store: Store, tenant: str, after: int, end: int) -> tuple[list[_Span], int]:
    spans: dict[str, _Span] = {}
    number, place = 0, after
    while place < end and number < ROUND:
        rows = [row for row in store.feed(tenant, place, _PAGE) if row.place <= end]
        if not rows:
            raise RecordsError("feed", f"ends at place {place}, and was said to end at {end}")
        for row in rows:
            spans.setdefault(row.stream, _Span(row.stream, [])).events.append(row.event)
        number += len(rows)
        place = rows[-1].place
    return list(spans.values()), place


def _head(store: Store, tenant: str, index: Index, span: _Span, unlinked: list[Unlinked]) -> Head:
    """The head that a stream has come to."""
    stream, events = span
    first, last = events[0].seq, events[-1].seq
    if [event.seq for event in events] != list(range(first, last + 1)):
        raise RecordsError(stream, f"has not all events from {first} to {last}, in order")
    begin = root(tenant, stream)
    before = begin if first == 1 else _before(store, tenant, index, stream, first)
    chain = list(links(before, events))
    own = chain[0] if first == 1 else index.first_link(begin)
    assert own is not None
    if first == 1:
        if index.find(own) is not None:
            raise RecordsError(stream, "begins a second time")
        index.note_first_link(begin, own)
    late = _lacking(store, tenant, stream, first, chain)
    if late and has_links(store):
        unlinked.append(Unlinked(stream, first, chain))
    return Head(own.hex(), first, last, None if first == 1 else before.hex(), chain[-1].hex(), late)


def _before(store: Store, tenant: str, index: Index, stream: str, first: int) -> bytes:
    """The link that the log has of the event before."""
    begin = root(tenant, stream)
    own = index.first_link(begin)
    if own is None:
        own = next(links(begin, store.events(tenant, stream, 0, 1)), b"")
        index.note_first_link(begin, own)
    known = index.find(own)
    if known is None:
        raise RecordsError(stream, "has another first event than the log, or none")
    if known.last != first - 1:
        raise RecordsError(stream, f"goes on with event {first}, and the log has come to {known.last}")
    return known.link


def _lacking(store: Store, tenant: str, stream: str, first: int, chain: list[bytes]) -> int:
    """Compare the links that are stored with those that the events give; how many are lacking.

    Raises:
        RecordsError: If one is another.
    """
    if not has_links(store):
        return len(chain)
    stored = list(store.links(tenant, stream, first - 1, len(chain)))
    if len(stored) != len(chain):
        raise RecordsError(stream, "has not all links")
    for number, (kept, made) in enumerate(zip(stored, chain, strict=True), first):
        if kept is not None and bytes(kept) != made:
            raise RecordsError(stream, f"event {number} is not what was written, or one before it is not")
    return stored.count(None)
