"""Ladders on a ticket: when one starts, waits and ends, and what its steps do when they fire.

A rung fires once: it leaves the ticket with the event that says so, and a store takes that event at one version of the
ticket only, whoever else noticed the instant at the same time.
"""

from collections.abc import Sequence
from typing import Any, Literal

from supportflow._time import from_us, to_us
from supportflow.escalation import Ladder, Told, after_pause, over, split_past, told
from supportflow.kernel.after.evidence import request_left_out
from supportflow.kernel.after.routing import change_tier, moves_to_tier, update_requirement
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.ladders import LadderTimes, on_call
from supportflow.model.escalation import LadderState, Rung
from supportflow.model.events import (
    AssignmentChanged,
    EventBase,
    LadderEnded,
    LadderEvent,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    OfferWithdrawn,
    PriorityChanged,
    StatusChanged,
    TicketOpened,
)
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy

__all__ = [
    "Cause",
    "attach_ladder",
    "end_ladder",
    "fire_rung",
    "fire_step",
    "ladders_react",
    "move_ticket",
    "pause_or_resume",
    "recipients",
    "start_ladder",
]


Cause = Literal["opened", "matched", "reopened", "command", "adopted", "policy"]


# --- starting, waiting, ending -----------------------------------------------------------------


def ladders_react(draft: Draft, event: EventBase) -> None:
    """Record what an event means for the ladder: it ends, another one starts, it waits or goes on."""
    state = draft.ticket.ladder
    if (state is None and draft.policy.ladders.empty) or draft.adopting or draft.replays:
        return
    if isinstance(event, LadderEvent):
        return
    _end_if_over(draft)
    if draft.ticket.is_open and not draft.policy.ladders.empty:
        _match(draft, event)
    pause_or_resume(draft)


def attach_ladder(draft: Draft, cause: Literal["adopted", "policy"]) -> None:
    """Start the ladder of a ticket that was there before it. Steps that it missed become one record; nobody is called."""
    ticket, policy = draft.ticket, draft.policy
    state = ticket.ladder
    if policy.ladders.empty or not ticket.is_open or (state is not None and state.running):
        return
    ladder = policy.ladders.match(draft.view)
    if ladder is None or ladder.name in _spent(ticket) or over(ladder.until, ticket) is not None:
        return
    since_us = draft.at_us if ticket.reopens else to_us(ticket.opened_at)
    start_ladder(draft, ladder, cause, since_us)
    pause_or_resume(draft)


def _spent(ticket: Ticket) -> tuple[str, ...]:
    """The ladders that do not start by themselves again before the ticket is reopened."""
    state = ticket.ladder
    return state.spent if state is not None and state.life == ticket.reopens else ()


def _match(draft: Draft, event: EventBase) -> None:
    """Start the first ladder that matches.

    Not if it has run since the ticket was last reopened, nor if one runs that was started by hand or under an earlier
    version of the policy: that one stays.
    """
    ticket = draft.ticket
    state = ticket.ladder
    running = state is not None and state.running
    if state is not None and running and (state.by_hand or state.policy != ticket.policy):
        return
    ladder = draft.policy.ladders.match(draft.view)
    if ladder is None or ladder.name in _spent(ticket) or over(ladder.until, ticket) is not None:
        return
    if running:
        end_ladder(draft, "superseded")
    cause = _cause(draft.policy, event)
    start_ladder(draft, ladder, cause, to_us(ticket.opened_at) if cause == "opened" else draft.at_us)


def _cause(policy: CompiledPolicy, event: EventBase) -> Cause:
    if isinstance(event, TicketOpened):
        return "opened"
    source = (
        policy.lifecycle.definition.statuses.get(event.source) if isinstance(event, StatusChanged) else None
    )
    return "matched" if source is None or source.is_open else "reopened"


def start_ladder(draft: Draft, ladder: Ladder, cause: Cause, since_us: int) -> None:
    """Copy a ladder into the ticket, where no later policy changes it. Of rungs in the past only the latest is kept."""
    ticket, policy = draft.ticket, draft.policy
    asked = LadderTimes(ticket, policy)
    every = policy.ladders.rungs(ladder, since_us, asked.calendar)
    left, latest, skipped = split_past(every, _present_us(draft), asked.reach_or_past, asked.calendar)
    draft.emit(
        draft.event(
            LadderStarted,
            ladder=ladder.name,
            run=1 if ticket.ladder is None else ticket.ladder.run + 1,
            cause=cause,
            policy=policy.fingerprint,
            since=from_us(since_us),
            until=ladder.until,
            pause_on=ladder.pause_on,
            steps=policy.ladders.steps(ladder),
            rungs=left,
            skipped=skipped,
        )
    )
    before_known = draft.report is not None and draft.report.before_known
    if latest is not None and (cause in {"adopted", "policy"} or before_known):
        _record(draft, left[latest.place], latest.at_us, late=True)
        _end_if_finished(draft)


