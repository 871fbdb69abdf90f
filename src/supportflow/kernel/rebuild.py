"""What would have been: a ticket's history under a policy, as if that had applied from the start.

The facts stay (messages, statuses, assignments); the clocks, their milestones and verdicts are made anew. Under the policy
that was in force this gives back what was recorded; under another one it answers "what if".
"""

from collections.abc import Iterable

from supportflow.kernel.draft import Draft
from supportflow.kernel.playing import play
from supportflow.model.events import EventBase, TicketAdopted, TicketOpened
from supportflow.policy import CompiledPolicy

__all__ = ["rebuild"]


def rebuild(history: Iterable[EventBase], policy: CompiledPolicy, tenant: str, until_us: int) -> Draft | None:
    """The draft of a ticket whose facts are those of a history and whose clocks are those of a policy.

    Args:
        history: A ticket's stream, from its beginning.
        policy: The policy to apply.
        tenant: The ticket's tenant.
        until_us: What is due strictly before this instant happens.

    Returns:
        The draft with all events; None if the stream does not begin with an opening.
    """
    facts = iter(history)
    first = next(facts, None)
    if not isinstance(first, TicketOpened | TicketAdopted):
        return None
    draft = Draft.replaying(first, policy, tenant, detected_us=until_us)
    play(draft, facts, until_us)
    return draft
