"""Checkpoints, proofs and witnesses: what they take in, what they refuse, and what a kill in between leaves."""

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from supportflow import Desk, MemoryStore, SqlStore
from supportflow.exceptions import RecordsError, TicketNotFound
from supportflow.notary import LogFolder, Notary, Quarter, audit_log, audit_store, export, folder, witness
from supportflow.records import (
    COSIGNED,
    SIGNED,
    Batch,
    Checkpoint,
    Note,
    Proof,
    SigningKey,
    Trust,
    cosign,
    cosigned_at,
)
from supportflow.testing import CountingIds

KEY = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
TRUST = Trust((KEY.verifying,))
WITNESS = SigningKey("witness.example.com", COSIGNED, bytes([9] * 32))


def notary(log, store, key=KEY):
    return Notary(log, store, key=key, now_us=lambda: 1_770_000_000_000_000)


def checkpoint(log, store, *anchors):
    with notary(log, store) as one:
        return one.checkpoint(anchors)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def desk(store):
    return Desk(store=store, ids=CountingIds())


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def opened(desk, ref="7"):
    ticket = desk.open(subject="No invoice", body="打印机着火了", requester="ana", ref=ref).ticket
    desk.reply(ref=ref, body="Here it is.", by="sam")
    return ticket.id


def test_a_ticket_is_proved_with_a_file_and_a_public_key(desk, store, log):
    ticket = opened(desk)
    made = checkpoint(log, store)
    assert made.events == sum(last for _, last in store.streams("default", "", 9))
    assert (made.streams, made.late, made.failed) == (2, 0, ())
    with notary(log, store, None) as one:
        written = one.prove(ticket).written
        shown = one.prove(ticket, texts=True).written
        bare = one.prove(ticket, events=False).written
    proved = Proof.read(written).check(TRUST)
    assert (proved.stream, proved.events, len(proved.hidden)) == (f"ticket:{ticket}", 3, 3)
    assert proved.checkpoint == made.checkpoint
    assert len(Proof.read(shown).check(TRUST).open) == 3
    assert Proof.read(bare).check(TRUST).events == 3
    assert "ana" not in log.joinpath("tile/entries/000.p/3").read_text("utf-8", "replace")


def test_a_proof_survives_erasure_and_says_so(desk, store, log):
    ticket = opened(desk)
    checkpoint(log, store)
    with notary(log, store, None) as one:
        before = one.prove(ticket, texts=True).written
        desk.erase("ana")
        after = one.prove(ticket, texts=True).written
    proved = Proof.read(after).check(TRUST)
    assert (len(proved.open), len(proved.erased), proved.hidden) == (1, 2, ())
    assert len(Proof.read(before).check(TRUST).open) == 3, "what was handed out cannot be taken back"


def test_only_what_the_log_has_is_proved(desk, store, log):
    ticket = opened(desk)
    with notary(log, store) as one:
        with pytest.raises(RecordsError, match="no checkpoint"):
            one.prove(ticket)
        one.checkpoint()
        desk.note(ref="7", body="later", by="sam")
        assert one.prove(ticket).check(TRUST).events == 3
        with pytest.raises(TicketNotFound):
            one.prove("none")
        other = opened(desk, "8")
        with pytest.raises(RecordsError, match="not in the log"):
            one.prove(other)
        one.checkpoint()
        assert one.prove(ticket).check(TRUST).events == 4
        assert one.prove(other).check(TRUST).events == 3
        events = store._tenants["default"].streams[f"ticket:{ticket}"]
        events[1] = events[1]._replace(data=b"{}")
        with pytest.raises(RecordsError, match="not what the log has"):
            one.prove(ticket)


def test_checkpoints_without_anything_new_are_the_same(desk, store, log):
    assert checkpoint(log, store).checkpoint.size == 0
    opened(desk)
    first = checkpoint(log, store)
    again = checkpoint(log, store)
    assert (again.note, again.events, again.streams) == (first.note, 0, 0)
    assert [name for name, _ in LogFolder(log).checkpoints()] == [f"{n:020}" for n in (0, 3)]
    with notary(log, store, None) as one, pytest.raises(RecordsError, match="key"):
        one.checkpoint()


class Anchor:
    def __init__(self, error=None):
        self.published, self.error = [], error

    def publish(self, checkpoint):
        if self.error is not None:
            raise self.error
        self.published.append(checkpoint)


