"""Whatever is changed in a store or a log after a checkpoint is found, and nothing else is."""

import shutil
import sqlite3
from contextlib import contextmanager
from random import Random

import psycopg
import pytest

from supportflow import Agent, Desk, MemoryStore, Policy, RoutingPolicy, SqlStore
from supportflow.exceptions import DamagedRow, RecordsError
from supportflow.notary import Notary, audit_log, audit_store, auditing
from supportflow.notary.auditing import Audit, Logged
from supportflow.ports.records import has_links
from supportflow.records import SIGNED, SigningKey, Trust
from supportflow.records.entries import Head
from supportflow.testing import CountingIds, ManualClock

KEY = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
TRUST = Trust((KEY.verifying,))


def notary(log, store):
    return Notary(log, store, key=KEY, now_us=lambda: 1_770_000_000_000_000)


def checkpoint(log, store, *anchors):
    with notary(log, store) as one:
        return one.checkpoint(anchors)


def audited(log, store, **named):
    found, logged = audit_log(log, TRUST, **named)
    audit_store(store, "default", found, logged)
    return found


def wrong(log, store, **named):
    return [
        (one.kind, one.what.partition(":")[0], one.problem) for one in audited(log, store, **named).findings
    ]


def worked(store, *, tickets=2):
    """A desk with an agent, tickets, texts and a link between people."""
    desk = Desk(
        Policy(routing=RoutingPolicy()),
        store=store,
        clock=ManualClock("2026-03-27T10:00:00+01:00"),
        ids=CountingIds(),
    )
    desk.enrol(Agent("sam", capacity=1), by="boss")
    for number in range(tickets):
        desk.open(subject=f"No invoice {number}", body="Where is it?", requester="ana", ref=f"r{number}")
    desk.reply(ref="r0", body="Here it is.", by="sam")
    desk.link_requester("ana", "anna", by="boss")
    return desk


@pytest.fixture
def desk(tmp_path):
    """A small desk on SQLite, with a log at `log`."""
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db?journal_mode=delete'}")
    worked(store)
    checkpoint(tmp_path / "log", store)
    yield store
    store.close()


def test_an_untouched_desk_has_no_findings(desk, tmp_path):
    found = audited(tmp_path / "log", desk)
    assert found.findings == []
    assert (found.streams, found.texts, found.erased, found.late, found.pending) == (6, 5, 0, 0, 0)
    assert found.events == sum(last for _, last in desk.streams("default", "", 99))


# Every column of every table that holds a record, and the columns that are places in queues or derived from nothing.
RECORDS = {
    "supportflow_event": {"tenant", "stream", "seq", "kind", "version", "min_reader", "data", "link"},
    "supportflow_content": {"tenant", "id", "salt", "value"},
    "supportflow_policy": {"tenant", "fingerprint", "document"},
    "supportflow_agent": {"tenant", "id", "version", "available", "snapshot"},
    "supportflow_ticket": {
        "tenant", "id", "version", "ref", "status", "open", "priority_class", "level", "group", "assignee", "requester",
        "channel", "category", "snapshot",
    },
}  # fmt: skip


