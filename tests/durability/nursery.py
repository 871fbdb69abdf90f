"""Runs the script in children of its own, one for each line that it reads: a fork is faster than a new interpreter.

Usage: nursery.py, then a JSON object a line: url, tenant, journal, points, kill_at, fine, mutant, finish. It answers each
with what became of the child: 0, or minus the signal that killed it.
"""

import json
import os
import sys
import traceback
import warnings
from contextlib import closing
from pathlib import Path

warnings.simplefilter("ignore")

import psycopg  # noqa: E402, F401 - before the fork, not in each child
import sqlalchemy.dialects.postgresql.psycopg  # noqa: E402, F401 - the same

from durability.crash_points import PointedCalls, Points, point_statements  # noqa: E402
from durability.crash_script import Journal, Script  # noqa: E402
from durability.mutants import MUTANTS  # noqa: E402
from supportflow import SqlStore  # noqa: E402


def child(order) -> None:
    points = Points(order["kill_at"], Path(order["points"]) if order["points"] else None)
    store = SqlStore(order["url"])
    wrapped = store
    if order["fine"]:
        point_statements(store, points)
    else:
        wrapped = PointedCalls(store, points)
    if order["mutant"]:
        wrapped = MUTANTS[order["mutant"]](wrapped)
    script = Script(wrapped, Journal(Path(order["journal"]), points.before, points.after), order["tenant"])
    script.run()
    points.save()
    if order["finish"]:
        script.finish()
    store.close()


def main() -> None:
    # What is loaded when it is first needed is loaded once, not in each child.
    with closing(SqlStore("sqlite://")) as store:
        script = Script(store, Journal(Path(os.devnull), *2 * [lambda _: None]), "nobody")
        script.run()
        script.finish()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                child(json.loads(line))
            except BaseException:  # noqa: BLE001 - told to whoever started it
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
