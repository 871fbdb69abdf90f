"""SLA policies and their targets, as data."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from supportflow._time import MINUTE_US, SECOND_US
from supportflow.calendars import BusinessCalendar
from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import UNITS, NotNegative, Positive, spelled_out
from supportflow.sla.warn import Warn

__all__ = ["CalendarName", "Repeat", "SlaPolicy", "Target", "span_name"]

CalendarName = BusinessCalendar | Name
Edge = Literal["close", "open"]
OnChange = Literal["keep_elapsed", "restart", "retroactive"]
Gap = Literal["counts", "pauses"]
Reopen = Literal["resume", "new_cycle", "ignore"]


def span_name(us: int) -> str:
    """A duration as people write it: `90m` as `1h30m`, whole seconds at the finest."""
    minutes, rest = divmod(us, MINUTE_US)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else ""]
    if rest or not us:
        parts.append(f"{rest // SECOND_US}s")
    return "".join(parts)


class Repeat(Document):
    """Further steps after a breach.

    Attributes:
        every: Counted time between them.
        times: How many.
    """

    every: Positive
    times: int = Field(ge=1, le=50)


class Target(Document):
    """A metric, a duration and milestones.

    The duration is given as `duration`, as `working_days` (the same time of day, n working days later) or as
    `end_of_day` (the close of the n-th working day after the start; 0 is the day of the start).

    Attributes:
        name: Unique in its policy; the metric's name if not given. Several targets may share a name: the first whose `when`
            holds applies.
        metric: A shipped metric or one that the policy declares. `"resolution"` means `"total_resolution"`.
        calendar: Counts the duration; the policy's calendar if not given.
        calendar_of: `"policy"`, or `"group"`: the calendar of the group that holds the ticket, if it has one.
        zone: `"calendar"`, or `"requester"`: the same hours on the requester's clock.
        edge: See the business calendar's `add`.
        warn_at: Shares of the target (`0.75` or `"75%"`), or durations before the due time.
        overdue: Steps after the breach.
        when: The tickets that it is for.
        on_change: What a ticket keeps when another target takes this one's place, or this one applies again.
        gap: Time in which the ticket was open and the target did not apply, once it applies again: it `"counts"`, or it
            `"pauses"` the clock.
        reopen: What a reopening does to the stopped clock; the metric says, if not given.
        reopen_within: Only a reopening within this time after the stop does that; a later one is ignored.
        max_pause: Cap on the total pause, in elapsed time; past it, the clock goes on.
        pause_on: Status categories in which the clock pauses, in place of the metric's.
    """

    SHORTHANDS = UNITS

    name: Name | None = None
    metric: Name
    duration: Positive | None = None
    working_days: int | None = Field(default=None, ge=1, le=3_660)
    end_of_day: int | None = Field(default=None, ge=0, le=3_660)
    calendar: CalendarName | None = None
    calendar_of: Literal["policy", "group"] | None = None
    zone: Literal["calendar", "requester"] | None = None
    edge: Edge | None = None
    warn_at: Series[Warn] = ()
    overdue: Repeat | None = None
    when: Condition | None = None
    on_change: OnChange | None = None
    gap: Gap | None = None
    reopen: Reopen | None = None
    reopen_within: NotNegative | None = None
    max_pause: NotNegative | None = None
    pause_on: Series[Literal["new", "open", "pending", "on_hold", "resolved"]] | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, given: Any) -> Any:
        return spelled_out(given, "duration")

    @model_validator(mode="after")
    def _one_duration(self) -> Self:
        given = [self.duration, self.working_days, self.end_of_day]
        if sum(value is not None for value in given) != 1:
            raise ValueError(
                "give exactly one of duration (or minutes, hours, days), working_days, end_of_day"
            )
        return self

    @field_validator("metric")
    @classmethod
    def _short_name(cls, value: str) -> str:
        return "total_resolution" if value == "resolution" else value

    @property
    def slot(self) -> str:
        """The name under which its clock is kept."""
        return self.name or self.metric

    @classmethod
    def of(cls, metric: str, /, **fields: Any) -> Self:
        """A target for any metric; durations as `minutes=`, `hours=`, `days=` (24 counted hours each) or the fields."""
        return cls(metric=metric, **fields)

    @classmethod
    def first_response(cls, **fields: Any) -> Self:
        """From opening to an agent's first public reply."""
        return cls.of("first_response", **{"name": "first_response", **fields})

    @classmethod
    def next_response(cls, **fields: Any) -> Self:
        """From the oldest unanswered message to an agent's public reply."""
        return cls.of("next_response", **{"name": "next_response", **fields})

    @classmethod
    def resolution(cls, **fields: Any) -> Self:
        """From opening to resolution, without the time that waits for the requester; goes on when reopened."""
        return cls.of("total_resolution", **{"name": "resolution", **fields})


class SlaPolicy(Document):
    """Targets for the tickets that match. Policies are tried in order; the first match applies.

    Attributes:
        name: Its name.
        when: The tickets that it is for; all, if not given.
        calendar: Counts its targets, if they name no other. Around the clock, if not given.
        calendar_of: For targets that do not say; see `Target`.
        zone: For targets that do not say; see `Target`.
        edge: For targets that do not say.
        on_change: For targets that do not say.
        gap: For targets that do not say.
        targets: None at all means explicitly "no SLA".
    """

    name: Name
    when: Condition | None = None
    calendar: CalendarName | None = None
    calendar_of: Literal["policy", "group"] = "policy"
    zone: Literal["calendar", "requester"] = "calendar"
    edge: Edge = "close"
    on_change: OnChange = "keep_elapsed"
    gap: Gap = "counts"
    targets: Series[Target] = ()
