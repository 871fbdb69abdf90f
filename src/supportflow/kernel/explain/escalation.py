"""What a ticket's ladder does next, in words."""

from collections.abc import Iterator

from supportflow._time import from_us, iso
from supportflow.escalation import told
from supportflow.kernel.due.ladders import next_rung, on_call
from supportflow.model.escalation import LadderState, Rung
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy

__all__ = ["ladder_lines", "rung_name"]


_ENDS = {
    "first_reply": "an agent's first public reply, or the end of the ticket",
    "assigned": "an assignee, or the end of the ticket",
    "resolved": "the end of the ticket",
}


def rung_name(ticket: Ticket, place: int) -> str:
    """A rung of the ticket's ladder, for people."""
    state = ticket.ladder
    assert state is not None
    return f"{_step(state.rungs[place])} of ladder {state.name!r}"


def _step(rung: Rung) -> str:
    return f"step {rung.step}" + (f", repetition {rung.round}" if rung.round else "")


def ladder_lines(
    ticket: Ticket, policy: CompiledPolicy, current: CompiledPolicy, at_us: int
) -> Iterator[str]:
    """Which step comes next, when, to whom, and what would end the ladder.

    Args:
        ticket: The ticket.
        policy: The policy that it lives under.
        current: The policy whose people are on call.
        at_us: The instant of the question.
    """
    state = ticket.ladder
    if state is None:
        return
    if state.ended is not None:
        yield f"ladder {state.name!r} is over: {state.ended.replace('_', ' ')}"
        return
    yield f"ladder {state.name!r} runs since {iso(state.started_at)}; {_ENDS[state.until]} ends it"
    if state.paused_us is not None:
        yield f"it waits since {iso(from_us(state.paused_us))}, while the ticket is {ticket.status_category.value}"
        return
    due = next_rung(ticket, policy)
    if due is None:
        yield f"{_step(state.rungs[0])} waits for the clock of {state.rungs[0].target!r}, which does not run"
        return
    then_us, rung = max(due[0], at_us), state.rungs[due[1]]
    yield f"next: {_step(rung)} at {iso(from_us(due[0]))}, {_effects(state, rung)}"
    yield _recipients(state, rung, ticket, current, then_us)


def _effects(state: LadderState, rung: Rung) -> str:
    plan = state.steps[rung.step - 1]
    does = [f"tells {', '.join(plan.notify)}"] if plan.notify else []
    if not rung.round and plan.kind == "functional":
        does.append(f"hands the ticket to {plan.group or plan.tier}")
    if not rung.round and plan.level_up:
        does.append(f"raises its level by {plan.level_up}")
    return " and ".join(does)


def _recipients(state: LadderState, rung: Rung, ticket: Ticket, current: CompiledPolicy, at_us: int) -> str:
    asked = state.steps[rung.step - 1].notify
    people = told(asked, ticket.assignee, lambda name: on_call(current, name, at_us))
    found = [*(f"agent {one}" for one in people.notified), *(f"group {one}" for one in people.groups)]
    gaps = f"; nobody behind {', '.join(people.vacant)}" if people.vacant else ""
    return f"as things stand, that is {', '.join(found) or 'nobody'}{gaps}"
