"""Gathering what a decision needs to know besides the ticket: the core asks nobody."""

from collections.abc import Iterable

from supportflow.exceptions import SignatureRefused
from supportflow.flows import requests
from supportflow.flows.commands.clean import text_of
from supportflow.flows.environment import Environment
from supportflow.flows.load import known_agents, lineage, read_tickets
from supportflow.flows.people import RequesterStream, person_facts, same_person
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.kernel.facts import CaseFacts, Facts, PersonFacts
from supportflow.kernel.handlers.messages import leaves_by, origin_in
from supportflow.model.commands import (
    AddParty,
    Adopt,
    Advance,
    Assign,
    Authorise,
    Cancel,
    Close,
    CommandBase,
    CompleteStep,
    Correct,
    DecideAction,
    DecideAnnouncement,
    Exclude,
    GiveConsent,
    Merge,
    Observe,
    Offer,
    OpenTicket,
    ProposeAnnouncement,
    Provide,
    Rate,
    Receive,
    Reply,
    RequestAction,
    Resolve,
    ResolveWithProblem,
    SolveProblem,
    TakeTurn,
    Trigger,
    UndoAction,
    Verify,
    ViewContent,
    WithdrawConsent,
)
from supportflow.model.events import EventBase
from supportflow.model.people import NOBODY
from supportflow.model.signals import Signals
from supportflow.model.storage import Query
from supportflow.model.ticket import Ticket
from supportflow.triage import texts
from supportflow.triage.rated import stars_in

__all__ = ["load_events", "load_facts", "may_need_person"]

_LOOKED_AT = 20
"""How many of a person's open tickets, and of all their tickets, a new contact is compared with."""

_NOTHING = CaseFacts()
_NOBODY_ELSE = CaseFacts(people_known=True)

# A command's kind is looked up: to ask a model's class whether it has an instance costs as much as a small event.
_LOOKING_BACK = frozenset({Exclude, Correct, ViewContent})
_ABOUT_ACTIONS: frozenset[type[CommandBase]] = frozenset(
    (RequestAction, DecideAction, DecideAnnouncement, UndoAction, ViewContent)
)
_ABOUT_LEVELS = frozenset({Authorise, RequestAction, UndoAction, Verify})
_ABOUT_ACCESS = frozenset({GiveConsent, ViewContent, WithdrawConsent})
_FROM_OUTSIDE = frozenset({Receive, Provide, Observe, Rate})
_SAYING: frozenset[type[CommandBase]] = frozenset((Reply, TakeTurn, ProposeAnnouncement))
_NAMING = frozenset({Assign, Observe, Offer})
_ENDING = frozenset({Trigger, Resolve, Close, Cancel, Merge, SolveProblem, ResolveWithProblem})


def load_facts(
    env: Environment,
    command: CommandBase,
    ticket: Ticket | None,
    other: Ticket | None,
    *,
    signals: Signals | None,
    redacted: tuple[str, ...],
    read: RequesterStream | None = None,
) -> Flow[Facts]:
    """The facts for one decision, but for a fresh id.

    Args:
        env: The desk.
        command: The command, its texts without secrets.
        ticket: The ticket that it is on.
        other: The other ticket that it touches.
        signals: What its text says.
        redacted: What was removed from its texts.
        read: What was read with the ticket.
    """
    case = yield from _case_facts(env, command, ticket, other, read)
    named = _named_agents(env, command, [ticket, other, *case.candidates])
    agents = (yield from known_agents(env, named)) if named else {}
    kind = type(command)
    history: tuple[EventBase, ...] = ()
    before: tuple[tuple[EventBase, ...], ...] = ()
    person: PersonFacts | None = None
    if ticket is not None:
        # Most kinds look at none of these.
        if kind in _LOOKING_BACK:
            history = yield from load_events(env, ticket.id)
        if kind is ViewContent:
            before = yield from lineage(env, ticket)
        if kind in _ABOUT_LEVELS and _counts_for_all(env, ticket):
            person = yield from person_facts(env, ticket.requester, read)
    return Facts(
        tenant=env.tenant,
        signals=signals,
        redacted=redacted,
        other=other,
        history=history,
        case=case,
        agents=agents,
        person=person,
        before=before,
    )


