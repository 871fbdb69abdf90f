"""The turns in a clock's life that its target or its ticket brought: when it was cancelled, when it came back, and why."""

from collections.abc import Iterator, Sequence
from typing import Literal

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, iso
from supportflow.model.events import (
    ClocksMoved,
    EventBase,
    SlaBreached,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
)
from supportflow.model.records import Clock, ClockMove, MoveCause
from supportflow.sla.clock import why_cancelled

__all__ = ["ClockTurn", "Gap", "gaps", "moves_of", "turns"]

_FOLLOWS = (ClocksMoved, SlaBreached, SlaJudged, SlaOverdue, SlaWarned)


@dataclass(frozen=True, slots=True)
class ClockTurn:
    """A turn in a clock's life.

    Attributes:
        at_us: When.
        what: `"cancelled"`, `"came back"`, or `"came to apply"`: its target came to apply later than the ticket was opened.
        cause: `"lapsed"`, `"ended"` or `"signal"` of a cancelled clock; `"returned"`, `"reopened"` or `"applies"` of
            the others.
        why: For people: the reason, and the event that brought it.
    """

    at_us: int
    what: Literal["cancelled", "came back", "came to apply"]
    cause: MoveCause
    why: str

    @property
    def at(self) -> Instant:
        """When."""
        return from_us(self.at_us)

    def __str__(self) -> str:
        return f"{self.what} at {iso(self.at)}: {self.why}"


def moves_of(
    clock: Clock, events: Sequence[EventBase]
) -> Iterator[tuple[ClocksMoved, ClockMove, EventBase | None]]:
    """Every move of the clocks of a clock's target, with the event that it is in and the fact that brought it."""
    keys: set[str] = set()
    fact: EventBase | None = None
    for event in events:
        if not isinstance(event, _FOLLOWS):
            fact = event
        elif isinstance(event, ClocksMoved):
            for move in event.moves:
                if move.state is not None and move.state.target == clock.target:
                    keys |= {move.clock, move.state.key}
                if move.clock in keys:
                    yield event, move, fact


def turns(clock: Clock, events: Sequence[EventBase]) -> Iterator[ClockTurn]:
    """The turns of a clock and of the earlier cycles of its target.

    Args:
        clock: The clock.
        events: The ticket's whole stream.
    """
    for event, move, fact in moves_of(clock, events):
        brought = "another version of the policy" if event.policy is not None else _named(fact)
        why = f"{move.reason} ({brought})" if brought else str(move.reason)
        if move.move == "cancel":
            yield ClockTurn(move.at_us, "cancelled", why_cancelled(move), why)
        elif move.move == "attach" and move.cause in {"returned", "reopened"}:
            yield ClockTurn(move.at_us, "came back", move.cause, why)
        elif move.move == "attach":
            yield ClockTurn(move.at_us, "came to apply", "applies", why)


def _named(fact: EventBase | None) -> str:
    return "" if fact is None else f"{fact.kind} of {fact.by}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which a clock was cancelled.

    Attributes:
        start_us: When it was cancelled.
        end_us: When it came back.
        lapsed: True if its target did not apply; False if the ticket had ended.
    """

    start_us: int
    end_us: int
    lapsed: bool


def gaps(found: Sequence[ClockTurn]) -> list[Gap]:
    """The stretches between being cancelled and coming back."""
    between: list[Gap] = []
    since: ClockTurn | None = None
    for turn in found:
        if turn.what == "cancelled":
            # What ended in a gap had lapsed first: the gap began then.
            since = since or turn
        elif since is not None:
            if turn.what == "came back" and turn.at_us > since.at_us:
                between.append(Gap(since.at_us, turn.at_us, since.cause == "lapsed"))
            since = None
    return between
