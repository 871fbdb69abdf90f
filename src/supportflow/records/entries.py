"""What the entries of a log say. Each is a line of JSON, keys sorted, without spaces: all write the same bytes.

No entry names a person or a ticket. A stream is called by the first link of its chain, which nobody can guess who does not
have its first event; whoever has it recognises the stream.
"""

import json
import re

from supportflow._dataclass import dataclass
from supportflow.exceptions import RecordsError

__all__ = ["Batch", "Entry", "Head", "read_entry"]

_LINK = re.compile(r"[0-9a-f]{64}")
_MAX = 1 << 53


@dataclass(frozen=True, slots=True)
class Head:
    """How far a stream has come.

    Attributes:
        stream: The first link of its chain, as 64 hexadecimal digits.
        first: Number of the first event that is new in the log.
        last: Number of the last.
        before: The link of the event before the first; None if there is none.
        head: The link of the last event: it stands for all events up to there.
        late: How many of the new events had no link when the log first saw them. Nothing vouches for them before that.
    """

    stream: str
    first: int
    last: int
    before: str | None
    head: str
    late: int = 0

    @property
    def data(self) -> bytes:
        """The entry, as the log keeps it."""
        return _written({"kind": "head"} | {name: getattr(self, name) for name in _HEAD})


@dataclass(frozen=True, slots=True)
class Batch:
    """What one checkpoint took in; it follows the heads.

    Attributes:
        after: Where in the feed of the tenant it began: events beyond this place.
        place: Where it ended.
        heads: How many heads it has.
        events: How many events.
        at_us: When, in microseconds since 1970-01-01T00:00Z.
    """

    after: int
    place: int
    heads: int
    events: int
    at_us: int

    @property
    def data(self) -> bytes:
        """The entry, as the log keeps it."""
        return _written({"kind": "batch"} | {name: getattr(self, name) for name in _BATCH})


Entry = Head | Batch
_HEAD = ("stream", "first", "last", "before", "head", "late")
_BATCH = ("after", "place", "heads", "events", "at_us")


def _written(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")


def read_entry(data: bytes) -> Entry:
    """An entry of a log.

    Raises:
        RecordsError: If it is not one, or written in another way than it must be.
    """
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        raise RecordsError("entry", "is not JSON") from None
    kind = fields.pop("kind", None) if isinstance(fields, dict) else None
    made: Entry | None = None
    if kind == "head" and set(fields) == set(_HEAD):
        made = _read_head(fields)
    elif kind == "batch" and set(fields) == set(_BATCH):
        made = _read_batch(fields)
    if made is None:
        raise RecordsError("entry", "is neither a head nor a batch")
    if made.data != data:
        raise RecordsError("entry", "is not written as it must be")
    return made


def _read_head(fields: dict[str, object]) -> Head | None:
    stream, first, last, before, head, late = (fields[name] for name in _HEAD)
    if not (_is_link(stream) and _is_link(head) and (before is None or _is_link(before))):
        return None
    if not (_is_number(first) and _is_number(last) and _is_number(late)):
        return None
    made = Head(
        str(stream), _int(first), _int(last), None if before is None else str(before), str(head), _int(late)
    )
    fits = 1 <= made.first <= made.last and made.late <= made.last - made.first + 1
    return made if fits and (before is None) == (made.first == 1) else None


def _read_batch(fields: dict[str, object]) -> Batch | None:
    values = [fields[name] for name in _BATCH]
    if not all(map(_is_number, values)):
        return None
    made = Batch(*map(_int, values))
    return made if made.after <= made.place else None


def _is_link(value: object) -> bool:
    return isinstance(value, str) and _LINK.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < _MAX


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