def _counts_for_all(env: Environment, ticket: Ticket) -> bool:
    """Whether a verification counts for all cases of a ticket's requester."""
    return ticket.requester != NOBODY and env.book[ticket.policy].cases.person_wide


def load_events(env: Environment, ticket_id: str) -> Flow[tuple[EventBase, ...]]:
    """The events of a ticket, for the few decisions that look back."""
    if env.held is not None:
        return env.held.events(ticket_id)
    rows = yield from requests.events(env.tenant, f"ticket:{ticket_id}")
    return tuple(map(read_row, rows))


def _named_agents(env: Environment, command: CommandBase, tickets: Iterable[Ticket | None]) -> set[str]:
    """The agents whom a decision concerns: who has a ticket, is offered it, is named, or acts."""
    book, routed = env.book, env.book.current.routing is not None or type(command) in _ABOUT_ACTIONS
    known = [ticket for ticket in tickets if ticket is not None]
    for ticket in known:
        routed = routed or book[ticket.policy].routing is not None
    if not routed:
        return set()
    named = {command.by.id} if command.by.kind == "agent" else set()
    if isinstance(command, Assign | Observe | Offer) and command.agent:
        named.add(command.agent)
    if isinstance(command, OpenTicket | Adopt) and command.assignee:
        named.add(command.assignee)
    for ticket in known:
        offer = ticket.routing.offer
        named |= {one for one in (ticket.assignee, offer and offer.agent) if one}
    return named


def _case_facts(
    env: Environment,
    command: CommandBase,
    ticket: Ticket | None,
    other: Ticket | None,
    read: RequesterStream | None,
) -> Flow[CaseFacts]:
    """What is known about the people and the text of a command."""
    kind = type(command)
    if isinstance(command, OpenTicket):
        return (yield from _contact_facts(env, command))
    if isinstance(command, Adopt):
        named = command.assignee is not None or any(
            fact.agent or fact.by.kind == "agent" for fact in command.history
        )
        return (yield from _person_facts(env, command.requester)) if named else _NOTHING
    if ticket is None:
        return _NOTHING
    if kind is Merge and (other is None or other.requester == ticket.requester):
        return _NOTHING
    case = _NOTHING
    if kind is Merge:
        assert other is not None
        case = yield from _person_facts(env, other.requester, read)
    elif _needs_person(env, command, ticket):
        case = yield from _person_facts(env, ticket.requester, read)
    if _needs_second_person(env, command, ticket):
        case = case._replace(also_by=(yield from same_person(env, command.by.id)))
    if kind in _SAYING:
        assert isinstance(command, Reply | TakeTurn | ProposeAnnouncement)
        return _said_facts(env, ticket, command, case)
    if kind is Rate and isinstance(command, Rate) and command.token is not None:
        return case._replace(by_link=(yield from _is_their_link(env, command.token, ticket)))
    return _with_words(env, command, ticket, case)


def _with_words(env: Environment, command: CommandBase, ticket: Ticket, case: CaseFacts) -> CaseFacts:
    """The facts with what the words of somebody outside are: suspicious, or a rating."""
    if type(command) is not Receive and not (isinstance(command, Observe) and command.is_inbound):
        return case
    assert isinstance(command, Receive | Observe)
    stranger = origin_in(ticket, command, case.same_person) in {"stranger", "party"}
    flags = texts.suspicious_signs(text_of(command), env.book.current.cases.official) if stranger else ()
    said = None
    if type(command) is Receive and ticket.rating.hears_replies and not ticket.is_open:
        said = stars_in(text_of(command))
    return case._replace(flags=flags, said=said)


def _is_their_link(env: Environment, token: str, ticket: Ticket) -> Flow[bool]:
    """True if a token is of the link that was sent for this ticket.

    Raises:
        SignatureRefused: If the desk made no such token, or it has ended.
    """
    if env.rating_links is None:
        raise SignatureRefused("token", "no_match")
    named, _ = env.rating_links.read(token, (yield from requests.now()))
    return named == ticket.id


def _person_facts(env: Environment, requester: str, read: RequesterStream | None = None) -> Flow[CaseFacts]:
    person = yield from same_person(env, requester, read)
    return CaseFacts(same_person=person, people_known=True) if person else _NOBODY_ELSE


