"""What a tick costs with a million open tickets and with ten thousand, when the same number is due.

    python benchmarks/tick.py [--open 1000000] [--beside 10000] [--due 200]

The tickets that come due are opened by the desk, one by one, each at an instant of its own. Between them lie the others:
each a ticket of its own in the `MemoryStore`, with its id, its events, its snapshot and its wake-up months ahead, put
there by `commit` as any other, but copied from one that the desk wrote, so that a million take a minute.

A tick advances what is due, commits it, and delivers an event of each to a handler. The ticks take turns on the two desks; a
desk's time is the median of its ticks, in CPU time, and the ratio is what to quote. Python's garbage collector is left on.
"""

import argparse
import gc
import resource
import statistics
import time
from dataclasses import replace

from supportflow import BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow._time import from_us, instant, to_us
from supportflow.events import SlaWarned
from supportflow.model.storage import Commit, Committed, StreamChange
from supportflow.testing import CountingIds, ManualClock

TENANT = "default"
START_US = to_us(instant("2026-03-02T09:00:00Z"))
ROUNDS = 15
HOUR_US = 3_600_000_000
ROUND_US = HOUR_US // 60
"""Clock time between two ticks of a desk."""
AHEAD_US = 1_000 * HOUR_US
"""How far ahead the wake-ups are that do not come."""
POLICY = Policy(
    sla=[
        SlaPolicy(
            name="gold",
            calendar=BusinessCalendar.always(),
            targets=[
                Target.first_response(hours=2, warn_at=[0.5]),
                Target.resolution(days=90, warn_at=[0.5]),
            ],
        )
    ]
)


class Subject:
    """A desk with that many open tickets, of which some are due in each round.

    Args:
        tickets: How many are open.
        due: How many wake up before each tick.
    """

    def __init__(self, tickets: int, due: int) -> None:
        self.due = due
        self.clock = ManualClock("2026-03-02T09:00:00Z")
        self.store = MemoryStore()
        self.heard = 0
        self.desk = Desk(
            POLICY, store=self.store, clock=self.clock, ids=CountingIds(), on={SlaWarned: self._hear}
        )
        self.desk.run_due()  # publishes the policy
        self._fill(tickets)

    def _hear(self, event: SlaWarned) -> None:
        del event
        self.heard += 1

    def _fill(self, tickets: int) -> None:
        opened = ROUNDS * self.due
        copies = 0
        for place in range(opened):
            self.clock.set(from_us(START_US + place * ROUND_US // self.due))
            ticket = self.desk.open(subject="Printer on fire", requester="ana").ticket
            upto = (tickets - opened) * (place + 1) // opened
            self._copy(ticket.id, range(copies, upto))
            copies = upto

    def _copy(self, pattern: str, places: range) -> None:
        row = self.store.load(TENANT, pattern)
        events = self.store.events(TENANT, f"ticket:{pattern}")
        assert row is not None
        for place in places:
            new = f"copy-{place:07d}"
            rows = tuple(event._replace(data=moved(event.data, pattern, new)) for event in events)
            snapshot = moved(row.snapshot, pattern, new)
            copy = replace(row, id=new, wakeup_us=START_US + AHEAD_US + place * 7_919, snapshot=snapshot)
            answer = self.store.commit(Commit(TENANT, (StreamChange(f"ticket:{new}", 0, rows, copy),)))
            assert isinstance(answer, Committed)

    def tick(self, round_: int) -> float:
        """CPU milliseconds of the tick that finds what a round made due, an hour after it was opened."""
        self.clock.set(from_us(START_US + HOUR_US + (round_ + 1) * ROUND_US))
        self.heard = 0
        start = time.process_time()
        happened = self.desk.run_due(limit=10 * self.due)
        spent = (time.process_time() - start) * 1e3
        assert len(happened.events) == self.heard == self.due
        return spent


def moved(data: bytes, old: str, new: str) -> bytes:
    """A stored value that names another ticket."""
    return data.replace(old.encode(), new.encode())


def peak_mb() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--open", type=int, default=1_000_000)
    options.add_argument("--beside", type=int, default=10_000)
    options.add_argument("--due", type=int, default=200)
    given = options.parse_args()
    few = Subject(given.beside, given.due)
    before = peak_mb()
    many = Subject(given.open, given.due)
    print(f"{given.open:,} open tickets: {(peak_mb() - before) * 1024 / given.open:.2f} kB each")
    gc.collect()  # the debt of filling is not a tick's
    times = [(few.tick(round_), many.tick(round_)) for round_ in range(ROUNDS)]
    for subject, tickets in enumerate((given.beside, given.open)):
        cost = statistics.median(pair[subject] for pair in times)
        print(f"tick, {given.due} due of {tickets:>9,} open {cost:9.2f} ms")
    print(f"ratio {statistics.median(b / a for a, b in times):.2f}")


if __name__ == "__main__":
    main()
