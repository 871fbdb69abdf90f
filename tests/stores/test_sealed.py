"""Texts that are encrypted, each person's with keys of their own: what is kept, what is refused, what a backup still has."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import AsyncDesk, AsyncSqlStore, Desk, MemoryStore, SqlStore
from supportflow.exceptions import DamagedRow, InvalidInput, MissingExtra, RecordsError, StoreError
from supportflow.model.content import Content
from supportflow.notary import Notary, audit_log, audit_store
from supportflow.ports.records import Linked
from supportflow.records import SIGNED, SigningKey, Trust
from supportflow.stores.keys import FileKeys, MemoryKeys
from supportflow.stores.sealed import SealedStore, opened, sealed
from supportflow.testing.conformance import StoreConformance

MASTER, SECOND = bytes(range(32)), bytes(range(1, 33))
ROW = Content("c1", "ana", b"s" * 32, "打印机着火了")


class TestSealedStore(StoreConformance):
    """A sealed store is a store."""

    without = ("durability",)

    def make_store(self):
        return SealedStore(MemoryStore(), MemoryKeys())


@settings(max_examples=40)
@given(st.text(), st.binary(min_size=32, max_size=32), st.text(min_size=1), st.text())
def test_a_text_comes_back_as_it_was(text, salt, subject, tenant):
    keys = MemoryKeys()
    row = Content("c1", subject, salt, text)
    kept = sealed(keys, tenant, row)
    assert opened(keys, tenant, kept) == row
    assert (kept.id, kept.subject) == (row.id, row.subject)
    assert kept.salt not in {salt, sealed(keys, tenant, row).salt}
    assert text == "" or len(text) < 4 or text not in kept.value


def test_what_was_never_sealed_or_is_erased_is_as_it_is():
    keys = MemoryKeys()
    for row in (ROW, ROW._replace(value="sealed1:a:00"), Content("c1", "ana", None, None)):
        assert opened(keys, "t", row) == row
    assert sealed(keys, "t", Content("c1", "ana", None, None)) == Content("c1", "ana", None, None)


def test_a_row_is_only_what_it_was_sealed_as():
    keys = MemoryKeys()
    kept = sealed(keys, "t", ROW)
    other = sealed(keys, "t", ROW._replace(id="c2"))
    last = "1" if kept.value[-1] == "0" else "0"
    for tenant, row in [
        ("t", kept._replace(id="c2")),
        ("t", other._replace(id="c1")),
        ("t", kept._replace(salt=other.salt)),
        ("t", kept._replace(value=kept.value[:-1] + last)),
        ("t", kept._replace(value=kept.value + "x")),
        ("t", kept._replace(value="an open text")),
    ]:
        with pytest.raises(DamagedRow):
            opened(keys, tenant, row)
    keys.current("u", "ana")
    for tenant, subject in [("u", "ana"), ("t", "bob")]:
        assert opened(keys, tenant, kept._replace(subject=subject)).value is None, (
            "it has none of that person's keys"
        )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "desk.db"


def sealed_store(path, keys):
    return SealedStore(SqlStore(f"sqlite:///{path}?journal_mode=delete"), keys)


def test_no_text_is_in_the_database_and_a_desk_sees_all_of_it(path, tmp_path):
    keys = FileKeys(tmp_path / "keys", [MASTER])
    with Desk(store=sealed_store(path, keys)) as desk:
        desk.open(subject="No invoice", body="Where is 打印机?", requester="ana", ref="7")
        desk.reply(ref="7", body="Here it is.", by="sam")
        texts = [message.body for message in desk.messages(ref="7")]
    assert texts == ["Where is 打印机?", "Here it is."]
    data = path.read_bytes()
    assert not [text for text in (*texts, "No invoice") if text.encode() in data]
    assert all("ana" not in one.name for one in (tmp_path / "keys").iterdir())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(
            "SELECT count(*) FROM supportflow_content WHERE value IS NULL"
        ).fetchone() == (0,)


def test_who_erases_the_keys_erases_backups_too(path, tmp_path):
    keys = FileKeys(tmp_path / "keys", [MASTER])
    with Desk(store=sealed_store(path, keys)) as desk:
        desk.open(subject="No invoice", body="Where is it?", requester="ana", ref="7")
        desk.reply(ref="7", body="Here it is.", by="sam")
    log = tmp_path / "log"
    key = SigningKey("log.example.com/records", SIGNED, MASTER)
    store = sealed_store(path, keys)
    with Notary(log, store, key=key, now_us=lambda: 1) as notary:
        notary.checkpoint()
    store.close()
    backup = path.read_bytes()
    with Desk(store=sealed_store(path, keys)) as desk:
        assert desk.erase("ana") == 2
    path.write_bytes(backup)
    with Desk(store=sealed_store(path, keys)) as desk:
        assert [message.body for message in desk.messages(ref="7")] == [None, "Here it is."]
        desk.receive(ref="7", body="I am back.", by="ana")
        assert [message.body for message in desk.messages(ref="7")][-1] == "I am back."
    store = sealed_store(path, keys)
    found, logged = audit_log(log, Trust((key.verifying,)))
    audit_store(store, "default", found, logged)
    assert (found.findings, found.erased, found.texts) == ([], 2, 2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE supportflow_content SET value = value || '0' WHERE subject = 'sam'")
    found, logged = audit_log(log, Trust((key.verifying,)))
    audit_store(store, "default", found, logged)
    assert [one.kind for one in found.findings] == ["altered"]
    assert (found.erased, found.texts) == (2, 1), "the others are looked at all the same"
    store.close()


def test_an_async_desk_keeps_its_texts_sealed(path):
    async def use():
        store = SealedStore(AsyncSqlStore(f"sqlite:///{path}?journal_mode=delete"), MemoryKeys())
        desk = AsyncDesk(store=store)
        await desk.open(subject="No invoice", body="Where is it?", requester="ana", ref="7")
        before = [message.body for message in await desk.messages(ref="7")]
        await desk.erase("ana")
        after = [message.body for message in await desk.messages(ref="7")]
        await desk.close()
        return before, after

    assert asyncio.run(use()) == (["Where is it?"], [None])
    assert b"Where is it?" not in path.read_bytes()


def test_inside_a_transaction_of_the_host(path):
    keys = MemoryKeys()
    with Desk(store=sealed_store(path, keys)) as desk:
        desk.open(subject="s", requester="ana", ref="1")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            desk.within(connection).open(subject="Inside", requester="ana", ref="2")
            connection.execute("COMMIT")
        assert desk.get(ref="2").subject is not None
    assert b"Inside" not in path.read_bytes()
    with pytest.raises(InvalidInput, match="transaction"):
        SealedStore(MemoryStore(), keys).within(None)
    assert isinstance(SealedStore(MemoryStore(), keys), Linked)
    with pytest.raises(AttributeError):
        SealedStore(MemoryStore(), keys).nothing_of_the_kind  # noqa: B018


# --- keys ------------------------------------------------------------------------------------------


def test_a_master_key_can_be_changed(tmp_path):
    first = FileKeys(tmp_path, [MASTER])
    given = {name: first.current("t", name) for name in ("ana", "bob")}
    assert FileKeys(tmp_path, [MASTER]).current("t", "ana") == given["ana"]
    both = FileKeys(tmp_path, [SECOND, MASTER])
    with pytest.raises(StoreError, match="master"):
        FileKeys(tmp_path, [SECOND]).current("t", "ana")
    assert both.rewrap() == 2
    second = FileKeys(tmp_path, [SECOND])
    assert {name: second.current("t", name) for name in ("ana", "bob")} == given
    with pytest.raises(StoreError, match="master"):
        first.current("t", "ana")


def test_a_persons_key_can_be_changed(tmp_path):
    keys = FileKeys(tmp_path, [MASTER])
    kept = sealed(keys, "t", ROW)
    before = keys.current("t", "ana")
    keys.renew("t", "ana")
    assert keys.current("t", "ana") != before
    assert opened(keys, "t", kept) == ROW
    assert opened(keys, "t", sealed(keys, "t", ROW)) == ROW
    assert keys.forget("t", "ana") == 2
    assert opened(keys, "t", kept) == Content("c1", "ana", None, None)
    assert keys.forget("t", "ana") == 0
    keys.renew("t", "new")
    assert keys.find("t", "new", keys.current("t", "new")[0]) == keys.current("t", "new")[1]


def test_keys_of_tenants_and_people_are_their_own(tmp_path):
    for keys in (FileKeys(tmp_path, [MASTER]), MemoryKeys()):
        found = {keys.current(tenant, name) for tenant in ("a", "b") for name in ("x", "y")}
        assert len(found) == 4
        assert keys.forget("a", "x") == 1
        assert keys.forget("a", "x") == 0
        assert keys.find("a", "y", keys.current("a", "y")[0]) is not None
        assert keys.find("a", "y", "none") is None


def test_who_is_first_makes_the_key(tmp_path):
    made = [FileKeys(tmp_path, [MASTER]) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda keys: keys.current("t", "ana"), made))) == 1
    assert len(list(tmp_path.glob("*.key*"))) == 1


@pytest.mark.parametrize("work", ["renew", "rewrap"])
def test_a_person_who_is_forgotten_while_keys_are_written_stays_forgotten(work, tmp_path, monkeypatch):
    keys, other = FileKeys(tmp_path, [MASTER]), FileKeys(tmp_path, [MASTER])
    name, _ = keys.current("t", "ana")
    eraser = Thread(target=other.forget, args=("t", "ana"))
    write = keys._write

    def late(*given, **named):
        """Write what was read, after somebody else has asked to forget it."""
        eraser.start()
        eraser.join(0.2)
        write(*given, **named)

    monkeypatch.setattr(keys, "_write", late)
    keys.renew("t", "ana") if work == "renew" else keys.rewrap()
    eraser.join()
    assert keys.find("t", "ana", name) is None
    assert list(tmp_path.glob("*.key*")) == []


def test_two_that_renew_a_key_at_once_lose_none(tmp_path):
    keys = [FileKeys(tmp_path, [MASTER]) for _ in range(4)]
    first = keys[0].current("t", "ana")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.renew("t", "ana"), keys * 3))
    assert keys[0].find("t", "ana", first[0]) == first[1]
    assert keys[0].forget("t", "ana") == 13


def test_what_a_killed_process_left_of_a_persons_keys_is_forgotten_too(tmp_path):
    keys = FileKeys(tmp_path, [MASTER])
    keys.current("t", "ana")
    (file,) = tmp_path.glob("*.key")
    file.with_name(f"{file.name}.0a1b2c3d.new").write_bytes(file.read_bytes())
    kept = keys.current("t", "bob")
    assert keys.forget("t", "ana") == 1
    assert [path.name for path in tmp_path.glob(f"{file.name}*")] == []
    assert keys.current("t", "bob") == kept


def test_a_folder_of_keys_that_somebody_holds_is_an_error_of_the_store(tmp_path, monkeypatch):
    monkeypatch.setattr("supportflow.stores.keys._WAIT_S", 0.01)
    keys = FileKeys(tmp_path, [MASTER])
    known = keys.current("t", "ana")
    with closing(sqlite3.connect(tmp_path / ".lock", isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        assert keys.current("t", "ana") == known, "who only reads waits for nobody"
        for work in (lambda: keys.current("t", "new"), lambda: keys.forget("t", "ana"), keys.rewrap):
            with pytest.raises(StoreError, match="another process"):
                work()
    assert keys.forget("t", "ana") == 1


class OneKey:
    """A host's own place for keys that has one for all."""

    def current(self, *_):
        return "only", MASTER

    def find(self, *_):
        return MASTER

    def forget(self, *_):
        return 0


