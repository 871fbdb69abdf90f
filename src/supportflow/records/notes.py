"""Signed notes, as C2SP `signed-note` has them: a text, and lines by which keys vouch for it.

Keys are written as Go's `sumdb/note` writes them: `name+hash+base64` for whoever verifies, `PRIVATE+KEY+name+hash+base64`
for whoever signs. A name says whose key it is and has no spaces and no `+`.

Reading and writing needs nothing; signing and checking needs the extra `records`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple, Self

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput, MissingExtra, RecordsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519

__all__ = [
    "COSIGNED",
    "MAX_NOTE",
    "SIGNED",
    "Note",
    "Signature",
    "SigningKey",
    "VerifyingKey",
    "from_base64",
    "to_base64",
]

SIGNED, COSIGNED = 1, 4
"""What a key signs: the text of a note, or that of a checkpoint together with a time."""

MAX_NOTE = 100_000
"""Characters of a note."""
_MAX_SIGNATURES = 64
_ID_BYTES, _SEED_BYTES = 4, 32
_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<base64>[A-Za-z0-9+/=]+)")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]{1,255}")
_KEY = re.compile(
    r"(?P<name>[^\s+]{1,255})\+(?P<hash>[0-9a-f]{8})\+(?P<base64>[A-Za-z0-9+/]{44}|[A-Za-z0-9+/]{43}=)"
)
_PRIVATE = "PRIVATE+KEY+"


def to_base64(data: bytes) -> str:
    """Standard base64, with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, what: str) -> bytes:
    """The bytes in standard base64: there is one way to write them, and every other is refused.

    Raises:
        RecordsError: If it is not that.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RecordsError(what, "is not base64") from None
    if to_base64(data) != text:
        raise RecordsError(what, "is not base64 as it must be written")
    return data


def _ed25519() -> "type[ed25519.Ed25519PrivateKey]":
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - an extra
            Ed25519PrivateKey,
        )
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("cryptography"):
            raise
        raise MissingExtra("records", "signing and checking records") from None
    return Ed25519PrivateKey


class Signature(NamedTuple):
    """One line under a note.

    Attributes:
        name: Of the key.
        key_id: The first four bytes of a hash of name, kind and key: tells keys of one name apart, and proves nothing.
        value: What the key made of the text.
    """

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """As it is written."""
        return f"— {self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and what was signed of it.

    Attributes:
        text: Ends with a line break.
        signatures: In order; of keys that may be known or not.
    """

    text: str
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def read(cls, written: str) -> Self:
        """A note as it was written.

        Raises:
            RecordsError: If it is not a note.
        """
        if len(written) > MAX_NOTE:
            raise RecordsError("note", f"is longer than {MAX_NOTE:,} characters")
        if _CONTROLS.search(written):
            raise RecordsError("note", "has control characters")
        text, blank, lines = written.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise RecordsError("note", "is not a text, an empty line and signatures")
        rows = lines[:-1].split("\n")
        if len(rows) > _MAX_SIGNATURES:
            raise RecordsError("note", f"has more than {_MAX_SIGNATURES} signatures")
        return cls(f"{text}\n", tuple(map(_read_signature, rows)))

    @property
    def written(self) -> str:
        """The note as it is stored and sent."""
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}"

    def with_signatures(self, added: Collection[Signature]) -> "Note":
        """The note with more signatures: each takes the place of what the same key has signed before."""
        every = {(one.name, one.key_id): one for one in (*self.signatures, *added)}
        return Note(self.text, tuple(every.values()))

    def check(self, key: "VerifyingKey") -> None:
        """Make sure that a key has signed this text.

        Raises:
            RecordsError: If it has not, or a signature that claims to be its own is not.
            MissingExtra: If `cryptography` is not installed.
        """
        found = [one for one in self.signatures if (one.name, one.key_id) == (key.name, key.key_id)]
        if not found:
            raise RecordsError("note", f"is not signed by {key.name}")
        for one in found:
            key.check(self.text.encode(), one.value)


