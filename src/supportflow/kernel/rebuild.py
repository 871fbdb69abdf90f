"""What would have been: a ticket's history under a policy, as if that had applied from the start.

The facts stay (messages, statuses, assignments); the clocks, their milestones and verdicts are made anew. Under the policy
that was in force this gives back what was recorded; under another one it answers "what if".
"""

from collections.abc import Iterable

from supportflow._time import to_us
from supportflow.kernel.draft import Draft
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
    TicketAdopted,
    TicketOpened,
)
from supportflow.model.records import Clock
from supportflow.policy import CompiledPolicy
from supportflow.sla.compiled import CompiledSla

__all__ = ["past_clock", "rebuild"]

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


def rebuild(
    history: Iterable[EventBase],
    policy: CompiledPolicy,
    tenant: str,
    until_us: int,
    *,
    bound: CompiledSla | None = None,
) -> Draft | None:
    """The draft of a ticket whose facts are those of a history and whose clocks are those of a policy.

    Args:
        history: A ticket's stream, from its beginning.
        policy: The policy to apply.
        tenant: The ticket's tenant.
        until_us: What is due strictly before this instant happens.
        bound: An SLA policy that applies whatever matches.

    Returns:
        The draft with all events; None if the stream does not begin with an opening.
    """
    draft: Draft | None = None
    for event in history:
        if isinstance(event, TicketOpened | TicketAdopted):
            begun = event.model_copy(update={"policy": policy.fingerprint})
            draft = Draft.opening(begun, policy, tenant, detected_us=until_us, bound=bound, climbs=False)
            draft.closes_itself = False
        elif draft is not None and not isinstance(event, _CLOCKWORK):
            draft.advance(to_us(event.recorded_at))
            draft.by = event.by
            draft.emit(event)
    if draft is not None:
        draft.advance(until_us)
    return draft


def past_clock(draft: Draft, attached: Clock, history: tuple[EventBase, ...]) -> Clock | None:
    """What a clock that is attached now would be, had its target applied from the start.

    Its milestones are still to be reached, each at its true instant in the past.

    Args:
        draft: The decision in which it is attached.
        attached: The clock as it would start now.
        history: The ticket's events before the decision.
    """
    sla = draft.policy.sla.match(draft.view)
    target = None if sla is None else sla.targets(draft.view).get(attached.target)
    if sla is None or target is None or target.on_change != "retroactive":
        return None
    past = rebuild(
        (*history, *draft.events), draft.policy, draft.ticket.tenant, draft.at_us, bound=sla.only(target)
    )
    if past is None:
        return None
    for clock in past.ticket.clocks:
        if clock.target == attached.target and clock.active:
            return clock._replace(passed=0, breached_us=None, attached_us=draft.at_us, retroactive=True)
    return None
