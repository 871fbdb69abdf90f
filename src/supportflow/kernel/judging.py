"""Words about verdicts: exclusions and corrections stand beside a verdict, which itself never changes."""

from supportflow.exceptions import InvalidInput
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.opening import as_ref
from supportflow.model.commands import Correct, Exclude
from supportflow.model.events import SlaCorrected, SlaExcluded
from supportflow.model.records import Clock
from supportflow.policy import PolicyBook

__all__ = ["correct", "exclude"]


def exclude(draft: Draft, command: Exclude, facts: Facts, book: PolicyBook) -> None:
    """Leave a clock out of the adjusted rate."""
    del facts, book
    clock = _clock(draft, command.clock)
    draft.emit(SlaExcluded(**draft.head(), clock=clock.key, reason=as_ref(command.reason)))


def correct(draft: Draft, command: Correct, facts: Facts, book: PolicyBook) -> None:
    """Judge a clock again."""
    del facts, book
    clock = _clock(draft, command.clock)
    if clock.verdict is None:
        raise InvalidInput("clock", "has no verdict to correct")
    draft.emit(
        SlaCorrected(
            **draft.head(),
            clock=clock.key,
            met=command.met,
            original=clock.verdict,
            reason=as_ref(command.reason),
        )
    )


def _clock(draft: Draft, key: str) -> Clock:
    for clock in draft.ticket.clocks:
        if clock.key == key:
            return clock
    raise InvalidInput("clock", "is not the key of a clock of this ticket")
