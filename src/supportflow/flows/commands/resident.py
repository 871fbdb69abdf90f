"""What is reported to a desk of values, without a flow around the decision: nobody is asked anything, and nothing is stored.

The decision, its facts, its events and the ids that it draws are those of `handle`. What has words goes through that one:
texts are cleaned, read and kept there.
"""

from functools import lru_cache
from typing import Protocol, TypeVar

from supportflow._time import Instant
from supportflow.exceptions import DuplicateRef, TicketNotFound
from supportflow.flows.commands.clean import clean
from supportflow.flows.commands.handle import decide_with_pasts
from supportflow.flows.environment import Environment
from supportflow.flows.held import Held
from supportflow.flows.requests import Flow
from supportflow.kernel import Facts, attempted
from supportflow.model.commands import Adopt, Advance, CommandBase, Observe
from supportflow.model.ticket import Outcome

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
        command = clean(command, env.book.current.redaction).command
    # Of people and agents such a desk knows nothing, and a report without words says nothing that was removed.
    facts = (
        _nothing(env.tenant) if ticket is not None else Facts(tenant=env.tenant, ticket_id=ids.new_id(now))
    )
    decision, wanted, _ = attempted(env.book, ticket, command, facts, now)
    if wanted:
        decision, _ = _at_once(decide_with_pasts(env, ticket, command, facts, now))
    held.take(env.book, decision)
    # The ticket that a report is on, or that begins with it, is the first that was folded, and alone.
    return Outcome(decision.tickets[0], decision.events)


@lru_cache(maxsize=64)
def _nothing(tenant: str) -> Facts:
    """Facts that say nothing."""
    return Facts(tenant=tenant)


def _at_once(flow: Flow[T]) -> T:
    """What a flow answers that asks nothing on a desk of values."""
    try:
        next(flow)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("a desk of values has nobody to ask")
