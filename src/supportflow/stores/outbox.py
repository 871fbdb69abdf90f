"""The outbox in memory: deliveries that are owed."""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from supportflow.model.storage import Lease, OutboxRow

__all__ = ["Outbox", "Waiting"]


@dataclass(slots=True)
class Waiting:
    """An outbox row; `place` orders the rows, `token` is who has claimed it last."""

    row: OutboxRow
    place: int
    token: str = ""
    error: str | None = None
    dead: bool = False

    @property
    def lane(self) -> tuple[str, str]:
        """What it has to keep its order in."""
        return self.row.topic, self.row.ticket_id


class Outbox:
    """What waits to be delivered: a claim costs what is due, not what waits.

    The rows of one topic and ticket are a lane, and only the first living one of a lane can be claimed. Each topic has a
    heap that says when the head of a lane is due. Entries that are out of date stay in both until they come up.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Waiting] = {}
        self._lanes: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._due: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self._places = itertools.count()
        self._claims = itertools.count(1)

    def add(self, row: OutboxRow) -> None:
        """Keep a row, unless its key is there already."""
        if row.key not in self.rows:
            waiting = self.rows[row.key] = Waiting(row, next(self._places))
            self._join(waiting)

    def _join(self, waiting: Waiting) -> None:
        heapq.heappush(self._lanes.setdefault(waiting.lane, []), (waiting.place, waiting.row.key))
        if self._head(waiting.lane) is waiting:
            self._plan(waiting)

    def _plan(self, head: Waiting | None) -> None:
        if head is not None:
            heapq.heappush(self._due[head.row.topic], (head.row.next_us, head.place, head.row.key))

    def _head(self, lane: tuple[str, str]) -> Waiting | None:
        """The first living row of a lane."""
        queue = self._lanes.get(lane, [])
        while queue:
            place, key = queue[0]
            waiting = self.rows.get(key)
            if waiting is not None and waiting.place == place and not waiting.dead:
                return waiting
            heapq.heappop(queue)
        self._lanes.pop(lane, None)
        return None

    def claim(self, now_us: int, until_us: int, topics: Collection[str], limit: int) -> tuple[Lease, ...]:
        """Claim the heads that are due, those first that have been for longest."""
        ready = [waiting for topic in topics for waiting in self._ready(topic, now_us, limit)]
        ready.sort(key=lambda waiting: (waiting.row.next_us, waiting.place))
        for waiting in ready[:limit]:
            waiting.token = str(next(self._claims))
            waiting.row = waiting.row._replace(next_us=until_us, attempts=waiting.row.attempts + 1)
        for waiting in ready:
            self._plan(waiting)
        return tuple(Lease(waiting.row, waiting.token) for waiting in ready[:limit])

    def _ready(self, topic: str, now_us: int, limit: int) -> Collection[Waiting]:
        """Takes up to so many heads that are due from a topic's heap."""
        due = self._due[topic]
        ready: dict[str, Waiting] = {}
        while due and due[0][0] <= now_us and len(ready) < limit:
            next_us, _, key = heapq.heappop(due)
            waiting = self.rows.get(key)
            if waiting is not None and waiting.row.next_us == next_us and self._head(waiting.lane) is waiting:
                ready[key] = waiting
        return ready.values()

    def settle(self, key: str, token: str, retry_us: int | None, error: str | None) -> bool:
        """End a claim."""
        waiting = self.rows.get(key)
        if waiting is None or not token or waiting.token != token:
            return False
        if error is None and retry_us is None:
            del self.rows[key]
        else:
            waiting.error = error or waiting.error
            waiting.token = ""
            waiting.dead = retry_us is None
            if error is None:
                waiting.row = waiting.row._replace(attempts=waiting.row.attempts - 1)
            if retry_us is not None:
                waiting.row = waiting.row._replace(next_us=retry_us)
        self._plan(self._head(waiting.lane))
        return True

    def revive(self, key: str, now_us: int) -> bool:
        """Make a dead row due again, in its old place."""
        waiting = self.rows.get(key)
        if waiting is None or not waiting.dead:
            return False
        waiting.dead = False
        waiting.row = waiting.row._replace(next_us=now_us, attempts=0)
        self._join(waiting)
        return True
