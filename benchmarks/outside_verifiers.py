"""Whether code of others accepts what `supportflow.records` writes: a proof and a public key, and nothing of supportflow.

    pip install sigstore==4.5.1 metamorphic-log==0.1.11     # in an environment of its own
    python benchmarks/outside_verifiers.py PROOF KEY

`sigstore` (the Python client of Sigstore) brings its check of RFC 6962 proofs and its reader of checkpoints;
`metamorphic-log` (Rust) its check of proofs, and its reader of signed notes and keys. Both are also given what is wrong by
one bit, and must refuse it. What needs no code of others at all is short: the functions here are all that a verifier has to
do.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def read(path: str) -> tuple[bytes, int, list[bytes], str]:
    """Entry, index, hashes and checkpoint of a file as C2SP tlog-proof has it."""
    head, _, note = Path(path).read_text("utf-8").partition("\n\n")
    first, extra, index, *hashes = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    entry = json.loads(base64.b64decode(extra.removeprefix("extra ")))["entry"]
    return entry.encode(), int(index.removeprefix("index ")), [base64.b64decode(one) for one in hashes], note


def included(entry: bytes, index: int, hashes: list[bytes], size: int, top: bytes) -> bool:
    """Sigstore's own answer."""
    from sigstore._internal.merkle import verify_merkle_inclusion  # noqa: PLC0415 - what is tried
    from sigstore.errors import VerificationError  # noqa: PLC0415 - the same

    proof = SimpleNamespace(log_index=index, tree_size=size, hashes=hashes, root_hash=top)
    given: Any = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=entry))
    try:
        verify_merkle_inclusion(given)
    except VerificationError:
        return False
    return True


def with_sigstore(path: str, key: str) -> None:
    """RFC 6962 and the checkpoint, by Sigstore; the signature by the key that stands in the note's line."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from sigstore._internal.rekor.checkpoint import SignedCheckpoint  # noqa: PLC0415

    entry, index, hashes, note = read(path)
    signed = SignedCheckpoint.from_text(note)
    checkpoint = signed.checkpoint
    top = bytes.fromhex(checkpoint.log_hash)
    assert included(entry, index, hashes, checkpoint.log_size, top)
    assert not included(entry[:-1], index, hashes, checkpoint.log_size, top)
    for place in range(len(hashes)):
        other = [*hashes[:place], bytes([hashes[place][0] ^ 1]) + hashes[place][1:], *hashes[place + 1 :]]
        assert not included(entry, index, other, checkpoint.log_size, top)
    public = base64.b64decode(key.split("+", 2)[2])[1:]
    (line,) = (one for one in signed.signed_note.signatures if one.name == checkpoint.origin)
    name_and_key = checkpoint.origin.encode() + b"\n\x01" + public
    assert line.sig_hash == hashlib.sha256(name_and_key).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(
        base64.b64decode(line.signature), signed.signed_note.note.encode()
    )
    print(f"sigstore: entry {index} is in {checkpoint.origin} of {checkpoint.log_size} entries")


def with_metamorphic(path: str, key: str) -> None:
    """RFC 6962, the note and its key, by metamorphic-log."""
    import metamorphic_log as other  # noqa: PLC0415

    entry, index, hashes, note = read(path)
    assert other.verify_signed_note(note, [key]) == 1
    origin, size, top = note.split("\n")[:3]
    leaf, root = hashlib.sha256(b"\0" + entry).digest(), base64.b64decode(top)
    other.verify_inclusion(index, int(size), leaf, hashes, root)
    for wrong in (
        lambda: other.verify_signed_note(note.replace(f"\n{size}\n", f"\n{size}1\n"), [key]),
        lambda: other.verify_inclusion(index, int(size), leaf, hashes, bytes(32)),
    ):
        try:
            wrong()
        except Exception as error:  # noqa: BLE001 - its own tree of errors
            assert type(error).__name__ == "Verification", error  # noqa: PT017
        else:
            raise AssertionError("accepted what is wrong")
    print(
        f"metamorphic-log: entry {index} is in {origin} of {size} entries, signed by {key.split('+', maxsplit=1)[0]}"
    )


def main() -> None:
    """Ask both."""
    path, key = sys.argv[1:]
    for ask in (with_sigstore, with_metamorphic):
        ask(path, Path(key).read_text("utf-8").strip())


if __name__ == "__main__":
    main()
