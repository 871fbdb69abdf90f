"""What is reported to a desk of values, without a flow around the decision: nobody is asked anything, and nothing is stored.

The decision, its facts, its events and the ids that it draws are those of `handle`. What has words goes through that one:
texts are cleaned, read and kept there.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Protocol, TypeVar

from supportflow._time import Instant
from supportflow.exceptions import DuplicateRef, TicketNotFound
from supportflow.flows.commands.clean import clean
from supportflow.flows.commands.facts import load_facts
from supportflow.flows.commands.handle import decide_with_pasts
from supportflow.flows.environment import Environment
from supportflow.flows.held import Held
from supportflow.flows.requests import Flow
from supportflow.kernel import Facts, attempted
from supportflow.kernel.sides import command_on_side
from supportflow.model.commands import Adopt, Advance, CommandBase, Observe
from supportflow.model.ticket import Outcome, Ticket

__all__ = ["Ids", "is_plain", "take_in"]

T = TypeVar("T")

_ALONE = frozenset({Adopt, Advance, Observe})


class Ids(Protocol):
    """Where fresh ids come from."""

    def new_id(self, now: Instant, /) -> str:
        """A fresh one."""
        ...


def is_plain(command: CommandBase) -> bool:
    """Whether `take_in` can carry out a command: a report without words that names its ticket by id, or time alone."""
    if type(command) not in _ALONE or command.key is not None:
        return False
    if type(command) is Observe and isinstance(command, Observe):
        return command.ticket_id is not None and not command.has_words
    return type(command) is Advance or (
        isinstance(command, Adopt) and not command.history and not command.subject
    )


def take_in(env: Environment, held: Held, ids: Ids, command: CommandBase, now: Instant) -> Outcome:
    """Carry out a plain command.

    Args:
        env: The desk.
        held: What it holds.
        ids: Where the id of a ticket that begins comes from.
        command: The command.
        now: The time.

    Raises:
        SupportflowError: As `handle`. Nothing was changed then.
    """
    redacted: tuple[str, ...] = ()
    # A kind is told by `is`: to ask a model's class whether it has an instance costs as much as a small event.
    kind = type(command)
    if kind is Adopt and isinstance(command, Adopt):
        if command.ref in held.refs:
            raise DuplicateRef(command.ref)
        ticket = None
    else:
        assert isinstance(command, Observe | Advance)
        ticket = held.tickets.get(command.ticket_id or "")
        if ticket is None:
            raise TicketNotFound(command.ticket_id or "")
    if kind is not Advance and isinstance(command, Observe | Adopt) and command.attributes:
        command, redacted, _ = clean(command, env.book.current.redaction)
    facts = _facts(env, command, ticket, redacted)
    if ticket is None:
        facts = replace(facts, ticket_id=ids.new_id(now))
    decision, wanted, _ = attempted(env.book, ticket, command, facts, now)
    if wanted:
        decision, _ = _at_once(decide_with_pasts(env, ticket, command, facts, now))
    if not decision.events:
        assert ticket is not None
        return Outcome(ticket)
    held.take(env.book, decision)
    return Outcome(_after(ticket, decision.tickets), decision.events)


def _facts(env: Environment, command: CommandBase, ticket: Ticket | None, redacted: tuple[str, ...]) -> Facts:
    """What the decision needs. Without routing, nothing that is known of people has a say in a report without words."""
    own = env.book.current if ticket is None else env.book[ticket.policy]
    if own.routing is None and env.book.current.routing is None:
        return Facts(tenant=env.tenant, redacted=redacted) if redacted else _nothing(env.tenant)
    if ticket is not None:
        command = command_on_side(command, ticket, own)
    return _at_once(load_facts(env, command, ticket, None, signals=None, redacted=redacted))


@lru_cache(maxsize=64)
def _nothing(tenant: str) -> Facts:
    """Facts that say nothing."""
    return Facts(tenant=tenant)


def _after(ticket: Ticket | None, folded: tuple[Ticket, ...]) -> Ticket:
    """The ticket that a report is on, or that begins with it: it is the first that was folded, and alone."""
    assert ticket is None or folded[0].id == ticket.id
    return folded[0]


def _at_once(flow: Flow[T]) -> T:
    """What a flow answers that asks nothing on a desk of values."""
    try:
        next(flow)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("a desk of values has nobody to ask")
