"""Counts what a replay does, as it happens."""

from array import array
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
from supportflow.replay.bad_rows import BadRows
from supportflow.replay.mapping import LogMapping, OutcomeColumn
from supportflow.replay.reading import Problem, Row
from supportflow.replay.report import (
    Agreement,
    Attainment,
    AutoCloses,
    RefusalCount,
    Report,
    Transition,
    Verification,
)
from supportflow.replay.verdicts import CaseVerdicts, verdicts_of

__all__ = ["Counted", "Extent", "Tally"]


@dataclass(slots=True)
class _Refused:
    """A kind of refusal, with the first row of the log that shows it."""

    event: StatusChanged
    row: Row
    count: int = 0

    def absorb(self, other: "_Refused") -> None:
        """Add what another part of the log has of it."""
        self.count += other.count
        if other.row.line < self.row.line:
            self.event, self.row = other.event, other.row


class Counted(NamedTuple):
    """What a tally has counted in a part of a log, to be added to that of others, in any order.

    Attributes:
        sums: Attribute → what is added to it: numbers, counters, arrays.
        bad: What could not be used.
        verdicts: Of cases, if they are kept.
        refused: Kinds of refusals.
    """

    sums: dict[str, Any]
    bad: BadRows
    verdicts: dict[str, CaseVerdicts]
    refused: dict[tuple[str, str, str], _Refused]


class Extent(NamedTuple):
    """How far a log goes.

    Attributes:
        rows: How many it has, the bad ones too.
        first_us: The first instant of a usable row; None if there is none.
        last_us: The last.
    """

    rows: int
    first_us: int | None
    last_us: int | None


_SUMS = (
    "_begins", "_changes", "_repeats", "_events", "_transitions", "_forced", "_reopens", "_reopened", "_closings",
    "_contradicted", "_distances_us", "_cases", "_attained", "_agreed", "_judged", "_checked", "_differing",
)  # fmt: skip


