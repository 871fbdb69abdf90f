"""On which side of a case somebody is. Nobody is on both.

Who takes part in a case from outside, as its requester or as a party, takes part in it as nothing else: what they write is
that side's word, whoever it is that the host names them as, and they are not given the case to work on.
"""

from collections.abc import Callable, Collection
from typing import Literal, TypeVar

from supportflow.exceptions import Refused
from supportflow.model.commands import (
    Accept,
    Authorise,
    CommandBase,
    DecideAction,
    Decline,
    Observe,
    Observed,
    Receive,
    Reply,
    RequestAction,
    UndoAction,
    Verify,
)
from supportflow.model.people import NOBODY, Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy

__all__ = [
    "Side",
    "as_they_are",
    "as_told",
    "is_one_person",
    "refuse_outsider",
    "side",
    "side_of",
    "words_against",
]

Side = Literal["requester", "party"]
F = TypeVar("F", bound=Observed)

_OF_TRUST = (Authorise, DecideAction, RequestAction, UndoAction, Verify)
"""Commands that nobody gives for themselves, whatever the ticket is for."""
_AS_NAMED = (Accept, Decline)
"""An answer to an offer is the agent's who has it."""


def is_one_person(agent: str, requester: str, policy: CompiledPolicy, same_person: Collection[str]) -> bool:
    """True if an agent is the very person who asks."""
    if requester == NOBODY or policy.document.agent_ids == "apart":
        return False
    return agent == requester or agent in same_person


def side(
    ticket: Ticket, person: str, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> Side | None:
    """The side from outside that an agent is on; None if on none.

    Args:
        ticket: The case.
        person: The agent's id.
        policy: Says whether agents and requesters of one id are one person.
        same_person: Ids that are known to be the requester's, too.
    """
    if is_one_person(person, ticket.requester, policy, same_person):
        return None if _is_own_task(ticket, policy) else "requester"
    shared = policy.document.agent_ids == "shared"
    return "party" if shared and ticket.case.party(person) is not None else None


def side_of(ticket: Ticket, by: Actor, policy: CompiledPolicy, same_person: Collection[str] = ()) -> Actor:
    """As whom somebody does something: an agent who takes part from outside does it as that."""
    found = side(ticket, by.id, policy, same_person) if by.kind == "agent" else None
    return by if found is None else Actor(kind=found, id=by.id)


def as_they_are(
    command: CommandBase, ticket: Ticket, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> CommandBase:
    """The command as given by whoever its giver is on this case: what they would send as a reply is what they write.

    Raises:
        Refused: If somebody from outside would write to a party in the desk's name.
    """
    by = command.by
    if isinstance(command, Observe):
        return as_told(command, ticket.assignee, lambda who: side(ticket, who, policy, same_person))
    if by.kind != "agent" or isinstance(command, _AS_NAMED):
        return command
    now = side_of(ticket, by, policy, same_person)
    if now is by and isinstance(command, _OF_TRUST):
        own = is_one_person(by.id, ticket.requester, policy, same_person)
        now = Actor(kind="requester", id=by.id) if own else by
    if now is by:
        return command
    if not isinstance(command, Reply):
        return command.model_copy(update={"by": now})
    if command.to is not None:
        raise Refused(ticket.id, command.kind, f"a {now.kind} does not write to a party for the desk")
    return Receive(
        by=now,
        key=command.key,
        ticket_id=ticket.id,
        body=command.body,
        channel=command.channel,
        attachments=command.attachments,
    )


def as_told(fact: F, assignee: str | None, on_side: Callable[[str], Side | None]) -> F:
    """What a host observed: an answer by somebody from outside is what they wrote.

    Args:
        fact: The observation.
        assignee: The agent who had the ticket before it: who answered, if nobody else is named.
        on_side: The side from outside that an agent is on, if they are on one.
    """
    if not fact.replied:
        return fact
    has = assignee if fact.agent is None else fact.agent or None
    writer = fact.by.id if fact.by.kind == "agent" else has
    found = None if writer is None else on_side(writer)
    if writer is None or found is None:
        return fact
    if found == "requester":
        return fact.model_copy(update={"replied": False, "requester_wrote": True})
    return fact.model_copy(update={"replied": False, "by": Actor(kind="party", id=writer)})


def words_against(found: Side) -> str:
    """Why somebody on that side is not given the ticket."""
    return "is its requester" if found == "requester" else "is a party of the case"


def refuse_outsider(
    ticket: Ticket, kind: str, agent: str | None, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> None:
    """Accept that an agent is given a ticket.

    Raises:
        Refused: If they take part in the case from outside.
    """
    found = None if not agent else side(ticket, agent, policy, same_person)
    if found is not None:
        raise Refused(ticket.id, kind, f"{agent} {words_against(found)}")


def _is_own_task(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """True of work that somebody opened for themselves, unless duties are kept apart where it is."""
    if not ticket.private:
        return False
    routing = policy.document.routing
    return routing is None or ticket.tier not in {*routing.four_eyes, *routing.closed_by_own}
