"""Chains and proofs: against hashes that are put together by hand, and against everything that could be changed."""

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import RecordsError
from supportflow.model.content import Content
from supportflow.model.storage import EventRow
from supportflow.records import (
    SIGNED,
    Batch,
    Checkpoint,
    Head,
    Proof,
    Shown,
    SigningKey,
    Trust,
    digest,
    grown,
    inclusion_proof,
    links,
    root,
    subtree_of,
    tree_hash,
)

LOG = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
TRUST = Trust((LOG.verifying,))

rows = st.builds(
    EventRow,
    st.integers(1, 9),
    st.text(max_size=3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.binary(max_size=4),
)


def naive_links(tenant, stream, events):
    def field(data):
        return len(data).to_bytes(8) + data

    before = hashlib.sha256(
        b"supportflow stream 1\0" + field(tenant.encode()) + field(stream.encode())
    ).digest()
    for seq, kind, version, min_reader, data in events:
        own = hashlib.sha256(
            b"supportflow event 1\0"
            + seq.to_bytes(8)
            + version.to_bytes(8)
            + min_reader.to_bytes(8)
            + field(kind.encode())
            + field(data)
        ).digest()
        before = hashlib.sha256(b"\x02" + before + own).digest()
        yield before


@given(st.text(max_size=3), st.text(max_size=3), st.lists(rows, max_size=4))
def test_a_chain_is_what_the_documentation_says(tenant, stream, events):
    assert list(links(root(tenant, stream), events)) == list(naive_links(tenant, stream, events))


@given(rows, rows)
def test_two_events_have_one_digest_only_if_they_are_the_same(one, other):
    assert (digest(one) == digest(other)) == (one == other)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_no_stream_begins_as_another_does(one, other):
    assert (root(*one) == root(*other)) == (one == other)


def test_a_chain_never_changes_its_form():
    event = EventRow(1, "note_added", 1, 1, b'{"by":{"id":"sam"}}')
    assert digest(event).hex() == GOLDEN[0]
    assert root("default", "ticket:1").hex() == GOLDEN[1]
    assert [one.hex() for one in links(root("default", "ticket:1"), [event])] == [GOLDEN[2]]


GOLDEN = (
    "99f55f4c2ddcc250487da7aed92f84c55ff4df54ca4e23d78f5c8b15c639510b",
    "f0cf7213b5f9aa0d5ae57e892e5e75a353b04f4164b8901919f99acd59348629",
    "880c61eecaaa02d537fb6a86e49ad5cd199d41d28339d5cfd7bd13e7dfb5f2e3",
)

# --- proofs ----------------------------------------------------------------------------------------

TEXTS = [
    Content("c1", "ana", b"s" * 32, "Printer on fire"),
    Content("c2", "ana", b"t" * 32, "打印机着火了"),
]
EVENTS = tuple(
    EventRow(
        number,
        "message_received",
        1,
        1,
        json.dumps({"n": number, "parts": [{"body": text.ref.model_dump()}, {"id": "x"}]}).encode(),
    )
    for number, text in enumerate(TEXTS, 1)
)


def made(events=EVENTS, *, tenant="default", stream="ticket:1", entry=None, texts=None, size=7):
    chain = list(links(root(tenant, stream), events))
    head = entry or Head(chain[0].hex(), 1, len(events), None, chain[-1].hex()).data
    entries = [*(Batch(0, n, 0, 0, n).data for n in range(size - 1)), head]
    files = {tile.path: data for tile, data in grown(0, entries, lambda _: b"")}
    subtree = subtree_of(size, lambda tile: files[tile.path])
    checkpoint = Checkpoint(LOG.name, size, tree_hash(size, subtree)).signed(LOG).written
    return Proof(
        tenant,
        stream,
        head,
        size - 1,
        inclusion_proof(size - 1, size, subtree),
        checkpoint,
        events,
        tuple(map(digest, events)),
        texts or {},
    )


def test_a_proof_survives_its_file():
    proof = made(texts={"c1": Shown(TEXTS[0].salt, TEXTS[0].value), "c2": Shown(None, None)})
    read = Proof.read(proof.written)
    assert read == proof
    proved = read.check(TRUST)
    assert (proved.tenant, proved.stream, proved.events, proved.late) == ("default", "ticket:1", 2, 0)
    assert (proved.open, proved.erased, proved.hidden) == (("c1",), ("c2",), ())
    assert proved.checkpoint.size == 7
    assert "Printer" not in made().written
    assert Proof.read(made().written).check(TRUST).hidden == ("c1", "c2")


def test_a_proof_can_show_that_events_are_there_and_not_what_they_say():
    proof = replace(made(), events=None)
    read = Proof.read(proof.written)
    assert read == proof
    assert b"message_received" not in base64.b64decode(proof.written.split("\n")[1].removeprefix("extra "))
    assert read.check(TRUST).hidden == ()


def test_what_is_shown_must_be_what_is_in_the_log():
    proof = made()
    first, second = EVENTS
    other = second._replace(data=b'{"n":2}')

    def of(*events):
        return replace(proof, events=events, digests=tuple(map(digest, events)))

    wrong = {
        "a changed event": of(first, other),
        "an event too few": of(first),
        "an event too many": of(first, second, EventRow(3, "note_added", 1, 1, b"{}")),
        "a swapped pair": of(second, first),
        "other numbers": of(first._replace(seq=2), second),
        "another stream": replace(proof, stream="ticket:2"),
        "another tenant": replace(proof, tenant="other"),
        "another place": replace(proof, index=5),
        "another entry": replace(proof, entry=Batch(0, 0, 0, 0, 0).data),
        "an entry that is no head": made(entry=Batch(0, 0, 0, 0, 0).data),
        "a head of another stream": made(
            entry=Head("a" * 64, 1, 2, None, list(links(root("default", "ticket:1"), EVENTS))[1].hex()).data
        ),
        "a text that was not there": replace(proof, texts={"c9": Shown(b"", "")}),
        "a changed text": replace(proof, texts={"c1": Shown(TEXTS[0].salt, "Printer off fire")}),
        "another salt": replace(proof, texts={"c1": Shown(b"", TEXTS[0].value)}),
    }
    for name, one in wrong.items():
        with pytest.raises(RecordsError):
            print(name, one.check(TRUST))  # noqa: T201 - which of them passed


def test_any_other_character_in_a_proof_is_noticed():
    written = made(texts={"c1": Shown(TEXTS[0].salt, TEXTS[0].value)}).written
    for place, own in enumerate(written):
        for other in "0a" if own not in "0a\n" else "=A":
            changed = written[:place] + other + written[place + 1 :]
            with pytest.raises(RecordsError):
                print(place, Proof.read(changed).check(TRUST))  # noqa: T201 - which of them passed


def extra(changed):
    """A proof with other fields in its extra; all of them, if they are none that can be changed."""
    lines = made().written.split("\n")
    fields = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    if changed:
        changed = fields | changed
    lines[1] = "extra " + base64.b64encode(json.dumps(changed).encode()).decode()
    return "\n".join(lines)


def test_an_extra_that_cannot_be_read_is_refused():
    for changed in [
        [],
        {},
        {"tenant": 1},
        {"stream": "\ud800"},
        {"entry": "é"},
        {"events": 1},
        {"events": [[1, "a", 1, 1]]},
        {"events": [[True, "a", 1, 1, ""]]},
        {"events": [[1, 2, 1, 1, ""]]},
        {"events": [[1, "a", 1, 1 << 32, ""]]},
        {"digests": ["00" * 32]},
        {"events": [], "digests": ["00"]},
        {"texts": [1]},
        {"texts": {}},
        {"more": 1},
        {"texts": {"c1": ["zz", "a"]}},
        {"texts": {"c1": ["00", 5]}},
        {"events": [[1, "a", 1, 1, "{"], [2, "a", 1, 1, "{"]]},
    ]:
        with pytest.raises(RecordsError):
            Proof.read(extra(changed)).check(TRUST)


def test_an_event_that_is_no_json_refers_to_no_text():
    events = (EVENTS[0], EVENTS[1]._replace(data=b"{"))
    with pytest.raises(RecordsError, match="not JSON"):
        made(events).check(TRUST)


def test_what_is_no_proof_is_refused(monkeypatch):
    written = made().written
    for wrong in [
        "",
        written.replace("tlog-proof@v1", "tlog-proof@v2"),
        written.replace("\nindex", "\nIndex"),
        written.replace("index 6", "index 06"),
        written.replace("extra ", "extra  "),
        written.replace("\n\n", "\n"),
    ]:
        with pytest.raises(RecordsError):
            Proof.read(wrong)
    monkeypatch.setattr("supportflow.records.proofs.MAX_FILE", len(written) - 1)
    with pytest.raises(RecordsError, match="longer"):
        Proof.read(written)