class Tally:
    """The counts of one replay. Memory does not grow with the log, but for eight bytes a bad row and an automatic closing.

    Args:
        mapping: What the log was read by.
        policy: The policy.
        verdicts: Whether the verdicts of every case are kept.
    """

    def __init__(self, mapping: LogMapping, policy: Policy, *, verdicts: bool = True) -> None:
        self.bad = BadRows()
        self.verdicts: dict[str, CaseVerdicts] = {}
        self._keeps_verdicts = verdicts
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
        self._distances_us = array("q")
        self._cases = 0
        self._attained: Counter[tuple[str, int, str]] = Counter()
        self._agreed: Counter[tuple[int, str]] = Counter()
        self._judged = 0  # cases with the target that the log's own outcome is compared with
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
        self.bad.note(problem)

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
            known = self._refused.get(kind)
            if known is None:
                self._refused[kind] = _Refused(event, row, 1)
            else:
                known.absorb(_Refused(event, row, 1))

    def ended(self, rows: Sequence[Row], ticket: Ticket) -> None:
        """Count a case at the log's end."""
        self._reopens += ticket.reopens
        self._reopened += ticket.reopens > 0
        self._cases += 1
        verdicts = verdicts_of(ticket, self._compiled)
        if self._keeps_verdicts:
            self.verdicts[rows[0].case] = verdicts
        for target, verdict in verdicts.targets.items():
            self._attained[target, verdicts.level, verdict.ended] += 1
        outcome = self._mapping.outcome
        if outcome is not None:
            ours = verdicts.targets.get(outcome.target)
            self._judged += ours is not None
            self._agreed[
                verdicts.level, _cell(None if ours is None else ours.ended, _outcome(rows, outcome))
            ] += 1

    def verified(self, ticket: Ticket, *, folds: bool) -> None:
        """Count a check of a case."""
        self._checked += 1
        if not folds:
            self._differing.append(ticket.ref or ticket.id)

    # --- in parts --------------------------------------------------------------------------------

    def counted(self) -> Counted:
        """What was counted so far."""
        sums = {name: getattr(self, name) for name in _SUMS}
        return Counted(sums, self.bad, self.verdicts, self._refused)

    def absorb(self, part: Counted) -> None:
        """Add what was counted in another part of the log: afterwards all is as if it had been counted here."""
        for name, more in part.sums.items():
            own = getattr(self, name)
            if isinstance(own, Counter):
                own.update(more)
            else:
                setattr(self, name, own + more)
        self.bad.absorb(part.bad)
        self.verdicts.update(part.verdicts)
        for kind, refused in part.refused.items():
            known = self._refused.setdefault(kind, refused)
            if known is not refused:
                known.absorb(refused)

    # --- in the end ----------------------------------------------------------------------------

    def report(self, extent: Extent, cpu_s: float) -> Report:
        """All counts: what is equally frequent stands by its name, in whatever order it was counted."""
        transitions = tuple(
            Transition(
                source=key[0], target=key[1], trigger=key[2], cause=key[3], count=n, forced=self._forced[key]
            )
            for key, n in sorted(self._transitions.items(), key=_frequent_move)
        )
        problems = sorted(self.bad.counts(None), key=lambda one: (one.reason, one.left_out))
        return Report(
            mapping=self._mapping.name,
            policy=self._policy.name,
            fingerprint=self._compiled.fingerprint,
            rows=extent.rows,
            left_out=sum(one.count for one in problems if one.left_out),
            cases=self._cases,
            first_at=None if extent.first_us is None else from_us(extent.first_us),
            last_at=None if extent.last_us is None else from_us(extent.last_us),
            begins=_ranked(self._begins),
            changes=self._changes,
            repeats=self._repeats,
            events=_ranked(self._events),
            transitions=transitions,
            forced=sum(self._forced.values()),
            refusals=tuple(self._refusals()),
            reopens=self._reopens,
            reopened_cases=self._reopened,
            auto_closes=None if self._policy.auto_close_after is None else self._auto_closes(),
            attainment=tuple(self._attainment()),
            agreement=tuple(self._agreement()),
            problems=tuple(problems),
            verification=Verification(checked=self._checked, differing=tuple(sorted(self._differing)))
            if self._checked
            else None,
            cpu_s=cpu_s,
        )

    def _refusals(self) -> Iterator[RefusalCount]:
        for _, refused in sorted(self._refused.items(), key=lambda one: (-one[1].count, one[0])):
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
        for (target, level, ended), number in self._attained.items():
            counts[target, level, ended] += number
            counts[target, None, ended] += number
        for target, at in _by_level((target, level) for target, level, _ in counts):
            met, missed, undecided, cancelled = (
                counts[target, at, ended] for ended in ("met", "missed", "undecided", "cancelled")
            )
            yield Attainment(
                target=target, level=at, met=met, missed=missed, undecided=undecided, cancelled=cancelled
            )

    def _agreement(self) -> Iterator[Agreement]:
        """Our verdict beside the log's, as a table of counts."""
        outcome = self._mapping.outcome
        if outcome is None or not self._judged:
            return
        counts: Counter[tuple[int | None, str]] = Counter()
        for (level, cell), number in self._agreed.items():
            counts[level, cell] += number
            counts[None, cell] += number
        for _, at in _by_level(("", level) for level, _ in counts):
            yield Agreement(
                target=outcome.target,
                level=at,
                both_met=counts[at, "both_met"],
                both_missed=counts[at, "both_missed"],
                only_ours_missed=counts[at, "only_ours_missed"],
                only_log_missed=counts[at, "only_log_missed"],
                undecided=counts[at, "undecided"],
                unknown=counts[at, "unknown"],
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


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _frequent_move(move: tuple[tuple[str, str, str | None, str], int]) -> tuple[int, str, str, str, str]:
    (source, target, trigger, cause), number = move
    return (-number, source, target, trigger or "", cause)
