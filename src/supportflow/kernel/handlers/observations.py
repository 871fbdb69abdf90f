"""Observed facts: what a host that is itself the authority reports.

They are taken in, never refused, and marked where a command would have been.
"""

from supportflow._time import from_us, to_us
from supportflow.exceptions import InvalidInput
from supportflow.kernel.advance import advance
from supportflow.kernel.after.ladders import attach_ladder
from supportflow.kernel.after.order import conclude
from supportflow.kernel.after.routing import change_tier
from supportflow.kernel.casework import guards
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts, TextFacts
from supportflow.kernel.handlers.messages import (
    apply_signals,
    inbound_of,
    record_message,
    record_message_evidence,
)
from supportflow.kernel.handlers.tickets import begin_ticket, described_fields, new_id
from supportflow.kernel.handlers.work import change_assignment, change_attributes, change_priority
from supportflow.kernel.sides import actor_on_side, fact_on_side, is_one_person, side
from supportflow.model.commands import Adopt, Observe, Observed
from supportflow.model.content import as_ref, handles
from supportflow.model.events import ReplySent, StatusChanged, StatusKept, TicketAdopted
from supportflow.model.made import made
from supportflow.model.people import NOBODY, Actor
from supportflow.model.records import Refusal
from supportflow.policy import PolicyBook
from supportflow.routing.compiled import BOT

__all__ = ["adopt", "observe"]


def observe(draft: Draft, command: Observe, facts: Facts) -> None:
    """Record what happened at one instant: messages first, then who has it, how urgent it is, and its status."""
    _record_fact(draft, command, facts.text)


def _record_fact(draft: Draft, fact: Observed, text: TextFacts) -> None:
    ticket = draft.ticket
    _check_words(fact)
    fact = fact_on_side(fact, ticket.assignee, lambda who: side(ticket, who, draft.policy, draft.people))
    if fact.status is not None and fact.status not in draft.policy.lifecycle.definition.statuses:
        raise InvalidInput("status", "is not a status of the policy's lifecycle")
    if fact.is_inbound:
        words = inbound_of(ticket, fact, draft.people)
        record_message(draft, words, text)
        record_message_evidence(draft, words)
        apply_signals(draft, words, text, asked=ticket.informational)
    change_assignment(draft, fact.group, fact.agent)
    change_priority(draft, fact.priority_class, fact.level)
    change_attributes(draft, dict(fact.attributes))
    if fact.replied:
        by = fact.by if fact.by.kind == "agent" else Actor(kind="agent", id=draft.ticket.assignee or NOBODY)
        draft.emit(
            draft.event(
                ReplySent,
                by=by,
                body=None if fact.is_inbound else as_ref(fact.body),
                channel=(None if fact.is_inbound else fact.channel) or ticket.channel,
                attachments=() if fact.is_inbound else handles(fact.attachments),
                redacted=() if fact.is_inbound else text.redacted,
                in_reply_to=draft.ticket.received,
                observed=True,
            )
        )
    if fact.status is not None:
        _record_status(draft, fact.status)


def _check_words(fact: Observed) -> None:
    """Refuse a report that leaves open whose words it holds."""
    if fact.has_words and fact.requester_wrote and fact.replied:
        raise InvalidInput(
            "body", "is the requester's or the answer, not both; report the two one after the other"
        )
    if fact.has_words and not (fact.is_inbound or fact.replied):
        raise InvalidInput(
            "body", "is nobody's words: set requester_wrote or replied, or name a requester or a party in by"
        )
    if fact.replied and fact.evidence:
        raise InvalidInput("evidence", "comes with what came in, not with an answer")


def _record_status(draft: Draft, status: str) -> None:
    ticket = draft.ticket
    lifecycle = draft.policy.lifecycle
    if status == ticket.status:
        draft.emit(draft.event(StatusKept, trigger=None, status=status, cause="observation"))
        return
    trigger, unmet = lifecycle.route(ticket.status, status, draft.view)
    refusal: Refusal | None
    if trigger is None:
        final = ticket.status_category.is_final
        refusal = Refusal("final" if final else "no_transition")
    else:
        steps = guards(ticket, draft.policy, status)
        refusal = Refusal("guard", trigger, unmet, steps) if unmet or steps else None
    draft.emit(
        draft.event(
            StatusChanged,
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
    """Begin a ticket with its past. What its clocks reach in that past is recorded as late: nobody is called for it."""
    policy = book.current
    lifecycle = policy.lifecycle
    opened_us = to_us(command.opened_at)
    if command.status not in lifecycle.definition.statuses:
        raise InvalidInput("status", "is not a status of the policy's lifecycle")
    pasts = facts.past or (TextFacts(),) * len(command.history)
    facts_in_order = sorted(zip(command.history, pasts, strict=True), key=lambda one: one[0].at)
    history = [fact for fact, _ in facts_in_order]
    if opened_us > now_us or (history and to_us(history[-1].at) > now_us):
        raise InvalidInput("opened_at" if opened_us > now_us else "history", "lies in the future")
    if history and to_us(history[0].at) < opened_us:
        raise InvalidInput("history", "begins before the ticket was opened")
    people = facts.case.same_person
    # A requester who has their own ticket is no assignee of the opening: an event of its own says that they were given it.
    own = command.assignee is not None and is_one_person(command.assignee, command.requester, policy, people)
    event = made(
        TicketAdopted,
        {},
        ticket_id=new_id(facts),
        recorded_at=command.opened_at,
        by=command.by,
        ref=command.ref,
        status=command.status,
        category=lifecycle.category(command.status),
        opened_at=command.opened_at,
        adopted_at=from_us(now_us),
        policy=policy.fingerprint,
        late=opened_us < now_us,
        **{**described_fields(command, policy), **({"assignee": None} if own else {})},
    )
    draft = begin_ticket(
        event,
        command,
        facts.signals,
        policy,
        facts.tenant,
        detected_us=now_us,
        people=people,
        people_known=facts.case.people_known,
    )
    if own:
        change_assignment(draft, None, command.assignee)
    for fact, text in facts_in_order:
        advance(draft, to_us(fact.at))
        draft.by = actor_on_side(draft.ticket, fact.by, policy, people)
        _record_fact(draft, fact, text)
    advance(draft, now_us)
    attach_ladder(draft, "adopted")
    _hand_over_from_bot(draft)
    conclude(draft, facts, None)
    return draft


def _hand_over_from_bot(draft: Draft) -> None:
    """Hand what would be the bot's to a person: nobody waits for a machine's answer to what was written long ago."""
    bot, routing, ticket = draft.policy.bot, draft.policy.routing, draft.ticket
    if bot is None or routing is None or not ticket.is_open:
        return
    needs = routing.needs_of(ticket, draft.view)
    if needs is not None and needs.requirement.tier == BOT:
        change_tier(draft, routing, bot.tier, ticket.group, cause="adopted")
