"""One case at a time, on a desk of its own: its rows become observations, on a clock that shows the log's own time."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Protocol

from pydantic import ValidationError

from supportflow._time import from_us, iso
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput, MappingError, SupportflowError
from supportflow.flows.held import Held
from supportflow.flows.rows import event_row, read_row
from supportflow.lifecycle import default_lifecycle
from supportflow.model.commands import Advance
from supportflow.model.events import EventBase
from supportflow.model.people import HOST, NOBODY, Actor, ActorKind
from supportflow.model.ticket import Ticket
from supportflow.model.written import written
from supportflow.policy import Policy
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Problem, Row, shortened
from supportflow.testing import CountingIds, ManualClock

__all__ = ["TENANT", "CaseRunner", "Watcher"]

TENANT = "replay"
_ACTORS = 10_000
"""Actors of a log that are kept, so that they need not be made anew."""


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
        outcome = self.desk.observe(ticket, status=row.status, **self._facts(row))
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
        self.clock.set(from_us(opened_us))
        outcome = self.desk.adopt(
            row.case,
            from_us(opened_us),
            self._opened_as(),
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
        self.clock.set(from_us(row.at_us))
        facts = self._facts(row)
        outcome = self.desk.adopt(
            row.case,
            from_us(row.at_us),
            row.status,
            by=facts["by"],
            requester=self._requester(row),
            level=row.level,
            priority_class=row.priority_class,
            group=row.group or None,
            assignee=row.agent or None,
            attributes=facts["attributes"],
            history=[{"at": from_us(row.at_us), "requester_wrote": True, "body": facts["body"]}]
            if facts["body"] and facts["requester_wrote"]
            else (),
        )
        self.watcher.recorded(row, outcome.events)
        return outcome.ticket

    def _facts(self, row: Row) -> dict[str, Any]:
        """What a row says besides the status."""
        state, snapshot = self.mapping.state, self.mapping.rows == "snapshots"
        replied, wrote = row.state in state.replied, row.state in state.requester_wrote
        return {
            # Of a column that the mapping does not use, nothing is known.
            "agent": row.agent if row.agent or (snapshot and self.mapping.agent) else None,
            "group": row.group if row.group or (snapshot and self.mapping.group) else None,
            "level": row.level,
            "priority_class": row.priority_class,
            "attributes": {name: row.attributes[name] for name in row.attributes if name in self.declared},
            "replied": replied,
            "requester_wrote": wrote,
            "body": row.text if replied != wrote else "",
            "by": self._actor(row.actor),
        }

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
        wakeup_us = self.desk.held.wakeups[ticket.id]
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
