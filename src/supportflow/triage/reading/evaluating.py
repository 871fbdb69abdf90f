"""How well texts are read: phrases of people, whose meaning is known, read and counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from supportflow._dataclass import dataclass
from supportflow.model.signals import Signals

__all__ = ["KINDS", "Measured", "Share", "measured"]

KINDS = ("incident", "dispute", "security_question", "frightening_harmless", "general")
"""What a phrase can be: a security incident; a dispute; a question about security; something harmless in frightening words;
anything else."""
_SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.count / self.of if self.of else None

    def __add__(self, other: "Share") -> "Share":
        """The share of both together."""
        return Share(self.count + other.count, self.of + other.of)


class Measured(NamedTuple):
    """How a classifier reads phrases.

    Attributes:
        incidents: Incidents that are called security, and no mere question.
        disputes: Disputes that are called a dispute.
        questions: Questions about security that are told as such.
        alarmed: Questions about security that are called incidents.
        frightened: Harmless phrases in frightening words that are called incidents.
        false: Other phrases that are called incidents.
    """

    incidents: Share
    disputes: Share
    questions: Share
    alarmed: Share
    frightened: Share
    false: Share

    @property
    def texts(self) -> int:
        """How many phrases were read."""
        return sum(
            one.of for one in (self.incidents, self.disputes, self.questions, self.frightened, self.false)
        )

    def joined(self, other: "Measured") -> "Measured":
        """Both together."""
        return Measured(*(one + another for one, another in zip(self, other, strict=True)))


def measured(classify: Callable[[str], Signals], phrases: Mapping[str, Sequence[str]]) -> Measured:
    """Read phrases, and count.

    Args:
        classify: What reads them.
        phrases: Kind (see `KINDS`) → phrases; other keys are passed over.
    """
    read = {kind: [_called(classify(text)) for text in phrases.get(kind, ())] for kind in KINDS}
    return Measured(
        _share(read["incident"], "incident"),
        _share(read["dispute"], "dispute"),
        _share(read["security_question"], "question"),
        _share(read["security_question"], "incident"),
        _share(read["frightening_harmless"], "incident"),
        _share(read["general"], "incident"),
    )


def _share(read: Iterable[str], wanted: str) -> Share:
    called = list(read)
    return Share(called.count(wanted), len(called))


def _called(signals: Signals) -> str:
    if signals.priority_class != _SECURITY:
        return signals.priority_class
    return "question" if signals.informational else "incident"
