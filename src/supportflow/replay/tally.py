"""Counts what a replay does, as it happens."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from supportflow._time import HOUR_US, SECOND_US, from_us, to_us
from supportflow.lifecycle import default_lifecycle
from supportflow.model.events import EventBase, StatusChanged
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy
from supportflow.replay.mapping import LogMapping, OutcomeColumn
from supportflow.replay.reading import Log, Problem, Row
from supportflow.replay.report import (
    Agreement,
    Attainment,
    AutoCloses,
    ProblemCount,
    RefusalCount,
    Report,
    Transition,
    Verification,
)
from supportflow.replay.verdicts import CaseVerdicts, verdicts_of

__all__ = ["Counted", "Tally"]


@dataclass(slots=True)
class _Refused:
    """A kind of refusal, with the first row that shows it."""

    event: StatusChanged
    row: Row
    count: int = 0


class Counted(NamedTuple):
    """What a tally has counted in a part of a log, to be added to that of the parts before.

    Attributes:
        sums: Attribute → what is added to it: numbers, counters, lists.
        cases: Attribute → what it says of cases.
        refused: Kinds of refusals.
    """

    sums: dict[str, Any]
    cases: dict[str, dict[str, Any]]
    refused: dict[tuple[str, str, str], _Refused]


_SUMS = (
    "problems", "_begins", "_changes", "_repeats", "_events", "_transitions", "_forced", "_reopens", "_reopened",
    "_closings", "_contradicted", "_distances_us", "_checked", "_differing",
)  # fmt: skip
_CASES = ("verdicts", "_outcomes")


class Tally:
    """The counts of one replay.

    Args:
        log: The log.
        mapping: What it was read by.
        policy: The policy.
    """

    def __init__(self, log: Log, mapping: LogMapping, policy: Policy) -> None:
        self.problems: list[Problem] = list(log.problems)
        self.verdicts: dict[str, CaseVerdicts] = {}
        self._log = log
        self._mapping = mapping
        self._policy = policy
        self._compiled = CompiledPolicy(policy)
        lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
        self._final = {name for name, category in lifecycle.statuses.items() if category.is_final}
        self._begins: Counter[str] = Counter()
        self._changes = self._repeats = 0
        self._events: Counter[str] = Counter()
        self._transitions: Counter[tuple[str, str, str | None, str]] = Counter()
        self._forced: Counter[tuple[str, str, str | None, str]] = Counter()
        self._refused: dict[tuple[str, str, str], _Refused] = {}
        self._reopens = self._reopened = 0
        self._closed_us: int | None = None
        self._closings = self._contradicted = 0
        self._distances_us: list[int] = []
        self._outcomes: dict[str, bool | None] = {}
        self._checked = 0
        self._differing: list[str] = []

    # --- as it happens -------------------------------------------------------------------------

    def logged(self, rows: Sequence[Row]) -> None:
        """Count what the log itself says of a case that begins now."""
        self._begins[rows[0].state] += 1
        for before, row in pairwise(rows):
            if row.state == before.state:
                self._repeats += 1
            else:
                self._changes += 1
        self._closed_us = None

    def problem(self, problem: Problem) -> None:
        """Note something that could not be used."""
        self.problems.append(problem)

    def recorded(self, row: Row, events: Iterable[EventBase]) -> None:
        """Count events."""
        for event in events:
            self._events[event.kind] += 1
            if isinstance(event, StatusChanged):
                self._moved(row, event)

    def observed(self, row: Row, events: Iterable[EventBase]) -> None:
        """Count the events of an observation, and what the log says after an automatic closing."""
        self.recorded(row, events)
        if self._closed_us is None or row.status is None:
            return
        if row.status in self._final:
            self._distances_us.append(row.at_us - self._closed_us)
        else:
            self._contradicted += 1
        self._closed_us = None

    def _moved(self, row: Row, event: StatusChanged) -> None:
        key = (event.source, event.target, event.trigger, event.cause)
        self._transitions[key] += 1
        if event.cause == "auto_close":
            self._closings += 1
            self._closed_us = to_us(event.recorded_at)
        if event.refusal is not None:
            self._forced[key] += 1
            kind = (event.refusal.reason, event.source, event.target)
            self._refused.setdefault(kind, _Refused(event, row)).count += 1

    def ended(self, rows: Sequence[Row], ticket: Ticket) -> None:
        """Count a case at the log's end."""
        self._reopens += ticket.reopens
        self._reopened += ticket.reopens > 0
        case = rows[0].case
        self.verdicts[case] = verdicts_of(ticket, self._compiled)
        if self._mapping.outcome is not None:
            self._outcomes[case] = _outcome(rows, self._mapping.outcome)

    def verified(self, ticket: Ticket, *, folds: bool) -> None:
        """Count a check of a case."""
        self._checked += 1
        if not folds:
            self._differing.append(ticket.ref or ticket.id)

    # --- in parts --------------------------------------------------------------------------------

    def counted(self) -> Counted:
        """What was counted so far."""
        sums = {name: getattr(self, name) for name in _SUMS}
        return Counted(sums, {name: getattr(self, name) for name in _CASES}, self._refused)

    def absorb(self, part: Counted) -> None:
        """Add what was counted in the next part of the log: afterwards all is as if it had been counted here."""
        for name, more in part.sums.items():
            own = getattr(self, name)
            if isinstance(own, Counter):
                own.update(more)
            else:
                setattr(self, name, own + more)
        for name, cases in part.cases.items():
            getattr(self, name).update(cases)
        for kind, refused in part.refused.items():
            known = self._refused.setdefault(kind, refused)
            if known is not refused:
                known.count += refused.count

    # --- in the end ----------------------------------------------------------------------------

    def report(self, cpu_s: float) -> Report:
        """All counts."""
        rows = [row for case in self._log.cases.values() for row in case]
        transitions = tuple(
            Transition(
                source=key[0], target=key[1], trigger=key[2], cause=key[3], count=n, forced=self._forced[key]
            )
            for key, n in self._transitions.most_common()
        )
        return Report(
            mapping=self._mapping.name,
            policy=self._policy.name,
            fingerprint=self._compiled.fingerprint,
            rows=self._log.rows,
            left_out=sum(problem.left_out for problem in self.problems),
            cases=len(self.verdicts),
            first_at=from_us(min(row.at_us for row in rows)) if rows else None,
            last_at=from_us(max(row.at_us for row in rows)) if rows else None,
            begins=dict(self._begins.most_common()),
            changes=self._changes,
            repeats=self._repeats,
            events=dict(self._events.most_common()),
            transitions=transitions,
            forced=sum(self._forced.values()),
            refusals=tuple(self._refusals()),
            reopens=self._reopens,
            reopened_cases=self._reopened,
            auto_closes=None if self._policy.auto_close_after is None else self._auto_closes(),
            attainment=tuple(self._attainment()),
            agreement=tuple(self._agreement()),
            problems=tuple(_counted(self.problems)),
            verification=Verification(checked=self._checked, differing=tuple(self._differing))
            if self._checked
            else None,
            cpu_s=cpu_s,
        )

    def _refusals(self) -> Iterator[RefusalCount]:
        for refused in sorted(self._refused.values(), key=lambda one: -one.count):
            refusal = refused.event.refusal
            assert refusal is not None
            yield RefusalCount(
                reason=refusal.reason,
                source=refused.event.source,
                target=refused.event.target,
                unmet_guards=refusal.unmet_guards,
                unmet_steps=refusal.unmet_steps,
                count=refused.count,
                line=refused.row.line,
                case=refused.row.case,
            )

    def _auto_closes(self) -> AutoCloses:
        apart = [us / SECOND_US for us in self._distances_us]
        return AutoCloses(
            count=self._closings,
            confirmed=len(apart),
            contradicted=self._contradicted,
            unanswered=self._closings - len(apart) - self._contradicted,
            within_hour=sum(abs(us) < HOUR_US for us in self._distances_us),
            median_s=median(apart) if apart else None,
            earliest_s=min(apart, default=None),
            latest_s=max(apart, default=None),
        )

    def _attainment(self) -> Iterator[Attainment]:
        counts: Counter[tuple[str, int | None, str]] = Counter()
        for case in self.verdicts.values():
            for target, verdict in case.targets.items():
                counts[target, case.level, verdict.ended] += 1
                counts[target, None, verdict.ended] += 1
        for target, level in _by_level((target, level) for target, level, _ in counts):
            met, missed, undecided, cancelled = (
                counts[target, level, ended] for ended in ("met", "missed", "undecided", "cancelled")
            )
            yield Attainment(
                target=target, level=level, met=met, missed=missed, undecided=undecided, cancelled=cancelled
            )

    def _agreement(self) -> Iterator[Agreement]:
        """Our verdict beside the log's, as a table of counts."""
        outcome = self._mapping.outcome
        if outcome is None or not any(outcome.target in case.targets for case in self.verdicts.values()):
            return
        counts: Counter[tuple[int | None, str]] = Counter()
        for case, log in self._outcomes.items():
            verdict = self.verdicts[case].targets.get(outcome.target)
            cell = _cell(None if verdict is None else verdict.ended, log)
            counts[self.verdicts[case].level, cell] += 1
            counts[None, cell] += 1
        for _, level in _by_level(("", level) for level, _ in counts):
            yield Agreement(
                target=outcome.target,
                level=level,
                both_met=counts[level, "both_met"],
                both_missed=counts[level, "both_missed"],
                only_ours_missed=counts[level, "only_ours_missed"],
                only_log_missed=counts[level, "only_log_missed"],
                undecided=counts[level, "undecided"],
                unknown=counts[level, "unknown"],
            )


