"""How many bytes a ticket takes on disk: opened, two messages and two answers, resolved, closed; and a worker in memory.

Usage: size.py [TICKETS]
"""

import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from supportflow import Agent, Desk, Policy, SlaPolicy, SqlStore, Target
from supportflow.testing import ManualClock

BODY = (
    "The transfer has not arrived. I sent it on Monday from my bank and have looked at the history twice. "
    * 4
)


WORKER = """
import re, sys
from supportflow import Desk, SqlStore
Desk(store=SqlStore(sys.argv[1])).run_due()
# Not `getrusage`: the most that a process had begins there with what its parent had.
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def resident(url: str) -> float:
    """The most memory that a process had which let time pass once, in MB; on Linux."""
    command = [sys.executable, "-c", WORKER, url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout) * 1024 / 1e6


def main(tickets: int) -> None:
    """Play the tickets, and print what the file and a checkpoint of it weigh."""
    targets = [Target.first_response(minutes=30), Target.resolution(hours=8)]
    policy = Policy(sla=[SlaPolicy(name="all", targets=targets)], auto_close_after=timedelta(days=3))
    clock = ManualClock("2026-03-02T09:00:00+00:00")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        desk = Desk(
            policy, store=SqlStore(f"sqlite:///{path}?journal_mode=delete&synchronous=off"), clock=clock
        )
        sizes = []
        for number in range(tickets):
            ref, asks, answers = str(number), f"person-{number}", Agent("sam")
            desk.open(subject="Where is my transfer?", body=BODY, requester=asks, ref=ref, key=f"{ref}-1")
            clock.advance(minutes=5)
            desk.reply(ref=ref, body=BODY, by=answers, key=f"{ref}-2")
            desk.receive(ref=ref, body=BODY, by=asks, key=f"{ref}-3")
            desk.reply(ref=ref, body=BODY, by=answers, key=f"{ref}-4")
            desk.resolve(ref=ref, by=answers, key=f"{ref}-5")
            if number + 1 in {tickets // 2, tickets}:
                clock.advance(days=4)
                desk.run_due()
                sizes.append(path.stat().st_size)
        desk.close()
        worker = resident(f"sqlite:///{path}?journal_mode=delete")
    half, whole = sizes
    print(
        f"{tickets:,} tickets, {whole / 1e6:.1f} MB: {2 * (whole - half) / tickets / 1000:.1f} kB for each further ticket"
    )
    print(f"of which {4 * len(BODY) / 1000:.1f} kB are the four texts")
    print(f"a worker that has read no text: {worker:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
