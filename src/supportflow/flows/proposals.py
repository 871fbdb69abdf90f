"""What a watch proposes once it was set off: a problem with the announcement that is ready, for a person to approve.

That it was set off stands in the desk's stream; the proposal is made after that. So whoever was killed between the two has
left work for the next who is fed, and for every tick.
"""

from supportflow._time import SECOND_US, from_us, to_us
from supportflow.exceptions import IdempotencyMismatch, Refused
from supportflow.flows import requests
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.model.base import TicketType
from supportflow.model.commands import OpenTicket, ProposeAnnouncement
from supportflow.model.people import NOBODY, SYSTEM
from supportflow.policy.document.foreseen import Watch

__all__ = ["make_up", "see_to_proposal"]

_MAKE_UP_US = 3_600 * SECOND_US
"""So long after a watch was set off, its proposal is made up for if whoever recorded that died before it was made."""


def make_up(env: Environment) -> Flow[None]:
    """Propose whatever a watch was set off for and nobody has proposed yet. What is refused is left alone."""
    for name, watch in env.book.base.document.watches.items():
        try:
            yield from see_to_proposal(env, name, watch)
        except Refused:
            continue


def see_to_proposal(env: Environment, name: str, watch: Watch) -> Flow[None]:
    """Propose what a watch says if it was set off: now, or by a process that died before it could.

    Whoever comes first does it: the proposal's key is that of the instant at which the watch was set off.

    Raises:
        Refused: If the policy's words cannot be proposed. This process does not try again: it would change nothing.
    """
    tripped_us = env.desk.tripped.get(name)
    if watch.proposes is None or tripped_us is None or env.proposed.get(name) == tripped_us:
        return
    if to_us((yield from requests.now())) - tripped_us > _MAKE_UP_US:
        return
    try:
        yield from _propose(env, name, watch.proposes, tripped_us)
    except IdempotencyMismatch:  # another process has proposed it, whose policy has other words
        pass
    except Refused:
        env.proposed[name] = tripped_us  # to try again would change nothing
        raise
    env.proposed[name] = tripped_us


def _propose(env: Environment, name: str, ready: str, tripped_us: int) -> Flow[None]:
    """Open a problem, and propose on it the announcement that is ready: a person looks, and approves or rejects it."""
    rules = env.policy.announcements
    notice = None if rules is None else rules.ready.get(ready)
    if notice is None:
        return
    key = f"watch:{name}:{from_us(tripped_us).isoformat()}"
    if (yield from requests.recall(env.tenant, f"{key}:proposal")) is not None:
        return
    opened = yield from handle(
        env,
        OpenTicket(
            by=SYSTEM,
            key=key,
            requester=NOBODY,
            type=TicketType.PROBLEM,
            subject=notice.subject,
            private=True,
        ),
    )
    yield from handle(
        env,
        ProposeAnnouncement(
            by=SYSTEM,
            key=f"{key}:proposal",
            ticket_id=opened.ticket.id,
            texts=dict(notice.texts),
            audience=notice.audience,
            links=notice.links,
            lasts_for=notice.lasts_for,
        ),
    )
