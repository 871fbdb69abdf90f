"""Pauses of a ticket's clocks, by reason."""

from collections.abc import Iterator
from typing import NamedTuple

from supportflow.model.events import ClocksMoved, SlaJudged
from supportflow.model.records import ClockMove
from supportflow.replay.recording import Case

__all__ = ["PauseRow", "pauses_of"]


class PauseRow(NamedTuple):
    """A pause of a clock, of any of its cycles.

    Attributes:
        case: The ticket.
        target: The target.
        reason: Why, in the policy's words; `"from the start"` if the clock began so.
        spent_us: How long it lasted, around the clock; until the log's end, if it is not over.
    """

    case: str
    target: str
    reason: str
    spent_us: int


def pauses_of(case: Case) -> Iterator[PauseRow]:
    """The pauses of a case, in the order in which they ended."""
    walk = _Walk(case.name)
    for event in case.events:
        if isinstance(event, ClocksMoved):
            for move in event.moves:
                yield from walk.moved(move)
            for key in event.dropped:
                walk.paused.pop(key, None)
        elif isinstance(event, SlaJudged):
            yield from walk.over(event.clock, event.verdict.stopped_us)
    for key in list(walk.paused):
        yield from walk.over(key, case.end_us)


class _Walk:
    """Which clocks are paused, since when, and why."""

    def __init__(self, case: str) -> None:
        self.paused: dict[str, tuple[int, str]] = {}
        self._case = case
        self._targets: dict[str, str] = {}

    def moved(self, move: ClockMove) -> Iterator[PauseRow]:
        state = move.state
        if state is None:
            if move.move == "pause":
                self.paused.setdefault(move.clock, (move.at_us, move.reason or ""))
            elif move.move in {"resume", "cancel"}:
                yield from self.over(move.clock, move.at_us)
            return
        self._targets[state.key] = state.target
        if state.state != "paused":
            yield from self.over(move.clock, move.at_us)
        elif move.clock in self.paused:
            self.paused[state.key] = self.paused.pop(move.clock)  # the target was changed while it was paused
        else:
            # A target that came to apply later may have been paused since before.
            last = state.segments[-1]
            since_us = last.start_us if last.end_us is None else last.end_us
            self.paused[state.key] = (since_us, "from the start")

    def over(self, key: str, at_us: int) -> Iterator[PauseRow]:
        found = self.paused.pop(key, None)
        if found is not None and at_us > found[0]:
            yield PauseRow(self._case, self._targets[key], found[1], at_us - found[0])
