"""What a take-over says: what was taken, what a host must supply, what means something else here, what is missing."""

from collections.abc import Mapping
from typing import Any, Literal

from supportflow._dataclass import dataclass
from supportflow._legible import escaped

__all__ = ["Example", "Finding", "Kind", "Report"]

Kind = Literal["taken", "needs", "differs", "missing"]

_TITLES: Mapping[Kind, str] = {
    "differs": "Means something else here, and changes due times",
    "missing": "Has no equivalent, and was left out",
    "needs": "Needs something from you",
    "taken": "Taken as it is",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One ticket that shows a difference.

    Attributes:
        story: What happens to the ticket, in one sentence, instants included.
        theirs: When the other system says that it is due, or what it says instead.
        ours: When the policy that was made says that it is due, asked of a desk.
    """

    story: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        kind: `"taken"`, `"needs"` (the host must supply something), `"differs"` (due times change) or `"missing"`.
        source: Where it stands in the export, such as `sla_policies[2] "Gold"`.
        text: What about it.
        example: A ticket that shows it; every finding of kind `"differs"` has one.
    """

    kind: Kind
    source: str
    text: str
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that there is to say about a take-over.

    Attributes:
        system: The system that the export came from.
        findings: In the order of the export.
    """

    system: str
    findings: tuple[Finding, ...]

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "system": self.system,
            "findings": [
                {
                    "kind": one.kind,
                    "source": one.source,
                    "text": one.text,
                    **(
                        {}
                        if one.example is None
                        else {
                            "example": {
                                "story": one.example.story,
                                "theirs": one.example.theirs,
                                "ours": one.example.ours,
                            }
                        }
                    ),
                }
                for one in self.findings
            ],
        }

    def __str__(self) -> str:
        lines = [f"Taken over from {self.system}"]
        for kind, title in _TITLES.items():
            found = self.of(kind)
            if not found:
                continue
            lines += ["", f"{title} ({len(found)}):"]
            for one in found:
                lines.append(f"  {one.source}: {one.text}")
                if one.example is not None:
                    lines += [
                        f"    for example: {one.example.story}",
                        f"      there: {one.example.theirs}",
                        f"      here:  {one.example.ours}",
                    ]
        return "\n".join(map(escaped, lines))
