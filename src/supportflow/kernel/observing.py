"""Observed facts: what a host that is itself the authority reports.

They are taken in, never refused, and marked where a command would have been.
"""

from supportflow._time import from_us, to_us
from supportflow.exceptions import InvalidInput
from supportflow.kernel.climbing import attach
from supportflow.kernel.concluding import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.opening import begin, described
from supportflow.kernel.procedures import guards
from supportflow.kernel.sides import is_one_person, side_of
from supportflow.kernel.working import change_assignment, change_attributes, change_priority
from supportflow.model.commands import Adopt, Observe, Observed
from supportflow.model.events import (
    MessageReceived,
    ReplySent,
    StatusChanged,
    StatusKept,
    TicketAdopted,
)
from supportflow.model.people import Actor
from supportflow.model.records import Refusal
from supportflow.policy import PolicyBook

__all__ = ["adopt", "observe"]


def observe(draft: Draft, command: Observe, facts: Facts, book: PolicyBook) -> None:
    """Take in what happened at one instant: messages first, then who has it, how urgent it is, and its status."""
    del facts, book
    _take_in(draft, command)


def _take_in(draft: Draft, fact: Observed) -> None:
    ticket = draft.ticket
    if fact.status is not None and fact.status not in draft.policy.lifecycle.definition.statuses:
        raise InvalidInput("status", "is not a status of the policy's lifecycle")
    if fact.requester_wrote:
        draft.emit(
            MessageReceived(
                ticket_id=ticket.id,
                recorded_at=from_us(draft.at_us),
                observed_at=draft.observed_at,
                by=Actor(kind="requester", id=ticket.requester),
                origin="requester",
                channel=ticket.channel,
            )
        )
    change_assignment(draft, fact.group, fact.agent)
    change_priority(draft, fact.priority_class, fact.level)
    change_attributes(draft, dict(fact.attributes))
    if fact.replied:
        _replied(draft, fact)
    if fact.status is not None:
        _status(draft, fact.status)


def _replied(draft: Draft, fact: Observed) -> None:
    """An agent answered, or who wrote takes part in the case from outside: then nobody has answered."""
    ticket = draft.ticket
    by = fact.by if fact.by.kind == "agent" else None
    if by is None and ticket.assignee is not None:
        by = Actor(kind="agent", id=ticket.assignee)
    about = {
        "ticket_id": ticket.id,
        "recorded_at": from_us(draft.at_us),
        "observed_at": draft.observed_at,
        "channel": ticket.channel,
    }
    writer = None if by is None else side_of(ticket, by, draft.policy, draft.people)
    if writer is not None and writer.kind in {"requester", "party"}:
        draft.emit(MessageReceived(**about, by=writer, origin=writer.kind))
        return
    by = by or Actor(kind="agent", id="unknown")
    draft.emit(ReplySent(**about, by=by, in_reply_to=ticket.received))


def _status(draft: Draft, status: str) -> None:
    ticket = draft.ticket
    lifecycle = draft.policy.lifecycle
    if status == ticket.status:
        draft.emit(StatusKept(**draft.head(), trigger=None, status=status, cause="observation"))
        return
    trigger, unmet = lifecycle.route(ticket.status, status, draft.view)
    refusal: Refusal | None
    if trigger is None:
        final = ticket.status_category.is_final
        refusal = Refusal("final" if final else "no_transition")
    else:
        steps = tuple(f"step:{name}" for name in guards(ticket, draft.policy, status))
        refusal = Refusal("guard", trigger, (*unmet, *steps)) if unmet or steps else None
    draft.emit(
        StatusChanged(
            **draft.head(),
            trigger=trigger,
            source=ticket.status,
            target=status,
            category=lifecycle.category(status),
            cause="observation",
            forced=refusal is not None,
            refusal=refusal,
        )
    )


def adopt(book: PolicyBook, command: Adopt, facts: Facts, now_us: int) -> Draft:
    """Take in a ticket with its past. What its clocks reach in that past is recorded as late: nobody is called for it."""
    policy = book.current
    lifecycle = policy.lifecycle
    opened_us = to_us(command.opened_at)
    if command.status not in lifecycle.definition.statuses:
        raise InvalidInput("status", "is not a status of the policy's lifecycle")
    history = sorted(command.history, key=lambda fact: fact.at)
    if opened_us > now_us or (history and to_us(history[-1].at) > now_us):
        raise InvalidInput("opened_at" if opened_us > now_us else "history", "lies in the future")
    if history and to_us(history[0].at) < opened_us:
        raise InvalidInput("history", "begins before the ticket was opened")
    people = facts.case.same_person
    # Who is given their own ticket is given it by an event that says so.
    own = command.assignee is not None and is_one_person(command.assignee, command.requester, policy, people)
    event = TicketAdopted(
        ticket_id=facts.ticket_id,
        recorded_at=command.opened_at,
        by=command.by,
        ref=command.ref,
        status=command.status,
        category=lifecycle.category(command.status),
        opened_at=command.opened_at,
        adopted_at=from_us(now_us),
        policy=policy.fingerprint,
        **{**described(command, policy), **({"assignee": None} if own else {})},
    )
    draft = begin(event, command, facts.signals, policy, facts.tenant, detected_us=now_us)
    draft.people, draft.people_known = people, facts.case.people_known
    if own:
        change_assignment(draft, None, command.assignee)
    for fact in history:
        draft.advance(to_us(fact.at))
        draft.by = side_of(draft.ticket, fact.by, policy, people)
        _take_in(draft, fact)
    draft.advance(now_us)
    attach(draft, "adopted")
    conclude(draft, facts, None)
    return draft
