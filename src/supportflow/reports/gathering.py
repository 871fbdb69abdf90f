"""Reports on a log under a policy, and on what a desk has recorded itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import tzinfo
from pathlib import Path

from supportflow._time import Instant, from_us, instant, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.zones import clock_of
from supportflow.conditions.fields import nearest
from supportflow.conditions.ticket import ticket_fields
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy
from supportflow.replay.cases import CaseLog
from supportflow.replay.history import recorded_tickets
from supportflow.replay.mapping import LogMapping
from supportflow.replay.recording import Case, Recorder, log_until
from supportflow.replay.running import Progress
from supportflow.replay.verdicts import verdicts_of
from supportflow.reports.assembling import Frame, assembled
from supportflow.reports.counts import DAY_US, Counting
from supportflow.reports.facts import facts_of
from supportflow.reports.figures import Report, Timeline
from supportflow.reports.tables import TableWriter, tables_in
from supportflow.sla.explain import account
from supportflow.whatif import WhatIf, compare

__all__ = ["REPEAT_DAYS", "report", "report_history"]

REPEAT_DAYS = 7
_MOST_DAYS = 3_650
_MOST_STRETCHES = 60


def report(
    log: Path | str | CaseLog,
    mapping: LogMapping,
    policy: Policy,
    *,
    against: Policy | None = None,
    tz: str = "UTC",
    until: Instant | None = None,
    adjust: Sequence[str] = (),
    hours: str | None = None,
    repeat_days: int = REPEAT_DAYS,
    tables: Path | str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Report on a log under a policy.

    Memory does not grow with the log: what exact percentiles and repeated contacts need lies on disk.

    Args:
        log: A file, or a log that was read.
        mapping: What its columns mean.
        policy: The policy.
        against: Another policy, to compare with.
        tz: IANA zone of days and hours.
        until: Until when everything happens that falls due; the log's last instant if not given.
        adjust: Fields of the ticket that attainment is standardised by: those that a condition can name, attributes too.
        hours: One of the policy's calendars: when the desk is staffed. What counts outside of it is a cause of its own.
        repeat_days: A requester who is back within so many days is a repeated contact.
        tables: A folder, to write what is counted there, as tables in Parquet.
        progress: Called after every case.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no log, there is no such zone, field or calendar, a field has too many values, or `until` lies
            before the log's last instant.
        MappingError: If the mapping fits neither the log nor a policy.
        PolicyError: If a policy is wrong.
        MissingExtra: If tables are to be written and pyarrow is not installed.
    """
    found = _Gathered(policy, clock_of(tz), adjust, hours, repeat_days)
    with log_until(log, mapping, until) as (read, end_us), found.writing(tables):
        whatif: WhatIf | None = None
        if against is not None:
            whatif = compare(
                read, mapping, policy, against, until=from_us(end_us), first=found.case, progress=progress
            )
            left_out = whatif.left_out
        else:
            left_out = _replayed(read, Recorder(mapping, policy, end_us, people=read.people), found, progress)
        figures = found.report(
            tz,
            end_us,
            mapping=mapping.name,
            rows=read.rows,
            left_out=left_out,
            first_at=from_us(read.first_us) if read.usable else None,
        )
        return figures.model_copy(update={"whatif": whatif})


def _replayed(log: CaseLog, recorder: Recorder, found: "_Gathered", progress: Progress | None) -> int:
    done = 0
    for rows in log.each():
        case = recorder.replayed(rows)
        if case is not None:
            found.case(case)
        done += len(rows)
        if progress is not None:
            progress(done, log.rows)
    bad = (*log.bad.counts(), *recorder.bad.counts())
    return sum(one.count for one in bad if one.left_out)


