"""`decide`: a pure function from (book, ticket, command, facts, now) to events.

It first advances the ticket to the command's instant, so that what was due before it stands before it in the stream.
A command that is stamped with the very instant of a wake-up precedes it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from supportflow._time import Instant, instant, to_us
from supportflow.exceptions import InvalidInput
from supportflow.kernel.advance import advance, catch_up
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.access import give_consent, view_content, withdraw_consent
from supportflow.kernel.handlers.actions import decide_action, record_action, request_action, undo_action
from supportflow.kernel.handlers.announcements import (
    announce,
    decide_announcement,
    link_incident,
    list_tickets,
    propose_announcement,
    resolve_with_problem,
    solve_problem,
    unlink_incident,
    withdraw_announcement,
)
from supportflow.kernel.handlers.bot import take_turn
from supportflow.kernel.handlers.casework import add_party, authorise, complete_step, provide, verify
from supportflow.kernel.handlers.contacts import record_contact
from supportflow.kernel.handlers.escalation import escalate
from supportflow.kernel.handlers.merge import merge, split
from supportflow.kernel.handlers.messages import add_note, receive, record_delivery, reply
from supportflow.kernel.handlers.observations import adopt, observe
from supportflow.kernel.handlers.phone import answer_call, end_call, promise_call_back, start_call
from supportflow.kernel.handlers.ratings import rate
from supportflow.kernel.handlers.routing import accept, decline, hand_over, offer, recheck, release, withdraw
from supportflow.kernel.handlers.tickets import foreseen_in, open_ticket
from supportflow.kernel.handlers.updates import mirror_part
from supportflow.kernel.handlers.verdicts import correct, exclude
from supportflow.kernel.handlers.work import assign, set_priority, trigger, update
from supportflow.kernel.identity import matching_ticket
from supportflow.kernel.replay import FOLLOWERS
from supportflow.kernel.sides import actor_on_side, command_on_side
from supportflow.model.commands import (
    Accept,
    AddNote,
    AddParty,
    Adopt,
    Advance,
    Announce,
    AnswerCall,
    Assign,
    Authorise,
    Cancel,
    Close,
    CommandBase,
    CompleteStep,
    Correct,
    DecideAction,
    DecideAnnouncement,
    Decline,
    EndCall,
    Escalate,
    Exclude,
    GiveConsent,
    HandOver,
    Hold,
    LinkIncident,
    ListTickets,
    Merge,
    MirrorPart,
    Observe,
    Offer,
    OpenTicket,
    PromiseCallBack,
    ProposeAnnouncement,
    Provide,
    Rate,
    Receive,
    Recheck,
    RecordAction,
    RecordDelivery,
    Release,
    Reopen,
    Reply,
    RequestAction,
    Resolve,
    ResolveWithProblem,
    Resume,
    SetPriority,
    SolveProblem,
    Split,
    StartCall,
    TakeTurn,
    Trigger,
    UndoAction,
    UnlinkIncident,
    Update,
    Verify,
    ViewContent,
    WaitForRequester,
    Withdraw,
    WithdrawAnnouncement,
    WithdrawConsent,
)
from supportflow.model.events import EventBase
from supportflow.model.inside import inside, outside
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["TICKET_KINDS", "Attempt", "Decision", "Facts", "attempted", "decide", "decided"]


class Decision(NamedTuple):
    """What a command leads to.

    Attributes:
        events: The events in order, on this ticket and on others.
        tickets: Every ticket that has one of these events, folded: what `evolve` would make of them.
        agents: Every agent who has one of these events, folded.
    """

    events: tuple[EventBase, ...]
    tickets: tuple[Ticket, ...]
    agents: tuple[AgentState, ...] = ()


class Attempt(NamedTuple):
    """A decision, and what it could not know.

    Attributes:
        decision: The decision.
        wanted: Ids of tickets whose past would have mattered, and was not among the facts: a target applies again. Decide
            again with it, and clocks are exact to what happened meanwhile; without, they go by the ticket as it stands.
        person: Id of the requester, if what is known of them across tickets matters and was not among the facts.
    """

    decision: Decision
    wanted: frozenset[str]
    person: str | None = None


def decide(
    book: PolicyBook, ticket: Ticket | None, command: CommandBase, facts: Facts, now: Instant
) -> tuple[EventBase, ...]:
    """The events that a command leads to.

    Args:
        book: Every policy version that the tickets involved live under.
        ticket: The ticket that the command is on; None for a command that opens one.
        command: The command, its texts replaced by references.
        facts: What else the decision needs: fresh ids, what the classifier found, the other ticket of a merge.
        now: The time. If it lies before what is already recorded, the latter counts.

    Returns:
        The events in order. Events on other tickets than `ticket` are among them; each names its ticket.

    Raises:
        Refused: If the command is not allowed in this state.
        InvalidInput: If it names what the policy does not know.
    """
    return tuple(_draft(book, ticket, command, facts, now).events)


def decided(
    book: PolicyBook, ticket: Ticket | None, command: CommandBase, facts: Facts, now: Instant
) -> Decision:
    """What `decide` answers, with the tickets that it has folded: whoever stores them need not fold again."""
    return _decision(_draft(book, ticket, command, facts, now))


def attempted(
    book: PolicyBook, ticket: Ticket | None, command: CommandBase, facts: Facts, now: Instant
) -> Attempt:
    """What `decided` answers, and of which tickets it would need the past to be exact."""
    draft = _draft(book, ticket, command, facts, now)
    return Attempt(_decision(draft), draft.wanted, draft.ticket.requester if draft.wants_person else None)


def _decision(draft: Draft) -> Decision:
    tickets = (
        (outside(draft.ticket), *map(outside, draft.others)) if draft.others else (outside(draft.ticket),)
    )
    return Decision(tuple(draft.events), tickets, tuple(draft.agents.values()))


def _draft(
    book: PolicyBook, ticket: Ticket | None, command: CommandBase, facts: Facts, now: Instant
) -> Draft:
    now_us = to_us(now)
    if type(command) not in _KINDS:
        return _begun(book, command, facts, now, now_us)
    if ticket is None:
        raise InvalidInput("ticket", "this command needs a ticket")
    ticket = inside(ticket)
    policy, people = book[ticket.policy], _people(ticket, command, facts)
    command = command_on_side(command, ticket, policy, people)
    # A kind is told by `is`: to ask a model's class whether it has an instance costs as much as a small event.
    kind = type(command)
    if kind is ResolveWithProblem and isinstance(command, ResolveWithProblem) and to_us(command.at) < now_us:
        now, now_us = (
            command.at,
            to_us(command.at),
        )  # however late a worker comes round, this is when it was solved
    observed_at = command.at if kind is Observe and isinstance(command, Observe) else None
    if observed_at is not None and to_us(observed_at) > now_us:
        raise InvalidInput("at", "lies in the future")
    moment = instant(now) if observed_at is None else observed_at
    at_us = now_us if observed_at is None else to_us(observed_at)
    by = actor_on_side(ticket, command.by, policy, people) if kind is Observe else command.by
    draft = Draft(
        ticket,
        policy,
        at_us,
        by,
        followers=FOLLOWERS,
        detected_us=now_us,
        moment=moment,
        current=book.current,
        stream=facts.stream_of,
        people=people,
        people_known=facts.case.people_known,
    )
    catch_up(draft, book, touched=kind is not Advance)
    # The caller's time is kept where the stream's differs: a late report, or a clock that was set back.
    draft.observed_at = None if draft.at_us == at_us else moment
    clocks = draft.ticket.clocks
    if observed_at is not None:
        draft.begin_report(now_us, observed_us=at_us)
    _handle(draft, command, facts, book)
    if not ticket.is_open and draft.policy.document.overlay is not None:
        catch_up(
            draft, book, touched=False
        )  # it was resolved while a surge came to its end, and is open again
    conclude(draft, facts, ticket)
    if observed_at is not None:
        draft.end_report(clocks)
        advance(draft, now_us)
    return draft


def _begun(book: PolicyBook, command: CommandBase, facts: Facts, now: Instant, now_us: int) -> Draft:
    """What a command leads to that is on no ticket."""
    if isinstance(command, Adopt):
        return adopt(book, command, facts, now_us)
    if not isinstance(command, OpenTicket):
        raise InvalidInput("command", "is of no kind that can be carried out")
    known = _joined(book, command, facts, now_us)
    if known is not None:
        return record_contact(book, known, command, facts, now_us)
    return open_ticket(book, command, facts, instant(now), now_us)


def _people(ticket: Ticket, command: CommandBase, facts: Facts) -> frozenset[str]:
    """The requester's other ids; for a merge, the facts say those of the ticket that goes on."""
    known = facts.case.same_person
    return known if type(command) is not Merge or ticket.requester in known else frozenset()


