"""Playing facts: what happened to a ticket is told again, and the clocks react to it anew."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from supportflow._time import to_us
from supportflow.model.events import (
    ClocksMoved,
    EventBase,
    LadderEnded,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    PartyDeadlinePassed,
    SlaBreached,
    SlaCorrected,
    SlaExcluded,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
)

if TYPE_CHECKING:
    from supportflow.kernel.draft import Draft

__all__ = ["play"]

_CLOCKWORK = (
    ClocksMoved,
    LadderEnded,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    PartyDeadlinePassed,
    SlaBreached,
    SlaCorrected,
    SlaExcluded,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
)
"""What follows from facts and a policy, and is no fact itself."""


def play(draft: "Draft", events: Iterable[EventBase], until_us: int) -> None:
    """Tell a draft what happened, each event at its own instant.

    Args:
        draft: A draft that only replays; see `Draft.replaying` and `Draft.beside`.
        events: Events of its ticket, in order, after what it has seen.
        until_us: What is due strictly before this instant happens, too.
    """
    for event in events:
        if not isinstance(event, _CLOCKWORK):
            draft.advance(to_us(event.recorded_at))
            draft.by = event.by
            draft.emit(event)
    draft.advance(until_us)
