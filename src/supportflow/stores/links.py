"""The chains of a store in memory: the link of every event, stream by stream."""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from supportflow._forks import Locked
from supportflow.model.storage import EventRow, StreamChange
from supportflow.records.chain import links, root

__all__ = ["LinkedInMemory"]


class LinkedInMemory(Locked):
    """Keeps the links of events beside them, under the same lock.

    A link is made when somebody asks for it, of the event as it was committed; until then the event stands in its place.
    """

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[str, dict[str, list[bytes | EventRow | None]]] = defaultdict(dict)

    def _link(self, tenant: str, change: StreamChange) -> None:
        """Have the new events of a change linked to those before."""
        self._chains[tenant].setdefault(change.stream, []).extend(change.events)

    def _linked(self, tenant: str, stream: str) -> list[bytes | None]:
        """The links of a stream. Where the link before is missing there is none to come."""
        chain = self._chains[tenant].get(stream, [])
        first = len(chain)
        while first and isinstance(chain[first - 1], EventRow):
            first -= 1
        events = cast("list[EventRow]", chain[first:])
        if events:
            before = cast("bytes | None", chain[first - 1]) if first else root(tenant, stream)
            chain[first:] = [None] * len(events) if before is None else links(before, events)
        return cast("list[bytes | None]", chain)

    def links(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[bytes | None]:
        """The links of a stream's events, from the one after `after`."""
        with self._lock:
            known = self._linked(tenant, stream)
            return tuple(known[after : None if limit is None else after + limit])

    def set_links(self, tenant: str, stream: str, first: int, links: Sequence[bytes], /) -> int:
        """Give events that have no link their links; how many had none."""
        with self._lock:
            known = self._linked(tenant, stream)
            places = [place for place in range(first - 1, len(known)) if known[place] is None]
            chosen = [place for place in places if place - first + 1 < len(links)]
            for place in chosen:
                known[place] = links[place - first + 1]
            return len(chosen)

    def streams(self, tenant: str, after: str, limit: int, /) -> Sequence[tuple[str, int]]:
        """The streams whose names sort after `after`, in that order, each with the number of its last event."""
        with self._lock:
            known = self._chains[tenant]
            names = heapq.nsmallest(limit, (name for name, chain in known.items() if name > after and chain))
            return tuple((name, len(known[name])) for name in names)
