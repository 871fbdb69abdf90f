r"""The chain of a stream: each event's digest is hashed onto that of all events before it.

The bytes that are hashed are those that are stored. Nothing is parsed or written anew, so there is no second form of an
event that a reader and a writer could disagree about:

```text
digest(event) = SHA-256("supportflow event 1\0" | seq i64 | version i64 | min_reader i64 | field(kind) | field(data))
root(stream)  = SHA-256("supportflow stream 1\0" | field(tenant) | field(stream))
link(n)       = SHA-256(0x02 | link(n - 1) | digest(n)),  link(0) = root
field(bytes)  = length u64 | bytes
```

Numbers are big-endian, texts UTF-8.
"""

import hashlib
from collections.abc import Iterable, Iterator
from struct import pack

from supportflow.model.storage import EventRow

__all__ = ["HASH_BYTES", "digest", "link", "links", "root"]

HASH_BYTES = 32
_EVENT = b"supportflow event 1\0"
_STREAM = b"supportflow stream 1\0"
_LINK = b"\x02"
"""What a link begins with. 0 and 1 begin the hashes of a Merkle tree."""


def digest(event: EventRow) -> bytes:
    """What stands for one event in its chain: 32 bytes over its place, its kind, its versions and its stored fields."""
    kind, data = event.kind.encode(), event.data
    return hashlib.sha256(
        b"".join(
            (
                _EVENT,
                pack(">qqqQ", event.seq, event.version, event.min_reader, len(kind)),
                kind,
                pack(">Q", len(data)),
                data,
            )
        )
    ).digest()


def root(tenant: str, stream: str) -> bytes:
    """What the chain of a stream begins with: no event of one stream fits into another's, or into another tenant's."""
    named, own = stream.encode(), tenant.encode()
    return hashlib.sha256(_STREAM + pack(">Q", len(own)) + own + pack(">Q", len(named)) + named).digest()


def link(before: bytes, event_digest: bytes) -> bytes:
    """The next link of a chain: 32 bytes that stand for an event and all events before it."""
    return hashlib.sha256(_LINK + before + event_digest).digest()


def links(before: bytes, events: Iterable[EventRow]) -> Iterator[bytes]:
    """The links of events that follow each other.

    Args:
        before: The link of the event before them, or the root of their stream.
        events: In order.
    """
    for event in events:
        before = link(before, digest(event))
        yield before
