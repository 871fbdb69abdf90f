"""What of a log could not be used, by reason."""

from array import array

from supportflow.replay.reading import Problem
from supportflow.replay.report import ProblemCount

__all__ = ["LINES", "BadRows"]

LINES = 20
"""Of rows of one kind, whose lines are told where not all of them are."""


class BadRows:
    """Rows that could not be used: eight bytes for each.

    Attributes:
        kinds: (reason, left out) → the lines, and the first of them with what stands there.
    """

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, bool], tuple[array[int], Problem]] = {}

    def note(self, problem: Problem) -> None:
        """Count one."""
        kind = (problem.reason, problem.left_out)
        lines, first = self.kinds.get(kind) or (array("q"), problem)
        lines.append(problem.line)
        self.kinds[kind] = (lines, min(first, problem))

    def absorb(self, other: "BadRows") -> None:
        """Count what another has counted."""
        for kind, (lines, first) in other.kinds.items():
            own, own_first = self.kinds.get(kind) or (array("q"), first)
            own.extend(lines)
            self.kinds[kind] = (own, min(own_first, first))

    def counts(self, most: int | None = LINES) -> tuple[ProblemCount, ...]:
        """By reason, the most frequent first, each with so many of its lines; with all of them, if None."""
        return tuple(
            ProblemCount(
                reason=kind[0],
                left_out=kind[1],
                count=len(lines),
                lines=tuple(sorted(lines)[:most]),
                example=first.detail,
            )
            for kind, (lines, first) in sorted(self.kinds.items(), key=lambda one: (-len(one[1][0]), one[0]))
        )