def report_history(
    desk: Desk,
    *,
    until: Instant,
    tz: str = "UTC",
    adjust: Sequence[str] = (),
    hours: str | None = None,
    repeat_days: int = REPEAT_DAYS,
    tables: Path | str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Report:
    """Report on what a desk has recorded, as it was recorded: nothing is replayed, and nothing on the desk is changed.

    What is due and was not noticed yet is not in it: let `run_due` happen first, as a worker does all the time.

    Args:
        desk: The desk. What it has recorded is read under its policy of now; verdicts stay as they were judged.
        until: Until when the time of open tickets is counted, such as now. What is recorded later is counted all the same.
        tz: As for `report`.
        adjust: As for `report`.
        hours: As for `report`.
        repeat_days: As for `report`.
        tables: As for `report`.
        progress: Told how many tickets are done.

    Returns:
        The report. `rows` are tickets, and `left_out` those that this release cannot read.

    Raises:
        InvalidInput: If there is no such zone, field or calendar, or a field has too many values.
        StoreError: If the store cannot be read.
    """
    found = _Gathered(desk.policy, clock_of(tz), adjust, hours, repeat_days)
    end_us = to_us(instant(until, "until"))
    done = left_out = 0
    first: Ticket | None = None
    with found.writing(tables):
        for recorded in recorded_tickets(desk):
            done += 1
            if recorded is None:
                left_out += 1
            else:
                ticket, events = recorded
                first = ticket if first is None or ticket.opened_at < first.opened_at else first
                found.case(Case(ticket.ref or ticket.id, ticket, events, found.compiled, end_us))
            if progress is not None:
                progress(done)
        return found.report(
            tz,
            end_us,
            mapping="",
            rows=done,
            left_out=left_out,
            first_at=None if first is None else first.opened_at,
        )


class _Gathered:
    """The counts so far, and the clock that has most to show."""

    def __init__(
        self,
        policy: Policy,
        zone: tzinfo,
        adjust: Sequence[str],
        hours: str | None,
        repeat_days: int,
    ) -> None:
        if not 1 <= repeat_days <= _MOST_DAYS:
            raise InvalidInput("repeat_days", f"is not between 1 and {_MOST_DAYS}")
        known = {**ticket_fields(), **policy.fields}
        for name in adjust:
            if name not in known:
                raise InvalidInput("adjust", f"no ticket has a field {name!r}{nearest(name, known)}")
        self.compiled = CompiledPolicy(policy)
        self._policy, self._zone = policy, zone
        self._strata = tuple(dict.fromkeys(adjust))
        self._hours = None if hours is None else _calendar(policy, hours)
        self._repeat_days = repeat_days
        self._counting = Counting(self._strata, repeat_days * DAY_US)
        self._writer: TableWriter | None = None
        self._timeline: Timeline | None = None

    @contextmanager
    def writing(self, folder: Path | str | None) -> Iterator[None]:
        """What is counted is written as tables, too, if a folder is given; nothing else of it stays on disk."""
        with closing(self._counting):
            if folder is None:
                yield
                return
            with tables_in(Path(folder), len(self._strata)) as self._writer:
                yield

    def case(self, case: Case) -> None:
        """Count a case."""
        facts = facts_of(case, self._zone, self._strata, self._hours)
        self._counting.add(facts)
        if self._writer is not None:
            self._writer.add(facts)
        for target, verdict in verdicts_of(case.ticket, case.policy).targets.items():
            if verdict.ended == "missed":
                self._consider(case, target)

    def _consider(self, case: Case, target: str) -> None:
        """Keep the missed clock that has most to show: stretches that a picture can still hold, the first of equals."""
        clock = case.ticket.clock(target)
        if len(clock.segments) <= 1 and clock.calendar == "24x7":
            return
        best = 0 if self._timeline is None else len(self._timeline.stretches)
        if best >= _MOST_STRETCHES or len(clock.segments) > _MOST_STRETCHES:
            return
        told = account(clock, case.events, case.end_us, case.policy)
        stretches = tuple(one for one in told.intervals if one.end_us > one.start_us)
        if best < len(stretches) <= _MOST_STRETCHES:
            due_at = told.due_at if clock.verdict is None else clock.verdict.due_at
            self._timeline = Timeline(
                case=case.name, target=target, ended="missed", due_at=due_at, stretches=stretches
            )

    def report(
        self, tz: str, end_us: int, *, mapping: str, rows: int, left_out: int, first_at: Instant | None
    ) -> Report:
        """All figures."""
        frame = Frame(
            mapping=mapping,
            policy=self._policy.name,
            fingerprint=self.compiled.fingerprint,
            tz=tz,
            rows=rows,
            left_out=left_out,
            first_at=first_at,
            until=from_us(end_us),
            last_day=from_us(end_us).astimezone(self._zone).date().isoformat(),
            classes=tuple(self._policy.classes),
            strata=self._strata,
            repeat_days=self._repeat_days,
        )
        if self._writer is not None:
            self._writer.end(frame)
        figures = assembled(self._counting.counts(), frame)
        return figures.model_copy(update={"timeline": self._timeline})


def _calendar(policy: Policy, name: str) -> BusinessCalendar:
    found = policy.calendars.get(name)
    if found is None:
        raise InvalidInput("hours", f"the policy has no calendar {name!r}{nearest(name, policy.calendars)}")
    return found
