"""What a replay found, as data; `report_text` makes it readable."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Value

__all__ = [
    "Agreement",
    "Attainment",
    "AutoCloses",
    "ProblemCount",
    "RefusalCount",
    "Report",
    "Transition",
    "Verification",
]


class Transition(Value):
    """Changes of a ticket's status, counted.

    Attributes:
        source: The status before.
        target: The status after.
        trigger: The lifecycle's trigger for it; None if nothing leads there.
        cause: `"observation"`: the log says so. `"auto_close"`: the policy's time was up.
        count: How many.
        forced: How many of them a command would have been refused.
    """

    source: str
    target: str
    trigger: str | None
    cause: str
    count: int
    forced: int


class RefusalCount(Value):
    """A kind of refusal that commands would have met, with a row that shows it.

    Attributes:
        reason: `"no_transition"`, `"guard"` or `"final"`.
        source: The status before.
        target: The status that the log went to.
        unmet_guards: The guards that stood in the way, in the row that shows it.
        count: How many.
        line: Line of the first such row.
        case: Its case.
        unmet_steps: The mandatory steps that stood in the way, in that row.
    """

    reason: Literal["no_transition", "guard", "final"]
    source: str
    target: str
    unmet_guards: tuple[str, ...]
    count: int
    line: int
    case: str
    unmet_steps: tuple[str, ...] = ()


class AutoCloses(Value):
    """Tickets that closed by themselves, against the log's own closing.

    Attributes:
        count: How often it happened.
        confirmed: How often the log's next word was a closing too.
        contradicted: How often it was something else.
        unanswered: How often the log said nothing more.
        within_hour: Of the confirmed ones, how many the log closed less than an hour away.
        median_s: Of the confirmed ones, how much later the log closed, in seconds.
        earliest_s: The smallest of these.
        latest_s: The largest.
    """

    count: int
    confirmed: int
    contradicted: int
    unanswered: int
    within_hour: int
    median_s: float | None
    earliest_s: float | None
    latest_s: float | None


class Attainment(Value):
    """How the clocks of one target ended, on tickets of one level.

    Attributes:
        target: The target.
        level: The level; None: all of them.
        met: Judged as met.
        missed: Judged as missed, or breached and still running.
        undecided: Neither, when the log ended.
        cancelled: Ended without a verdict.
    """

    target: str
    level: int | None
    met: int
    missed: int
    undecided: int
    cancelled: int

    @property
    def share(self) -> float | None:
        """Met among the decided; None if nothing was decided."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


class Agreement(Value):
    """Our verdicts against the log's own outcome, on tickets of one level.

    Attributes:
        target: The target.
        level: The level; None: all of them.
        both_met: Both say met.
        both_missed: Both say missed.
        only_ours_missed: The log says met.
        only_log_missed: We say met.
        undecided: The log has an outcome and we have none.
        unknown: The log has no outcome.
    """

    target: str
    level: int | None
    both_met: int
    both_missed: int
    only_ours_missed: int
    only_log_missed: int
    undecided: int
    unknown: int

    @property
    def compared(self) -> int:
        """Cases in which both have a verdict."""
        return self.both_met + self.both_missed + self.only_ours_missed + self.only_log_missed

    @property
    def share(self) -> float | None:
        """Agreement among the compared; None if there are none."""
        return (self.both_met + self.both_missed) / self.compared if self.compared else None

    @property
    def base(self) -> float | None:
        """The agreement that always giving the log's more frequent answer would reach."""
        log_met = self.both_met + self.only_ours_missed
        return max(log_met, self.compared - log_met) / self.compared if self.compared else None


class ProblemCount(Value):
    """Rows with one kind of problem.

    Attributes:
        reason: `unreadable`, `wrong_width`, `no_case`, `unreadable_time`, `unreadable_order`, `undecodable`, `unusable`,
            `no_status_yet` (left out); `unknown_state`, `unknown_priority`, `unknown_class`, `time_backwards`,
            `unreadable_opening`, `opened_later`, `unreadable_attribute:…` (the rest of the row was taken in).
        left_out: True if these rows were left out.
        count: How many.
        lines: Their lines.
        example: The cell of the first of them, shortened.
    """

    reason: str
    left_out: bool
    count: int
    lines: tuple[int, ...]
    example: str


class Verification(Value):
    """Cases whose stored events were folded again.

    Attributes:
        checked: How many.
        differing: Those whose stored snapshot was another.
    """

    checked: int
    differing: tuple[str, ...]


class Report(Value):
    """What a replay found.

    Attributes:
        mapping: Name of the mapping.
        policy: Name of the policy.
        fingerprint: Of the policy.
        rows: Rows of the log, the bad ones too.
        left_out: Rows that were left out.
        cases: Cases with at least one row that was taken in.
        first_at: The log's first instant.
        last_at: Its last: up to here everything that was due has happened.
        begins: State of a case's first row → cases.
        changes: Rows whose state differs from the row before, in the log's own words.
        repeats: Rows whose state does not.
        events: Kind → how many were recorded.
        transitions: Changes of status, the most frequent first.
        forced: Changes of status that a command would have been refused.
        refusals: Why, by kind, each with a row that shows it.
        reopens: Changes from resolved, closed or cancelled back to work.
        reopened_cases: Cases with at least one.
        auto_closes: None under a policy that closes nothing by itself.
        attainment: By target and level.
        agreement: By level; empty if the log has no outcome or the policy no such target.
        problems: What could not be used, by reason.
        verification: None if nothing was checked.
        cpu_s: Processor time of reading and replaying, in seconds.
    """

    mapping: str
    policy: str
    fingerprint: str
    rows: int
    left_out: int
    cases: int
    first_at: Instant | None
    last_at: Instant | None
    begins: Mapping[str, int]
    changes: int
    repeats: int
    events: Mapping[str, int]
    transitions: tuple[Transition, ...]
    forced: int
    refusals: tuple[RefusalCount, ...]
    reopens: int
    reopened_cases: int
    auto_closes: AutoCloses | None
    attainment: tuple[Attainment, ...]
    agreement: tuple[Agreement, ...]
    problems: tuple[ProblemCount, ...]
    verification: Verification | None
    cpu_s: float

    @property
    def rows_per_second(self) -> float:
        """Rows a second of processor time, reading included."""
        return self.rows / self.cpu_s if self.cpu_s else 0.0