def test_an_anchor_that_fails_stops_nothing(desk, store, log):
    opened(desk)
    good, bad = Anchor(), Anchor(OSError("gone"))
    made = checkpoint(log, store, bad, good)
    assert [one for one, _ in made.failed] == [bad]
    assert good.published == [made.note]
    checkpoint(log, store, good)
    assert good.published == [made.note] * 2


def test_witnesses_are_kept_with_the_checkpoint_and_in_proofs(desk, store, log):
    ticket = opened(desk)
    note = Note.read(checkpoint(log, store).note)
    stranger = SigningKey("stranger.example.com", COSIGNED, bytes(32))
    signed = note.with_signatures([cosign(note, one, 1_770_000_000) for one in (WITNESS, stranger)])
    both = Trust((KEY.verifying,), (WITNESS.verifying,), 1)
    with notary(log, store) as one:
        with pytest.raises(RecordsError, match="0 of 1"):
            one.prove(ticket).check(both)
        assert one.cosigned(signed.written, [WITNESS.verifying]) == 1
        one.prove(ticket).check(both)
        assert "stranger" not in one.prove(ticket).written
        assert audit_log(log, both)[0].findings == []
        desk.note(ref="7", body="later", by="sam")
        one.checkpoint()
        with pytest.raises(RecordsError, match="not the latest"):
            one.cosigned(signed.written, [WITNESS.verifying])


def test_a_witness_goes_on_with_its_own_log_alone(desk, store, log, tmp_path):
    opened(desk)
    before = checkpoint(log, store).note
    opened(desk, ref="8")
    checkpoint(log, store)
    assert witness(LogFolder(log), WITNESS, TRUST, before, 1_770_000_000)
    other = SigningKey("other.example.com/records", SIGNED, bytes([3] * 32))
    with Notary(tmp_path / "other", store, key=other, now_us=lambda: 1) as one:
        elsewhere = one.checkpoint().note
    with pytest.raises(RecordsError, match="of another log"):
        witness(LogFolder(log), WITNESS, TRUST, elsewhere, 1_770_000_000)


def test_a_proof_that_does_not_hold_makes_no_archive(desk, store, log, tmp_path, monkeypatch):
    opened(desk)
    checkpoint(log, store)
    prove = Notary.prove_stream

    def altered(self, *given, **named):
        proof = prove(self, *given, **named)
        return dataclasses.replace(proof, digests=tuple(bytes(32) for _ in proof.digests), events=None)

    with notary(log, store) as one:
        monkeypatch.setattr(Notary, "prove_stream", altered)
        quarter = Quarter.read(f"{one_instant(store)[:4]}Q{(int(one_instant(store)[5:7]) + 2) // 3}")
        with pytest.raises(RecordsError):
            export(one, store, "default", quarter, tmp_path / "quarter.zip", TRUST)
    assert not (tmp_path / "quarter.zip").exists()


def one_instant(store):
    return json.loads(store.events("default", "desk")[0].data)["recorded_at"]


def test_a_witness_may_cosign_one_checkpoint_as_often_as_it_likes(desk, store, log):
    """A quiet desk has the same checkpoint for days, and a witness comes by every hour."""
    ticket = opened(desk)
    checkpoint(log, store)
    with notary(log, store) as one:
        for hour in range(70):
            signed = witness(LogFolder(log), WITNESS, TRUST, None, 1_770_000_000 + hour * 3_600)
            assert one.cosigned(signed.written, [WITNESS.verifying]) == 1
        proof = one.prove(ticket)
        proof.check(Trust((KEY.verifying,), (WITNESS.verifying,), 1))
    kept = Note.read(proof.checkpoint)
    assert len(kept.signatures) == 2, "the log's, and the latest of the witness"
    assert cosigned_at(kept, WITNESS.verifying) == 1_770_000_000 + 69 * 3_600


def test_more_witnesses_than_a_note_has_room_for_are_refused_before_anything_is_kept(desk, store, log):
    opened(desk)
    note = Note.read(checkpoint(log, store).note)
    many = [SigningKey(f"w{n}.example.com", COSIGNED, bytes([n] * 32)) for n in range(64)]
    with notary(log, store) as one:
        for start in (0, 32):
            some = many[start : start + 32]
            signed = Note(note.text, tuple(cosign(note, key, 1_770_000_000) for key in some))
            keys = [key.verifying for key in some]
            if start == 0:
                assert one.cosigned(signed.written, keys) == 32
            else:
                with pytest.raises(RecordsError, match="more than 64 signatures"):
                    one.cosigned(signed.written, keys)
    assert len(Note.read(LogFolder(log).checkpoint()).signatures) == 33


