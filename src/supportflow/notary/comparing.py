"""Compares what a store holds with what a log has vouched for: events, links, snapshots, texts, policies."""

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from supportflow.exceptions import DamagedRow, RecordsError, SupportflowError
from supportflow.flows.rows import agent_row, read_row
from supportflow.kernel import FOLD_VERSION, fold
from supportflow.kernel.fold.agents import AGENT_FOLD_VERSION, fold_agent
from supportflow.model.content import Content, ContentRef, commitment
from supportflow.model.events import EventBase, PolicyPublished
from supportflow.model.storage import EventRow
from supportflow.model.ticket import Ticket
from supportflow.notary.auditing import Audit, Logged
from supportflow.ports import Store
from supportflow.ports.records import Linked, has_links
from supportflow.records.chain import links, root
from supportflow.records.proofs import references

__all__ = ["audit_store"]

_PAGE = 500
_FEED_PAGE = 5_000
_COLUMNS = (
    "ref", "status", "open", "priority_class", "level", "group", "assignee", "requester", "channel", "category",
)  # fmt: skip
"""Columns of a ticket's row that are fields of the ticket. The others are places in queues, which can be made anew."""


def audit_store(store: Store, tenant: str, audit: Audit, logged: Logged, *, recent: bool = False) -> None:
    """Compare a store with a log.

    Args:
        store: The store, with `links`, `set_links` and `streams`.
        tenant: Whose log it is.
        audit: Where findings go.
        logged: What the log says.
        recent: Whether only streams that the log has taken in lately are compared, and those that it has not.

    Raises:
        RecordsError: If the store cannot name its streams.
        StoreError: If it cannot be read.
    """
    if not has_links(store):
        raise RecordsError("store", "cannot name its streams, so nobody can say that none is missing")
    _Comparison(store, store, tenant, audit, logged, recent).run()


