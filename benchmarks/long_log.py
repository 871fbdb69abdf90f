"""What a long log takes: processor time, and the most memory that the process had, for reading and for replaying it.

    python benchmarks/long_log.py 1000000
    python benchmarks/long_log.py 10000000 --only-read

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
    """Print both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("--only-read", action="store_true")
    given = parser.parse_args()
    mapping = parse_mapping(MAPPING)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("id,at,state,level,who\n")
            file.writelines(rows(given.rows))
        began = time.process_time()
        with CaseLog(path, mapping) as log:
            if given.only_read:
                said = f"{log.cases:,} cases read and sorted"
            else:
                report = replay_log(log, mapping, read_policy(POLICY), verdicts=False).report
                said = f"{report.cases:,} cases replayed, {sum(report.events.values()):,} events"
        took = time.process_time() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(f"{given.rows:,} rows, {said}: {took:.1f} s of processor time, {most:.0f} MB at most")


if __name__ == "__main__":
    main()