def may_need_person(env: Environment, command: CommandBase) -> bool:
    """Whether a decision is likely to need the requester's other ids, as far as that can be told before the ticket is read.

    If it turns out otherwise, they are read later, or were read for nothing.
    """
    kind = type(command)
    if kind is AddParty or kind in _ABOUT_ACCESS:
        return True
    current = env.book.current
    if kind is Advance or current.document.agent_ids == "apart":
        return False
    return command.by.kind == "agent" or kind in _NAMING or current.routing is not None


def _needs_person(env: Environment, command: CommandBase, ticket: Ticket) -> bool:
    """Whether a decision needs the requester's other ids: whoever acts, or gets the ticket, may be that person."""
    by = command.by
    kind = type(command)
    if kind is AddParty or kind in _ABOUT_ACCESS:
        return True
    if kind in _FROM_OUTSIDE and by.kind == "requester" and by.id != ticket.requester:
        return True
    if kind is Advance or env.book[ticket.policy].document.agent_ids == "apart":
        return False
    routed = env.book[ticket.policy].routing is not None
    named = [ticket.assignee, ticket.offered_to] if routed else []
    if kind in _NAMING:
        named.append(command.__dict__["agent"])
    if by.kind == "agent":
        named.append(by.id)
    return any(one and one != ticket.requester for one in named)


def _needs_second_person(env: Environment, command: CommandBase, ticket: Ticket) -> bool:
    """Whether a decision must be made by somebody else than whoever began it, under whatever id."""
    if command.by.kind != "agent":
        return False
    kind = type(command)
    if kind is DecideAction or kind is DecideAnnouncement or kind is ViewContent:
        return True
    if kind is CompleteStep:
        return env.book[ticket.policy].cases.wants_others(ticket.category)
    routing = env.book[ticket.policy].routing
    return kind in _ENDING and routing is not None and ticket.tier in routing.policy.four_eyes


def _contact_facts(env: Environment, command: OpenTicket) -> Flow[CaseFacts]:
    """What is known about a new contact: the person's other ids, and their latest tickets, open ones first."""
    if command.private or command.requester == NOBODY:
        return _NOTHING
    if env.book.current.cases.identity is None:
        by_agent = command.by.kind == "agent" and command.by.id != command.requester
        return (
            (yield from _person_facts(env, command.requester)) if by_agent or command.assignee else _NOTHING
        )
    person = yield from same_person(env, command.requester)
    found: dict[str, Ticket] = {}
    for requester in (command.requester, *sorted(person)):
        by_requester: dict[str, object] = {"requester": requester}
        for equal in ({**by_requester, "open": True}, by_requester):
            query = Query(equal, ("touched_us", "id"), None, _LOOKED_AT, descending=True)
            rows = yield from requests.search(env.tenant, query)
            tickets = yield from read_tickets(env, [row for row in rows if row.id not in found])
            found.update({ticket.id: ticket for ticket in tickets})
    return CaseFacts(same_person=person, people_known=True, candidates=tuple(found.values()))


def _said_facts(
    env: Environment, ticket: Ticket, command: Reply | TakeTurn | ProposeAnnouncement, case: CaseFacts
) -> CaseFacts:
    """What would be wrong with words that leave the desk."""
    if not isinstance(command, ProposeAnnouncement):
        asks_for, discloses = _asks_for(env, command), _discloses(env, ticket, command)
        # Most replies do neither, and to replace fields costs more than the rest of this.
        return case._replace(asks_for=asks_for, discloses=discloses) if asks_for or discloses else case
    said = [text for text in command.texts.values() if isinstance(text, str)]
    asked = [] if env.policy.unsafe_replies == "allow" else [texts.asked_secret(text) for text in said]
    official = env.book.current.cases.official
    kinds = {kind for text in said for kind in texts.disclosed(text, official)}
    return case._replace(asks_for=next(filter(None, asked), None), discloses=tuple(sorted(kinds)))


def _asks_for(env: Environment, command: Reply | TakeTurn) -> str | None:
    if env.policy.unsafe_replies == "allow" or not isinstance(command.body, str):
        return None
    return texts.asked_secret(command.body)


def _discloses(env: Environment, ticket: Ticket, command: Reply | TakeTurn) -> tuple[str, ...]:
    public = env.policy.public_channels
    channel = leaves_by(ticket, command) if isinstance(command, Reply) else ticket.channel
    if not public or not isinstance(command.body, str) or channel not in public:
        return ()
    return texts.disclosed(command.body, env.book.current.cases.official)
