"""Indexes of tickets in memory: a search reads as many rows as it finds, or as few as a filter leaves.

An index is made by the first search that can use it, and kept from then on: a desk that is never searched pays for none.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from math import inf
from operator import attrgetter
from typing import Any

from supportflow.model.storage import Query, TicketRow

__all__ = ["Sorted", "TicketIndexes"]

Key = tuple[Any, ...]
_CHUNK = 512
_FEW = 100
"""So many rows are sorted sooner than others are passed over."""


class Sorted:
    """Keys in order, in chunks: what comes and goes moves a chunk, not everything."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        every = sorted(keys)
        self._chunks = [every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK)]
        self._lasts = [chunk[-1] for chunk in self._chunks]

    def add(self, key: Key) -> None:
        """Take a key in."""
        if not self._chunks:
            self._chunks, self._lasts = [[key]], [key]
            return
        at = min(bisect_left(self._lasts, key), len(self._chunks) - 1)
        chunk = self._chunks[at]
        insort(chunk, key)
        if len(chunk) > 2 * _CHUNK:
            self._chunks.insert(at + 1, chunk[_CHUNK:])
            del chunk[_CHUNK:]
            self._lasts.insert(at, chunk[-1])
            at += 1
        self._lasts[at] = self._chunks[at][-1]

    def remove(self, key: Key) -> None:
        """Let go of a key that is there."""
        at = bisect_left(self._lasts, key)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, key)]
        if chunk:
            self._lasts[at] = chunk[-1]
        else:
            del self._chunks[at], self._lasts[at]

    def beyond(self, key: Key | None) -> Iterator[Key]:
        """The keys after one, or all, from the first on."""
        start = 0 if key is None else bisect_right(self._lasts, key)
        for number in range(start, len(self._chunks)):
            chunk = self._chunks[number]
            first = bisect_right(chunk, key) if key is not None and number == start else 0
            yield from islice(chunk, first, None)

    def before(self, key: Key | None) -> Iterator[Key]:
        """The keys before one, or all, from the last on."""
        start = (
            len(self._chunks) - 1
            if key is None
            else min(bisect_left(self._lasts, key), len(self._chunks) - 1)
        )
        for number in range(start, -1, -1):
            chunk = self._chunks[number]
            end = bisect_left(chunk, key) if key is not None and number == start else len(chunk)
            yield from reversed(chunk[:end])


class TicketIndexes:
    """What a tenant's tickets are found by.

    Args:
        rows: The tickets by id. Whoever changes them tells with `change`.
    """

    def __init__(self, rows: Mapping[str, TicketRow]) -> None:
        self._rows = rows
        self._equal: dict[str, dict[tuple[object, bool], set[str]]] = {}
        self._orders: dict[tuple[str, ...], dict[bool, Sorted]] = {}

    def change(self, before: TicketRow | None, after: TicketRow | None) -> None:
        """A ticket came, went, or changed."""
        for column, ids in self._equal.items():
            old = None if before is None else (getattr(before, column), before.open)
            new = None if after is None else (getattr(after, column), after.open)
            if old != new:
                if before is not None and old is not None:
                    ids[old].discard(before.id)
                    if not ids[old]:
                        del ids[old]
                if after is not None and new is not None:
                    ids[new].add(after.id)
        for order, halves in self._orders.items():
            old_key = None if before is None else (before.open, key_of(before, order))
            new_key = None if after is None else (after.open, key_of(after, order))
            if old_key != new_key:
                if old_key is not None:
                    halves[old_key[0]].remove(old_key[1])
                if new_key is not None:
                    halves[new_key[0]].add(new_key[1])

    def search(self, query: Query) -> tuple[TicketRow, ...]:
        """The rows that match, in the query's order."""
        equal = dict(query.equal)
        flag = equal.pop("open", None)
        after = None if query.after is None else _key(query.after)
        found: list[Iterator[Key]] = []
        for half in (True, False) if flag is None else (bool(flag),):
            few = [self._with(column, value, half) for column, value in equal.items()]
            fewest = min(few, key=len, default=None)
            if fewest is None or self._is_many(fewest, half, query):
                found.append(self._walk(half, equal, query, after))
            elif fewest:
                found.append(self._sort(fewest, equal, query, after))
        merged = heapq.merge(*found, reverse=query.descending)
        return tuple(self._rows[key[-1]] for key in islice(merged, query.limit))

    def _is_many(self, ids: Collection[str], half: bool, query: Query) -> bool:
        """Whether a walk in order, which passes others over, looks at fewer rows than there are of these."""
        return len(ids) > _FEW and len(ids) ** 2 > query.limit * len(self._with("open", half, half))

    def _sort(
        self, ids: Collection[str], equal: Mapping[str, object], query: Query, after: Key | None
    ) -> Iterator[Key]:
        keys = (key_of(row, query.order) for row in map(self._rows.__getitem__, ids) if _matches(row, equal))
        if query.descending:
            return iter(heapq.nlargest(query.limit, (key for key in keys if after is None or key < after)))
        return iter(heapq.nsmallest(query.limit, (key for key in keys if after is None or key > after)))

    def _walk(
        self, half: bool, equal: Mapping[str, object], query: Query, after: Key | None
    ) -> Iterator[Key]:
        ordered = self._order(query.order)[half]
        keys = ordered.before(after) if query.descending else ordered.beyond(after)
        return (key for key in keys if _matches(self._rows[key[-1]], equal)) if equal else keys

    def _with(self, column: str, value: object, half: bool) -> Collection[str]:
        return self._of(column).get((value, half), ())

    def _of(self, column: str) -> dict[tuple[object, bool], set[str]]:
        ids = self._equal.get(column)
        if ids is None:
            ids = self._equal[column] = defaultdict(set)
            for row in self._rows.values():
                ids[getattr(row, column), row.open].add(row.id)
        return ids

    def _order(self, order: tuple[str, ...]) -> dict[bool, Sorted]:
        halves = self._orders.get(order)
        if halves is None:
            halves = self._orders[order] = {
                half: Sorted(key_of(row, order) for row in self._rows.values() if row.open is half)
                for half in (True, False)
            }
        return halves


def _matches(row: TicketRow, equal: Mapping[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in equal.items())


def key_of(row: TicketRow, order: tuple[str, ...]) -> Key:
    """A row's place in an order, of which the last column is the id."""
    return _key(attrgetter(*order)(row) if len(order) > 1 else (getattr(row, order[0]),))


def _key(values: tuple[Any, ...]) -> Key:
    """None comes after every number."""
    return tuple([inf if value is None else value for value in values])
