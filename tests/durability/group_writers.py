"""Four threads write one SQLite file, each a command after the other; the process is killed at one point of a statement.

Usage: group_writers.py URL, then a number a line: of the point at which a child is killed, 0 for none. Each is answered with
the child's end, and a line of what it was answered before: keys, and `points`, how many there were. Whoever was held up is
committed with the others, as they all begin while somebody holds the turn.
"""

import json
import os
import sys
import threading
import warnings
from time import sleep

warnings.simplefilter("ignore")

from durability.crash_points import Points, point_statements  # noqa: E402
from supportflow import SqlStore  # noqa: E402
from supportflow.model.content import Content  # noqa: E402
from supportflow.model.storage import Commit, Committed, InboxEntry, OutboxRow, StreamChange  # noqa: E402
from supportflow.testing.conformance import event_rows, ticket_row  # noqa: E402

THREADS, EACH = 4, 2


def command(tenant, ticket, version):
    """Changes all tables that a command can."""
    key = f"{ticket}-{version}"
    return Commit(
        tenant,
        (
            StreamChange(
                f"ticket:{ticket}", version, event_rows(version + 1, 1), ticket_row(ticket, version + 1)
            ),
        ),
        (Content(f"text {key}", "ana", bytes(32), key),),
        (OutboxRow(f"owed {key}", "event:a", ticket, version + 1, 0, 0),),
        InboxEntry(key, "h", b"r"),
    )


def child(url, tenant, kill_at, answered):
    store = SqlStore(url)
    points = Points(kill_at)
    free = threading.Event()

    def work(ticket):
        for version in range(EACH):
            if store.commit(command(tenant, ticket, version)) == Committed():
                os.write(answered, f"{ticket}-{version}\n".encode())

    store.recall(tenant, "opens the file")
    point_statements(store, points)
    holder = threading.Thread(target=store._link.run, args=(lambda _: free.wait(30), "once"))
    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(THREADS)]
    holder.start()
    for number, thread in enumerate(threads):
        thread.start()
        while len(store._link._writers._queue) < number + 2:
            sleep(0.0001)
    free.set()
    for thread in (holder, *threads):
        thread.join()
    os.write(answered, f"points {len(points._names)}\n".encode())


def main() -> None:
    for line in sys.stdin:
        kill_at, (reads, writes) = int(line), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reads)
            child(sys.argv[1], f"killed at {kill_at}", kill_at, writes)
            os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as answers:
            answered = answers.read().splitlines()
        _, status = os.waitpid(pid, 0)
        print(json.dumps([os.waitstatus_to_exitcode(status), answered]), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
