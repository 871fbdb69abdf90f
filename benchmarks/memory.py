"""The most memory that a process has while it works on a made-up log: of so many events, and of ten times as many.

Usage: memory.py [--events N] [--times T] [--only WORK ...] [--processes P] [--folder FOLDER]

The log is written row by row: a thousand cases at a time take turns, their ids are in no order, and there is a requester for
every fifth case. Each work runs in a process of its own, which says how far it was when its memory last grew.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from supportflow import load_policy
from supportflow.policy import Policy
from supportflow.replay import CaseLog, LogMapping, convert_log, parse_mapping, replay_log
from supportflow.reports import report
from supportflow.whatif import compare

MAPPING = """
name = "made up"
case = "id"
agent = "agent"
group = "group"
requester = "requester"
time = { column = "at", format = "epoch" }
priority = { column = "level", levels = { "1" = 1, "2" = 2, "3" = 3, "4" = 4 } }
[state]
column = "state"
statuses = { New = "new", Work = "open", Wait = "pending", Done = "resolved", Shut = "closed" }
"""
POLICY = """
name = "{name}"
[[sla]]
name = "all"
targets = [{{ name = "resolution", metric = "resolution", hours = {hours} }}]
"""
STATES = ("New", "Work", "Wait", "Work", "Done", "Shut")
TOGETHER = 1_000
START_S, STEP_S = 1_767_225_600, 1_800
MIB = 1 << 10 if sys.platform != "darwin" else 1 << 20


def made_up(path: Path, events: int) -> None:
    """Write a log of so many events."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "at", "state", "level", "agent", "group", "requester"))
        written = block = 0
        while written < events:
            for step, state in enumerate(STATES):
                for number in range(block, block + TOGETHER):
                    if written == events:
                        break
                    name = f"{number * 2_654_435_761 % (1 << 32):08x}"
                    at_s = START_S + block + number % 60 + step * STEP_S * (1 + number % 9)
                    who = f"agent {number % 200}" if step else ""
                    writer.writerow(
                        (
                            name,
                            at_s,
                            state,
                            1 + number % 4,
                            who,
                            f"group {number % 20}",
                            f"person {number // 5}",
                        )
                    )
                    written += 1
            block += TOGETHER


def _policy(hours: int) -> Policy:
    return load_policy(POLICY.format(name=f"{hours} hours", hours=hours), format="toml")


def most_mib() -> tuple[int, int]:
    """The most memory that this process has had, and the largest of those that it began and that have ended."""
    own, others = (
        resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own // MIB, others // MIB


class Watch:
    """Notes when memory grows."""

    def __init__(self) -> None:
        self.grew: list[tuple[int, int]] = []

    def __call__(self, done: int, of: int = 0) -> None:
        """Look, after so many rows."""
        del of
        now, _ = most_mib()
        if not self.grew or now >= self.grew[-1][1] + 4:
            self.grew.append((done, now))


def _read(log: CaseLog, _: LogMapping, __: int, ___: Watch) -> None:
    assert log.cases


def _convert(log: CaseLog, _: LogMapping, __: int, watch: Watch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        convert_log(log, Path(folder) / "log.parquet", watch)


def _replay(log: CaseLog, mapping: LogMapping, processes: int, watch: Watch) -> None:
    replay_log(log, mapping, _policy(5), processes=processes, verdicts=False, progress=watch)


def _whatif(log: CaseLog, mapping: LogMapping, _: int, watch: Watch) -> None:
    compare(log, mapping, _policy(5), _policy(10), progress=watch)


def _report(log: CaseLog, mapping: LogMapping, _: int, watch: Watch) -> None:
    report(log, mapping, _policy(5), progress=watch)


WORKS: dict[str, Callable[[CaseLog, LogMapping, int, Watch], None]] = {
    "read": _read, "convert": _convert, "replay": _replay, "what-if": _whatif, "report": _report,
}  # fmt: skip


def work(name: str, path: Path, processes: int) -> None:
    """Do one thing, and print what it took as JSON."""
    mapping, watch = parse_mapping(MAPPING), Watch()
    began = time.monotonic()
    with CaseLog(path, mapping, progress=watch) as log:
        reading = len(watch.grew)
        WORKS[name](log, mapping, processes, watch)
    own, others = most_mib()
    took = time.monotonic() - began
    print(
        json.dumps(
            {"own": own, "others": others, "s": round(took), "grew": watch.grew[-4:], "reading": reading}
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=WORKS, default=list(WORKS))
    parser.add_argument("--processes", type=int, default=1, help="of the replay")
    parser.add_argument("--folder", type=Path, help="where logs are kept and found again")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work is not None:
        work(given.work[0], Path(given.work[1]), given.processes)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only:
            found = []
            for events in (given.events, given.events * given.times):
                path = (given.folder or Path(folder)) / f"{events}.csv"
                if not path.exists():
                    made_up(path, events)
                command = [
                    sys.executable,
                    __file__,
                    "--work",
                    name,
                    path,
                    "--processes",
                    str(given.processes),
                ]
                answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ)
                said = json.loads(answer.stdout)
                found.append(max(said["own"], said["others"]))
                print(f"{name}, {events:,} events: {said}", flush=True)
            print(f"{name}: {found[0]} MiB, {found[1]} MiB, {found[1] / found[0]:.2f} times", flush=True)


if __name__ == "__main__":
    main()
