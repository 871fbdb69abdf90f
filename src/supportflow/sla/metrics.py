"""Metrics as data: when a clock starts, pauses, stops, resets and is cancelled.

When several fall on one event, the order is: cancel, stop, reset, pause, start. So a reply that also answers an open
question stops the clock before anything can pause it, and a clock that starts on an event is paused by the state which
that event leads to.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from pydantic import Field

from supportflow._dataclass import dataclass
from supportflow.conditions import Condition, Fields, compile_condition
from supportflow.model.base import Document, Name, Series, StatusCategory
from supportflow.sla.signals import CATEGORY_BIT, Signal, bits

__all__ = ["CompiledMetric", "Metric", "While", "compile_metric", "shipped_metrics"]

Holds = Callable[[Mapping[str, object]], bool]


class While(Document):
    """A state in which a clock pauses.

    Attributes:
        status: Any of these status categories.
        when: Or this condition on the ticket's fields.
    """

    status: Series[StatusCategory] = ()
    when: Condition | None = None


class Metric(Document):
    """What is measured.

    Attributes:
        name: Its name in targets.
        start: Signals that start a cycle, if none is running.
        start_when: And this holds for the ticket after the event.
        stop: Signals that stop the cycle and judge it.
        stop_when: And this holds.
        cancel: Signals that end the cycle without a verdict.
        reset: Signals that stop the cycle, judge it, and start the next at once.
        pause: The state in which the clock pauses.
        resume: If given, a paused clock goes on only at one of these signals, not when the pausing state ends.
        cycle: `"once"` in a ticket's life, or `"each"` time that it starts.
        reopen: What a reopening does to a clock that was stopped: `"resume"` goes on with the time it had (and may breach at
            once), `"new_cycle"` starts again at zero, `"ignore"` leaves the verdict alone.
    """

    name: Name
    start: Series[Signal]
    start_when: Condition | None = None
    stop: Series[Signal]
    stop_when: Condition | None = None
    cancel: Series[Signal] = (Signal.CLOSED, Signal.CANCELLED, Signal.MERGED)
    reset: Series[Signal] = ()
    pause: While = Field(default_factory=While)
    resume: Series[Signal] = ()
    cycle: Literal["once", "each"] = "once"
    reopen: Literal["resume", "new_cycle", "ignore"] = "ignore"


_S = Signal
_C = StatusCategory


@cache
def shipped_metrics() -> dict[str, Metric]:
    """The metrics that supportflow ships, by name. Built at first use: importing the package stays cheap."""
    answered = While(status=(_C.RESOLVED, _C.CLOSED))
    waiting = While(status=(_C.PENDING,))
    ended = (_S.RESOLVED, _S.CLOSED, _S.CANCELLED, _S.MERGED)
    # A word to somebody whose ticket is resolved promises no further one, nor does a group that it is filed under then.
    unresolved = Condition(field="status_category", in_=(_C.NEW, _C.OPEN, _C.PENDING, _C.ON_HOLD))
    metrics = (
        # A ticket resolved in silence owes no answer while it stays resolved, but it has not been answered either.
        Metric(name="first_response", start=(_S.OPENED,), stop=(_S.PUBLIC_REPLY,), pause=answered),
        # Runs from the oldest message that nobody answered; the opening message belongs to the first response.
        Metric(
            name="next_response",
            start=(_S.REQUESTER_MESSAGE,),
            start_when=Condition(field="first_replied", eq=True),
            stop=(_S.PUBLIC_REPLY,),
            cancel=ended,
            cycle="each",
        ),
        Metric(
            name="periodic_update",
            start=(_S.PUBLIC_REPLY, _S.REOPENED),
            start_when=unresolved,
            stop=(),
            reset=(_S.PUBLIC_REPLY,),
            cancel=ended,
            cycle="each",
        ),
        Metric(
            name="pausable_update",
            start=(_S.PUBLIC_REPLY, _S.REOPENED),
            start_when=unresolved,
            stop=(),
            reset=(_S.PUBLIC_REPLY,),
            cancel=ended,
            pause=waiting,
            cycle="each",
        ),
        Metric(
            name="requester_wait",
            start=(_S.OPENED,),
            stop=(_S.RESOLVED, _S.CLOSED),
            cancel=(_S.CANCELLED, _S.MERGED),
            pause=waiting,
            reopen="resume",
        ),
        Metric(
            name="agent_work",
            start=(_S.OPENED, _S.OPENED_PRIVATELY),
            stop=(_S.RESOLVED, _S.CLOSED),
            cancel=(_S.CANCELLED, _S.MERGED),
            pause=While(status=(_C.PENDING, _C.ON_HOLD)),
            reopen="resume",
        ),
        Metric(
            name="time_to_own",
            start=(_S.OPENED, _S.OPENED_PRIVATELY, _S.UNASSIGNED),
            start_when=Condition(field="assignee", exists=False),
            stop=(_S.ASSIGNED, _S.RESOLVED),
        ),
        # An operational level agreement: each group that holds the ticket has its own clock, beside the customer's.
        Metric(
            name="group_ownership",
            start=(_S.GROUP_CHANGED, _S.REOPENED),
            start_when=Condition(all=(Condition(field="group", exists=True), unresolved)),
            stop=(_S.RESOLVED, _S.CLOSED),
            reset=(_S.GROUP_CHANGED,),
            cancel=(_S.CANCELLED, _S.MERGED),
            pause=waiting,
            cycle="each",
        ),
        # An underpinning contract: the supplier's clock runs while the ticket waits for a third party.
        Metric(
            name="underpinning",
            start=(_S.HELD,),
            stop=(_S.UNHELD,),
            cycle="each",
        ),
        Metric(
            name="first_resolution",
            start=(_S.OPENED, _S.OPENED_PRIVATELY),
            stop=(_S.RESOLVED, _S.CLOSED),
            cancel=(_S.CANCELLED, _S.MERGED),
            pause=waiting,
        ),
        Metric(
            name="total_resolution",
            start=(_S.OPENED, _S.OPENED_PRIVATELY),
            stop=(_S.RESOLVED, _S.CLOSED),
            cancel=(_S.CANCELLED, _S.MERGED),
            pause=waiting,
            reopen="resume",
        ),
    )
    return {metric.name: metric for metric in metrics}


@dataclass(frozen=True, slots=True)
class CompiledMetric:
    """A metric with its signals as bits and its conditions as functions."""

    name: str
    start: int
    start_when: Holds | None
    stop: int
    stop_when: Holds | None
    cancel: int
    reset: int
    pause: int
    pause_when: Holds | None
    resume: int
    each: bool
    reopen: str
    ends: int
    """The signals that end a cycle, one way or another."""

    @property
    def touched(self) -> int:
        """All signals that this metric listens to, apart from the pausing state."""
        return self.start | self.stop | self.cancel | self.reset | self.resume


def compile_metric(metric: Metric, fields: Fields) -> CompiledMetric:
    """Compile a metric.

    Raises:
        ConditionError: If a condition names an unknown field.
    """

    def holds(condition: Condition | None) -> Holds | None:
        return None if condition is None else compile_condition(condition, fields)

    pause = 0
    for category in metric.pause.status:
        pause |= CATEGORY_BIT[category]
    return CompiledMetric(
        name=metric.name,
        start=bits(metric.start),
        start_when=holds(metric.start_when),
        ends=bits(metric.stop) | bits(metric.cancel) | bits(metric.reset),
        stop=bits(metric.stop),
        stop_when=holds(metric.stop_when),
        cancel=bits(metric.cancel),
        reset=bits(metric.reset),
        pause=pause,
        pause_when=holds(metric.pause.when),
        resume=bits(metric.resume),
        each=metric.cycle == "each",
        reopen=metric.reopen,
    )
