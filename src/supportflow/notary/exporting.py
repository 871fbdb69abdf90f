"""One archive of a quarter: a proof for each stream that changed in it, and a summary that anybody can compute from them."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.model.storage import EventRow
from supportflow.notary.notary import Notary
from supportflow.ports import Store
from supportflow.ports.records import has_links
from supportflow.records.checkpoints import Checkpoint, Trust, open_checkpoint
from supportflow.records.proofs import MAX_FILE, Proof

__all__ = ["Exported", "Quarter", "check_archive", "export"]

_QUARTER = re.compile(r"([1-9][0-9]{3})Q([1-4])")
_PROOF = re.compile(r"proofs/[0-9]{8}\.tlog-proof")
_PAGE = 500
_MOST = 10_000_000
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Every file of an archive has it: the same records make the same archive."""
_README = """\
What a desk recorded in {quarter}, in a form that anybody can verify who has the public key of its log.

checkpoint     the head of the log, signed
proofs/        one file for each stream with an event in this quarter, as https://c2sp.org/tlog-proof has it
summary.json   what the proofs say in numbers, without a name

Texts are not in here: events hold salted hashes of them. To verify, without a network and without this desk:

    supportflow records verify ARCHIVE --key KEY
"""


class Quarter(NamedTuple):
    """Three months, in UTC.

    Attributes:
        name: Such as `2026Q3`.
        start: Its first instant, as events write instants.
        end: The first instant after it.
    """

    name: str
    start: str
    end: str

    @classmethod
    def read(cls, name: str) -> "Quarter":
        """The quarter of a name.

        Raises:
            InvalidInput: If it names none.
        """
        found = _QUARTER.fullmatch(name)
        if found is None:
            raise InvalidInput("quarter", "must be such as 2026Q3")
        year, number = int(found[1]), int(found[2])
        after = (year + 1, 1) if number == 4 else (year, number * 3 + 1)  # noqa: PLR2004 - of four
        return cls(name, f"{year:04}-{number * 3 - 2:02}-01T", f"{after[0]:04}-{after[1]:02}-01T")

    def has(self, event: EventRow) -> bool:
        """Whether an event was recorded in it."""
        return self.start <= _recorded(event) < self.end


def _recorded(event: EventRow) -> str:
    try:
        fields = json.loads(event.data)
    except (ValueError, RecursionError):
        raise RecordsError("event", "is not JSON") from None
    found = fields.get("recorded_at") if isinstance(fields, dict) else None
    return found if isinstance(found, str) else ""


class Exported(NamedTuple):
    """What an archive holds.

    Attributes:
        checkpoint: The head of the log that vouches for it.
        streams: How many streams.
        events: How many events of them are of the quarter.
        summary: The numbers.
    """

    checkpoint: Checkpoint
    streams: int
    events: int
    summary: Mapping[str, object]


def export(
    notary: Notary, store: Store, tenant: str, quarter: Quarter, path: str | Path, trust: Trust
) -> Exported:
    """Write the archive of a quarter. Each proof is checked before it is written.

    Args:
        notary: Of the log.
        store: The desk's store.
        tenant: Whose records.
        quarter: Which.
        path: The archive, a ZIP file; what is there is replaced.
        trust: Whose word counts.

    Raises:
        RecordsError: If what is stored is not what the log has, events of the quarter were not taken in yet, the log grows
            meanwhile, or the store cannot name its streams.
    """
    if not has_links(store):
        raise RecordsError("store", "cannot name its streams")
    draft = Path(path).with_name(f"{Path(path).name}.new")
    counted = _Summary(quarter)
    note = notary.latest()
    checkpoint = open_checkpoint(note, trust)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, proof in enumerate(_proofs(notary, store, tenant, quarter)):
                if proof.checkpoint != note:
                    raise RecordsError("log", "has another checkpoint than at the beginning: export again")
                proof.check(trust)
                counted.add(proof)
                _put(archive, f"proofs/{number:08}.tlog-proof", proof.written)
            _put(archive, "checkpoint", note)
            _put(archive, "summary.json", _written(counted.fields()))
            _put(archive, "README.txt", _README.format(quarter=quarter.name))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Exported(checkpoint, counted.streams, counted.events, counted.fields())


