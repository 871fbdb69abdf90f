"""Folding of `model/events/escalation`: what ladders do."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.escalation import LadderState
from supportflow.model.events import (
    EventBase,
    LadderEnded,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
)
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES"]

Changes = dict[str, Any]


def _started(ticket: Ticket, event: LadderStarted) -> Changes:
    before = ticket.ladder
    spent = before.spent if before is not None and before.life == ticket.reopens else ()
    return {
        "ladder": LadderState(
            name=event.ladder,
            policy=event.policy,
            run=event.run,
            life=ticket.reopens,
            started_us=to_us(event.recorded_at),
            since_us=to_us(event.recorded_at),
            until=event.until,
            pause_on=event.pause_on,
            steps=event.steps,
            rungs=event.rungs,
            by_hand=event.cause == "command",
            spent=spent if event.ladder in spent else (*spent, event.ladder),
        )
    }


def _on_its_run(change: Callable[[LadderState, Any], LadderState]) -> Callable[[Ticket, Any], Changes]:
    """What an event says of a ladder that has made room for another changes nothing."""

    def fold(ticket: Ticket, event: Any) -> Changes:
        state = ticket.ladder
        return {} if state is None or state.run != event.run else {"ladder": change(state, event)}

    return fold


def _reached(state: LadderState, event: LadderStepReached) -> LadderState:
    fired = (event.step, event.round)
    return replace(state, rungs=tuple(rung for rung in state.rungs if (rung.step, rung.round) != fired))


def _paused(state: LadderState, event: LadderPaused) -> LadderState:
    return replace(state, paused_us=to_us(event.recorded_at))


def _resumed(state: LadderState, event: LadderResumed) -> LadderState:
    return replace(state, paused_us=None, since_us=to_us(event.recorded_at), rungs=event.rungs)


def _ended(state: LadderState, event: LadderEnded) -> LadderState:
    return replace(state, ended=event.reason, steps=(), rungs=(), paused_us=None)


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    LadderStarted: _started,
    LadderStepReached: _on_its_run(_reached),
    LadderPaused: _on_its_run(_paused),
    LadderResumed: _on_its_run(_resumed),
    LadderEnded: _on_its_run(_ended),
}
"""Event class → what it changes on the ticket."""
