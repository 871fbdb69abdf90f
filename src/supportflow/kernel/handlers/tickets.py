"""Opening a ticket."""

from typing import Any

from supportflow._time import Instant, from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.after.evidence import request_evidence
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.fold.evolve import evolve
from supportflow.kernel.fold.tickets import reclassed
from supportflow.kernel.handlers.casework import record_evidence
from supportflow.kernel.handlers.updates import confirm_receipt
from supportflow.kernel.identity import repeated_ticket
from supportflow.kernel.replay import opening
from supportflow.kernel.sides import is_one_person
from supportflow.model.base import is_id
from supportflow.model.commands import Described, OpenTicket
from supportflow.model.content import as_ref, handles
from supportflow.model.events import RequesterInformed, TicketAdopted, TicketOpened
from supportflow.model.events.tickets import Given
from supportflow.model.made import copied, made, remade
from supportflow.model.people import Actor
from supportflow.model.signals import Signals
from supportflow.policy import CompiledPolicy, PolicyBook
from supportflow.policy.document.foreseen import Foreseen
from supportflow.texts import in_language

__all__ = [
    "begin_from",
    "begin_ticket",
    "class_in_text",
    "described_fields",
    "foreseen_in",
    "inform",
    "new_id",
    "open_ticket",
]


def open_ticket(book: PolicyBook, command: OpenTicket, facts: Facts, now: Instant, now_us: int) -> Draft:
    """Open a ticket under the current policy, at an instant that is given in both forms."""
    policy = book.current
    command, foreseen = foreseen_in(command, policy)
    opened_at, opened_us = now, now_us
    if command.opened_at is not None:
        opened_at, opened_us = command.opened_at, to_us(command.opened_at)
    if opened_us > now_us:
        raise InvalidInput("opened_at", "lies in the future")
    topic = command.category or (None if facts.signals is None else facts.signals.category)
    event = made(
        TicketOpened,
        {},
        ticket_id=new_id(facts),
        recorded_at=now,
        by=_opener(command, facts, policy),
        ref=command.ref,
        status=policy.lifecycle.initial,
        category=policy.lifecycle.category(policy.lifecycle.initial),
        body=as_ref(command.body),
        personal=as_ref(command.personal),
        attachments=handles(command.attachments),
        opened_at=opened_at,
        private=command.private,
        policy=policy.fingerprint,
        follow_up_of=command.follow_up_of,
        repeat_of=repeated_ticket(policy.cases.identity, command, topic, facts.case.candidates, opened_us),
        redacted=facts.redacted,
        foreseen=command.event,
        awaits_contact=foreseen is not None and foreseen.clocks == "contact",
        **described_fields(command, policy),
    )
    draft = begin_ticket(event, command, facts.signals, policy, facts.tenant, detected_us=now_us)
    if command.assignee is not None:
        draft.begin_work("assignment")
    if foreseen is None:
        record_evidence(draft, command.evidence, command.attachments)
        request_evidence(draft, None)
        confirm_receipt(draft)
    else:
        inform(draft, foreseen, str(command.event))
    conclude(draft, facts, None)
    return draft


def new_id(facts: Facts) -> str:
    """The id of the ticket that begins.

    Raises:
        InvalidInput: If it is none: what gives ids may be a host's own.
    """
    if not is_id(facts.ticket_id):
        raise InvalidInput("ticket_id", "is no id")
    return facts.ticket_id


def foreseen_in(command: OpenTicket, policy: CompiledPolicy) -> tuple[OpenTicket, Foreseen | None]:
    """The command as the policy completes it, if it is for an event of the host's own; and what the policy says of that.

    Raises:
        InvalidInput: If the policy foresees no such event, or the ticket would be internal work.
        Refused: If somebody outside reports it.
    """
    if command.event is None:
        return command, None
    foreseen = policy.document.foreseen.get(command.event)
    if foreseen is None:
        raise InvalidInput("event", "is none that the policy foresees")
    if command.private:
        raise InvalidInput("event", "concerns a requester, and private work has none who waits")
    if command.by.kind in {"requester", "party"}:
        raise Refused("", command.kind, f"a {command.by.kind} reports no event of the host's")
    completed = {
        "category": command.category or foreseen.category,
        "priority_class": command.priority_class or foreseen.priority_class,
        "level": command.level or foreseen.level,
        "attributes": {**foreseen.attributes, **command.attributes},
    }
    return command.model_copy(update=completed), foreseen


def inform(draft: Draft, foreseen: Foreseen, event: str) -> None:
    """Tell the requester of an event of the host's, in the policy's words and their language."""
    ticket = draft.ticket
    language = in_language(foreseen.tells, ticket.language, foreseen.language)[0]
    draft.emit(
        draft.event(
            RequesterInformed,
            occasion="foreseen",
            about=event,
            language=language,
            channel=ticket.channel,
            policy=draft.current.fingerprint,
        )
    )


def _opener(command: OpenTicket, facts: Facts, policy: CompiledPolicy) -> Actor:
    """Who opens a ticket: an agent who asks for themselves is its requester, unless it is work that nobody waits for.

    Raises:
        InvalidInput: If the requester would be given their own ticket.
    """
    by, people = command.by, facts.case.same_person
    if command.private:
        return by
    if command.assignee is not None and is_one_person(command.assignee, command.requester, policy, people):
        raise InvalidInput("assignee", "is the requester; open work of one's own with private=True")
    own = by.kind == "agent" and is_one_person(by.id, command.requester, policy, people)
    return Actor(kind="requester", id=by.id) if own else by


