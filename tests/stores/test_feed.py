"""The feed on databases: what is committed late comes late and is not missed, in any number of processes."""

import json
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from desk.office import desk
from old_tables import at_revision, psycopg_url
from supportflow import SqlStore
from supportflow.exceptions import InvalidInput
from supportflow.model.storage import Commit, StreamChange
from supportflow.stores.sql import feeding
from supportflow.stores.sql.migration import migrate
from supportflow.testing.conformance import event_rows, ticket_row
from supportflow.testing.conformance.feed import follow, told

TENANT = "acme"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("emptied")


def opened(store, name):
    row = ticket_row(name)
    store.commit(Commit(TENANT, (StreamChange(f"ticket:{name}", 0, event_rows(1, 1), row),)))


def streams(rows):
    return [row.stream.removeprefix("ticket:") for row in rows]


def test_what_a_slower_transaction_commits_is_not_missed(emptied):
    """It wrote first and is committed last: a reader has long gone on. So with several, in any order."""
    store, engine = SqlStore(emptied), create_engine(psycopg_url(emptied))
    slow = [engine.connect() for _ in range(3)]
    for number, connection in enumerate(slow):
        connection.begin()
        opened(store.within(connection), f"slow{number}")
    opened(store, "fast")
    read = follow(store)
    assert streams(read) == ["fast"]
    for number in (1, 0):
        slow[number].commit()
        read += follow(store, read[-1].place, limit=1)
    assert streams(read) == ["fast", "slow1", "slow0"]
    opened(store, "later")
    read += follow(store, read[-1].place)
    slow[2].commit()
    read += follow(store, read[-1].place)
    assert streams(read) == ["fast", "slow1", "slow0", "later", "slow2"]
    assert follow(store) == read, "who comes later reads the same order"
    assert store.feed_end(TENANT) == read[-1].place
    for connection in slow:
        connection.close()
    engine.dispose()
    store.close()


def test_a_transaction_that_is_open_for_long_holds_nobody_up(emptied):
    """Neither a host's own, nor one that has written events."""
    store, engine = SqlStore(emptied), create_engine(psycopg_url(emptied))
    with engine.connect() as old, engine.connect() as writer:
        old.execute(text("CREATE TEMPORARY TABLE t (n int)"))
        old.execute(text("INSERT INTO t VALUES (1)"))
        writer.begin()
        opened(store.within(writer), "unfinished")
        read = []
        for number in range(5):
            opened(store, f"t{number}")
            read += follow(store, read[-1].place if read else 0)
            assert streams(read)[-1] == f"t{number}"
    engine.dispose()
    store.close()


def test_what_is_rolled_back_was_never_in_the_feed(url):
    store, engine = SqlStore(url), create_engine(psycopg_url(url))
    opened(store, "a")
    with engine.connect() as connection:
        opened(store.within(connection), "undone")
        connection.rollback()
    opened(store, "b")
    read = follow(store)
    assert streams(read) == ["a", "b"]
    with engine.connect() as connection:
        opened(store.within(connection), "c")
        connection.commit()
    assert streams(follow(store, read[-1].place)) == ["c"]
    engine.dispose()
    store.close()


def test_no_feed_is_followed_inside_a_host_s_transaction(url):
    """What is read there may be undone, and its place be another's."""
    store, engine = SqlStore(url), create_engine(psycopg_url(url))
    opened(store, "a")
    with engine.connect() as connection:
        joined = store.within(connection)
        for call in (lambda: joined.feed(TENANT, 0, 9), lambda: joined.feed_end(TENANT)):
            with pytest.raises(InvalidInput) as refused:
                call()
            assert refused.value.field == "connection"
    engine.dispose()
    store.close()


def test_writers_put_the_feed_in_order_now_and_then(emptied, monkeypatch):
    """So that the first who reads it after a year need not do that."""
    monkeypatch.setattr("supportflow.stores.sql.store._TIDY", 4)
    store = SqlStore(emptied)
    for number in range(9):
        opened(store, f"t{number}")
    backend = store._backend
    placed = store._link.run(lambda cursor: feeding.read(cursor, backend, TENANT, 0, 99), "read")
    assert streams(placed) == [f"t{number}" for number in range(8)]
    assert streams(follow(store)) == [f"t{number}" for number in range(9)]
    store.close()


