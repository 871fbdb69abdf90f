"""`decide`: a pure function from (book, ticket, command, facts, now) to events.

It first advances the ticket to the command's instant, so that what was due before it stands before it in the stream.
A command that is stamped with the very instant of a wake-up precedes it.
"""

from typing import NamedTuple

from supportflow._time import Instant, instant, to_us
from supportflow.exceptions import InvalidInput
from supportflow.kernel.advance import advance, catch_up
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers import handler_of
from supportflow.kernel.handlers.contacts import record_contact
from supportflow.kernel.handlers.observations import adopt
from supportflow.kernel.handlers.tickets import foreseen_in, open_ticket
from supportflow.kernel.identity import matching_ticket
from supportflow.kernel.replay import FOLLOWERS
from supportflow.kernel.sides import actor_on_side, command_on_side
from supportflow.model.commands import (
    Adopt,
    Advance,
    CommandBase,
    Merge,
    Observe,
    OpenTicket,
    ResolveWithProblem,
)
from supportflow.model.events import EventBase
from supportflow.model.inside import inside, outside
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook

__all__ = ["Attempt", "Decision", "Facts", "attempted", "decide", "decided", "is_on_ticket"]


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
    handler = handler_of(type(command))
    if handler is None:
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
    handler.carry_out(draft, command, *(facts, book)[: handler.takes])
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


def is_on_ticket(kind: type[CommandBase]) -> bool:
    """Whether commands of a kind can be carried out on a ticket, or begin one."""
    return kind is OpenTicket or kind is Adopt or handler_of(kind) is not None
