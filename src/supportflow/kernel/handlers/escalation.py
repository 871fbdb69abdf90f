"""Escalation by a person's decision: a ladder, its next step, or a hand-over."""

from supportflow.escalation import group_of_tier, over, reached_us, tier_of_group
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.after.ladders import (
    end_ladder,
    fire_step,
    move_ticket,
    pause_or_resume,
    recipients,
    start_ladder,
)
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.ladders import LadderTimes
from supportflow.model.commands import Escalate
from supportflow.model.content import as_ref
from supportflow.model.escalation import LadderState, Rung
from supportflow.model.events import TicketEscalated
from supportflow.policy.check.ladders import audience_problem

__all__ = ["escalate"]


def escalate(draft: Draft, command: Escalate) -> None:
    """Start a ladder, take the next step of the one that runs, or hand the ticket over and tell people.

    Raises:
        Refused: If somebody outside asks for it, the ticket is over, no step is left, or what would end the ladder has
            happened already.
        InvalidInput: If it names a ladder, a group, a tier or people that the policy does not know, or too much at once.
    """
    ticket = draft.ticket
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} cannot escalate")
    if not ticket.is_open:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if command.group is None and command.tier is None and not command.notify:
        _take_next_step(draft, command)
    elif command.ladder is not None:
        raise InvalidInput("ladder", "comes alone; its steps say who is told, and where the ticket goes")
    else:
        _escalate_by_hand(draft, command)


def _escalate_by_hand(draft: Draft, command: Escalate) -> None:
    document = draft.current.document
    for audience in command.notify:
        problem = audience_problem(document, audience)
        if problem is not None:
            raise InvalidInput("notify", problem)
    group = command.group
    if command.tier is not None:
        if group is not None:
            raise InvalidInput("tier", "give a group or a tier, one of them")
        group = group_of_tier(draft.policy.document.groups, command.tier)
        routing = draft.policy.routing
        if group is None and (routing is None or command.tier not in routing.policy.tiers):
            raise InvalidInput("tier", "is no tier of the policy's, and none of its groups works in it")
    asked = command.notify or ((f"group:{group}",) if group is not None else ())
    _record(draft, command, group=group, asked=tuple(dict.fromkeys(asked)))
    if group is not None or command.tier is not None:
        move_ticket(draft, group, command.tier or tier_of_group(draft.policy.document.groups, group))


def _record(
    draft: Draft,
    command: Escalate,
    *,
    ladder: str | None = None,
    group: str | None = None,
    asked: tuple[str, ...] = (),
) -> None:
    draft.emit(
        draft.event(
            TicketEscalated,
            ladder=ladder,
            group=group,
            asked=asked,
            **recipients(draft, asked, draft.at_us)._asdict(),
            reason=as_ref(command.reason),
        )
    )


def _take_next_step(draft: Draft, command: Escalate) -> None:
    state = draft.ticket.ladder
    running = state if state is not None and state.running else None
    if running is not None and command.ladder in {None, running.name}:
        rung = _next_rung(draft, running)
        _record(draft, command, ladder=running.name)
        fire_step(draft, running, rung, draft.at_us)
        return
    if command.ladder is None:
        raise Refused(draft.ticket.id, command.kind, "no ladder runs on the ticket; name one, or a group")
    ladder = draft.policy.ladders.named(command.ladder)
    if ladder is None:
        raise InvalidInput("ladder", "is not a ladder of the policy")
    ended = over(ladder.until, draft.ticket)
    if ended is not None:
        raise Refused(draft.ticket.id, command.kind, f"what ends that ladder has happened: {ended}")
    _record(draft, command, ladder=ladder.name)
    if running is not None:
        end_ladder(draft, "superseded")
    start_ladder(draft, ladder, "command", draft.at_us)
    pause_or_resume(draft)


def _next_rung(draft: Draft, state: LadderState) -> Rung:
    """The rung that would fire next by time. If all hang on clocks that do not run, the first in the ladder's order."""
    asked = LadderTimes(draft.ticket, draft.policy)
    timed = [(reached_us(rung, asked.reach, asked.calendar), rung) for rung in state.rungs]
    known = [(at_us, place) for place, (at_us, _) in enumerate(timed) if at_us is not None]
    if known:
        return state.rungs[min(known)[1]]
    return state.rungs[0]