@pytest.mark.parametrize("step", ["read", "is_behind"])
def test_what_another_reader_puts_in_order_meanwhile_is_read(emptied, monkeypatch, step):
    """An empty page says that there is nothing: what was committed before it was asked for is never left out."""
    store, other = SqlStore(emptied), SqlStore(emptied)
    opened(store, "t1")
    real = getattr(feeding, step)

    def after_the_other(*asked):
        monkeypatch.setattr(feeding, step, real)
        answer = real(*asked) if step == "read" else None
        follow(other)
        return answer if step == "read" else real(*asked)

    monkeypatch.setattr(feeding, step, after_the_other)
    assert streams(store.feed(TENANT, 0, 9)) == ["t1"]
    store.close()
    other.close()


def test_places_are_given_in_batches(emptied, monkeypatch):
    monkeypatch.setattr(feeding, "BATCH", 3)
    store = SqlStore(emptied)
    for number in range(8):
        opened(store, f"t{number}")
    assert streams(store.feed(TENANT, 0, 2)) == ["t0", "t1"]
    assert store.feed_end(TENANT) == 8
    assert streams(follow(store, limit=2)) == [f"t{number}" for number in range(8)]
    store.close()


def test_a_place_that_was_given_is_never_given_again(emptied):
    """Two readers come at once, and between the two something is committed that was written before all."""
    store, engine = SqlStore(emptied), create_engine(psycopg_url(emptied))
    opened(store, "known")
    assert store.feed_end(TENANT) == 1
    with engine.connect() as slow, engine.connect() as first:
        slow.begin()
        opened(store.within(slow), "slow")
        opened(store, "a")
        opened(store, "b")
        first.begin()
        with closing(first.connection.cursor()) as cursor:
            assert feeding.place(cursor, store._backend, TENANT) == 2
        slow.commit()
        second = threading.Thread(target=store.feed_end, args=(TENANT,))
        second.start()
        while not waiting_for_a_lock(engine):
            assert second.is_alive()
        first.commit()
        second.join()
    assert [(row.place, row.stream) for row in follow(store)] == [
        (1, "ticket:known"),
        (2, "ticket:a"),
        (3, "ticket:b"),
        (4, "ticket:slow"),
    ]
    engine.dispose()
    store.close()


def waiting_for_a_lock(engine):
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        )
        return found.scalar_one() > 0


def test_reading_the_feed_reads_indexes(url):
    store = SqlStore(url)
    for number in range(30):
        opened(store, f"t{number:02}")
    store.feed_end(TENANT)
    backend = store._backend

    class Explained:
        def __init__(self, cursor):
            self.cursor = cursor

        def execute(self, statement, values):
            how = "EXPLAIN QUERY PLAN" if backend.name == "sqlite" else "EXPLAIN"
            if backend.name == "postgresql":  # so few rows are cheaper to read without
                self.cursor.execute("SET enable_seqscan = off")
            self.cursor.execute(f"{how} {statement}", values)
            self.plan = "\n".join(str(row[-1]) for row in self.cursor.fetchall())
            self.cursor.execute(statement, values)

        def fetchall(self):
            return self.cursor.fetchall()

    def work(cursor):
        explained = Explained(cursor)
        found = feeding.read(explained, backend, TENANT, 10, 5)
        if backend.name == "postgresql":
            cursor.execute("RESET enable_seqscan")
        return explained.plan, found

    plan, found = store._link.run(work, "read")
    assert len(found) == 5
    assert "supportflow_feed_place" in plan
    assert "SCAN supportflow" not in plan
    assert "Seq Scan" not in plan
    store.close()


PROCESS = """
import json, sys
from supportflow import SqlStore
from supportflow.model.storage import Commit, Committed, StreamChange
from supportflow.testing.conformance import event_rows, ticket_row

role, url, name, number = sys.argv[1:]
store = SqlStore(url)
if role == "write":
    for version in range(int(number)):
        row = ticket_row(name, version + 1)
        change = StreamChange(f"ticket:{name}", version, event_rows(version + 1, 1), row)
        assert store.commit(Commit("acme", (change,))) == Committed()
else:
    after, seen = 0, []
    while len(seen) < int(number):
        for row in store.feed("acme", after, 5):
            after = row.place
            seen.append([row.place, row.stream, row.event.seq])
    print(json.dumps(seen))
"""