def flips(value, boolean):
    """Values that differ in one bit: of each byte of a text or a blob, of a number."""
    if isinstance(value, int):
        # SQLite keeps a boolean as a number, and every number but 0 is read as true.
        yield from (value ^ 1 << bit for bit in ((0,) if boolean else (0, 1, 7)))
    elif value is None:
        yield "x"
    else:
        data = value.encode() if isinstance(value, str) else value
        step = max(1, len(data) // 6)
        for place in range(0, len(data), step):
            changed = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
            yield changed.decode() if isinstance(value, str) else changed


@contextmanager
def put(connection, table, row, column, value):
    """Another value in one column of a row, for a while; answers whether the database takes it."""
    where = " AND ".join(f'"{name}" IS ?' for name in row)
    statement = f'UPDATE {table} SET "{column}" = ? WHERE {where}'
    try:
        done = connection.execute(statement, (value, *row.values()))
    except sqlite3.IntegrityError:
        yield False  # two rows of one name
        return
    assert done.rowcount == 1
    try:
        yield True
    finally:
        connection.execute(statement, (row[column], *(row | {column: value}).values()))


def rows_of(connection, table):
    names = [one[1] for one in connection.execute(f"PRAGMA table_info({table})")]
    return [
        dict(zip(names, row, strict=True)) for row in connection.execute(f"SELECT * FROM {table}").fetchall()
    ]


def changes_of(row, column):
    return flips(row[column], column in {"open", "available"})


def test_any_flipped_bit_in_any_record_is_found(desk, tmp_path):
    """Each column of each table, in some row, at some places of its value."""
    looked_at = 0
    with sqlite3.connect(tmp_path / "desk.db", isolation_level=None) as connection:
        for table, columns in RECORDS.items():
            rows = rows_of(connection, table)
            for number, column in enumerate(sorted(columns)):
                row = rows[number % len(rows)]
                for value in changes_of(row, column):
                    with put(connection, table, row, column, value) as done:
                        if done:
                            assert wrong(tmp_path / "log", desk), (table, column, row[column], value)
                            looked_at += 1
    assert looked_at > 90
    assert wrong(tmp_path / "log", desk) == []


@pytest.mark.exhaustive
def test_flipped_bits_in_a_large_desk_are_found(tmp_path):
    """In a desk of three hundred tickets, one of every table's rows at a time, drawn from a seed."""
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete")
    worked(store, tickets=300)
    checkpoint(tmp_path / "log", store)
    drawn = Random(7)
    with sqlite3.connect(tmp_path / "desk.db", isolation_level=None) as connection:
        for table, columns in RECORDS.items():
            rows = rows_of(connection, table)
            for _ in range(40):
                row, column = drawn.choice(rows), drawn.choice(sorted(columns))
                value = drawn.choice(list(changes_of(row, column)))
                with put(connection, table, row, column, value) as done:
                    assert not done or wrong(tmp_path / "log", store), (table, column, row[column], value)
    assert wrong(tmp_path / "log", store) == []
    store.close()


def run(tmp_path, *statements):
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        for statement in statements:
            connection.execute(statement)


def one_ticket(store):
    return next(name for name, _ in store.streams("default", "ticket:", 1))


CHANGES = {
    "a removed event": ["DELETE FROM supportflow_event WHERE stream = '{0}' AND seq = 2"],
    "the last event removed": [
        (
            "DELETE FROM supportflow_event WHERE stream = '{0}' AND seq ="
            " (SELECT max(seq) FROM supportflow_event WHERE stream = '{0}')"
        )
    ],
    "a stream removed": ["DELETE FROM supportflow_event WHERE stream = '{0}'"],
    "a stream and its ticket removed": [
        "DELETE FROM supportflow_event WHERE stream = '{0}'",
        "DELETE FROM supportflow_ticket WHERE 'ticket:' || id = '{0}'",
        "DELETE FROM supportflow_feed WHERE stream = '{0}'",
    ],
    "the place of the only event of a stream": ["UPDATE supportflow_event SET seq = 0 WHERE stream = 'desk'"],
    "a swapped pair": [
        "UPDATE supportflow_event SET seq = 1000 WHERE stream = '{0}' AND seq = 1",
        "UPDATE supportflow_event SET seq = 1 WHERE stream = '{0}' AND seq = 2",
        "UPDATE supportflow_event SET seq = 2 WHERE stream = '{0}' AND seq = 1000",
    ],
    "an event more that the feed does not know": [
        (
            "INSERT INTO supportflow_event SELECT tenant, stream, 1 + (SELECT max(seq) FROM supportflow_event"
            " WHERE stream = '{0}'), kind, version, min_reader, data, NULL FROM supportflow_event"
            " WHERE stream = '{0}' AND seq = 2"
        )
    ],
    "a stream more": [
        (
            "INSERT INTO supportflow_event SELECT tenant, 'requester:eve', seq, kind, version, min_reader, data, NULL"
            " FROM supportflow_event WHERE stream = '{0}' AND seq = 1"
        )
    ],
    "a text removed": [
        "DELETE FROM supportflow_content WHERE id = (SELECT min(id) FROM supportflow_content)"
    ],
    "a text without its salt": [
        "UPDATE supportflow_content SET salt = NULL WHERE id = (SELECT min(id) FROM supportflow_content)"
    ],
    "an agent removed": ["DELETE FROM supportflow_agent"],
    "a policy removed": ["DELETE FROM supportflow_policy"],
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_taken_away_added_or_swapped_is_found(name, desk, tmp_path):
    run(tmp_path, *(statement.format(one_ticket(desk)) for statement in CHANGES[name]))
    assert wrong(tmp_path / "log", desk)


def rechained(store, stream):
    """Make the links of a stream anew, as somebody would who knows how."""
    from supportflow.records import links, root

    return list(links(root("default", stream), store.events("default", stream)))


def test_a_chain_that_was_made_anew_is_found_by_the_log_alone(desk, tmp_path):
    stream = one_ticket(desk)
    run(
        tmp_path,
        "UPDATE supportflow_event SET data = replace(data, 'ana', 'eve')"
        f" WHERE stream = '{stream}' AND seq = 2",
    )
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute(
            f"UPDATE supportflow_event SET data = CAST(data || ' ' AS BLOB) WHERE stream = '{stream}' AND seq = 2"
        )
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        for seq, link in enumerate(rechained(desk, stream), 1):
            connection.execute(
                "UPDATE supportflow_event SET link = ? WHERE stream = ? AND seq = ?", (link, stream, seq)
            )
    found = [one.problem for one in audited(tmp_path / "log", desk).findings]
    assert any("is not what the log has" in problem for problem in found)


def test_what_was_altered_before_a_checkpoint_is_not_signed(desk, tmp_path):
    stream = one_ticket(desk)
    Desk(store=desk).note(stream.partition(":")[2], body="One more", by="sam")
    last = dict(desk.streams("default", "", 99))[stream]
    run(
        tmp_path,
        f"UPDATE supportflow_event SET data = CAST(data || ' ' AS BLOB) WHERE stream = '{stream}' AND seq = {last}",
    )
    before = (tmp_path / "log" / "checkpoint").read_text()
    with pytest.raises(RecordsError, match=f"event {last} is not what was written") as error:
        checkpoint(tmp_path / "log", desk)
    assert error.value.what == stream
    assert (tmp_path / "log" / "checkpoint").read_text() == before
    assert wrong(tmp_path / "log", desk)


def test_what_comes_after_the_checkpoint_is_pending(desk, tmp_path):
    worked_on = Desk(store=desk)
    worked_on.note(one_ticket(desk).partition(":")[2], body="One more", by="sam")
    worked_on.open(subject="Another", requester="bob")
    found = audited(tmp_path / "log", desk)
    assert found.findings == []
    assert found.pending > 1
    checkpoint(tmp_path / "log", desk)
    found = audited(tmp_path / "log", desk)
    assert (found.findings, found.pending) == ([], 0)


def test_erased_is_not_altered(desk, tmp_path):
    worked_on = Desk(store=desk)
    assert worked_on.erase("ana") == 4
    found = audited(tmp_path / "log", desk)
    assert (found.findings, found.texts, found.erased) == ([], 1, 4)


def test_since_an_instant_only_what_was_taken_in_then_is_compared(desk, tmp_path):
    stream = one_ticket(desk)
    run(tmp_path, f"DELETE FROM supportflow_event WHERE stream = '{stream}' AND seq = 2")
    found, logged = audit_log(tmp_path / "log", TRUST, since_us=1_770_000_000_000_001)
    audit_store(desk, "default", found, logged, recent=True)
    assert (found.findings, found.streams) == ([], 0)
    found, logged = audit_log(tmp_path / "log", TRUST, since_us=1_770_000_000_000_000)
    audit_store(desk, "default", found, logged, recent=True)
    assert found.findings


# --- the log itself --------------------------------------------------------------------------------


def files(log):
    return sorted(path for path in log.rglob("*") if path.is_file() and path.name != ".index.db")


@pytest.mark.usefixtures("desk")
def test_any_flipped_bit_in_any_file_of_a_log_is_found(tmp_path):
    log = tmp_path / "log"
    assert len(files(log)) == 4
    for path in files(log):
        data = path.read_bytes()
        for place in range(0, len(data), max(1, len(data) // 25)):
            path.write_bytes(bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]]))
            try:
                found = audit_log(log, TRUST)[0].findings
            except RecordsError:
                found = ["it is no log any more"]
            assert found, (path, place)
        path.write_bytes(data)
    assert audit_log(log, TRUST)[0].findings == []


@pytest.mark.usefixtures("desk")
def test_a_file_that_is_gone_is_found(tmp_path):
    log = tmp_path / "log"
    for path in files(log):
        if path.parent.name == "checkpoints":
            continue  # only a copy
        data = path.read_bytes()
        path.unlink()
        try:
            found = audit_log(log, TRUST)[0].findings
        except RecordsError:
            found = ["it is no log any more"]
        assert found, path
        path.write_bytes(data)


def test_a_log_that_was_put_back_is_found_by_whoever_saw_it_later(desk, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(log, tmp_path / "earlier")
    Desk(store=desk).open(subject="Another", requester="bob")
    seen = checkpoint(log, desk).note
    shutil.rmtree(log)
    shutil.copytree(tmp_path / "earlier", log)
    assert audit_log(log, TRUST)[0].findings == []
    assert [one.kind for one in audit_log(log, TRUST, seen=[seen])[0].findings] == ["forked"]


def test_a_log_that_was_made_anew_is_found_by_whoever_saw_the_first(desk, tmp_path):
    log = tmp_path / "log"
    seen = checkpoint(log, desk).note
    Desk(store=desk).open(subject="Another", requester="bob")
    checkpoint(log, desk)
    checkpoint(tmp_path / "second", desk)  # by whoever has the key
    assert audit_log(log, TRUST, seen=[seen])[0].findings == []
    for one in (seen, (log / "checkpoint").read_text()):
        assert [found.kind for found in audit_log(tmp_path / "second", TRUST, seen=[one])[0].findings] == [
            "forked"
        ]


def test_a_checkpoint_of_another_key_is_no_checkpoint(desk, tmp_path):
    other = SigningKey(KEY.name, SIGNED, bytes(32))
    with pytest.raises(RecordsError, match="not signed"):
        audit_log(tmp_path / "log", Trust((other.verifying,)))
    with (
        Notary(tmp_path / "log", desk, key=other, now_us=lambda: 1) as one,
        pytest.raises(RecordsError, match="not signed"),
    ):
        one.checkpoint()
    with pytest.raises(RecordsError, match="no checkpoint"):
        audit_log(tmp_path / "nowhere", TRUST)


@pytest.mark.usefixtures("desk")
def test_what_was_seen_must_be_signed_too(tmp_path):
    note = (tmp_path / "log" / "checkpoint").read_text()
    for one in ("nonsense", note.replace("\n", "\n", 1).replace("log.example", "log.exbmple", 1)):
        assert [found.kind for found in audit_log(tmp_path / "log", TRUST, seen=[one])[0].findings] == [
            "altered"
        ]


@pytest.mark.usefixtures("desk")
def test_a_store_that_names_no_streams_cannot_be_compared(tmp_path):
    class Bare:
        """A store of a host's own, from before there were chains."""

    found, logged = audit_log(tmp_path / "log", TRUST)
    with pytest.raises(RecordsError, match="name its streams"):
        audit_store(Bare(), "default", found, logged)


def test_a_store_in_memory_is_audited_in_the_same_way(tmp_path):
    store = MemoryStore()
    worked(store)
    checkpoint(tmp_path / "log", store)
    assert wrong(tmp_path / "log", store) == []
    stream = one_ticket(store)
    events = store._tenants["default"].streams[stream]
    events[1] = events[1]._replace(data=events[1].data + b" ")
    assert wrong(tmp_path / "log", store)


def test_postgresql_is_audited_in_the_same_way(emptied, tmp_path):
    store = SqlStore(emptied)
    worked(store)
    checkpoint(tmp_path / "log", store)
    assert wrong(tmp_path / "log", store) == []
    stream = one_ticket(store)
    for statement in (
        "UPDATE supportflow_event SET data = data || ' '::bytea WHERE stream = '{0}' AND seq = 2",
        "UPDATE supportflow_event SET kind = kind || 'x' WHERE stream = '{0}' AND seq = 2",
        "UPDATE supportflow_event SET link = set_bit(link, 77, 1 - get_bit(link, 77)) WHERE stream = '{0}' AND seq = 1",
        "UPDATE supportflow_ticket SET requester = 'eve' WHERE 'ticket:' || id = '{0}'",
        "UPDATE supportflow_content SET value = value || ' ' WHERE id = (SELECT min(id) FROM supportflow_content)",
    ):
        with psycopg.connect(emptied) as connection:
            connection.execute(statement.format(stream))
            connection.commit()
        assert wrong(tmp_path / "log", store), statement
    store.close()


# --- what single conditions are for ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "before"),
    [(4, "aa" * 32), (2, "aa" * 32), (3, "bb" * 32)],
    ids=["a gap", "an event twice", "another past"],
)
def test_an_entry_must_continue_its_stream_by_number_and_by_link(first, before):
    for good in (True, False):
        log, logged = Audit(None), Logged()
        reader = auditing._Reader(None, log, logged, 0)
        reader._look_at(0, Head("cc" * 32, 1, 2, None, "aa" * 32).data)
        reader._look_at(
            1, Head("cc" * 32, *((3, 9, "aa" * 32) if good else (first, 9, before)), "dd" * 32).data
        )
        assert [found.kind for found in log.findings] == ([] if good else ["forked"])


def test_the_event_whose_link_was_changed_is_named(desk, tmp_path):
    stream = one_ticket(desk)
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute(
            "UPDATE supportflow_event SET link = zeroblob(32) WHERE stream = ? AND seq = 2", (stream,)
        )
    assert ("altered", "ticket", "event 2 and its link are not of each other") in wrong(
        tmp_path / "log", desk
    )


def test_a_store_that_hands_on_what_another_has_keeps_its_links(tmp_path):
    """`isinstance` says of it that it has none, from Python 3.12 on: the events would be left without links, in silence."""

    class HandingOn:
        def __init__(self, store, *without):
            self.store, self.without = store, without

        def __getattr__(self, name):
            if name in self.without:
                raise AttributeError(name)
            return getattr(self.store, name)

    store = MemoryStore()
    assert has_links(HandingOn(store))
    assert has_links(store)
    assert not any(has_links(HandingOn(store, name)) for name in ("links", "set_links", "streams"))
    worked(store)
    checkpoint(tmp_path / "log", HandingOn(store))
    assert audited(tmp_path / "log", HandingOn(store)).findings == []


def test_each_text_that_cannot_be_opened_is_named(tmp_path):
    """A page of texts has one that the keys do not open: it alone is altered, and the others are compared."""
    store = MemoryStore()
    worked(store)
    checkpoint(tmp_path / "log", store)
    broken = min(store._tenants["default"].content)

    class Damaged:
        def __getattr__(self, name):
            return getattr(store, name)

        def contents(self, tenant, ids):
            if broken in ids:
                raise DamagedRow(f"content:{broken}", "was altered")
            return store.contents(tenant, ids)

    found = audited(tmp_path / "log", Damaged()).findings
    assert [(one.kind, one.what) for one in found] == [("altered", f"text {broken}")]


def test_what_is_taken_away_added_or_swapped_is_found_on_postgresql(emptied, tmp_path):
    """One change after another; after each, every table is put back."""
    store = SqlStore(emptied)
    worked(store)
    checkpoint(tmp_path / "log", store)
    stream = one_ticket(store)
    tables = [f"supportflow_{name}" for name in ("event", "content", "agent", "policy", "ticket", "feed")]
    with psycopg.connect(emptied, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        for name, statements in CHANGES.items():
            for statement in statements:
                connection.execute(statement.format(stream))
            assert wrong(tmp_path / "log", store), name
            for table in tables:
                connection.execute(f"TRUNCATE {table}")
                connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept_{table}")
            assert wrong(tmp_path / "log", store) == [], name
        for table in tables:
            connection.execute(f"DROP TABLE kept_{table}")
    assert wrong(tmp_path / "log", store) == []
    store.close()


def test_a_log_that_was_cut_off_forked_or_rewritten_is_found_beside_postgresql(emptied, tmp_path):
    store = SqlStore(emptied)
    worked(store)
    log = tmp_path / "log"
    first = checkpoint(log, store).note
    shutil.copytree(log, tmp_path / "earlier")
    Desk(store=store).open(subject="Another", requester="bob")
    seen = checkpoint(log, store).note
    checkpoint(tmp_path / "second", store)
    for other in ("earlier", "second"):
        assert [
            one.kind for one in audited(tmp_path / other, store, seen=[seen]).findings if one.kind == "forked"
        ]
    text = (log / "checkpoint").read_text()
    (log / "checkpoint").write_text(first)
    assert audited(log, store, seen=[seen]).findings
    (log / "checkpoint").write_text(text.replace("\n", "\n", 1).replace("log.example", "log.exbmple", 1))
    with pytest.raises(RecordsError):
        audited(log, store)
    (log / "checkpoint").write_text(text)
    assert audited(log, store, seen=[first, seen]).findings == []
    store.close()
