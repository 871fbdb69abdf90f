"""What a reading finds: a rule, whether it happened, and the roles that it rests on with their places."""

from typing import Literal, NamedTuple

from supportflow.triage.reading.compiled import Need
from supportflow.triage.reading.roles import ACCUSES, AGENCY

__all__ = ["Finding", "Part", "Status"]

Status = Literal["asserted", "question", "weighed", "doubted"]


class Part(NamedTuple):
    """A role that a finding rests on, and where its words stand in the text."""

    role: str
    start: int
    end: int


class Finding(NamedTuple):
    """What a rule found.

    Attributes:
        need: The rule.
        status: `"asserted"`: it happened. `"question"`: it is only asked about. `"weighed"`: no rule says so; what was
            read weighs enough. `"doubted"`: a rule or a weighing says so, and a model finds it most unlike: it is told
            as a question.
        tag: The pack that it was read with.
        parts: The roles, the event first.
        mood: The mood that makes a question of it, or the model that doubts it.
    """

    need: Need
    status: Status
    tag: str
    parts: tuple[Part, ...]
    mood: str | None = None

    @property
    def reports(self) -> bool:
        """Whether it says that something happened."""
        return self.status == "asserted" and self.need.reports

    @property
    def decides(self) -> bool:
        """Whether it decides alone: what only counts for something, or asks for a look, needs what is beside it."""
        return self.reports and self.need.rule.weight >= 1 and not self.need.rule.review

    @property
    def may_be_doubted(self) -> bool:
        """Whether a model may find that it did not happen."""
        return self.need.doubted is not None and (self.reports or self.status == "weighed")

    @property
    def agency(self) -> bool:
        """Whether the text says by whose will it happened; what is only weighed says no such thing."""
        return self.status in ("asserted", "question") and (
            self.parts[0].role in ACCUSES or any(part.role in AGENCY for part in self.parts)
        )
