"""Rows become observations of a real desk, on a clock that shows the log's own time.

Cases do not touch each other, so they are replayed one after the other, each to the log's last instant.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from supportflow._time import from_us, iso
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput, MappingError, SupportflowError
from supportflow.flows.rows import read_row
from supportflow.kernel import fold
from supportflow.lifecycle import default_lifecycle
from supportflow.model.commands import Advance
from supportflow.model.people import HOST, NOBODY, Actor, ActorKind
from supportflow.model.ticket import Ticket
from supportflow.policy import Policy
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Log, Problem, Row, read_log, shortened
from supportflow.replay.report import Report
from supportflow.replay.tally import Tally
from supportflow.replay.verdicts import CaseVerdicts
from supportflow.stores import MemoryStore
from supportflow.testing import CountingIds, ManualClock

__all__ = ["Progress", "Replayed", "replay", "replay_log"]

Progress = Callable[[int, int], object]
"""Told how many rows are done, of how many."""
TENANT = "replay"


class Replayed(NamedTuple):
    """What a replay gives.

    Attributes:
        report: The counts.
        verdicts: Of every case, by the log's own id: what `compare` compares.
    """

    report: Report
    verdicts: dict[str, CaseVerdicts]


def replay(
    path: Path | str,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log under a policy.

    Args:
        path: A CSV file, plain or gzipped.
        mapping: What its columns mean.
        policy: The policy; the mapping's own, or a plain desk, if not given.
        verify_every: Check every n-th case: the fold of its stored events must be its stored snapshot. 0 checks none.
        progress: Called after every case.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not a CSV file.
        MappingError: If the mapping fits neither the log nor the policy.
        PolicyError: If the policy is wrong.
    """
    return replay_log(
        read_log(Path(path), mapping), mapping, policy, verify_every=verify_every, progress=progress
    )


def replay_log(
    log: Log,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    progress: Progress | None = None,
) -> Replayed:
    """Replay a log that was read: more than once, to compare policies.

    Args:
        log: The log.
        mapping: What it was read by.
        policy: The policy.
        verify_every: See `replay`.
        progress: See `replay`.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """
    began = time.process_time()
    runner = _Runner(log, mapping, policy or mapping.policy or Policy(), verify_every)
    done = 0
    for rows in log.cases.values():
        runner.case(rows)
        done += len(rows)
        if progress is not None:
            progress(done, log.rows)
    seconds = log.cpu_s + time.process_time() - began
    return Replayed(runner.tally.report(seconds), runner.tally.verdicts)


class _Runner:
    """One desk, one clock, and the tally of what happens."""

    def __init__(self, log: Log, mapping: LogMapping, policy: Policy, verify_every: int) -> None:
        lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
        problems = list(mapping.misfits(policy, lifecycle.statuses))
        if problems:
            raise MappingError(problems)
        self.mapping = mapping
        self.lifecycle = lifecycle
        self.declared = frozenset(policy.fields)
        self.verify_every = verify_every
        self.end_us = max((row.at_us for rows in log.cases.values() for row in rows), default=0)
        self.clock = ManualClock(from_us(self.end_us))
        self.store = MemoryStore()
        self.desk = Desk(policy, store=self.store, clock=self.clock, ids=CountingIds(), tenant=TENANT)
        self.tally = Tally(log, mapping, policy, lifecycle)
        self.actors: dict[str, Actor] = {"": HOST}
        self.requesters: dict[str, str] = {"": NOBODY}
        self.read_opened = None if mapping.opened is None else time_reader(mapping.opened)
        self.cases = 0

    def case(self, rows: list[Row]) -> None:
        """Replay the rows of one case."""
        self.tally.logged(rows)
        ticket: Ticket | None = None
        latest_us = rows[0].at_us
        for row in rows:
            if row.at_us < latest_us:
                detail = f"{iso(from_us(row.at_us))} after {iso(from_us(latest_us))}"
                self.tally.problems.append(Problem(row.line, "time_backwards", detail, left_out=False))
            latest_us = max(latest_us, row.at_us)
            try:
                ticket = self._row(ticket, row)
            except SupportflowError as error:
                self.tally.problems.append(Problem(row.line, "unusable", str(error), left_out=True))
        if ticket is not None:
            self._end(rows, ticket)

    def _row(self, ticket: Ticket | None, row: Row) -> Ticket | None:
        if ticket is None:
            opened_us = self._opened_us(row)
            if opened_us is None or (opened_us == row.at_us and row.status == self._opened_as()):
                return self._begin(row)
            ticket = self._open(row, opened_us)
        self.clock.set(from_us(row.at_us))
        outcome = self.desk.observe(ticket, status=row.status, **self._facts(row))
        self.tally.observed(row, outcome.events)
        return outcome.ticket

    def _opened_us(self, row: Row) -> int | None:
        """When the case was opened, if its first row says so and is not older."""
        if not row.opened:
            return None
        assert self.read_opened is not None
        try:
            opened_us = self.read_opened(row.opened)
        except ValueError:
            self.tally.problems.append(
                Problem(row.line, "unreadable_opening", shortened(row.opened), left_out=False)
            )
            return None
        if opened_us > row.at_us:
            self.tally.problems.append(
                Problem(row.line, "opened_later", shortened(row.opened), left_out=False)
            )
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
        self.tally.recorded(row, outcome.events)
        return outcome.ticket

    def _begin(self, row: Row) -> Ticket | None:
        """The case begins with this row: nothing earlier is known, or it is the opening itself."""
        if row.status is None:
            self.tally.problems.append(Problem(row.line, "no_status_yet", row.state, left_out=True))
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
        self.tally.recorded(row, outcome.events)
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
        """A number in place of whoever asked: replay has no use for the name."""
        return self.requesters.setdefault(row.requester, f"requester {len(self.requesters)}")

    def _end(self, rows: list[Row], ticket: Ticket) -> None:
        """Let everything happen that is due by the log's last instant, then count the case."""
        stored = self.store.load(TENANT, ticket.id)
        assert stored is not None
        if stored.wakeup_us is not None and stored.wakeup_us < self.end_us:
            self.clock.set(from_us(self.end_us))
            outcome = self.desk.handle(Advance(ticket_id=ticket.id))
            self.tally.recorded(rows[-1], outcome.events)
            ticket = outcome.ticket
        self.tally.ended(rows, ticket)
        self.cases += 1
        if self.verify_every and self.cases % self.verify_every == 0:
            self.tally.verified(ticket, folds=self._folds(ticket.id))

    def _folds(self, ticket_id: str) -> bool:
        """True if the stored events of a ticket fold to its stored snapshot."""
        stored = self.store.load(TENANT, ticket_id)
        assert stored is not None
        events = map(read_row, self.store.events(TENANT, f"ticket:{ticket_id}"))
        return fold(events, tenant=TENANT) == Ticket.model_validate_json(stored.snapshot)


def new_actor(kind: ActorKind, name: str) -> Actor:
    """An actor of the log.

    Raises:
        InvalidInput: If the name cannot be an id.
    """
    try:
        return Actor(kind=kind, id=name)
    except ValidationError as error:
        raise InvalidInput("actor", error.errors()[0]["msg"]) from None
