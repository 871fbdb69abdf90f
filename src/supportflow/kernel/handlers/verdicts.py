"""Exclusions and corrections: they stand beside a verdict, which itself never changes."""

from supportflow.exceptions import InvalidInput
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.commands import Correct, Exclude
from supportflow.model.content import as_ref
from supportflow.model.events import SlaCorrected, SlaExcluded, SlaJudged

__all__ = ["correct", "exclude"]


def exclude(draft: Draft, command: Exclude, facts: Facts) -> None:
    """Leave a clock out of the adjusted rate."""
    _judged(facts, command.clock)
    draft.emit(draft.event(SlaExcluded, clock=command.clock, reason=as_ref(command.reason)))


def correct(draft: Draft, command: Correct, facts: Facts) -> None:
    """Judge a clock again."""
    judged = _judged(facts, command.clock)
    draft.emit(
        draft.event(
            SlaCorrected,
            clock=command.clock,
            met=command.met,
            original=judged.verdict,
            reason=as_ref(command.reason),
        )
    )


def _judged(facts: Facts, key: str) -> SlaJudged:
    """The verdict on a clock, of this cycle or an earlier one."""
    for event in facts.history:
        if isinstance(event, SlaJudged) and event.clock == key:
            return event
    raise InvalidInput("clock", "is not the key of a clock of this ticket that was judged")
