"""A proof in one file, as C2SP `tlog-proof` has it: a checkpoint, where an entry lies in it, and what the entry is made of.

What is shown beside stands in the line `extra`, as JSON: the entry, its stream, and the events of the stream or their
digests. Nothing of it is believed: the entry must be in the tree, and the events must lead to the entry.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from supportflow._dataclass import dataclass
from supportflow.exceptions import RecordsError
from supportflow.model.content import ContentRef, commitment
from supportflow.model.storage import EventRow
from supportflow.records.chain import digest, link, root
from supportflow.records.checkpoints import Checkpoint, Trust, open_checkpoint
from supportflow.records.entries import Head, read_entry
from supportflow.records.merkle import MAX_PROOF, check_inclusion, leaf_hash
from supportflow.records.notes import from_base64, to_base64

__all__ = ["MAX_FILE", "Proof", "Proved", "Shown", "references"]

_FIRST = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
MAX_FILE = 64_000_000
"""Characters of a proof."""
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that a proof opens.

    Attributes:
        salt: What it was hashed with; None once erased.
        value: The text; None once erased.
    """

    salt: bytes | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof has shown.

    Attributes:
        tenant: Whose stream it is.
        stream: Which, such as `"ticket:<id>"`.
        events: How many events it had when the checkpoint was made.
        late: How many of the last ones had no link when the log first saw them.
        checkpoint: The head of the log that vouches for it.
        open: Ids of texts that are shown, and are what was written.
        erased: Ids of texts that were erased: that there was one is proved, and what it was cannot be known any more.
        hidden: Ids of texts that the proof does not show.
    """

    tenant: str
    stream: str
    events: int
    late: int
    checkpoint: Checkpoint
    open: tuple[str, ...]
    erased: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """That a stream was so when a checkpoint was made.

    Attributes:
        tenant: Whose stream it is.
        stream: Which.
        entry: The entry of the log, as it is kept there.
        index: Where it lies.
        path: The hashes beside its way to the top.
        checkpoint: The signed note.
        events: The events, up to the entry's last; None if only their digests are given.
        digests: Of these events.
        texts: Content row → the text, for those that are opened.
    """

    tenant: str
    stream: str
    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    events: tuple[EventRow, ...] | None
    digests: tuple[bytes, ...]
    texts: Mapping[str, Shown] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """The proof as a file holds it."""
        extra: dict[str, Any] = {
            "tenant": self.tenant,
            "stream": self.stream,
            "entry": self.entry.decode("ascii"),
        }
        if self.events is None:
            extra["digests"] = [one.hex() for one in self.digests]
        else:
            extra["events"] = [[*event[:-1], event.data.decode()] for event in self.events]
        if self.texts:
            extra["texts"] = {
                name: None if one.salt is None or one.value is None else [one.salt.hex(), one.value]
                for name, one in self.texts.items()
            }
        data = json.dumps(extra, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        lines = [_FIRST, f"extra {to_base64(data)}", f"index {self.index}", *map(to_base64, self.path)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def read(cls, written: str) -> Self:
        """A proof from a file.

        Raises:
            RecordsError: If it is not one.
        """
        if len(written) > MAX_FILE:
            raise RecordsError("proof", f"is longer than {MAX_FILE:,} characters")
        head, blank, checkpoint = written.partition("\n\n")
        first, *lines = head.split("\n")
        if first != _FIRST or not blank or len(lines) < 2:  # noqa: PLR2004 - extra and index
            raise RecordsError("proof", f"does not begin as a {_FIRST} does")
        extra, index, *path = lines
        found = _INDEX.fullmatch(index)
        if not extra.startswith("extra ") or found is None or len(path) > MAX_PROOF:
            raise RecordsError("proof", "is not extra, index and hashes")
        shown = _read_extra(from_base64(extra.removeprefix("extra "), "proof"))
        made = cls(
            *shown[:3],
            int(found[1]),
            tuple(from_base64(one, "proof") for one in path),
            checkpoint,
            *shown[3:],
        )
        if made.written != written:
            raise RecordsError("proof", "says something more, or is not written as it must be")
        return made

    def check(self, trust: Trust) -> Proved:
        """Make sure that it proves what it says.

        Args:
            trust: Whose word counts.

        Raises:
            RecordsError: If it does not.
            MissingExtra: If `cryptography` is not installed.
        """
        checkpoint = open_checkpoint(self.checkpoint, trust)
        check_inclusion(self.index, checkpoint.size, leaf_hash(self.entry), self.path, checkpoint.top)
        head = read_entry(self.entry)
        if not isinstance(head, Head):
            raise RecordsError("proof", "is of an entry that is no head of a stream")
        self._lead_to(head)
        opened, erased, hidden = self._texts()
        return Proved(
            self.tenant, self.stream, len(self.digests), head.late, checkpoint, opened, erased, hidden
        )

    def _lead_to(self, head: Head) -> None:
        """Make sure that the events are those, and all those, that the entry is about."""
        if len(self.digests) != head.last:
            raise RecordsError(
                self.stream, f"has {len(self.digests)} events here, and {head.last} in the log"
            )
        for number, event in enumerate(self.events or (), 1):
            if event.seq != number:
                raise RecordsError(self.stream, f"has event {event.seq} where event {number} must be")
        before = root(self.tenant, self.stream)
        for number, one in enumerate(self.digests, 1):
            before = link(before, one)
            if number == 1 and before.hex() != head.stream:
                raise RecordsError(self.stream, "is not the stream that the entry is about")
        if before.hex() != head.head:
            raise RecordsError(self.stream, "has other events than the log")

    def _texts(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        opened: list[str] = []
        erased: list[str] = []
        hidden: list[str] = []
        wanted = {ref.id: ref for event in self.events or () for ref in references(event.data)}
        unknown = set(self.texts) - set(wanted)
        if unknown:
            raise RecordsError("text", "belongs to no event of the proof")
        for name, ref in wanted.items():
            shown = self.texts.get(name)
            if shown is None:
                hidden.append(name)
            elif shown.salt is None or shown.value is None:
                erased.append(name)
            elif commitment(shown.salt, shown.value) == ref.commitment:
                opened.append(name)
            else:
                raise RecordsError(f"text {name}", "is not what was written")
        return tuple(opened), tuple(erased), tuple(hidden)


def references(data: bytes) -> list[ContentRef]:
    """The texts that a stored event refers to, wherever in it they stand."""
    found: list[ContentRef] = []
    waiting: list[Any] = [_json(data, "event")]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            name, committed = one.get("id"), one.get("commitment")
            if set(one) == {"id", "commitment"} and isinstance(name, str) and isinstance(committed, str):
                found.append(ContentRef.model_construct(id=name, commitment=committed))
            else:
                waiting += reversed(one.values())
    return found


def _json(data: bytes, what: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise RecordsError(what, "is not JSON") from None


_Extra = tuple[str, str, bytes, tuple[EventRow, ...] | None, tuple[bytes, ...], dict[str, Shown]]


def _read_extra(data: bytes) -> _Extra:
    fields = _json(data, "proof")
    wrong = RecordsError("proof", "does not say what it is about as it must")
    if not isinstance(fields, dict):
        raise wrong
    tenant, stream, entry = fields.get("tenant"), fields.get("stream"), fields.get("entry")
    if not (isinstance(tenant, str) and isinstance(stream, str) and isinstance(entry, str)):
        raise wrong
    try:
        events = [_event(one) for one in fields["events"]] if "events" in fields else None
        digests = [bytes.fromhex(one) for one in fields.get("digests", ())]
        texts = {name: _shown(one) for name, one in fields.get("texts", {}).items()}
        named = tenant.encode(), stream.encode(), entry.encode("ascii")
    except (TypeError, ValueError, AttributeError):
        raise wrong from None
    if (events is not None and digests) or any(len(one) != _HASH_BYTES for one in digests):
        raise wrong
    return (
        tenant,
        stream,
        named[2],
        None if events is None else tuple(events),
        tuple(digests if events is None else map(digest, events)),
        texts,
    )


_U32 = 1 << 32


def _event(fields: Any) -> EventRow:
    seq, kind, version, min_reader, data = fields
    for number in (seq, version, min_reader):
        if type(number) is not int or not 0 <= number < _U32:
            raise ValueError
    kind.encode()
    return EventRow(seq, kind, version, min_reader, data.encode())


def _shown(fields: Any) -> Shown:
    if fields is None:
        return Shown(None, None)
    salt, value = fields
    value.encode()
    return Shown(bytes.fromhex(salt), value)
