"""On which side of a case somebody is: outside, as its requester or a party, or at the desk. Nobody is on both.

So an agent who is the requester of a ticket, or a party of it, counts as that in everything that they do on it: what they
write is the requester's or the party's words, and they are not given the ticket to work on.
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
    ViewContent,
)
from supportflow.model.people import NOBODY, Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy

__all__ = [
    "Side",
    "actor_on_side",
    "command_on_side",
    "fact_on_side",
    "is_one_person",
    "objection_to_side",
    "refuse_outsider",
    "side",
]

Side = Literal["requester", "party"]
F = TypeVar("F", bound=Observed)

_OF_TRUST = frozenset({Authorise, DecideAction, RequestAction, UndoAction, Verify, ViewContent})
"""Commands that nobody gives for themselves, whatever the ticket is for."""
_AS_NAMED = frozenset({Accept, Decline})
"""An answer to an offer is the agent's who has it."""


def is_one_person(agent: str, requester: str, policy: CompiledPolicy, same_person: Collection[str]) -> bool:
    """True if an agent is the very person who asks."""
    if requester == NOBODY or policy.agent_ids == "apart":
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
    shared = policy.agent_ids == "shared"
    return "party" if shared and ticket.case.party(person) is not None else None


def actor_on_side(
    ticket: Ticket, by: Actor, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> Actor:
    """The actor with their true kind: an agent who takes part from outside acts as requester or party."""
    found = side(ticket, by.id, policy, same_person) if by.kind == "agent" else None
    return by if found is None else Actor(kind=found, id=by.id)


def command_on_side(
    command: CommandBase, ticket: Ticket, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> CommandBase:
    """The command with its giver's true kind. A reply by somebody from outside becomes a message from outside.

    Raises:
        Refused: If somebody from outside would write to a party in the desk's name.
    """
    by, kind = command.by, type(command)
    if kind is Observe:
        assert isinstance(command, Observe)
        return fact_on_side(command, ticket.assignee, lambda who: side(ticket, who, policy, same_person))
    if by.kind != "agent" or kind in _AS_NAMED:
        return command
    found = side(ticket, by.id, policy, same_person)
    if found is None and kind in _OF_TRUST and is_one_person(by.id, ticket.requester, policy, same_person):
        found = "requester"
    if found is None:
        return command
    now = Actor(kind=found, id=by.id)
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


def fact_on_side(fact: F, assignee: str | None, on_side: Callable[[str], Side | None]) -> F:
    """An observation with its writer's true kind: an answer by somebody from outside is a message from outside.

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


def objection_to_side(found: Side) -> str:
    """Why the ticket cannot go to somebody on that side."""
    return "is its requester" if found == "requester" else "is a party of the case"


def refuse_outsider(
    ticket: Ticket, kind: str, agent: str | None, policy: CompiledPolicy, same_person: Collection[str] = ()
) -> None:
    """Check that a ticket can be given to an agent.

    Raises:
        Refused: If they take part in the case from outside.
    """
    found = None if not agent else side(ticket, agent, policy, same_person)
    if found is not None:
        raise Refused(ticket.id, kind, f"{agent} {objection_to_side(found)}")


def _is_own_task(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """True of work that somebody opened for themselves, outside of tiers that keep duties apart."""
    if not ticket.private:
        return False
    routing = policy.document.routing
    return routing is None or ticket.tier not in {*routing.four_eyes, *routing.closed_by_own}
