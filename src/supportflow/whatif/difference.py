"""What differs between two policies over one log, as data; `supportflow.whatif.text` makes it readable."""

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from supportflow._time import Instant, to_us
from supportflow.model.base import Value
from supportflow.replay.report import ProblemCount
from supportflow.replay.verdicts import Ended

__all__ = [
    "CaseDifference",
    "Change",
    "ClockChange",
    "Edit",
    "Reason",
    "Stretch",
    "TargetTotal",
    "What",
    "WhatIf",
]

ReasonKind = Literal[
    "rule", "route", "course", "target", "start", "duration", "interval", "edge", "breach", "stop"
]


What = Literal["class", "level", "status", "place", "owner"]
"""What of a ticket can differ besides its clocks."""


class Stretch(Value):
    """A stretch of time that counts under one policy, and not, or not wholly, under the other.

    Attributes:
        start_at: When it begins.
        end_at: When it ends.
        counted_us: What the first policy's clock counts in it, in microseconds.
        reason: Why: `"running"`, `"closed"`, a holiday's name, `"paused: …"`, `"not started"`.
        against_us: What the second policy's clock counts in it.
        against: Why.
    """

    start_at: Instant
    end_at: Instant
    counted_us: int
    reason: str
    against_us: int
    against: str


class Reason(Value):
    """Why something differs.

    Attributes:
        kind: `rule`: another rule chose the class or level. `route`: another route. `course`: something else happened
            first; it is told. `target`: only one policy has such a target for the ticket. `start`, `stop`: the clock started
            or stopped at another instant. `duration`: the target is longer or shorter. `interval`: a stretch counts under
            one policy alone. `edge`: the due time falls on the other side of a closed stretch.
            `breach`: it was breached under a target that it had before, which stands.
        before: Under the first policy, for people.
        after: Under the second.
        first: Of an `interval`, the first stretch that differs.
        longest: The stretch that makes the greatest difference, the first of equals.
        stretches: How many stretches differ.
        net_us: How much more the second policy counts in all of them together, until the earlier of both due times.
    """

    kind: ReasonKind
    before: str
    after: str
    first: Stretch | None = None
    longest: Stretch | None = None
    stretches: int = 0
    net_us: int = 0


class Change(Value):
    """Something about a ticket that differs at the log's end.

    Attributes:
        what: `class`, `level`, `status` (with the instant of the closing), `place` (group, tier, skills) or `owner`.
        before: Under the first policy.
        after: Under the second.
        reason: Why.
    """

    what: What
    before: str
    after: str
    reason: Reason


class ClockChange(Value):
    """A clock that differs.

    Attributes:
        target: The target.
        cycle: 1, 2, … of a target that starts again.
        ended: How the clock ended under the first policy; None if there is none.
        against: How it ended under the second.
        due_at: When it was due under the first; None while it is paused, or if there is none.
        against_due_at: When it was due under the second.
        reasons: Why, causes before effects.
    """

    target: str
    cycle: int
    ended: Ended | None
    against: Ended | None
    due_at: Instant | None
    against_due_at: Instant | None
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """The target, with its cycle after the first."""
        return self.target if self.cycle == 1 else f"{self.target}#{self.cycle}"

    @property
    def turn(self) -> tuple[str, str]:
        """How the clock ended under the first policy and under the second; `no clock` where there is none."""
        return self.ended or "no clock", self.against or "no clock"

    @property
    def shift_us(self) -> int:
        """How much later it is due under the second policy, in microseconds; 0 where one of both is not due."""
        if self.due_at is None or self.against_due_at is None:
            return 0
        return to_us(self.against_due_at) - to_us(self.due_at)


class CaseDifference(Value):
    """A ticket that differs.

    Attributes:
        case: The log's own id.
        opened_at: When it was opened.
        changes: What differs about the ticket.
        clocks: The clocks that differ.
    """

    case: str
    opened_at: Instant
    changes: tuple[Change, ...]
    clocks: tuple[ClockChange, ...]


class TargetTotal(Value):
    """How the clocks of one target ended: the latest cycle of each ticket.

    Attributes:
        target: The target.
        ended: `met`, `missed`, `undecided`, `cancelled` → tickets, under the first policy.
        against: The same under the second.
    """

    target: str
    ended: Mapping[Ended, int]
    against: Mapping[Ended, int]


class Edit(Value):
    """One place in which the two policies differ as documents.

    Attributes:
        path: Where: `"sla.vip.targets.first_response.duration"`.
        before: What the first says, as JSON.
        after: What the second says.
    """

    path: str
    before: JsonValue
    after: JsonValue


class WhatIf(Value):
    """Two policies over one log.

    Attributes:
        mode: `as_happened`: the same agents do the same things. `resimulated`: the same tickets come, and agents by a roster
            take them.
        mapping: Name of the mapping.
        policy: Name of the first policy.
        fingerprint: Of the first policy.
        against: Name of the second policy.
        against_fingerprint: Of the second policy.
        edits: Where the two differ as documents.
        until: Up to here everything that was due has happened.
        rows: Rows of the log, the bad ones too.
        left_out: Rows that were left out.
        cases: Tickets that were compared.
        unusable: Tickets that are not compared, as one of both policies refuses rows of theirs that the other takes.
        differing: Tickets that differ in anything.
        counts: What differs (`class`, `level`, `status`, `place`, `owner`, `target`, `due`, `verdict`) → tickets.
        verdicts: `"resolution: met -> missed"` → clocks.
        reasons: What differs in the reasons (`"interval: closed -> running"`, `"duration: 4h -> 8h"`) → clocks and changes.
        targets: How the clocks ended on either side.
        telling: The tickets that say most, of as many kinds as there are.
        problems: What could not be used, by reason: under the first policy.
    """

    mapping: str
    policy: str
    fingerprint: str
    against: str
    against_fingerprint: str
    edits: tuple[Edit, ...]
    until: Instant
    rows: int
    left_out: int
    cases: int
    unusable: int
    differing: int
    counts: Mapping[str, int]
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int]
    targets: tuple[TargetTotal, ...]
    telling: tuple[CaseDifference, ...]
    problems: tuple[ProblemCount, ...]
    mode: Literal["as_happened", "resimulated"] = "as_happened"