def test_processes_that_read_see_all_that_processes_write(url):
    store = SqlStore(url)
    store.load(TENANT, "makes the tables")
    store.close()
    writers, each = 3, 15

    def start(*arguments):
        command = [sys.executable, "-W", "ignore", "-c", PROCESS, *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    readers = [start("read", url, "r", writers * each) for _ in range(2)]
    writing = [start("write", url, f"t{number}", each) for number in range(writers)]
    told_all = [process.communicate(timeout=300)[0] for process in (*writing, *readers)]
    assert [process.returncode for process in (*writing, *readers)] == [0] * 5
    seen = [json.loads(line) for line in told_all[writers:]]
    assert seen[0] == seen[1]
    for number in range(writers):
        assert [seq for _, stream, seq in seen[0] if stream == f"ticket:t{number}"] == list(
            range(1, each + 1)
        )
    places = [place for place, _, _ in seen[0]]
    assert places == sorted(set(places))


# --- databases from before ---------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    url = request.getfixturevalue("postgresql")
    engine = create_engine(psycopg_url(url))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS before CASCADE"))
        connection.execute(text("CREATE SCHEMA before"))
    engine.dispose()
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3Dbefore"


def test_what_was_there_before_comes_first(unmigrated):
    """Stream by stream, archived or not; then what is committed next."""
    engine = create_engine(psycopg_url(unmigrated))
    at_revision(engine, "0001")
    with engine.begin() as connection:
        for table, tenant, stream, length in (
            ("event", TENANT, "ticket:b", 2),
            ("event", TENANT, "desk", 1),
            ("event_archive", TENANT, "ticket:a", 3),
            ("event", "other", "ticket:z", 1),
        ):
            for seq, kind, version, reader, data in event_rows(1, length):
                connection.execute(
                    text(
                        f"INSERT INTO supportflow_{table} VALUES (:t, :s, :seq, :kind, :version, :reader, :data)"
                    ),
                    {
                        "t": tenant,
                        "s": stream,
                        "seq": seq,
                        "kind": kind,
                        "version": version,
                        "reader": reader,
                        "data": data,
                    },
                )
    migrate(unmigrated)
    store = SqlStore(unmigrated)
    opened(store, "new")
    expected = [
        ("desk", 1),
        *(("ticket:a", seq) for seq in (1, 2, 3)),
        *(("ticket:b", seq) for seq in (1, 2)),
    ]
    whole = follow(store)
    assert [(stream, event.seq) for stream, event in told(whole)] == [*expected, ("ticket:new", 1)]
    assert [row.event for row in whole[1:4]] == list(event_rows(1, 3))
    assert follow(store, whole[2].place, limit=1) == whole[3:]
    assert streams(follow(store, tenant="other")) == ["z"]
    store.close()
    engine.dispose()


def test_the_touch_of_old_tickets_is_their_last_event(unmigrated):
    engine = create_engine(psycopg_url(unmigrated))
    at_revision(engine, "0001")
    columns = {
        **dict.fromkeys(("status", "status_category", "priority_class", "requester", "channel"), "x"),
        **dict.fromkeys(("version", "fold_version", "rank", "level", "order_us", "opened_us"), 1),
        "tenant": TENANT, "id": "t", "open": True, "queued": False, "updated_us": 77, "snapshot": b"{}",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO supportflow_ticket ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
            ),
            columns,
        )
    migrate(unmigrated)
    store = SqlStore(unmigrated)
    assert store.load(TENANT, "t").touched_us == 77
    store.close()
    engine.dispose()


def test_a_desk_on_a_database_is_in_the_feed_as_it_is_in_memory(url):
    """The same commands, the same events in the same order."""

    def events(store):
        one = desk(store=store)
        for ref in "ab":
            one.open(subject="s", requester="ana", ref=ref)
        one.reply(ref="a", body="b", by="sam")
        one.merge(ref="a", into_ref="b", by="sam")
        return [(row.stream, row.event) for row in one._ports["store"].feed("default", 0, 100)]

    from supportflow import MemoryStore

    store = SqlStore(url)
    assert events(store) == events(MemoryStore())
    store.close()
