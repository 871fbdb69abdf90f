"""One case at a time, on a desk of its own: its rows become observations, on a clock that shows the log's own time."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Protocol

from pydantic import ValidationError

from supportflow._time import Instant, from_us, iso
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput, MappingError, SupportflowError
from supportflow.flows.commands.resident import is_plain, take_in
from supportflow.flows.held import Held
from supportflow.flows.rows import event_row, read_row
from supportflow.lifecycle import default_lifecycle
from supportflow.model.base import is_id
from supportflow.model.commands import Adopt, Advance, CommandBase, Observe
from supportflow.model.events import EventBase
from supportflow.model.made import made
from supportflow.model.people import HOST, NOBODY, Actor, ActorKind
from supportflow.model.ticket import Outcome, Ticket
from supportflow.model.written import written
from supportflow.policy import Policy
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row, shortened
from supportflow.testing import CountingIds, ManualClock

__all__ = ["TENANT", "CaseRunner", "Watcher"]

TENANT = "replay"
_ACTORS = 10_000
"""Actors of a log, and values of a column, that are kept, so that they need not be made or validated anew."""
_MADE_HERE = frozenset({"by", "requester"})
"""Fields whose values are made here, and are valid."""


class Watcher(Protocol):
    """Told what happens while a case is replayed."""

    def recorded(self, row: Row, events: Iterable[EventBase], /) -> object:
        """Events were recorded, at the opening of a case or its end."""

    def observed(self, row: Row, events: Iterable[EventBase], /) -> object:
        """Events were recorded, by a row that is an observation."""

    def problem(self, problem: Problem, /) -> object:
        """Something could not be used."""


class _CaseDesk(Desk):
    """Holds one case at a time: what a log has of one says nothing of another, and memory does not grow with the log."""

    def __init__(self, policy: Policy, clock: ManualClock) -> None:
        super().__init__(policy, clock=clock, ids=CountingIds(), tenant=TENANT)
        self.held = self._known.held = Held()

    def handle(self, command: CommandBase) -> Outcome:
        """Carry out a command; what has no words, without a flow around it."""
        if is_plain(command):
            return take_in(self._known, self.held, self._ports["ids"], command, self._ports["clock"].now())
        return super().handle(command)

    def wakeup_us(self, ticket: Ticket) -> int | None:
        """When a ticket must be looked at next; None if time alone does nothing to it."""
        return self.held.wakeup_us(self._known.book, ticket.id)


class _KnownFields:
    """Values of fields that were part of a valid command."""

    def __init__(self) -> None:
        self._known: dict[type[CommandBase], dict[str, set[object]]] = {}

    def have(self, kind: type[CommandBase], fields: Mapping[str, object]) -> bool:
        """True if each of these values is known for its field. What cannot be told by its value is not."""
        known = self._known.get(kind)
        if known is None:
            return False
        for name, value in fields.items():
            if value is None or name in _MADE_HERE:
                continue
            values = known.get(name)
            if values is None or value not in values:
                return False
        return True

    def add(self, kind: type[CommandBase], fields: Mapping[str, object]) -> None:
        """Remember values that were taken."""
        known = self._known.setdefault(kind, {})
        for name, value in fields.items():
            if value is not None and name not in _MADE_HERE and isinstance(value, str | int):
                values = known.setdefault(name, set())
                if len(values) >= _ACTORS:
                    values.clear()
                values.add(value)


class CaseRunner:
    """Replays cases under a policy, each by itself.

    Args:
        mapping: What the log was read by.
        policy: The policy.
        end_us: Until when everything happens that falls due: the log's last instant.
        watcher: Told what happens.
        people: A key by which a requester is the same code in every case, and nobody who lacks it can try names. If not
            given, requesters are numbered within their case. Either way nothing is kept of them that grows with the log.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """

    def __init__(
        self,
        mapping: LogMapping,
        policy: Policy,
        end_us: int,
        watcher: Watcher,
        *,
        people: bytes | None = None,
    ) -> None:
        lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
        problems = list(mapping.misfits(policy, lifecycle.statuses))
        if problems:
            raise MappingError(problems)
        self.mapping = mapping
        self.lifecycle = lifecycle
        self.declared = frozenset(policy.fields)
        self.end_us = end_us
        self.clock = ManualClock(from_us(self.end_us))
        self.desk = _CaseDesk(policy, self.clock)
        self.watcher = watcher
        self._people = people
        snapshots = mapping.rows == "snapshots"
        self._no_agent = "" if snapshots and mapping.agent else None
        self._no_group = "" if snapshots and mapping.group else None
        self._known_fields = _KnownFields()
        self.actors: dict[str, Actor] = {"": HOST}
        self.requesters: dict[str, str] = {"": NOBODY}
        self.read_opened = None if mapping.opened is None else time_reader(mapping.opened)

    def case(self, rows: list[Row]) -> Ticket | None:
        """Replay the rows of one case, up to the log's end; None if nothing could be made of them."""
        self.desk.held.forget()
        self.requesters = {"": NOBODY}
        if len(self.actors) > _ACTORS:
            self.actors = {"": HOST}
        ticket: Ticket | None = None
        latest_us = rows[0].at_us
        for row in rows:
            if row.at_us < latest_us:
                detail = f"{iso(from_us(row.at_us))} after {iso(from_us(latest_us))}"
                self.watcher.problem(Problem(row.line, "time_backwards", detail, left_out=False))
            latest_us = max(latest_us, row.at_us)
            try:
                ticket = self._row(ticket, row)
            except SupportflowError as error:
                self.watcher.problem(Problem(row.line, "unusable", str(error), left_out=True))
        return None if ticket is None else self._end(rows, ticket)

    def events(self, ticket: Ticket) -> list[EventBase]:
        """The events of the case that was replayed last, as a store would give them back: written and read."""
        held = self.desk.held.events(ticket.id)
        return [read_row(event_row(seq, event)) for seq, event in enumerate(held, 1)]

    def stored(self, ticket: Ticket) -> Ticket:
        """The case that was replayed last, as a store would give it back: written and read."""
        return Ticket.model_validate_json(written(self.desk.held.tickets[ticket.id]))

    def _row(self, ticket: Ticket | None, row: Row) -> Ticket | None:
        if ticket is None:
            opened_us = self._opened_us(row)
            if opened_us is None or (opened_us == row.at_us and row.status == self._opened_as()):
                return self._begin(row)
            ticket = self._open(row, opened_us)
        self.clock.set(from_us(row.at_us))
        outcome = self._observe(ticket, row)
        self.watcher.observed(row, outcome.events)
        return outcome.ticket

    def _opened_us(self, row: Row) -> int | None:
        """When the case was opened, if its first row says so and is not older."""
        if not row.opened:
            return None
        assert self.read_opened is not None
        try:
            opened_us = self.read_opened(row.opened)
        except ValueError:
            self.watcher.problem(
                Problem(row.line, "unreadable_opening", shortened(row.opened), left_out=False)
            )
            return None
        if opened_us > row.at_us:
            self.watcher.problem(Problem(row.line, "opened_later", shortened(row.opened), left_out=False))
            return None
        return opened_us

    def _opened_as(self) -> str:
        """The status of a case when it was opened, by the mapping."""
        assert self.mapping.opened is not None
        return self.mapping.opened.status or self.lifecycle.initial

    def _open(self, row: Row, opened_us: int) -> Ticket:
        """The log says when the case was opened: it is adopted then, and its first row is an observation like all others."""
        opened_at = from_us(opened_us)
        self.clock.set(opened_at)
        outcome = self._adopt(
            row.case,
            opened_at,
            status=self._opened_as(),
            requester=self._requester(row),
            level=row.level,
            priority_class=row.priority_class,
        )
        self.watcher.recorded(row, outcome.events)
        return outcome.ticket

    def _begin(self, row: Row) -> Ticket | None:
        """The case begins with this row: nothing earlier is known, or it is the opening itself."""
        if row.status is None:
            self.watcher.problem(Problem(row.line, "no_status_yet", row.state, left_out=True))
            return None
        at = from_us(row.at_us)
        self.clock.set(at)
        facts = self._facts(row)
        words, attributes = self._words(row), self._attributes(row)
        outcome = self._adopt(
            row.case,
            at,
            status=row.status,
            by=facts["by"],
            requester=self._requester(row),
            level=row.level,
            priority_class=row.priority_class,
            group=row.group or None,
            assignee=row.agent or None,
            **({"attributes": attributes} if attributes else {}),
            **(
                {"history": [{"at": at, "requester_wrote": True, "body": words}]}
                if words and facts["requester_wrote"]
                else {}
            ),
        )
        self.watcher.recorded(row, outcome.events)
        return outcome.ticket

    def _adopt(self, ref: str, opened_at: Instant, **fields: Any) -> Outcome:
        """Take in the case. A field that was valid before is not validated again: a log has few words, in many rows."""
        if is_id(ref) and self._known_fields.have(Adopt, fields):
            return self.desk.handle(made(Adopt, {}, ref=ref, opened_at=opened_at, **fields))
        outcome = self.desk.adopt(ref, opened_at, **fields)
        self._known_fields.add(Adopt, fields)
        return outcome

    def _observe(self, ticket: Ticket, row: Row) -> Outcome:
        """Report what a row says, as `_adopt` does."""
        fields = self._facts(row)
        words, attributes = self._words(row), self._attributes(row)
        if words or attributes:
            return self.desk.observe(ticket, body=words, attributes=attributes, **fields)
        if self._known_fields.have(Observe, fields):
            return self.desk.handle(made(Observe, {}, ticket_id=ticket.id, **fields))
        outcome = self.desk.observe(ticket, **fields)
        self._known_fields.add(Observe, fields)
        return outcome

    def _facts(self, row: Row) -> dict[str, Any]:
        """What a row says besides words and attributes."""
        state = self.mapping.state
        return {
            "status": row.status,
            # Of a column that the mapping does not use, nothing is known.
            "agent": row.agent or self._no_agent,
            "group": row.group or self._no_group,
            "level": row.level,
            "priority_class": row.priority_class,
            "replied": row.state in state.replied,
            "requester_wrote": row.state in state.requester_wrote,
            "by": self._actor(row.actor),
        }

    def _words(self, row: Row) -> str:
        """What was written, if it is clear by whom."""
        state = self.mapping.state
        if not row.text or (row.state in state.replied) == (row.state in state.requester_wrote):
            return ""
        return row.text

    def _attributes(self, row: Row) -> dict[str, Any]:
        """Those that the policy declares."""
        return {name: row.attributes[name] for name in row.attributes if name in self.declared}

    def _actor(self, name: str) -> Actor:
        found = self.actors.get(name)
        if found is None:
            assert self.mapping.actor is not None
            found = self.actors[name] = new_actor(self.mapping.actor.kind, name)
        return found

    def _requester(self, row: Row) -> str:
        """A number or a code in place of whoever asked: replay has no use for the name."""
        if self._people is not None and row.requester:
            name = row.requester.encode(errors="surrogatepass")
            return f"requester {blake2b(name, key=self._people, digest_size=8).hexdigest()}"
        return self.requesters.setdefault(row.requester, f"requester {len(self.requesters)}")

    def _end(self, rows: list[Row], ticket: Ticket) -> Ticket:
        """Let everything happen that is due by the log's last instant."""
        wakeup_us = self.desk.wakeup_us(ticket)
        if wakeup_us is None or wakeup_us >= self.end_us:
            return ticket
        self.clock.set(from_us(self.end_us))
        outcome = self.desk.handle(Advance(ticket_id=ticket.id))
        self.watcher.recorded(rows[-1], outcome.events)
        return outcome.ticket


def new_actor(kind: ActorKind, name: str) -> Actor:
    """An actor of the log.

    Raises:
        InvalidInput: If the name cannot be an id.
    """
    try:
        return Actor(kind=kind, id=name)
    except ValidationError as error:
        raise InvalidInput("actor", error.errors()[0]["msg"]) from None
