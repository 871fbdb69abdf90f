"""Looks whether a log, and what a store holds, are what checkpoints vouched for. It changes nothing, and needs no secret.

Nothing stops an audit but a log without a checkpoint that can be trusted: whatever else is wrong is a finding.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from supportflow.exceptions import RecordsError
from supportflow.notary.folder import LogFolder
from supportflow.records.checkpoints import Checkpoint, Trust, open_checkpoint
from supportflow.records.entries import Batch, Head, read_entry
from supportflow.records.merkle import tree_hash
from supportflow.records.tiles import WIDTH, grown, subtree_of

__all__ = ["Audit", "Finding", "FindingKind", "Logged", "audit_log"]

FindingKind = Literal["altered", "missing", "added", "forked", "damaged"]
"""Altered: not what was vouched for. Missing: was vouched for and is gone. Added: nothing knows where it came from. Forked:
two checkpoints of one log that do not continue each other. Damaged: cannot be read."""

_CHUNK = 256 * WIDTH


class Finding(NamedTuple):
    """Something that is not as it must be.

    Attributes:
        kind: What is wrong.
        what: With what: a stream, a row, a file of the log.
        problem: In words.
    """

    kind: FindingKind
    what: str
    problem: str


@dataclass(slots=True)
class Audit:
    """What was looked at, and what was found.

    Attributes:
        checkpoint: The head of the log that it was done against.
        findings: What is wrong; empty if nothing is.
        entries: Entries of the log that were read.
        streams: Streams of the store that were compared.
        events: Their events.
        late: Events that had no link when the log first saw them.
        texts: Texts that are what was written.
        erased: Texts that were erased, as they may be.
        pending: Events that came after the checkpoint.
    """

    checkpoint: Checkpoint
    findings: list[Finding] = field(default_factory=list)
    entries: int = 0
    streams: int = 0
    events: int = 0
    late: int = 0
    texts: int = 0
    erased: int = 0
    pending: int = 0

    def note(self, kind: FindingKind, what: str, problem: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, what, problem))


@dataclass(slots=True)
class Logged:
    """What a log says of streams.

    Attributes:
        heads: First link of a stream → number of an event → its link.
        recent: First links of the streams that were taken in since the instant that was asked about.
        place: The place in the feed up to which the log has come.
    """

    heads: dict[str, dict[int, str]] = field(default_factory=dict)
    recent: set[str] = field(default_factory=set)
    place: int = 0


def audit_log(
    path: str | Path, trust: Trust, *, seen: Collection[str] = (), since_us: int = 0
) -> tuple[Audit, Logged]:
    """Look at a log by itself.

    Args:
        path: Its folder.
        trust: Whose word counts.
        seen: Checkpoints of this log that were seen elsewhere: what an anchor has kept, what another auditor was shown.
        since_us: What counts as recent; the tree is looked at as a whole.

    Raises:
        RecordsError: If there is no log, or its latest checkpoint is not signed by those who must.
    """
    log = LogFolder.at(path)
    audit = Audit(open_checkpoint(log.checkpoint() or "", trust))
    logged = Logged()
    try:
        _Reader(log, audit, logged, since_us).read()
    except RecordsError as error:
        audit.note("damaged", error.what, error.problem)
    kept = ((f"checkpoints/{name}", note) for name, note in log.checkpoints())
    for name, note in (*kept, *((f"seen checkpoint {number}", note) for number, note in enumerate(seen, 1))):
        _continues(log, audit, trust, name, note)
    return audit, logged


def _continues(log: LogFolder, audit: Audit, trust: Trust, name: str, note: str) -> None:
    """A checkpoint that was made before must be of a beginning of this log."""
    alone = Trust(trust.log, origin=trust.origin)  # witnesses may have come later
    try:
        earlier = open_checkpoint(note, alone)
    except RecordsError as error:
        audit.note("altered", name, error.problem)
        return
    try:
        if earlier.size > audit.checkpoint.size:
            audit.note(
                "forked", name, f"is of {earlier.size} entries, and the log has {audit.checkpoint.size}"
            )
        elif tree_hash(earlier.size, subtree_of(audit.checkpoint.size, log.read)) != earlier.top:
            audit.note("forked", name, f"is of another log: the first {earlier.size} entries are others")
    except RecordsError as error:
        audit.note("damaged", error.what, error.problem)


class _Reader:
    """Reads all entries of a log once: its tiles and its top must come of them, and each must continue those before.

    Args:
        log: The log.
        audit: Where findings go.
        logged: Where what was read goes.
        since_us: What counts as recent.
    """

    def __init__(self, log: LogFolder, audit: Audit, logged: Logged, since_us: int) -> None:
        self._log, self._audit, self._logged, self._since_us = log, audit, logged, since_us
        self._heads: list[Head] = []

    def read(self) -> None:
        """Read it."""
        log, audit = self._log, self._audit
        size = audit.checkpoint.size
        for start, chunk in self._chunks(size):
            for tile, data in grown(start, chunk, log.read):
                if log.read(tile) != data:
                    audit.note("altered", tile.path, "is not what the entries give")
            for place, data in enumerate(chunk, start):
                self._look_at(place, data)
            audit.entries += len(chunk)
        if tree_hash(size, subtree_of(size, log.read)) != audit.checkpoint.top:
            audit.note("altered", "log", "does not give the hash that was signed")
        if self._heads:
            audit.note("missing", "log", "does not end with a batch")

    def _chunks(self, size: int) -> Iterator[tuple[int, list[bytes]]]:
        chunk: list[bytes] = []
        for place, data in self._log.entries(size):
            chunk.append(data)
            if len(chunk) == _CHUNK or place == size - 1:
                yield place + 1 - len(chunk), chunk
                chunk = []

    def _look_at(self, place: int, data: bytes) -> None:
        try:
            entry = read_entry(data)
        except RecordsError as error:
            self._audit.note("damaged", f"entry {place}", error.problem)
            return
        if isinstance(entry, Head):
            self._heads.append(entry)
            self._continue(place, entry)
        else:
            self._end(place, entry)

    def _continue(self, place: int, head: Head) -> None:
        known = self._logged.heads.setdefault(head.stream, {})
        last = max(known, default=0)
        if head.first != last + 1 or (last and known[last] != head.before):
            self._audit.note("forked", f"entry {place}", f"does not continue event {last} of its stream")
        known[head.last] = head.head
        self._audit.late += head.late

    def _end(self, place: int, batch: Batch) -> None:
        heads, self._heads = self._heads, []
        number = sum(head.last - head.first + 1 for head in heads)
        if (batch.after, batch.heads, batch.events) != (self._logged.place, len(heads), number):
            self._audit.note("altered", f"entry {place}", "is not the batch of the entries before it")
        self._logged.place = batch.place
        if batch.at_us >= self._since_us:
            self._logged.recent.update(head.stream for head in heads)
