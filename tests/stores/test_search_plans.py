"""Searches read indexes: shown by what SQLite and PostgreSQL say that they do, and by how many rows they look at."""

import random
import re
from functools import cache

import pytest

from supportflow import SqlStore
from supportflow.flows.queries.tickets import FILTERS
from supportflow.model.storage import Query
from supportflow.stores.sql import commits, searching
from supportflow.stores.sql.backends import names
from supportflow.stores.sql.columns import TICKET
from supportflow.stores.sql.schema import metadata
from supportflow.testing.conformance import ticket_row

ORDERS = {
    "priority": (("rank", "level", "order_us", "id"), False),
    "opened": (("opened_us", "id"), False),
    "updated": (("touched_us", "id"), True),
    "due": (("due_us", "id"), False),
}
MANY = 6_000
RARE = {
    "status": "on_hold_at_bank",
    "status_category": "on_hold",
    "group": "legal",
    "assignee": "kim",
    "requester": "r7",
    "channel": "fax",
    "category": "aml",
    "priority_class": "security",
    "level": 1,
}
COMMON = {
    "status": "open",
    "group": "desk",
    "assignee": None,
    "channel": "web",
    "category": "cards",
    "priority_class": "general",
    "level": 3,
}


@cache
def rows():
    """Many tickets, half of them ended; of everything that `RARE` names there are a few."""
    chance, made = random.Random(7), []
    for number in range(MANY):
        is_open = chance.random() < 0.5
        rare = number % 200 == 0
        opened = number * 1_000
        row = ticket_row(
            f"t{number:05}",
            status=RARE["status"] if rare else "open" if is_open else "closed",
            status_category=RARE["status_category"] if rare else "open" if is_open else "closed",
            open=is_open or rare,
            priority_class="security" if rare else "general",
            rank=0 if rare else 2,
            level=1 if rare else 3,
            order_us=opened + chance.randrange(10**6),
            due_us=None if chance.random() < 0.3 else opened + chance.randrange(10**6),
            group="legal" if rare else chance.choice(["desk", "cards", None]),
            assignee="kim" if rare else chance.choice([None, None, "sam"]),
            requester=f"r{number % 1_000}",
            channel="fax" if rare else "web",
            category="aml" if rare else "cards",
            opened_us=opened,
            updated_us=opened,
            touched_us=opened + chance.randrange(10**6),
            queued=is_open and chance.random() < 0.1,
            snapshot=chance.randbytes(1_500),
        )
        made.append(row)
    return made


def fill(url):
    store = SqlStore(url)
    store.load("acme", "makes the tables")
    columns = ("tenant", *TICKET)
    values = [("acme", *commits._ticket_values(row)) for row in rows()]

    def work(cursor):
        marks = ", ".join("?" * len(columns))
        cursor.executemany(
            store._backend.sql(f"INSERT INTO supportflow_ticket ({names(columns)}) VALUES ({marks})"), values
        )

    store._link.run(work, "write")
    if store._backend.name == "postgresql":
        store._link.run(lambda cursor: cursor.execute("ANALYZE supportflow_ticket"), "once")
    return store


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Few among so many."""
    monkeypatch.setattr(searching, "FEW", 100)


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    store = fill(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'desk.db'}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgres(migrated):
    import psycopg

    def empty():
        with psycopg.connect(migrated, autocommit=True) as connection:
            connection.execute("; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables))

    empty()
    store = fill(migrated)
    yield store
    store.close()
    empty()


class Explained:
    """A cursor that also asks how a search is carried out."""

    def __init__(self, cursor, how):
        self.cursor, self.how, self.plans = cursor, how, []

    def execute(self, statement, values=()):
        self.cursor.execute(f"{self.how} {statement}", values)
        self.plans.append("\n".join(str(row[-1]) for row in self.cursor.fetchall()))
        return self.cursor.execute(statement, values)

    def __getattr__(self, name):
        return getattr(self.cursor, name)


def plans(store, query):
    """The plan of each statement of a search, and the ids that it found."""
    how = (
        "EXPLAIN QUERY PLAN"
        if store._backend.name == "sqlite"
        else "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF)"
    )

    def work(cursor):
        explained = Explained(cursor, how)
        found = searching.search(explained, store._backend, "acme", query)
        return explained.plans, [row.id for row in found]

    return store._link.run(work, "read")


def questions():
    """Every order alone, with each filter, and with some filters at once; of open tickets, and of all."""
    filters = [{}, *({name: value} for name, value in RARE.items())]
    filters += [{name: value} for name, value in COMMON.items()]
    filters += [{"group": "desk", "status": RARE["status"]}, {"group": "legal", "level": 1, "channel": "fax"}]
    for order in ORDERS:
        for equal in filters:
            yield order, equal
            yield order, {**equal, "open": True}
        yield order, {"open": False}


QUESTIONS = list(questions())


def asked(order, equal, after=None, limit=20):
    columns, descending = ORDERS[order]
    return Query(equal, columns, after, limit, descending)


def naive(query):
    def key(row):
        values = [getattr(row, column) for column in query.order]
        return [(value is None, 0 if value is None else value) for value in values]

    found = [row for row in rows() if all(getattr(row, name) == value for name, value in query.equal.items())]
    found.sort(key=key, reverse=query.descending)
    if query.after is not None:
        last = [(value is None, 0 if value is None else value) for value in query.after]
        found = [row for row in found if (key(row) < last if query.descending else key(row) > last)]
    return found[: query.limit]


def test_every_filter_has_an_index():
    assert set(FILTERS) - {"open"} == set(RARE) == searching.NARROW


def test_sqlite_looks_at_no_more_than_an_index_gives(sqlite):
    for order, equal in QUESTIONS:
        found, _ = plans(sqlite, asked(order, equal))
        *counts, plan = found
        for count in counts:  # up to so many entries of a filter's index
            assert "USING COVERING INDEX" in count, (order, equal, count)
        assert "SCAN" not in plan, (order, equal, plan)
        sorts = "TEMP B-TREE" in plan
        # Sorted is only what a filter leaves few rows of.
        assert not sorts or any(RARE.get(name) == value for name, value in equal.items()), (
            order,
            equal,
            plan,
        )


def test_postgresql_looks_at_no_more_than_an_index_gives(postgres):
    for order, equal in QUESTIONS:
        (*counts, plan), _ = plans(postgres, asked(order, equal))
        assert not any("Seq Scan" in count for count in counts)
        assert "Seq Scan" not in plan, (order, equal, plan)
        passed = sum(int(rows) for rows in re.findall(r"Rows Removed by Filter: (\d+)", plan))
        taken = max(int(rows) for rows in re.findall(r"rows=(\d+)", plan))
        assert passed + taken < MANY / 4, (order, equal, plan)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_searches_find_what_a_reader_of_all_rows_finds(kind, request):
    """From the start, and from any place on: where rows have no due time, too."""
    store, chance = request.getfixturevalue(kind), random.Random(1)
    for order, equal in chance.sample(QUESTIONS, 60):
        whole = naive(asked(order, equal, limit=MANY))
        for after in [None, *chance.sample(whole, min(len(whole), 3)), *whole[-1:]]:
            place = None if after is None else tuple(getattr(after, column) for column in ORDERS[order][0])
            query = asked(order, equal, place, limit=chance.choice([1, 7, 30]))
            assert plans(store, query)[1] == [row.id for row in naive(query)], (query, after)