def begin_ticket(
    event: TicketOpened | TicketAdopted,
    command: Described,
    signals: Signals | None,
    policy: CompiledPolicy,
    tenant: str,
    *,
    detected_us: int,
    given: tuple[Given, ...] | None = None,
    people: frozenset[str] = frozenset(),
    people_known: bool = False,
) -> Draft:
    """Begin a ticket with its first event. The host, the policy's rules and the text decide its class, in that order.

    Args:
        event: Its first event; its class and level are replaced.
        command: What was asked for.
        signals: What the text says.
        policy: The policy that it will live under.
        tenant: The tenant.
        detected_us: The real time.
        given: What of its priority was chosen by hand; what the command says, if not given.
        people: The requester's other ids.
        people_known: True if these were looked up.
    """
    if given is None:
        named: dict[Given, object] = {"class": command.priority_class, "level": command.level}
        given = tuple(what for what, value in named.items() if value is not None)
    if signals is not None:
        event = copied(event, _fields_from_text(event, signals, policy))
    ticket = evolve(None, event, tenant=tenant)
    record = ticket_record(ticket, to_us(event.opened_at))
    chosen = policy.priority.choose(
        record, given_class=command.priority_class, given_level=command.level, signals=signals
    )
    classed = remade(
        event,
        {
            "priority_class": chosen.priority_class,
            "level": chosen.level,
            "rule": chosen.rule,
            "chosen_by": chosen.chosen_by,
            "evidence": chosen.evidence,
            "level_evidence": chosen.level_evidence,
            "given": given,
        },
    )
    return opening(
        classed,
        reclassed(ticket, classed),
        policy,
        detected_us=detected_us,
        people=people,
        people_known=people_known,
    )


def begin_from(draft: Draft, policy: CompiledPolicy, by: Actor, facts: Facts, **own: Any) -> Draft:
    """Begin a ticket of the same requester out of another one: what follows its end, or a part of it.

    What the other one is about goes with it, as far as the policy knows it. The class does, too, unless the text asks for a
    higher one. Its clocks are its own.

    Args:
        draft: The decision on the other one.
        policy: The policy that the new one will live under.
        by: Who wrote what it begins with.
        facts: With its id, and what the text says.
        own: Fields of `TicketOpened` that are its own.
    """
    ticket = draft.ticket
    fields = {
        "requester": ticket.requester,
        "channel": ticket.channel,
        "type": ticket.type,
        "topic": ticket.category,
        "language": ticket.language,
        "tz": ticket.tz,
        "subject": ticket.subject,
        "personal": ticket.personal,
        "attributes": {
            name: value for name, value in ticket.attributes.items() if name in policy.document.fields
        },
        "spoken": ticket.spoken,
        "informational": ticket.informational,
    }
    event = TicketOpened(
        ticket_id=facts.ticket_id,
        recorded_at=from_us(draft.at_us),
        observed_at=draft.observed_at,
        by=by,
        status=policy.lifecycle.initial,
        category=policy.lifecycle.category(policy.lifecycle.initial),
        priority_class=policy.document.classes[-1],
        level=ticket.level,
        rule="default",
        opened_at=from_us(draft.at_us),
        policy=policy.fingerprint,
        redacted=facts.redacted,
        **{**fields, **own},
    )
    same_class = ticket.priority_class if ticket.priority_class in policy.document.classes else None
    asked = Described(requester=ticket.requester, priority_class=same_class, level=ticket.level)
    return begin_ticket(
        event,
        asked,
        facts.signals,
        policy,
        ticket.tenant,
        detected_us=draft.detected_us,
        given=ticket.given,
    )


def class_in_text(signals: Signals | None, policy: CompiledPolicy) -> str | None:
    """The class that a text asks for. None if it is the lowest, which every text has, or one that the policy lacks."""
    spoken = None if signals is None else signals.priority_class
    return spoken if spoken in policy.document.classes[:-1] else None


def _fields_from_text(
    event: TicketOpened | TicketAdopted, signals: Signals, policy: CompiledPolicy
) -> dict[str, Any]:
    """Fields of the first event that are read out of its text, where the host left them open."""
    read: dict[str, Any] = {
        "topic": event.topic or signals.category,
        "language": event.language or signals.tag or signals.language,
    }
    spoken = class_in_text(signals, policy)
    if spoken is not None:
        read["spoken"] = tuple(sorted({*event.spoken, spoken}))
        read["informational"] = signals.informational and (event.informational or not event.spoken)
    if isinstance(event, TicketOpened):
        read |= {"flags": signals.flags, "review": signals.raised_for_review, "product": signals.product}
        read["agency"] = signals.agency
    return read


def described_fields(command: Described, policy: CompiledPolicy) -> dict[str, Any]:
    """The fields that opening and adopting share; the priority is a stand-in until `begin_ticket` chooses it.

    Raises:
        InvalidInput: If the command names a class or an attribute that the policy does not know.
    """
    policy.check_class(command.priority_class)
    return {
        "requester": command.requester,
        "channel": command.channel,
        "type": command.type,
        "topic": command.category,
        "language": command.language,
        "tz": _zone(command.tz, policy),
        "subject": as_ref(command.subject),
        "group": command.group,
        "assignee": command.assignee,
        "attributes": {
            name: value
            for name, value in policy.check_attributes(dict(command.attributes)).items()
            if value is not None
        },
        "priority_class": command.priority_class or policy.document.classes[-1],
        "level": command.level or policy.document.default_level,
        "rule": "default",
    }


def _zone(tz: str | None, policy: CompiledPolicy) -> str | None:
    if tz is not None and not policy.knows_zone(tz):
        raise InvalidInput("tz", "is not an IANA time zone")
    return tz
