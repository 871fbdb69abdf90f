"""Escalation ladders as a policy writes them."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from supportflow.calendars import BusinessCalendar
from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.commands import Audience
from supportflow.model.durations import UNITS, WRITTEN, spelled_out
from supportflow.model.escalation import EscalationKind, Until

__all__ = ["MAX_WAIT", "Again", "Escalation", "Ladder", "LadderStep", "ShareOf"]

MAX_WAIT = timedelta(days=3_660)
"""Longest waiting time of a step."""


class ShareOf(Document):
    """A share of a service level target.

    Attributes:
        target: The target's name in its SLA policy.
        share: 0.5 is halfway, 1 the due time, 1.5 half of the target after it.
    """

    target: Name
    share: float = Field(gt=0, le=100, allow_inf_nan=False)

    @property
    def ppm(self) -> int:
        """The share in millionths."""
        return round(self.share * 1_000_000)


class Again(Document):
    """Repetitions of a step.

    Attributes:
        every: Counted time between them, in the step's calendar. Also as `minutes`, `hours`, `days`.
        times: How many, after the first.
    """

    SHORTHANDS = UNITS

    every: Annotated[timedelta, Field(gt=timedelta(0), le=MAX_WAIT), WRITTEN]
    times: int = Field(strict=True, ge=1, le=10)

    @model_validator(mode="before")
    @classmethod
    def _durations(cls, given: Any) -> Any:
        return spelled_out(given, "every")


class LadderStep(Document):
    """A step of a ladder: when it comes, whom it tells, and what it does with the ticket.

    Attributes:
        after: Counted time since the ladder started. Also as `minutes`, `hours`, `days`.
        at: A share of a target, in place of a time.
        calendar: Counts `after` and `repeat`; around the clock, if not given.
        kind: `"functional"` hands the ticket to another group, where nobody has it yet; `"hierarchical"` tells somebody
            higher, and the ticket stays where it is.
        notify: Who is told: `"rotation:night"`, `"group:risk"`, `"agent:lena"`, `"assignee"`. A functional step tells its
            group, if nobody is named.
        group: The group that a functional step hands the ticket to.
        tier: Its line of support, in place of the group: the first group of the policy that works in it.
        level_up: By how many levels the ticket's priority level rises, up to level 1.
        repeat: How often people are told again. A repetition moves nothing.
    """

    SHORTHANDS = UNITS

    after: Annotated[timedelta, Field(ge=timedelta(0), le=MAX_WAIT), WRITTEN] | None = None
    at: ShareOf | None = None
    calendar: BusinessCalendar | Name | None = None
    kind: EscalationKind = "hierarchical"
    notify: Annotated[Series[Audience], Field(max_length=20)] = ()
    group: Name | None = None
    tier: Name | None = None
    level_up: int = Field(default=0, strict=True, ge=0, le=3)
    repeat: Again | None = None

    @model_validator(mode="before")
    @classmethod
    def _durations(cls, given: Any) -> Any:
        return spelled_out(given, "after")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.after is None) == (self.at is None):
            raise ValueError("give after (or minutes, hours, days), or at, one of them")
        places = [self.group, self.tier]
        if self.kind == "functional" and sum(place is not None for place in places) != 1:
            raise ValueError("a functional step needs a group or a tier, one of them")
        if self.kind == "hierarchical" and any(place is not None for place in places):
            raise ValueError("a hierarchical step moves the ticket nowhere; leave group and tier out")
        if self.kind == "hierarchical" and not self.notify:
            raise ValueError("a hierarchical step needs somebody to notify")
        return self


class Ladder(Document):
    """Steps that a ticket climbs until somebody acts.

    Attributes:
        name: Unique in its policy.
        when: The tickets that it is for, asked when the ticket opens and whenever it changes; all, if not given.
        until: What ends it: `"first_reply"`, `"assigned"` or `"resolved"`. The end of the ticket always does.
        pause_on: Status categories in which it waits.
        steps: Its steps.
    """

    name: Name
    when: Condition | None = None
    until: Until = "resolved"
    pause_on: Series[Literal["pending", "on_hold"]] = ()
    steps: Annotated[Series[LadderStep], Field(min_length=1, max_length=20)]


class Escalation(Document):
    """How tickets that nobody acts on are escalated.

    Attributes:
        ladders: In order; the first whose condition holds starts.
    """

    ladders: Series[Ladder] = ()