def test_a_row_is_only_what_it_was_sealed_as_whoever_has_the_same_key():
    kept = sealed(OneKey(), "t", ROW)
    assert opened(OneKey(), "t", kept) == ROW
    for tenant, row in [
        ("u", kept),
        ("t", kept._replace(subject="bob")),
        ("t", kept._replace(id="c2")),
        ("tc1", kept._replace(id="")),
        ("", kept._replace(id="tc1")),
    ]:
        with pytest.raises(DamagedRow):
            opened(OneKey(), tenant, row)


class Unlinked:
    """A store of a host's own that keeps no links."""

    def __init__(self):
        own = MemoryStore()
        for name in set(dir(own)) - {"links", "set_links", "streams"}:
            if not name.startswith("_"):
                setattr(self, name, getattr(own, name))


def test_a_sealed_store_has_links_if_the_store_beneath_has(tmp_path):
    store = SealedStore(Unlinked(), MemoryKeys())
    desk = Desk(store=store)
    desk.open(subject="s", requester="ana", ref="1")
    assert not isinstance(store, Linked)
    assert isinstance(SealedStore(MemoryStore(), MemoryKeys()), Linked)
    key = SigningKey("log.example.com/records", SIGNED, MASTER)
    with Notary(tmp_path / "log", store, key=key, now_us=lambda: 1) as notary:
        made = notary.checkpoint()
        assert made.late == made.events > 0
    found, logged = audit_log(tmp_path / "log", Trust((key.verifying,)))
    with pytest.raises(RecordsError, match="cannot name its streams"):
        audit_store(store, "default", found, logged)


