"""What verification finds: one finding a fault, with a ticket or an instant that shows it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from supportflow._dataclass import dataclass
from supportflow._legible import escaped
from supportflow._time import Instant, iso

__all__ = ["Finding", "Kind", "Report", "Severity"]

Severity = Literal["error", "warning", "info"]
Kind = Literal[
    "invalid", "never_equal", "contradiction", "shadowed", "uncovered", "undecided", "never_counts",
    "unrouted", "early_warning", "response_after_resolution", "inverted_head_start", "out_of_order", "hands_back",
    "unserved", "lone_expert", "narrow", "twin_name", "twin_warning", "zone_data", "six_days", "never_on_call",
    "ambiguous_name", "never_told",
]  # fmt: skip
"""A document that cannot be used; a comparison with a name that does not exist; a condition that no ticket satisfies; a
rule that never comes to its turn; tickets that no SLA policy is for; tickets that no route is for; a question that took
too long; a target that its calendar cannot count; a warning that never comes; a response due after the resolution; a
lower class with the longer head start. Of a ladder: a step that comes before one above it; one that hands a ticket to a
group that has it, or had it. Of a roster: a promise that nobody on duty serves; one that hangs on one person; a team in
which many can do one thing only. And a name that looks like another one; a
warning that comes when another one does; what the machine's two copies of the zone data do not agree on; somebody in a
rotation whose turn never comes; a name by which two things are called the same, or one is taken for another; and a rule of
notices on what never happens."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    Attributes:
        severity: `"error"`: it cannot be meant. `"warning"`: it may be. `"info"`: worth knowing.
        kind: Which fault.
        path: Where in the document.
        message: What is wrong, in one sentence without the path.
        by: Paths of the rules that stand before it, for `"shadowed"`.
        witness: Values of a ticket that shows it: those of the fields that matter, others may hold anything.
        at: When a ticket that shows it is opened, UTC. Of a roster: when the stretch begins.
    """

    severity: Severity
    kind: Kind
    path: str
    message: str
    by: tuple[str, ...] = ()
    witness: Mapping[str, object] | None = None
    at: Instant | None = None

    def __str__(self) -> str:
        shown = "" if self.witness is None else f"; for example {_ticket(self.witness)}"
        opened = "" if self.at is None else f", opened at {iso(self.at)}"
        return escaped(f"{self.path}: {self.message}{shown}{opened}")

    def to_json(self) -> dict[str, object]:
        """The finding as JSON values; what does not apply is null."""
        return {**asdict(self), "by": list(self.by), "at": None if self.at is None else iso(self.at)}


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in a policy or a roster, in the order of the document's parts.

    Attributes:
        findings: Every fault.
    """

    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What cannot be meant."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What may be meant."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def hints(self) -> tuple[Finding, ...]:
        """What is worth knowing."""
        return tuple(finding for finding in self.findings if finding.severity == "info")

    @property
    def ok(self) -> bool:
        """True if there is no error."""
        return not self.errors

    def __str__(self) -> str:
        return "\n".join(f"{finding.severity}: {finding}" for finding in self.findings)


def _ticket(witness: Mapping[str, object]) -> str:
    shown = (f"{name} = {'missing' if value is None else repr(value)}" for name, value in witness.items())
    return f"a ticket with {', '.join(shown)}" if witness else "any ticket"
