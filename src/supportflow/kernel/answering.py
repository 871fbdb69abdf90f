"""A ticket that waits for the bot: whether it does, and what happens if the bot stays silent."""

from typing import Literal

from supportflow.kernel.draft import Draft
from supportflow.kernel.settling import change_tier
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.compiled import BOT

__all__ = ["give_up", "owes_turn", "silent_due"]


def owes_turn(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """True while the bot owes the requester an answer: the ticket is in its tier, and nobody has it."""
    return (
        policy.bot is not None
        and policy.routing is not None
        and ticket.tier == BOT
        and ticket.assignee is None
        and ticket.status_category in policy.routing.busy_in
        and ticket.bot.heard > ticket.bot.answered
    )


def silent_due(ticket: Ticket, policy: CompiledPolicy) -> tuple[int, int, Literal["bot"]] | None:
    """When a person takes over because the bot stays silent; None if it owes nothing."""
    if policy.bot is None or not owes_turn(ticket, policy):
        return None
    return ticket.bot.heard_us + policy.bot.answer_us, 9, "bot"


def give_up(draft: Draft) -> None:
    """Hand over a ticket that the bot has left unanswered for too long: nobody waits on a broken bot."""
    bot, routing = draft.policy.bot, draft.policy.routing
    assert bot is not None
    assert routing is not None
    change_tier(draft, routing, bot.tier, draft.ticket.group, cause="silent")
