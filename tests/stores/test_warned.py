"""Who was sent a warning is found by an index: what it costs does not grow with what else has happened."""

import pytest

from stores.test_search_plans import Explained
from supportflow import SqlStore
from supportflow.model.storage import Commit, Committed, EventRow, StreamChange
from supportflow.stores.sql import reading
from supportflow.testing.conformance import ticket_row

T = "acme"
OTHERS = 600
SAID = EventRow(1, "reply_sent", 1, 1, b'{"warned":[{"warning":"w"}]}')
SILENT = EventRow(1, "reply_sent", 1, 1, b'{"channel":"email"}')


def put(store, name, event):
    change = StreamChange(f"ticket:{name}", 0, (event,), ticket_row(name, 1))
    assert store.commit(Commit(T, (change,))) == Committed()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    sqlite = request.param == "sqlite"
    made = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}" if sqlite else request.getfixturevalue("emptied"))
    put(made, "said", SAID)
    changes = [
        StreamChange(f"ticket:{number}", 0, (SILENT,), ticket_row(f"{number}", 1)) for number in range(OTHERS)
    ]
    for start in range(0, OTHERS, 100):
        assert made.commit(Commit(T, tuple(changes[start : start + 100]))) == Committed()
    yield made
    made.close()


def test_no_other_reply_is_read(store):
    how = (
        "EXPLAIN QUERY PLAN"
        if store._backend.name == "sqlite"
        else "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF)"
    )

    def put_away(cursor):
        # A table that is known to be empty is read whole, index or not: as many old replies as new ones.
        cursor.execute("INSERT INTO supportflow_event_archive SELECT * FROM supportflow_event")
        cursor.execute("UPDATE supportflow_event_archive SET stream = 'ticket:old-' || stream")
        if store._backend.name != "sqlite":
            cursor.execute("ANALYZE supportflow_event, supportflow_event_archive")

    def ask(cursor):
        explained = Explained(cursor, how)
        found = reading.warned(explained, store._backend, T, "", 0, 1_000)
        return explained.plans, found

    store._link.run(put_away, "write")
    (plan,), found = store._link.run(ask, "read")
    assert [row.stream for row in found] == ["ticket:old-ticket:said", "ticket:said"]
    for name in ("event_warned", "archive_warned"):
        assert f"supportflow_{name}" in plan, plan
    assert "Rows Removed" not in plan, plan


def test_what_is_put_away_is_found_and_found_when_it_comes_back(store):
    ended = ticket_row("said", 2, status_category="closed", open=False)
    assert (
        store.commit(Commit(T, (StreamChange("ticket:said", 1, (SAID._replace(seq=2),), ended),)))
        == Committed()
    )
    before = store.warned(T, "", 0, 9)
    assert [row.event.seq for row in before] == [1, 2]
    assert store.put_away(T, "said", 2)
    assert store.warned(T, "", 0, 9) == before
    assert [row.event.seq for row in store.warned(T, "ticket:said", 1, 9)] == [2]
