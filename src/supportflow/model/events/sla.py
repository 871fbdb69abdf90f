"""What SLA clocks do, and what is said about their verdicts."""

from typing import ClassVar, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from supportflow._time import Instant
from supportflow.model.base import KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent, with_late_before
from supportflow.model.records import ClockMove, Verdict

__all__ = [
    "ClocksMoved",
    "SlaBreached",
    "SlaCorrected",
    "SlaExcluded",
    "SlaJudged",
    "SlaOverdue",
    "SlaWarned",
]


class ClocksMoved(TicketEvent):
    """SLA clocks started, paused, resumed, changed or were cancelled.

    Attributes:
        moves: What they did, in order.
        sla: The SLA policy that applies.
        policy: Fingerprint of the policy that the ticket has just come under, if it has.
        dropped: Keys of clocks that leave the ticket after the moves: their target came to apply, and stopped applying,
            within one instant.
    """

    IS_FACT: ClassVar[bool] = False

    kind: Literal["clocks_moved"] = "clocks_moved"
    moves: tuple[ClockMove, ...]
    sla: KeptName | None = None
    policy: str | None = None
    dropped: tuple[str, ...] = ()


class _Reached(TicketEvent):
    """A clock reached a milestone.

    Attributes:
        clock: The clock's key.
        milestone: The milestone's key.
        reached_at: The true instant.
        detected_at: When it was noticed.
    """

    IS_FACT: ClassVar[bool] = False

    clock: str
    sla: KeptName
    target: KeptName
    metric: KeptName
    milestone: str
    passed: int
    reached_at: Instant
    detected_at: Instant

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields: dict[str, object] = write(self)
        return with_late_before(fields, "due_at")


class SlaWarned(_Reached):
    """A clock is close to its due time."""

    kind: Literal["sla_warned"] = "sla_warned"
    due_at: Instant


class SlaBreached(_Reached):
    """A clock ran out. `reached_at` is the true instant, however late it was noticed."""

    kind: Literal["sla_breached"] = "sla_breached"

    @property
    def breached_at(self) -> Instant:
        """The true instant of the breach."""
        return self.reached_at


class SlaOverdue(_Reached):
    """A clock that ran out reached a further step."""

    kind: Literal["sla_overdue"] = "sla_overdue"


class SlaJudged(TicketEvent):
    """A clock stopped, and this is its verdict for good."""

    IS_FACT: ClassVar[bool] = False

    kind: Literal["sla_judged"] = "sla_judged"
    clock: str
    sla: KeptName
    target: KeptName
    metric: KeptName
    verdict: Verdict


class SlaExcluded(TicketEvent):
    """A judged clock is left out of the adjusted rate."""

    IS_FACT: ClassVar[bool] = False

    kind: Literal["sla_excluded"] = "sla_excluded"
    clock: str
    reason: ContentRef | None


class SlaCorrected(TicketEvent):
    """A clock was judged again; the first verdict stays beside this one."""

    IS_FACT: ClassVar[bool] = False

    kind: Literal["sla_corrected"] = "sla_corrected"
    clock: str
    met: bool
    original: Verdict
    reason: ContentRef | None
