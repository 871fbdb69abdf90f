"""What a store in memory has of the replies that said a warning: they are found without looking at other events."""

import heapq
from collections import defaultdict
from collections.abc import Sequence

from supportflow._forks import Locked
from supportflow.model.storage import StreamChange, StreamRow, warns

__all__ = ["WarnedInMemory"]


class WarnedInMemory(Locked):
    """Keeps them beside the events, under the same lock."""

    def __init__(self) -> None:
        super().__init__()
        self._warned: dict[str, list[StreamRow]] = defaultdict(list)

    def _note_warned(self, tenant: str, change: StreamChange) -> None:
        """Have those of a change found."""
        self._warned[tenant] += [StreamRow(change.stream, event) for event in change.events if warns(event)]

    def warned(self, tenant: str, stream: str, seq: int, limit: int, /) -> Sequence[StreamRow]:
        """Replies that said a warning, by stream and number, from the one after a place on."""

        def place(row: StreamRow) -> tuple[str, int]:
            return row.stream, row.event.seq

        with self._lock:
            beyond = (row for row in self._warned[tenant] if place(row) > (stream, seq))
            return tuple(heapq.nsmallest(limit, beyond, key=place))
