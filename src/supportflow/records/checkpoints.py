"""What a log says of itself at one size, signed; and what witnesses add: C2SP `tlog-checkpoint` and `tlog-cosignature`."""

import re
from collections.abc import Collection
from struct import pack, unpack
from typing import Self

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.records.notes import (
    COSIGNED,
    SIGNED,
    Note,
    Signature,
    SigningKey,
    VerifyingKey,
    from_base64,
    to_base64,
)

__all__ = ["Checkpoint", "Trust", "cosign", "cosigned_at", "open_checkpoint"]

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_HASH_BYTES, _SIGNATURE_BYTES, _TIME_BYTES = 32, 64, 8
_LINES = 3
_MAX_TIME = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log at one size.

    Attributes:
        origin: Which log it is: one line, such as `example.com/records`.
        size: How many entries it has.
        top: The hash of its tree.
        more: Further lines, which nobody audits; the logs of supportflow have none.
    """

    origin: str
    size: int
    top: bytes
    more: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """A checkpoint from the text of a note.

        Raises:
            RecordsError: If it is not one.
        """
        lines = text.split("\n")
        if len(lines) <= _LINES or lines.pop() or not all(lines):
            raise RecordsError("checkpoint", "is not origin, size and hash, each on a line")
        origin, size, top, *more = lines
        if not _SIZE.fullmatch(size):
            raise RecordsError("checkpoint", "has a size that is no number")
        found = from_base64(top, "checkpoint")
        if len(found) != _HASH_BYTES:
            raise RecordsError("checkpoint", "has no hash of 32 bytes")
        return cls(origin, int(size), found, tuple(more))

    @property
    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.top), *self.more))

    def signed(self, key: SigningKey) -> Note:
        """The checkpoint, signed by its log.

        Raises:
            InvalidInput: If the key is a witness's.
        """
        if key.kind != SIGNED:
            raise InvalidInput("key", "is a witness's: a log signs with a key of its own")
        return Note(self.text, (key.signature(self.text),))


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosign(note: Note, key: SigningKey, at: int) -> Signature:
    """What a witness adds to a checkpoint that it has found to continue the one that it saw before.

    Args:
        note: The checkpoint.
        key: The witness's.
        at: When, in seconds since 1970.

    Raises:
        InvalidInput: If the key is not a witness's, or the time cannot be written.
    """
    if key.kind != COSIGNED:
        raise InvalidInput("key", "is not a witness's")
    if not 0 <= at <= _MAX_TIME:
        raise InvalidInput("at", "is not a time in seconds since 1970")
    return Signature(key.name, key.verifying.key_id, pack(">Q", at) + key.sign(_cosigned(note.text, at)))


def cosigned_at(note: Note, key: VerifyingKey) -> int | None:
    """When a witness cosigned a checkpoint, in seconds since 1970; None if it has not.

    Raises:
        RecordsError: If a cosignature that claims to be the witness's is not.
    """
    latest: int | None = None
    for one in note.signatures:
        if (one.name, one.key_id) != (key.name, key.key_id):
            continue
        if len(one.value) != _TIME_BYTES + _SIGNATURE_BYTES:
            raise RecordsError("cosignature", "is not a time and a signature")
        at: int = unpack(">Q", one.value[:_TIME_BYTES])[0]
        key.check(_cosigned(note.text, at), one.value[_TIME_BYTES:])
        latest = at if latest is None else max(latest, at)
    return latest


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts.

    Attributes:
        log: The log's keys; one of them must have signed. During a change of keys there are two.
        witnesses: Keys of witnesses.
        quorum: How many of the witnesses must have cosigned.
        origin: Which log it must be; that of the key's name if None.
    """

    log: tuple[VerifyingKey, ...]
    witnesses: tuple[VerifyingKey, ...] = ()
    quorum: int = 0
    origin: str | None = None

    def __post_init__(self) -> None:
        if not self.log or any(key.kind != SIGNED for key in self.log):
            raise InvalidInput("log", "needs a key that signs notes")
        if any(key.kind != COSIGNED for key in self.witnesses):
            raise InvalidInput("witnesses", "are keys that cosign")
        if not 0 <= self.quorum <= len({key.public for key in self.witnesses}):
            raise InvalidInput("quorum", "is more than there are witnesses")

    def origins(self) -> Collection[str]:
        """The origins that a checkpoint may have."""
        return {key.name for key in self.log} if self.origin is None else {self.origin}


def open_checkpoint(written: str, trust: Trust) -> Checkpoint:
    """A checkpoint that the log has signed, and enough witnesses with it.

    Args:
        written: The note.
        trust: Whose word counts.

    Raises:
        RecordsError: If it is not a note, not of that log, or not signed by those who must.
        MissingExtra: If `cryptography` is not installed.
    """
    note = Note.read(written)
    checkpoint = Checkpoint.read(note.text)
    if checkpoint.origin not in trust.origins():
        raise RecordsError("checkpoint", "is of another log")
    there = {(one.name, one.key_id) for one in note.signatures}
    signed = [key for key in trust.log if (key.name, key.key_id) in there]
    if not signed:
        raise RecordsError("checkpoint", "is not signed by the log")
    for key in signed:
        note.check(key)
    cosigned = {key.public for key in trust.witnesses if cosigned_at(note, key) is not None}
    if len(cosigned) < trust.quorum:
        raise RecordsError("checkpoint", f"has {len(cosigned)} of {trust.quorum} cosignatures")
    return checkpoint
