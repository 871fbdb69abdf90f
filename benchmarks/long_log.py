"""What a long log takes: time, processor time, and the most memory that the process had, for reading and for replaying it.

    python benchmarks/long_log.py 10000000
    python benchmarks/long_log.py 1000000 --processes 1 2
    python benchmarks/long_log.py 10000000 --only-read

With several numbers of processes the log is replayed once with each, and the reports must be the same to the last byte.
The log is made up: five thousand cases are under way at a time, so that the rows of each are far apart.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from supportflow.policy import read_policy
from supportflow.replay import CaseLog, parse_mapping, replay_log

POLICY = Path(__file__).resolve().parents[1] / "examples" / "policies" / "servicenow_uci.toml"
MAPPING = """
name = "made up"
case = "id"
agent = "who"
time = { column = "at", format = "epoch" }
state.column = "state"
state.statuses = { New = "new", Active = "open", Waiting = "pending", Resolved = "resolved", Closed = "closed" }
priority = { column = "level", levels = { 1 = 1, 2 = 2, 3 = 3, 4 = 4 } }
"""
STATES = ("New", "Active", "Waiting", "Active", "Resolved", "Closed")
UNDER_WAY = 5_000


def rows(number: int) -> Iterator[str]:
    """So many rows of a log, in the order of time."""
    rng = random.Random(1)
    cases: list[list[int]] = []
    begun, at_s = 0, 1_700_000_000
    for _ in range(number):
        at_s += rng.randrange(40)
        if len(cases) < UNDER_WAY:
            cases.append([begun, 0, rng.randrange(1, 5)])
            begun += 1
            place = len(cases) - 1
        else:
            place = rng.randrange(UNDER_WAY)
        case, step, level = cases[place]
        yield f"c{case},{at_s},{STATES[step]},{level},a{rng.randrange(300)}\n"
        cases[place][1] += 1
        if step == len(STATES) - 1:
            cases[place] = cases[-1]
            cases.pop()


def main() -> None:
    """Print what each way took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("--only-read", action="store_true")
    parser.add_argument("--processes", type=int, nargs="+", default=[1])
    given = parser.parse_args()
    mapping = parse_mapping(MAPPING)
    found: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("id,at,state,level,who\n")
            file.writelines(rows(given.rows))
        for processes in given.processes:
            began, cpu_began = time.perf_counter(), time.process_time()
            with CaseLog(path, mapping, processes=processes) as log:
                if given.only_read:
                    said, cpu_s = f"{log.cases:,} cases read and sorted", time.process_time() - cpu_began
                else:
                    report = replay_log(
                        log, mapping, read_policy(POLICY), processes=processes, verdicts=False
                    ).report
                    said, cpu_s = (
                        f"{report.cases:,} cases replayed, {sum(report.events.values()):,} events",
                        report.cpu_s,
                    )
                    found.add(report.model_copy(update={"cpu_s": 0.0}).model_dump_json())
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
            print(
                f"{given.rows:,} rows, {said}; {processes} processes: {time.perf_counter() - began:.1f} s, "
                f"{cpu_s:.1f} s of processor time, {most:.0f} MB at most",
                flush=True,
            )
    if len(found) > 1:
        raise SystemExit("the reports differ")


if __name__ == "__main__":
    main()