def _joined(book: PolicyBook, command: OpenTicket, facts: Facts, now_us: int) -> Ticket | None:
    """The open ticket that a new contact is about, if there is one."""
    if not facts.case.candidates:
        return None
    topic = command.category or (None if facts.signals is None else facts.signals.category)
    if command.event is not None:
        topic = foreseen_in(command, book.current)[0].category
    return matching_ticket(book.current.cases.identity, command, topic, facts.case.candidates, now_us)


def _handle(draft: Draft, command: CommandBase, facts: Facts, book: PolicyBook) -> None:
    kind = type(command)
    if kind in _ALONE:
        _ALONE[kind](draft, command)
    elif kind in _WITH_FACTS:
        _WITH_FACTS[kind](draft, command, facts)
    else:
        _WITH_BOOK[kind](draft, command, facts, book)


def _advance(_draft: Draft, _command: Advance) -> None:
    """Nothing is left to do: the ticket was advanced before."""


# What a handler is given besides the draft and the command: nothing, what was looked up, or every policy version as well.
_ALONE: dict[type[CommandBase], Callable[[Draft, Any], None]] = {
    Advance: _advance,
    AnswerCall: answer_call,
    Decline: decline,
    Escalate: escalate,
    ListTickets: list_tickets,
    MirrorPart: mirror_part,
    UnlinkIncident: unlink_incident,
    HandOver: hand_over,
    PromiseCallBack: promise_call_back,
    Release: release,
    SetPriority: set_priority,
    StartCall: start_call,
    Update: update,
    Withdraw: withdraw,
}
_WITH_FACTS: dict[type[CommandBase], Callable[[Draft, Any, Facts], None]] = {
    Accept: accept,
    AddNote: add_note,
    AddParty: add_party,
    Announce: announce,
    Assign: assign,
    Authorise: authorise,
    DecideAnnouncement: decide_announcement,
    ProposeAnnouncement: propose_announcement,
    ResolveWithProblem: resolve_with_problem,
    SolveProblem: solve_problem,
    WithdrawAnnouncement: withdraw_announcement,
    Cancel: trigger,
    CompleteStep: complete_step,
    Close: trigger,
    Correct: correct,
    DecideAction: decide_action,
    Exclude: exclude,
    GiveConsent: give_consent,
    Hold: trigger,
    Observe: observe,
    Offer: offer,
    Provide: provide,
    Recheck: recheck,
    RecordAction: record_action,
    RecordDelivery: record_delivery,
    Reopen: trigger,
    Reply: reply,
    RequestAction: request_action,
    Resolve: trigger,
    Resume: trigger,
    TakeTurn: take_turn,
    Trigger: trigger,
    UndoAction: undo_action,
    Verify: verify,
    ViewContent: view_content,
    WaitForRequester: trigger,
    WithdrawConsent: withdraw_consent,
}
_WITH_BOOK: dict[type[CommandBase], Callable[[Draft, Any, Facts, PolicyBook], None]] = {
    EndCall: end_call,
    LinkIncident: link_incident,
    Merge: merge,
    Rate: rate,
    Receive: receive,
    Split: split,
}
_KINDS = frozenset((*_ALONE, *_WITH_FACTS, *_WITH_BOOK))
TICKET_KINDS: frozenset[type[CommandBase]] = _KINDS | {OpenTicket, Adopt}
"""Every kind of command that can be carried out on a ticket."""
