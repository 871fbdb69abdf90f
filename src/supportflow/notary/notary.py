"""Makes checkpoints of a desk's records, and proofs."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from supportflow.exceptions import RecordsError, TicketNotFound
from supportflow.model.storage import EventRow
from supportflow.notary.folder import LogFolder
from supportflow.notary.index import Index, last_batch
from supportflow.notary.sealing import sealed_rows
from supportflow.notary.taking import Unlinked, take_in
from supportflow.ports import Store
from supportflow.ports.records import Anchor, has_links
from supportflow.records.chain import digest, link, root
from supportflow.records.checkpoints import Checkpoint, Trust, cosigned_at, open_checkpoint
from supportflow.records.entries import Batch
from supportflow.records.merkle import inclusion_proof, tree_hash
from supportflow.records.notes import Note, SigningKey, VerifyingKey
from supportflow.records.proofs import Proof, Shown, references
from supportflow.records.tiles import Tile, grown, subtree_of

__all__ = ["Made", "Notary"]


class Made(NamedTuple):
    """What a checkpoint took in.

    Attributes:
        checkpoint: The head of the log now.
        note: The same, signed.
        streams: How many streams had new events.
        events: How many there were.
        late: How many of them had no link yet.
        failed: Anchors that could not publish it, each with the error.
    """

    checkpoint: Checkpoint
    note: str
    streams: int
    events: int
    late: int
    failed: tuple[tuple[Anchor, Exception], ...] = ()


class Notary:
    """Vouches for the records of one tenant in one log.

    Needs the extra `records`. A store with plain methods; hosts of `AsyncDesk` open a `SqlStore` on the same database.

    Args:
        log: The folder of the log; made if it is not there.
        store: Where the desk keeps its events.
        tenant: Whose records.
        key: What checkpoints are signed with; None for a notary that makes proofs only.
        now_us: The present instant, in microseconds since 1970-01-01T00:00Z.
    """

    def __init__(
        self,
        log: str | Path,
        store: Store,
        *,
        tenant: str = "default",
        key: SigningKey | None = None,
        now_us: Callable[[], int],
    ) -> None:
        self._log = LogFolder(Path(log))
        self._store, self._tenant, self._key, self._now_us = store, tenant, key, now_us
        self._index = Index(self._log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the log. The store is the caller's."""
        self._index.close()

    # --- checkpoints ---------------------------------------------------------------------------

    def checkpoint(self, anchors: Iterable[Anchor] = ()) -> Made:
        """Take in what is new, sign where the log has come, and publish that.

        Nothing is signed that does not continue what was signed before. Without anything new, the latest checkpoint is
        published again.

        Args:
            anchors: Where to publish it; one that fails stops nothing, and is answered.

        Raises:
            RecordsError: If what is stored does not continue what the log has, the log is damaged, or is of another key.
            StoreError: If the store cannot be read.
            MissingExtra: If `cryptography` is not installed.
        """
        key = self._key
        if key is None:
            raise RecordsError("log", "can be continued only with its key")
        with self._index.alone():
            before = self._latest(key.verifying)
            made = self._grow(key, before)
        failed: list[tuple[Anchor, Exception]] = []
        for anchor in anchors:
            try:
                anchor.publish(made.note)
            except Exception as error:  # noqa: BLE001 - of whatever the host publishes with
                failed.append((anchor, error))
        return made._replace(failed=tuple(failed))

    def _latest(self, key: VerifyingKey) -> Checkpoint:
        """Where the log has come, its tiles and its signature checked."""
        note = self._log.checkpoint()
        if note is None:
            return Checkpoint(key.name, 0, tree_hash(0, _no_subtree))
        latest = open_checkpoint(note, Trust((key,)))
        if tree_hash(latest.size, subtree_of(latest.size, self._log.read)) != latest.top:
            raise RecordsError("log", "its tiles are not those that its checkpoint speaks of")
        self._index.catch_up(latest.size)
        self._log.complete(latest.size, note)
        return latest

    def _grow(self, key: SigningKey, before: Checkpoint) -> Made:
        after = last_batch(self._log, before.size).place
        size, streams, events, late = before.size, 0, 0, 0
        added: list[bytes] = []
        unlinked: list[Unlinked] = []
        for entry in take_in(self._store, self._tenant, self._index, after, self._now_us(), unlinked):
            self._index.add(size, entry)
            added.append(entry.data)
            size += 1
            if isinstance(entry, Batch):
                events += entry.events
            else:
                streams, late = streams + 1, late + entry.late
        note = self._log.checkpoint()
        if not added and note is not None:
            return Made(before, note, 0, 0, 0)
        for tile, data in grown(before.size, added, self._log.read):
            self._log.write(tile, data)
        made = Checkpoint(before.origin, size, tree_hash(size, subtree_of(size, self._cached())))
        written = made.signed(key).written
        self._index.note_size(size)
        self._log.keep(size, written)
        for stream, first, chain in unlinked:
            assert has_links(self._store)
            self._store.set_links(self._tenant, stream, first, chain)
        return Made(made, written, streams, events, late)

    def _cached(self) -> Callable[[Tile], bytes]:
        """Reads tiles, each once."""
        known: dict[Tile, bytes] = {}

        def read(tile: Tile) -> bytes:
            if tile not in known:
                known[tile] = self._log.read(tile)
            return known[tile]

        return read

    def cosigned(self, written: str, witnesses: Collection[VerifyingKey]) -> int:
        """Take in what witnesses have added to the latest checkpoint; how many of them have cosigned it now.

        Args:
            written: The checkpoint with their signatures, or only with these.
            witnesses: Whose word counts; what others have added is left away.

        Raises:
            RecordsError: If it is another checkpoint, or a signature is not what it claims to be.
        """
        with self._index.alone():
            current = self._log.checkpoint()
            added = Note.read(written)
            if current is None or Note.read(current).text != added.text:
                raise RecordsError("checkpoint", "is not the latest of the log")
            known = {(key.name, key.key_id): key for key in witnesses}
            good = [one for one in added.signatures if (one.name, one.key_id) in known]
            note = Note.read(Note.read(current).with_signatures(good).written)
            number = sum(cosigned_at(note, key) is not None for key in witnesses)
            self._log.keep(Checkpoint.read(note.text).size, note.written)
        return number

    def latest(self) -> str:
        """The latest checkpoint.

        Raises:
            RecordsError: If there is none yet.
        """
        note = self._log.checkpoint()
        if note is None:
            raise RecordsError("log", "has no checkpoint yet")
        return note

    # --- proofs --------------------------------------------------------------------------------

    def prove(self, ticket_id: str, *, texts: bool = False, events: bool = True) -> Proof:
        """That a ticket was so when the log last took it in.

        Args:
            ticket_id: The ticket.
            texts: Whether to open the texts that its events refer to, for whoever gets the proof; those that the policy's
                access seals stay hidden.
            events: Whether to show the events; False shows their digests alone: that there are so many, and no other.

        Raises:
            TicketNotFound: If there is no such ticket.
            RecordsError: If the log has not taken it in yet, or what is stored is not what the log has.
        """
        stream = f"ticket:{ticket_id}"
        stored = self._store.events(self._tenant, stream)
        if not stored:
            raise TicketNotFound(ticket_id)
        return self.prove_stream(stream, stored, texts=texts, events=events)

    def prove_stream(
        self, stream: str, stored: Iterable[EventRow], *, texts: bool = False, events: bool = True
    ) -> Proof:
        """As `prove`, for any stream and its events."""
        note = self.latest()
        size = Checkpoint.read(Note.read(note).text).size
        if not self._index.is_at(size):
            with self._index.alone():
                self._index.catch_up(size)
        rows = list(stored)
        digests = [digest(event) for event in rows]
        chain: list[bytes] = []
        before = root(self._tenant, stream)
        for one in digests:
            before = link(before, one)
            chain.append(before)
        known = self._index.find(chain[0]) if chain else None
        if known is None:
            raise RecordsError(
                stream, "is not in the log: it was not taken in yet, or its first event was altered"
            )
        if known.last > len(rows) or chain[known.last - 1] != known.link:
            raise RecordsError(stream, "is not what the log has taken in")
        read = self._cached()
        subtree = subtree_of(size, read)
        shown = tuple(rows[: known.last])
        return Proof(
            self._tenant,
            stream,
            self._log.entry(size, known.place).data,
            known.place,
            inclusion_proof(known.place, size, subtree),
            note,
            shown if events else None,
            tuple(digests[: known.last]),
            self._texts(stream, shown) if texts and events else {},
        )

    def _texts(self, stream: str, events: Sequence[EventRow]) -> dict[str, Shown]:
        of_ticket = stream.startswith("ticket:")
        sealed = sealed_rows(self._store, self._tenant, events) if of_ticket else frozenset[str]()
        wanted = [ref.id for event in events for ref in references(event.data) if ref.id not in sealed]
        found = self._store.contents(self._tenant, wanted) if wanted else {}
        return {name: Shown(row.salt, row.value) for name, row in found.items()}


def _no_subtree(level: int, index: int) -> bytes:
    raise AssertionError(level, index)  # an empty tree has none