def test_a_key_file_that_was_changed_is_refused(tmp_path):
    keys = FileKeys(tmp_path, [MASTER])
    keys.current("t", "ana")
    (file,) = tmp_path.glob("*.key*")
    assert oct(file.stat().st_mode)[-3:] == "600"
    good = file.read_bytes()
    for wrong in (b"nonsense\n", good.replace(b" ", b"0 ", 1), good[:-3] + b"00\n", b"\xff\n"):
        file.write_bytes(wrong)
        with pytest.raises(StoreError):
            keys.current("t", "ana")
    for masters in ([], [b"short"], [MASTER, b""]):
        with pytest.raises(InvalidInput):
            FileKeys(tmp_path, masters)


def test_sealing_says_what_it_needs(monkeypatch, tmp_path):
    original, missing = __import__, []

    def load(wanted, *rest):
        if wanted.startswith("cryptography"):
            raise ModuleNotFoundError(name=missing[-1])
        return original(wanted, *rest)

    monkeypatch.setattr("builtins.__import__", load)
    for name, error in [("cryptography.hazmat", MissingExtra), ("other", ModuleNotFoundError)]:
        missing.append(name)
        with pytest.raises(error):
            SealedStore(MemoryStore(), None)
        with pytest.raises(error):
            FileKeys(tmp_path, [MASTER])