class _Comparison:
    """One store against one log."""

    def __init__(
        self, store: Store, linked: Linked, tenant: str, audit: Audit, logged: Logged, recent: bool
    ) -> None:
        self._store, self._linked, self._tenant = store, linked, tenant
        self._audit, self._logged, self._recent = audit, logged, recent
        self._met: set[str] = set()

    def run(self) -> None:
        """Compare everything."""
        fresh = self._fresh()
        after = ""
        while page := self._linked.streams(self._tenant, after, _PAGE):
            for stream, _ in page:
                self._stream(stream, fresh[stream])
            after = page[-1][0]
        for stream in self._logged.heads.keys() - self._met:
            if not self._recent or stream in self._logged.recent:
                last = max(self._logged.heads[stream])
                self._audit.note("missing", f"stream {stream[:16]}…", f"of {last} events is not in the store")

    def _fresh(self) -> Counter[str]:
        """How many events each stream has that came after the checkpoint."""
        found: Counter[str] = Counter()
        place = self._logged.place
        while rows := self._store.feed(self._tenant, place, _FEED_PAGE):
            found.update(row.stream for row in rows)
            place = rows[-1].place
        self._audit.pending = found.total()
        return found

    def _stream(self, stream: str, fresh: int) -> None:
        rows = self._store.events(self._tenant, stream)
        try:
            chain = [one.hex() for one in links(root(self._tenant, stream), rows)]
        except (struct.error, TypeError, AttributeError):
            self._audit.note("damaged", stream, "has a row that is none")
            return
        if not chain:
            self._audit.note("damaged", stream, "has events, and none that has a place from 1")
            return
        heads = self._logged.heads.get(chain[0], {})
        self._met.add(chain[0])
        if self._recent and heads and chain[0] not in self._logged.recent:
            return
        self._audit.streams += 1
        self._audit.events += len(rows)
        sound = self._numbers(stream, rows) and self._against_log(stream, chain, heads, fresh)
        if self._against_links(stream, chain) and sound:
            self._made_of(stream, rows)
        with suppress(RecordsError):  # a row that is no JSON was noticed above
            self._texts([ref for row in rows for ref in references(row.data)])

    def _numbers(self, stream: str, rows: Sequence[EventRow]) -> bool:
        for number, row in enumerate(rows, 1):
            if row.seq != number:
                self._audit.note("missing", stream, f"event {number} is not there")
                return False
        return True

    def _against_log(self, stream: str, chain: list[str], heads: dict[int, str], fresh: int) -> bool:
        note = self._audit.note
        last = max(heads, default=0)
        if not heads and len(chain) > fresh:
            note(
                "altered", stream, "is not in the log: its first event was altered, or it was never taken in"
            )
            return False
        before = 0
        for number in sorted(heads):
            if number > len(chain):
                note("missing", stream, f"events after {len(chain)} are not there; the log has {last}")
                return False
            if chain[number - 1] != heads[number]:
                note("altered", stream, f"an event from {before + 1} to {number} is not what the log has")
                return False
            before = number
        if len(chain) != last + fresh:
            more = len(chain) > last + fresh
            note(
                "added" if more else "missing",
                stream,
                f"has {len(chain)} events, and {last + fresh} were committed",
            )
            return False
        return True

    def _against_links(self, stream: str, chain: list[str]) -> bool:
        stored = self._linked.links(self._tenant, stream)
        for number, (kept, made) in enumerate(zip(stored, chain, strict=False), 1):
            if kept is not None and kept != bytes.fromhex(made):
                self._audit.note("altered", stream, f"event {number} and its link are not of each other")
                return False
        return True

    # --- what is made of events, and what they refer to ----------------------------------------

    def _made_of(self, stream: str, rows: Sequence[EventRow]) -> None:
        try:
            events = [read_row(row) for row in rows]
            problem = self._snapshot(stream, events)
        except SupportflowError as error:
            self._audit.note("damaged", stream, str(error))
        except ValueError:
            self._audit.note("altered", stream, "its snapshot is not JSON")
        else:
            if problem is not None:
                self._audit.note("altered", stream, problem)
            self._policies(events)

    def _snapshot(self, stream: str, events: list[EventBase]) -> str | None:
        kind, _, name = stream.partition(":")
        if kind == "ticket":
            return self._ticket(name, events)
        if kind == "agent":
            return self._agent(name, events)
        return None

    def _ticket(self, name: str, events: list[EventBase]) -> str | None:
        row = self._store.load(self._tenant, name)
        if row is None:
            return "its ticket is not there"
        made = fold(events, tenant=self._tenant)
        if row.version != made.version:
            return f"its ticket is at version {row.version}"
        if row.fold_version == FOLD_VERSION and not _is(
            row.snapshot, made.model_dump_json(exclude_defaults=True)
        ):
            return "its snapshot is not what its events give"
        wrong = [column for column in _COLUMNS if getattr(row, column) != self._field(made, column)]
        return f"columns {', '.join(wrong)} are not what its events give" if wrong else None

    @staticmethod
    def _field(ticket: Ticket, column: str) -> object:
        return ticket.is_open if column == "open" else getattr(ticket, column)

    def _agent(self, name: str, events: list[EventBase]) -> str | None:
        row = self._store.load_agent(self._tenant, name)
        if row is None:
            return "its agent is not there"
        made = fold_agent(events)
        same = row.fold_version != AGENT_FOLD_VERSION or _is(row.snapshot, agent_row(made).snapshot)
        if not same or row.version != made.version or row.available != (made.presence == "available"):
            return "its row is not what its events give"
        return None

    def _policies(self, events: list[EventBase]) -> None:
        for event in events:
            if isinstance(event, PolicyPublished):
                document = self._store.get_policy(self._tenant, event.fingerprint)
                what = f"policy {event.fingerprint[:16]}…"
                if document is None:
                    self._audit.note("missing", what, "is not there")
                elif hashlib.sha256(document).hexdigest() != event.fingerprint:
                    self._audit.note("altered", what, "is not the one that was published")

    def _contents(self, ids: list[str]) -> dict[str, Content]:
        """Content rows by id; one that cannot be opened has neither the salt nor the text that it must have."""
        try:
            return dict(self._store.contents(self._tenant, ids))
        except DamagedRow:
            if len(ids) == 1:
                return {ids[0]: Content(ids[0], "", b"", "")}
        return {name: row for one in ids for name, row in self._contents([one]).items()}

    def _texts(self, wanted: list[ContentRef]) -> None:
        for start in range(0, len(wanted), _PAGE):
            page = wanted[start : start + _PAGE]
            found = self._contents([ref.id for ref in page])
            for ref in page:
                row = found.get(ref.id)
                if row is None:
                    self._audit.note("missing", f"text {ref.id}", "is not there")
                elif row.salt is None and row.value is None:
                    self._audit.erased += 1
                elif (
                    row.salt is None or row.value is None or commitment(row.salt, row.value) != ref.commitment
                ):
                    self._audit.note("altered", f"text {ref.id}", "is not what was written")
                else:
                    self._audit.texts += 1


def _is(snapshot: bytes, made: str | bytes) -> bool:
    """Whether two snapshots say the same in the same words; a value can be written in several, and only one was."""
    return bool(json.loads(snapshot) == json.loads(made))
