"""Signed notes against the published vector of Go's `sumdb/note`; checkpoints and cosignatures; entries."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.exceptions import InvalidInput, MissingExtra, RecordsError
from supportflow.records import (
    COSIGNED,
    SIGNED,
    Batch,
    Checkpoint,
    Head,
    Note,
    Signature,
    SigningKey,
    Trust,
    VerifyingKey,
    cosign,
    cosigned_at,
    open_checkpoint,
    read_entry,
)

SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"

LOG = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
OTHER = SigningKey("log.example.com/records", SIGNED, bytes(range(1, 33)))
WITNESSES = [SigningKey(f"witness.example.com/{n}", COSIGNED, bytes([n] * 32)) for n in (1, 2, 3)]
HEAD = Checkpoint(LOG.name, 5, bytes(32))


def test_the_published_note_is_signed_and_checked():
    key = SigningKey.read(SECRET)
    assert key.verifying.written == PUBLIC
    assert key.written == SECRET
    assert "AYEK" not in repr(key)
    assert Note(TEXT, (key.signature(TEXT),)).written == NOTE
    note = Note.read(NOTE)
    assert (note.text, note.written) == (TEXT, NOTE)
    note.check(VerifyingKey.read(PUBLIC))


@settings(max_examples=60)
@given(st.integers(0, len(NOTE) - 1), st.sampled_from("aA \n=+—"))
def test_no_other_character_in_a_note_passes(place, other):
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    if changed != NOTE:
        with pytest.raises(RecordsError):
            Note.read(changed).check(VerifyingKey.read(PUBLIC))


@pytest.mark.parametrize(
    "written",
    [
        "",
        TEXT,
        f"{TEXT}{LINE}",
        f"{TEXT}\n{LINE}"[:-1],
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\nx{LINE}",
        f"{TEXT}\n— {LINE[2:]}".replace("PeterNeumann", "Peter Neumann"),
        f"{TEXT}\n— PeterNeumann x08go/Z=\n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n— PeterNeumann x08gox==\n",
        f"\t{TEXT}\n{LINE}",
        f"{TEXT}\n{LINE * 65}",
        f"{TEXT * 1_100}\n{LINE}",
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(written):
    with pytest.raises(RecordsError):
        Note.read(written)


def test_signatures_of_others_are_passed_over_and_prove_nothing():
    own = VerifyingKey.read(PUBLIC)
    note = Note(TEXT, (LOG.signature(TEXT),))
    with pytest.raises(RecordsError, match="not signed by PeterNeumann"):
        note.check(own)
    both = note.with_signatures([*Note.read(NOTE).signatures, LOG.signature(TEXT)])
    assert len(both.signatures) == 2
    both.check(own)
    forged = Signature(own.name, own.key_id, bytes(64))
    with pytest.raises(RecordsError, match="has not made"):
        both.with_signatures([forged]).check(own)
    with pytest.raises(RecordsError, match="has not made"):
        Note(TEXT, (Signature(own.name, own.key_id, b"short"),)).check(own)


@pytest.mark.parametrize(
    "written",
    [
        "",
        PUBLIC[1:],
        PUBLIC[:-1],
        PUBLIC.replace("c74f", "c74e"),
        PUBLIC.replace("ARpc", "ARpd"),
        PUBLIC.replace("ARpc", "AZpc"),
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10R=",
    ],
)
def test_a_key_that_was_changed_is_refused(written):
    with pytest.raises(InvalidInput):
        VerifyingKey.read(written)
    with pytest.raises(InvalidInput):
        SigningKey.read(f"PRIVATE+KEY+{written}")


def test_signing_says_what_it_needs(monkeypatch):
    assert Note.read(NOTE).written == NOTE
    for name, error in [("cryptography.hazmat", MissingExtra), ("other", ModuleNotFoundError)]:
        with monkeypatch.context() as patch:
            patch.setattr("builtins.__import__", missing(name))
            with pytest.raises(error):
                LOG.sign(b"")


def missing(name):
    def load(wanted, *rest):
        if wanted.startswith("cryptography"):
            raise ModuleNotFoundError(name=name)
        return original(wanted, *rest)

    original = __import__
    return load


def test_keys_that_cannot_be():
    with pytest.raises(InvalidInput, match="begin"):
        SigningKey.read(PUBLIC)
    for name, kind, seed in [
        ("a b", SIGNED, bytes(32)),
        ("a+b", SIGNED, bytes(32)),
        ("", SIGNED, bytes(32)),
        ("a", 2, bytes(32)),
        ("a", SIGNED, bytes(31)),
    ]:
        with pytest.raises(InvalidInput):
            SigningKey(name, kind, seed)


def trust(*, witnesses=WITNESSES, quorum=0, log=(LOG,), origin=None):
    return Trust(
        tuple(key.verifying for key in log), tuple(key.verifying for key in witnesses), quorum, origin
    )


def cosigned(*keys, at=1_700_000_000):
    note = HEAD.signed(LOG)
    return note.with_signatures([cosign(note, key, at) for key in keys])


def test_a_checkpoint_needs_its_log_and_enough_witnesses():
    assert HEAD.text == f"{LOG.name}\n5\n{'A' * 43}=\n"
    note = cosigned(*WITNESSES[:2])
    assert open_checkpoint(note.written, trust(quorum=2)) == HEAD
    assert [cosigned_at(note, key.verifying) for key in WITNESSES] == [1_700_000_000] * 2 + [None]
    later = note.with_signatures([cosign(note, WITNESSES[0], 1_800_000_000)])
    assert cosigned_at(later, WITNESSES[0].verifying) == 1_800_000_000
    with pytest.raises(RecordsError, match="2 of 3"):
        open_checkpoint(note.written, trust(quorum=3))
    with pytest.raises(RecordsError, match="not signed by the log"):
        open_checkpoint(HEAD.signed(OTHER).written, trust())
    assert open_checkpoint(HEAD.signed(OTHER).written, trust(log=(LOG, OTHER))) == HEAD
    with pytest.raises(RecordsError, match="another log"):
        open_checkpoint(note.written, trust(origin="elsewhere.example.com"))


def test_a_cosignature_is_of_one_text_and_one_time():
    note = cosigned(WITNESSES[0])
    one = note.signatures[1]
    moved = Signature(one.name, one.key_id, bytes(8) + one.value[8:])
    other = Checkpoint(LOG.name, 6, bytes(32)).signed(LOG)
    short = Signature(one.name, one.key_id, one.value[:-1])
    for forged in [
        Note(note.text, (note.signatures[0], moved)),
        Note(note.text, (note.signatures[0], short)),
        other.with_signatures([one]),
    ]:
        with pytest.raises(RecordsError):
            open_checkpoint(forged.written, trust())
    with pytest.raises(InvalidInput, match="not a witness"):
        cosign(note, LOG, 0)
    with pytest.raises(InvalidInput, match="witness's"):
        HEAD.signed(WITNESSES[0])
    for at in (-1, 1 << 63):
        with pytest.raises(InvalidInput):
            cosign(note, WITNESSES[0], at)


def test_trust_that_makes_no_sense_is_refused():
    keys = [key.verifying for key in WITNESSES]
    for wrong in [
        ((),),
        ((keys[0],),),
        ((LOG.verifying,), (LOG.verifying,)),
        ((LOG.verifying,), (keys[0], keys[0]), 2),
        ((LOG.verifying,), (), -1),
    ]:
        with pytest.raises(InvalidInput):
            Trust(*wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n5\n",
        f"a\n05\n{'A' * 43}=\n",
        f"a\n-5\n{'A' * 43}=\n",
        f"a\n٥\n{'A' * 43}=\n",
        f"a\n5\n{'A' * 42}==\n",
        f"a\n5\n{'A' * 42}B=\n",
        f"a\n5\n{'A' * 40}\n",
        f"\n5\n{'A' * 43}=\n",
        f"a\n5\n{'A' * 43}=\n\n",
        f"a\n5\n{'A' * 43}=",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(RecordsError):
        Checkpoint.read(text)


def test_lines_of_others_are_kept():
    written = f"a\n0\n{'A' * 43}=\nmore\n"
    assert Checkpoint.read(written).more == ("more",)
    assert Checkpoint.read(written).text == written


# --- entries ---------------------------------------------------------------------------------------

A, B, C = "a" * 64, "b" * 64, "c" * 64


def test_an_entry_reads_as_it_was_written():
    for entry in [Head(A, 1, 1, None, B), Head(A, 2, 9, B, C, 8), Batch(0, 0, 0, 0, 0), Batch(3, 7, 1, 4, 5)]:
        assert read_entry(entry.data) == entry
    assert Head(A, 2, 9, B, C, 8).data == (
        f'{{"before":"{B}","first":2,"head":"{C}","kind":"head","last":9,"late":8,"stream":"{A}"}}'.encode()
    )


HEADS = {"kind": "head", "stream": A, "first": 2, "last": 9, "before": B, "head": C, "late": 0}
BATCHES = {"kind": "batch", "after": 0, "place": 3, "heads": 1, "events": 3, "at_us": 5}


@pytest.mark.parametrize(
    "fields",
    [
        {**HEADS, "stream": "A" * 64},
        {**HEADS, "head": "c" * 63},
        {**HEADS, "before": None},
        {**HEADS, "before": 1},
        {**HEADS, "first": 1},
        {**HEADS, "first": 0},
        {**HEADS, "first": 10},
        {**HEADS, "late": 9},
        {**HEADS, "late": -1},
        {**HEADS, "last": True},
        {**HEADS, "last": 9.0},
        {**HEADS, "last": 1 << 60},
        {**HEADS, "more": 1},
        {**HEADS, "kind": "tail"},
        {**BATCHES, "place": -1},
        {**BATCHES, "after": 4},
        {**BATCHES, "at_us": "now"},
        {"kind": "batch"},
        [],
        1,
    ],
)
def test_what_is_no_entry_is_refused(fields):
    with pytest.raises(RecordsError):
        read_entry(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())


def test_an_entry_is_written_in_one_way():
    data = Head(A, 2, 9, B, C).data
    for other in [data.replace(b",", b", "), data[:-1] + b',"late":0}', b"{", b"\xff", b"[" * 50_000]:
        with pytest.raises(RecordsError):
            read_entry(other)


@pytest.mark.parametrize("name", ["a\udcffb", "a\x1b[0m", "a\x7f", "a b", "a+b", "", "a\u202eb"])
def test_a_name_that_cannot_be_read_is_no_name_of_a_key(name):
    with pytest.raises(InvalidInput):
        SigningKey(name, SIGNED, bytes(32))
    written = SigningKey("desk.example", SIGNED, bytes(32)).verifying.written
    with pytest.raises(InvalidInput):
        VerifyingKey.read(written.replace("desk.example", name))


def test_a_key_is_read_with_the_end_of_its_line():
    key = SigningKey("desk.example", SIGNED, bytes(32))
    assert VerifyingKey.read(key.verifying.written + "\n") == key.verifying