def _present_us(draft: Draft) -> int:
    """Up to when rungs count as past: until now, if somebody reports it only now; else until the instant of the decision."""
    return draft.at_us if draft.report is None else max(draft.report.now_us, draft.at_us)


def _end_if_over(draft: Draft) -> None:
    state = draft.ticket.ladder
    if state is None or not state.running:
        return
    reason = over(state.until, draft.ticket)
    if reason is not None:
        end_ladder(draft, reason)


def _end_if_finished(draft: Draft) -> None:
    state = draft.ticket.ladder
    if state is not None and state.running and not state.rungs:
        end_ladder(draft, "finished")


def end_ladder(draft: Draft, reason: str) -> None:
    """Record that the ladder is over."""
    draft.emit(LadderEnded(**_on_ladder(draft), reason=reason))


def _on_ladder(draft: Draft) -> dict[str, Any]:
    state = draft.ticket.ladder
    assert state is not None
    return {**draft.head(), "ladder": state.name, "run": state.run}


def pause_or_resume(draft: Draft) -> None:
    """Pause or resume the ladder, if the ticket's status asks for that."""
    state = draft.ticket.ladder
    if state is None or not state.running:
        return
    waits = draft.ticket.status_category.value in state.pause_on
    if waits and state.paused_us is None:
        draft.emit(LadderPaused(**_on_ladder(draft)))
    elif not waits and state.paused_us is not None:
        asked = LadderTimes(draft.ticket, draft.policy)
        rungs = after_pause(state.rungs, state.paused_us, draft.at_us, asked.calendar)
        if draft.report is not None:
            rungs = split_past(rungs, draft.report.now_us, asked.reach_or_past, asked.calendar)[0]
        draft.emit(LadderResumed(**_on_ladder(draft), rungs=rungs))


# --- a step ------------------------------------------------------------------------------------


def fire_rung(draft: Draft, place: int, at_us: int) -> None:
    """Fire a rung whose instant has come."""
    state = draft.ticket.ladder
    assert state is not None
    fire_step(draft, state, state.rungs[place], at_us)


def fire_step(draft: Draft, state: LadderState, rung: Rung, at_us: int) -> None:
    """Record that a rung fired, then do what its step does. A repetition tells people again and moves nothing."""
    plan = state.steps[rung.step - 1]
    _record(draft, rung, at_us, late=False)
    if rung.round == 0:
        if plan.kind == "functional":
            move_ticket(draft, plan.group, plan.tier)
        if plan.level_up:
            _raise_level(draft, plan.level_up)
    _end_if_finished(draft)


def _record(draft: Draft, rung: Rung, at_us: int, *, late: bool) -> None:
    state = draft.ticket.ladder
    assert state is not None
    plan = state.steps[rung.step - 1]
    people = Told((), (), ()) if late else recipients(draft, plan.notify, at_us)
    draft.emit(
        LadderStepReached(
            **_on_ladder(draft),
            step=rung.step,
            round=rung.round,
            escalation=plan.kind,
            reached_at=from_us(at_us),
            detected_at=draft.noticed_at,
            asked=plan.notify,
            **people._asdict(),
            empty=bool(plan.notify) and people.empty and not late,
            late=late,
        )
    )


def recipients(draft: Draft, asked: Sequence[str], at_us: int) -> Told:
    """Who is told: those whom the desk's current policy has on call at that instant, not those of the ticket's version."""
    return told(asked, draft.ticket.assignee, lambda name: on_call(draft.current, name, at_us))


def move_ticket(draft: Draft, group: str | None, tier: str | None) -> None:
    """Move the ticket to another group or tier, without an assignee there. Nothing happens if it is there already."""
    ticket, routing = draft.ticket, draft.policy.routing
    if routing is not None and tier is not None and moves_to_tier(ticket, routing, tier):
        change_tier(draft, routing, tier, group)
        request_left_out(draft, ticket)
        _end_offer(draft)
        return
    if group is None or ticket.group == group:
        return
    draft.emit(
        draft.event(
            AssignmentChanged,
            group=group,
            assignee=None,
            previous_group=ticket.group,
            previous_assignee=ticket.assignee,
        )
    )
    update_requirement(draft)
    _end_offer(draft)


def _end_offer(draft: Draft) -> None:
    """Withdraw the offer that stands: it was made before the ticket moved."""
    offer = draft.ticket.routing.offer
    if offer is not None:
        draft.emit(draft.event(OfferWithdrawn, agent=offer.agent, cause="changed"))


def _raise_level(draft: Draft, by: int) -> None:
    ticket = draft.ticket
    level = max(ticket.level - by, 1)
    if level == ticket.level:
        return
    draft.emit(
        PriorityChanged(
            **draft.head(),
            priority_class=ticket.priority_class,
            level=level,
            previous_class=ticket.priority_class,
            previous_level=ticket.level,
            rule="escalation",
            chosen_by="ladder",
            given=("level",),
        )
    )
    update_requirement(draft)