def _proofs(notary: Notary, store: Store, tenant: str, quarter: Quarter) -> Iterator[Proof]:
    assert has_links(store)
    after = ""
    while page := store.streams(tenant, after, _PAGE):
        for stream, _ in page:
            rows = store.events(tenant, stream)
            if any(map(quarter.has, rows)):
                # Who is whose other self is nobody's business: that there are such events is shown, and not which.
                proof = notary.prove_stream(stream, rows, events=not stream.startswith("requester:"))
                if any(map(quarter.has, rows[len(proof.digests) :])):
                    raise RecordsError(
                        stream, "has events of the quarter that the log has not taken in: make a checkpoint"
                    )
                yield proof
        after = page[-1][0]


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.encode())


def _written(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, indent=2, sort_keys=True) + "\n"


class _Summary:
    """Numbers of a quarter, counted from proofs."""

    def __init__(self, quarter: Quarter) -> None:
        self._quarter = quarter
        self.streams = self.events = 0
        self._kinds: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()
        self._months: Counter[str] = Counter()

    def add(self, proof: Proof) -> None:
        """Count what a proof shows."""
        self.streams += 1
        self._streams[proof.stream.partition(":")[0]] += 1
        for event in proof.events or ():
            if self._quarter.has(event):
                self.events += 1
                self._kinds[event.kind] += 1
                self._months[_recorded(event)[:7]] += 1

    def fields(self) -> dict[str, object]:
        """As they are written."""
        return {
            "quarter": self._quarter.name,
            "streams": dict(sorted(self._streams.items())),
            "events": self.events,
            "events_by_kind": dict(sorted(self._kinds.items())),
            "events_by_month": dict(sorted(self._months.items())),
        }


def check_archive(path: str | Path, trust: Trust) -> Exported:
    """Verify an archive: every proof, that all are of one checkpoint, and that the summary is what they say.

    Args:
        path: The archive.
        trust: Whose word counts.

    Raises:
        RecordsError: If something in it does not hold, or it is no such archive.
        OSError: If it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, trust)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise RecordsError("archive", f"cannot be read: {error}") from None


def _check(archive: zipfile.ZipFile, trust: Trust) -> Exported:
    names = archive.namelist()
    if len(names) > _MOST or len(set(names)) != len(names):
        raise RecordsError("archive", "has too many files, or two of one name")
    proofs = sorted(filter(_PROOF.fullmatch, names))
    others = set(names) - set(proofs)
    if others != {"checkpoint", "summary.json", "README.txt"}:
        raise RecordsError("archive", "has other files than it must have")
    note = _read(archive, "checkpoint")
    quarter = _quarter(_read(archive, "summary.json"))
    counted = _Summary(quarter)
    met: set[str] = set()
    for name in proofs:
        proof = Proof.read(_read(archive, name))
        proof.check(trust)
        if proof.checkpoint != note or proof.stream in met:
            raise RecordsError(name, "is of another checkpoint, or there are two of its stream")
        met.add(proof.stream)
        counted.add(proof)
    checkpoint = open_checkpoint(note, trust)
    if _written(counted.fields()) != _read(archive, "summary.json"):
        raise RecordsError("summary.json", "is not what the proofs say")
    return Exported(checkpoint, counted.streams, counted.events, counted.fields())


def _quarter(summary: str) -> Quarter:
    try:
        fields = json.loads(summary)
        return Quarter.read(str(fields["quarter"]))
    except (ValueError, RecursionError, TypeError, KeyError):
        raise RecordsError("summary.json", "names no quarter") from None


def _read(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise RecordsError(name, "is too long")
    return data.decode()
