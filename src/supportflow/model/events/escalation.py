"""Escalation: ladders, their steps, and what a person escalates by hand."""

from typing import ClassVar, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.escalation import EscalationKind, Rung, StepPlan, Until
from supportflow.model.events.base import TicketEvent, with_late_before

__all__ = [
    "LadderEnded",
    "LadderEvent",
    "LadderPaused",
    "LadderResumed",
    "LadderStarted",
    "LadderStepReached",
    "TicketEscalated",
]


class LadderEvent(TicketEvent):
    """Something happened to a ladder.

    Attributes:
        ladder: Its name.
        run: Which of the ladders that the ticket has had, from 1.
    """

    IS_FACT: ClassVar[bool] = False

    ladder: KeptName
    run: int


class LadderStarted(LadderEvent):
    """A ladder was frozen into the ticket.

    Attributes:
        cause: `"opened"`, `"matched"` (the ticket changed so that it matches), `"reopened"`, `"command"`, `"adopted"` or
            `"policy"` (another policy version brought it).
        policy: Fingerprint of the policy that it was taken from.
        since: The instant from which its times count.
        until: What ends it.
        pause_on: Status categories in which it waits.
        steps: Its steps.
        rungs: What will fire, with instants, or with shares that derive from clocks.
        skipped: How many firings lay in the past already and are left out.
    """

    kind: Literal["ladder_started"] = "ladder_started"
    cause: Literal["opened", "matched", "reopened", "command", "adopted", "policy"]
    policy: str
    since: Instant
    until: Until
    pause_on: tuple[KeptName, ...] = ()
    steps: tuple[StepPlan, ...]
    rungs: tuple[Rung, ...]
    skipped: int = 0


class LadderStepReached(LadderEvent):
    """A step of a ladder fired: once for each run, step and round.

    Attributes:
        step: Number of the step, from 1.
        round: 0 is its first firing, 1 the first repetition, …
        escalation: `"functional"` or `"hierarchical"`.
        reached_at: The true instant.
        detected_at: When it was noticed.
        asked: Who is to be told, as the policy names them.
        notified: Ids of the agents whom that means at `reached_at`.
        groups: Support groups that are told as a whole.
        vacant: Those of `asked` that meant nobody: nobody was on call, or the ticket has no assignee.
        empty: True if nobody at all is told. The ladder goes on.
    """

    kind: Literal["ladder_step_reached"] = "ladder_step_reached"
    step: int
    round: int
    escalation: EscalationKind
    reached_at: Instant
    detected_at: Instant
    asked: tuple[Id, ...] = ()
    notified: tuple[Id, ...] = ()
    groups: tuple[KeptName, ...] = ()
    vacant: tuple[Id, ...] = ()
    empty: bool = False

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields: dict[str, object] = write(self)
        return with_late_before(fields)


class LadderPaused(LadderEvent):
    """The ladder waits: the ticket is in a status in which it does not count."""

    kind: Literal["ladder_paused"] = "ladder_paused"


class LadderResumed(LadderEvent):
    """The ladder counts again; what is still to come has new instants."""

    kind: Literal["ladder_resumed"] = "ladder_resumed"
    rungs: tuple[Rung, ...]


class LadderEnded(LadderEvent):
    """The ladder is over.

    Attributes:
        reason: `"first_reply"`, `"assigned"`, a status category that ends the work, `"superseded"` by another ladder, or
            `"finished"` (its last step has fired).
    """

    kind: Literal["ladder_ended"] = "ladder_ended"
    reason: KeptName


class TicketEscalated(TicketEvent):
    """A person escalated the ticket; what comes of it follows.

    Attributes:
        ladder: The ladder that was started, or whose next step was taken.
        group: The group that the ticket goes to.
        asked: Who is to be told, as the command names them.
        notified: Ids of the agents whom that means.
        groups: Support groups that are told as a whole.
        vacant: Those of `asked` that meant nobody.
        reason: Reference to what the caller gave as reason.
    """

    kind: Literal["ticket_escalated"] = "ticket_escalated"
    ladder: KeptName | None = None
    group: KeptName | None = None
    asked: tuple[Id, ...] = ()
    notified: tuple[Id, ...] = ()
    groups: tuple[KeptName, ...] = ()
    vacant: tuple[Id, ...] = ()
    reason: ContentRef | None = None
