"""Two policies over one log: which cases end differently, and what differs first."""

from collections.abc import Iterator, Mapping
from typing import Literal

from supportflow._time import Instant, from_us, iso
from supportflow.model.base import Value
from supportflow.replay.verdicts import CaseVerdicts, TargetVerdict
from supportflow.sla.policy import span_name

__all__ = ["Comparison", "Difference", "compare"]

Why = Literal["target", "duration", "calendar", "due", "stopped", "course"]
_NOTHING = CaseVerdicts(0, None, {})


class Difference(Value):
    """A case whose verdict differs.

    Attributes:
        case: The log's own id.
        target: The target.
        ended: Under the first policy; None if it has no such clock.
        against: Under the second policy.
        why: What differs first, causes before effects: whether there is such a `target`, its `duration`, its `calendar`,
            when it was `due`, when it `stopped`; `course` if all these are the same and only the way there differs.
        detail: Both values of that.
        due_at: Under the first policy.
        against_due_at: Under the second.
    """

    case: str
    target: str
    ended: str | None
    against: str | None
    why: Why
    detail: str
    due_at: Instant | None = None
    against_due_at: Instant | None = None


class Comparison(Value):
    """Two policies over one log.

    Attributes:
        policy: Name of the first.
        against: Name of the second.
        compared: How many verdicts stand on either side.
        changes: `"met -> missed"` → how many.
        differences: Every verdict that differs.
    """

    policy: str
    against: str
    compared: int
    changes: Mapping[str, int]
    differences: tuple[Difference, ...]


def compare(
    policy: str, verdicts: Mapping[str, CaseVerdicts], against: str, others: Mapping[str, CaseVerdicts]
) -> Comparison:
    """Compare the verdicts of two replays of one log.

    Args:
        policy: Name of the first policy.
        verdicts: The first replay's.
        against: Name of the second policy.
        others: The second replay's.
    """
    compared = 0
    differences: list[Difference] = []
    for case in dict.fromkeys([*verdicts, *others]):
        mine = verdicts.get(case, _NOTHING)
        theirs = others.get(case, _NOTHING)
        targets = list(dict.fromkeys([*mine.targets, *theirs.targets]))
        compared += len(targets)
        differences += _differences(case, targets, mine, theirs)
    changes: dict[str, int] = {}
    for one in differences:
        change = f"{one.ended or 'no clock'} -> {one.against or 'no clock'}"
        changes[change] = changes.get(change, 0) + 1
    return Comparison(
        policy=policy, against=against, compared=compared, changes=changes, differences=tuple(differences)
    )


def _differences(
    case: str, targets: list[str], mine: CaseVerdicts, theirs: CaseVerdicts
) -> Iterator[Difference]:
    for target in targets:
        a, b = mine.targets.get(target), theirs.targets.get(target)
        if (a and a.ended) == (b and b.ended):
            continue
        why, first, second = _unequal(mine, theirs, a, b)
        yield Difference(
            case=case,
            target=target,
            ended=None if a is None else a.ended,
            against=None if b is None else b.ended,
            why=why,
            detail=f"{first} -> {second}",
            due_at=_due(a),
            against_due_at=_due(b),
        )


def _due(verdict: TargetVerdict | None) -> Instant | None:
    return None if verdict is None or verdict.due_us is None else from_us(verdict.due_us)


def _unequal(
    mine: CaseVerdicts, theirs: CaseVerdicts, a: TargetVerdict | None, b: TargetVerdict | None
) -> tuple[Why, str, str]:
    """What differs first, causes before effects."""
    if a is None or b is None:
        return ("target", _matched(mine, a), _matched(theirs, b))
    pairs: tuple[tuple[Why, str, str], ...] = (
        ("duration", span_name(a.duration_us), span_name(b.duration_us)),
        ("calendar", a.calendar, b.calendar),
        ("due", _text(a.due_us), _text(b.due_us)),
        ("stopped", _text(a.stopped_us), _text(b.stopped_us)),
    )
    for pair in pairs:
        if pair[1] != pair[2]:
            return pair
    return ("course", a.sla, b.sla)


def _matched(case: CaseVerdicts, verdict: TargetVerdict | None) -> str:
    if verdict is not None:
        return f"{verdict.sla} has it"
    return "no SLA policy matched" if case.sla is None else f"{case.sla} has none"


def _text(us: int | None) -> str:
    return "not" if us is None else iso(from_us(us))