def _read_signature(row: str) -> Signature:
    found = _LINE.fullmatch(row)
    if found is None:
        raise RecordsError("note", "has a line among its signatures that is none")
    data = from_base64(found["base64"], "signature")
    if len(data) <= _ID_BYTES:
        raise RecordsError("note", "has a signature that is too short")
    return Signature(found["name"], data[:_ID_BYTES], data[_ID_BYTES:])


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]


def _read_key(written: str, what: str) -> tuple[str, str, int, bytes]:
    """Name, hash, kind and 32 bytes of a key as it is written."""
    key = written.strip()
    found = _KEY.fullmatch(key)
    if found is None or not key.isprintable():
        raise InvalidInput(what, "is not written as a key is: name+hash+base64")
    try:
        data = from_base64(found["base64"], what)
    except RecordsError:
        raise InvalidInput(what, "is not written as a key is: name+hash+base64") from None
    if data[0] not in {SIGNED, COSIGNED}:
        raise InvalidInput(
            what, "is of a kind that is not known: Ed25519 for notes or for cosignatures it must be"
        )
    return found["name"], found["hash"], data[0], data[1:]


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """What others check signatures with.

    Attributes:
        name: Whose it is.
        kind: `SIGNED` or `COSIGNED`.
        public: 32 bytes.
    """

    name: str
    kind: int
    public: bytes

    @classmethod
    def read(cls, written: str) -> Self:
        """A key as it is written: `name+hash+base64`.

        Raises:
            InvalidInput: If it is not that.
        """
        name, stated, kind, public = _read_key(written, "key")
        key = cls(name, kind, public)
        if key.key_id.hex() != stated:
            raise InvalidInput("key", "is not what its hash says: it was changed or cut")
        return key

    @property
    def key_id(self) -> bytes:
        """Four bytes by which signatures name it."""
        return _key_id(self.name, self.kind, self.public)

    @property
    def written(self) -> str:
        """The key as it is written."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def check(self, message: bytes, value: bytes) -> None:
        """Make sure that a signature is this key's.

        Raises:
            RecordsError: If it is not.
            MissingExtra: If `cryptography` is not installed.
        """
        _ed25519()
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - an extra
            Ed25519PublicKey,
        )

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        except (InvalidSignature, ValueError):
            raise RecordsError("note", f"has a signature that {self.name} has not made") from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signatures are made with. Whoever has it can sign anything in its name.

    Attributes:
        name: Whose it is.
        kind: `SIGNED` or `COSIGNED`.
        seed: 32 bytes that nobody else knows.
    """

    name: str
    kind: int
    seed: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not self.name.isprintable():
            raise InvalidInput(
                "name", "must be 1 to 255 characters that can be read, without spaces and without +"
            )
        if self.kind not in {SIGNED, COSIGNED} or len(self.seed) != _SEED_BYTES:
            raise InvalidInput("key", "must be of 32 bytes, for notes or for cosignatures")

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"  # never the seed: it ends up in logs

    @classmethod
    def read(cls, written: str) -> Self:
        """A key as it is written: `PRIVATE+KEY+name+hash+base64`.

        Raises:
            InvalidInput: If it is not that.
            MissingExtra: If `cryptography` is not installed.
        """
        if not written.startswith(_PRIVATE):
            raise InvalidInput("key", f"does not begin with {_PRIVATE}")
        name, stated, kind, seed = _read_key(written.removeprefix(_PRIVATE), "key")
        key = cls(name, kind, seed)
        if key.verifying.key_id.hex() != stated:
            raise InvalidInput("key", "is not what its hash says: it was changed or cut")
        return key

    @property
    def written(self) -> str:
        """The key as it is written. Keep it where nobody reads it."""
        return (
            f"{_PRIVATE}{self.name}+{self.verifying.key_id.hex()}+{to_base64(bytes([self.kind]) + self.seed)}"
        )

    @property
    def verifying(self) -> VerifyingKey:
        """What others check its signatures with."""
        from_seed = _ed25519().from_private_bytes(self.seed)
        return VerifyingKey(self.name, self.kind, from_seed.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes that only this key makes of a message."""
        return _ed25519().from_private_bytes(self.seed).sign(message)

    def signature(self, text: str) -> Signature:
        """The line by which this key vouches for a text."""
        return Signature(self.name, self.verifying.key_id, self.sign(text.encode()))