def _by_level(keys: Iterable[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    """Each once, all levels together before the single ones."""
    return sorted(set(keys), key=lambda key: (key[0], key[1] or 0))


def _cell(ours: str | None, log: bool | None) -> str:
    if log is None:
        return "unknown"
    if ours not in {"met", "missed"}:
        return "undecided"
    if ours == "met":
        return "both_met" if log else "only_log_missed"
    return "only_ours_missed" if log else "both_missed"


def _outcome(rows: Sequence[Row], column: OutcomeColumn) -> bool | None:
    """What the log says of a case: True for met, None if it does not say."""
    said = [row.outcome for row in rows if row.outcome in column.met or row.outcome in column.missed]
    if not said:
        return None
    if column.read == "last":
        return said[-1] in column.met
    return not any(word in column.missed for word in said)


def _counted(problems: Iterable[Problem]) -> Iterator[ProblemCount]:
    grouped: dict[tuple[str, bool], list[Problem]] = {}
    for problem in problems:
        grouped.setdefault((problem.reason, problem.left_out), []).append(problem)
    for (reason, left_out), found in sorted(grouped.items()):
        found.sort()
        yield ProblemCount(
            reason=reason,
            left_out=left_out,
            count=len(found),
            lines=tuple(problem.line for problem in found),
            example=found[0].detail,
        )