@pytest.mark.parametrize("place", ["checkpoint", "checkpoints"])
def test_a_kill_between_the_two_files_of_a_checkpoint_forks_nothing(place, desk, store, log, monkeypatch):
    opened(desk)
    checkpoint(log, store)
    opened(desk, "8")
    put = folder.put

    def die(path, data):
        if place in {path.name, path.parent.name}:
            path.with_name(f"{path.name}.77.new").write_bytes(data[:20])
            raise KeyboardInterrupt
        put(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(folder, "put", die)
        with pytest.raises(KeyboardInterrupt):
            checkpoint(log, store)
    opened(desk, "9")
    checkpoint(log, store)
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert (found.findings, found.pending) == ([], 0)
    sizes = [name for name, _ in LogFolder(log).checkpoints()]
    assert f"{found.checkpoint.size:020}" in sizes


def without_links(store):
    for chain in store._chains["default"].values():
        chain[:] = [None] * len(chain)


def test_events_from_before_there_were_chains_are_linked_and_counted(desk, store, log):
    ticket = opened(desk)
    without_links(store)
    desk.note(ref="7", body="by a new process", by="sam")
    made = checkpoint(log, store)
    assert made.late == made.events > 4
    assert None not in store.links("default", f"ticket:{ticket}")
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert (found.findings, found.late) == ([], made.late)
    desk.note(ref="7", body="and now", by="sam")
    assert checkpoint(log, store).late == 0
    with notary(log, store, None) as one:
        assert one.prove(ticket).check(TRUST).events == 5


class Bare:
    """A store of a host's own that keeps no links."""

    def __init__(self, store):
        self.events, self.feed, self.feed_end, self.contents = (
            store.events,
            store.feed,
            store.feed_end,
            store.contents,
        )


def test_a_store_without_links_is_taken_in_all_the_same(desk, store, log):
    ticket = opened(desk)
    made = checkpoint(log, Bare(store))
    assert made.late == made.events
    with notary(log, Bare(store), None) as one:
        assert one.prove(ticket).check(TRUST).late == 3


def test_many_batches_are_one_checkpoint(desk, store, log, monkeypatch):
    monkeypatch.setattr("supportflow.notary.taking.ROUND", 3)
    monkeypatch.setattr("supportflow.notary.taking._PAGE", 2)
    tickets = [opened(desk, str(number)) for number in range(5)]
    made = checkpoint(log, store)
    entries = [LogFolder(log).entry(made.checkpoint.size, n) for n in range(made.checkpoint.size)]
    assert sum(isinstance(entry, Batch) for entry in entries) > 3
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert found.findings == []
    with notary(log, store, None) as one:
        assert [one.prove(ticket).check(TRUST).events for ticket in tickets] == [3] * 5


def test_the_index_is_made_anew_from_the_log(desk, store, log):
    tickets = [opened(desk, str(number)) for number in range(3)]
    checkpoint(log, store)
    (log / ".index.db").unlink()
    with notary(log, store, None) as one:
        assert [one.prove(ticket).check(TRUST).events for ticket in tickets] == [3] * 3
    (log / ".index.db").unlink()
    desk.note(ref="1", body="later", by="sam")
    checkpoint(log, store)
    with notary(log, store, None) as one:
        assert one.prove(tickets[1]).check(TRUST).events == 4
    (log / ".index.db").write_bytes(b"no database at all" * 100)
    with notary(log, store) as one, pytest.raises(RecordsError, match=r"delete \.index\.db"):
        one.checkpoint()


def test_a_log_that_was_put_back_goes_on_from_there(desk, store, log):
    opened(desk)
    checkpoint(log, store)
    kept = {path: path.read_bytes() for path in log.rglob("*") if path.is_file() and path.name != ".index.db"}
    opened(desk, "8")
    checkpoint(log, store)
    for path, data in kept.items():
        path.write_bytes(data)
    checkpoint(log, store)
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert found.findings == []


@pytest.mark.parametrize("what", ["write", "keep", "note_size", "sign"])
def test_a_kill_at_any_step_leaves_the_log_before_or_the_log_after(what, desk, store, log, monkeypatch):
    ticket = opened(desk)
    checkpoint(log, store)
    without_links(store)
    desk.note(ref="7", body="later", by="sam")

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    targets = {
        "write": "supportflow.notary.folder.LogFolder.write",
        "keep": "supportflow.notary.folder.LogFolder.keep",
        "note_size": "supportflow.notary.index.Index.note_size",
        "sign": "supportflow.records.checkpoints.Checkpoint.signed",
    }
    with monkeypatch.context() as patch:
        patch.setattr(targets[what], die)
        with pytest.raises(Killed):
            checkpoint(log, store)
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert (found.findings, found.pending) == ([], 1)
    assert checkpoint(log, store).late == 1, "what lacked its link is said, however often it was tried"
    with notary(log, store, None) as one:
        assert one.prove(ticket).check(TRUST).events == 4


def test_a_store_that_changes_under_the_log_is_refused(desk, store, log):
    ticket = opened(desk)
    checkpoint(log, store)
    stream = f"ticket:{ticket}"
    desk.note(ref="7", body="later", by="sam")
    feed = store._tenants["default"].feed
    kept = list(feed)
    for change, problem in [
        (lambda: feed.__setitem__(-1, (stream, kept[-1][1]._replace(seq=5))), "goes on with event 5"),
        (
            lambda: feed.__setitem__(-1, (stream, kept[-1][1]._replace(seq=1))),
            "begins a second time|not what was written",
        ),
        (lambda: feed.append((stream, kept[-1][1]._replace(seq=9))), "not all events"),
        (lambda: feed.append(("ticket:none", kept[-1][1]._replace(seq=2))), "another first event"),
        (lambda: feed.append((stream, store.events("default", stream)[0])), "not all events"),
        (lambda: feed.__setitem__(-1, (stream, store.events("default", stream)[0])), "begins a second time"),
        (store._chains["default"][stream].pop, "not all links"),
    ]:
        chain = list(store._chains["default"][stream])
        change()
        with pytest.raises(RecordsError, match=problem):
            checkpoint(log, store)
        feed[:] = kept
        store._chains["default"][stream][:] = chain
    assert checkpoint(log, store).events == 1


def test_a_log_whose_tiles_are_damaged_is_not_continued(desk, store, log):
    opened(desk)
    checkpoint(log, store)
    opened(desk, "8")
    for name in ("tile/0/000.p/3", "tile/entries/000.p/3"):
        path = log / name
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        if name.startswith("tile/entries"):
            (log / ".index.db").unlink()  # it has read them, and need not again
        with pytest.raises(RecordsError):
            checkpoint(log, store)
        path.write_bytes(data)
    assert checkpoint(log, store).streams == 1
    (log / "checkpoint").write_bytes(b"\xff")
    with pytest.raises(RecordsError, match="UTF-8"):
        checkpoint(log, store)


def test_two_that_make_checkpoints_at_once_make_one_log(desk, store, log):
    def work(number):
        for one in range(3):
            opened(desk, f"{number}-{one}")
            checkpoint(log, store)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    checkpoint(log, store)
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert (found.findings, found.pending, found.streams) == ([], 0, 7)


SOME = """
import sys
from supportflow import Desk, SqlStore
from supportflow.notary import Notary
from supportflow.records import SigningKey

url, log, number, key = sys.argv[1:]
store = SqlStore(url)
desk = Desk(store=store)
for one in range(4):
    desk.open(subject="s", requester="ana", ref=f"{number}-{one}")
    with Notary(log, store, key=SigningKey.read(key), now_us=lambda: 1) as notary:
        notary.checkpoint()
"""


@pytest.mark.exhaustive
def test_two_processes_that_make_checkpoints_make_one_log(log, tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    store = SqlStore(url)
    opened(Desk(store=store))
    others = [
        subprocess.Popen([sys.executable, "-c", SOME, url, log, str(number), KEY.written])
        for number in range(2)
    ]
    assert [one.wait(120) for one in others] == [0, 0]
    checkpoint(log, store)
    found, logged = audit_log(log, TRUST)
    audit_store(store, "default", found, logged)
    assert (found.findings, found.pending) == ([], 0)
    assert Checkpoint.read(Note.read(LogFolder(log).checkpoint()).text).size > 9
    store.close()
