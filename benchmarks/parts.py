"""Where the time of a command in memory goes, by parts: sampled every two milliseconds of CPU time.

Usage: python benchmarks/parts.py [SECONDS]

A sample counts for the part that is entered first, seen from the verb: what rows ask of the kernel counts for the rows.
Prints a table in Markdown.
"""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from compared import SAM, new_desk, opened

import supportflow
from supportflow import Desk
from supportflow.model.ticket import Ticket

EVERY = 0.002
SOURCES = f"{Path(supportflow.__file__).parent}/"
AROUND = "the flow around it: requests, facts, contents, the verb, the driver"
PARTS = {
    "the text redacted, and read or asked whether it asks for a secret": (
        "triage/",
        "flows/commands/clean.py",
    ),
    "the ticket loaded": ("flows/load.py", "flows/snapshots.py"),
    "decided: caught up, handled, clocks, folds": ("kernel/",),
    "rows made: JSON, the place in the queue, the wake-up": ("flows/rows.py",),
    "committed in memory, with links": ("stores/",),
}
COMMANDS: dict[str, Callable[[Desk, Ticket], object]] = {
    "reply": lambda desk, ticket: desk.reply(ticket.id, body="Have you tried water?", by=SAM),
    "hold": lambda desk, ticket: desk.hold(ticket.id, by=SAM),
    "open": lambda desk, _: opened(desk),
}
TICKETS = 200


def part_of(frame: FrameType | None) -> str:
    """The part that a stack is in."""
    files = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    for file in reversed(files):
        inside = file.removeprefix(SOURCES)
        for part, places in PARTS.items():
            if inside != file and inside.startswith(places):
                return part
    return AROUND


def sampled(act: Callable[[Desk, Ticket], object], seconds: float) -> Counter[str]:
    """Part → samples of a command on fresh tickets, for some seconds of CPU time."""
    found: Counter[str] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        found[part_of(frame)] += 1

    signal.signal(signal.SIGPROF, sample)
    spent = 0.0
    while spent < seconds:
        desk = new_desk()
        tickets = [opened(desk) for _ in range(TICKETS)]
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        for ticket in tickets:
            act(desk, ticket)
        signal.setitimer(signal.ITIMER_PROF, 0)
        spent += time.process_time() - began
    return found


def main(seconds: float) -> None:
    """Print the table."""
    found = {name: sampled(act, seconds) for name, act in COMMANDS.items()}
    print("| part | " + " | ".join(found) + " |\n|---|" + "---|" * len(found))
    for part in (*PARTS, AROUND):
        shares = " | ".join(f"{counted[part] / counted.total():.0%}" for counted in found.values())
        print(f"| {part} | {shares} |")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
