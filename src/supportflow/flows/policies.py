"""Taking another policy version into use."""

from collections.abc import Callable

from supportflow.flows import requests
from supportflow.flows.commands.handle import handle
from supportflow.flows.desk_stream import synchronise
from supportflow.flows.environment import Environment, is_of_one_row
from supportflow.flows.requests import Flow
from supportflow.flows.setup import check_own
from supportflow.model.commands import Advance
from supportflow.model.storage import Query
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.check.names import warn_of_names

__all__ = ["Progress", "use"]

Progress = Callable[[int], object]
"""Called with the number of tickets looked at so far."""

_PAGE = 200


def use(env: Environment, policy: Policy, progress: Progress | None) -> Flow[int]:
    """Make a policy version the current one. With `edits="now"`, open tickets move to it at once.

    The move goes ticket by ticket, each in its own commit: broken off, it goes on where it stopped when it is called again.

    Args:
        env: The desk.
        policy: The version.
        progress: Told how far it has come.

    Returns:
        How many tickets moved.

    Raises:
        PolicyError: If the policy is wrong; nothing was changed then.
    """
    check_own(policy)
    compiled = CompiledPolicy(policy)
    warn_of_names(policy)
    env.take(compiled)
    now = yield from requests.now()
    yield from synchronise(env, now)
    return (yield from _move_all(env, progress)) if policy.edits == "now" else 0


def _move_all(env: Environment, progress: Progress | None) -> Flow[int]:
    moved = seen = 0
    after: tuple[int | str | None, ...] | None = None
    while True:
        query = Query({"open": True}, ("opened_us", "id"), after, _PAGE)
        rows = yield from requests.search(env.tenant, query)
        for row in rows:
            try:
                outcome = yield from handle(env, Advance(ticket_id=row.id))
            except Exception as error:
                if not is_of_one_row(error):
                    raise
                # The ticket moves with whatever happens to it next.
                env.unreadable.skip(f"ticket:{row.id}", error)
            else:
                moved += any(getattr(event, "policy", None) == policy_of(env) for event in outcome.events)
            seen += 1
            if progress is not None:
                progress(seen)
        if len(rows) < _PAGE:
            return moved
        after = (rows[-1].opened_us, rows[-1].id)


def policy_of(env: Environment) -> str:
    """Fingerprint of the current policy."""
    return env.book.current.fingerprint
