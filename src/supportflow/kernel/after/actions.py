"""Asking the host to act: who may decide it alone, and what the policy asks for by itself."""

from typing import Literal

from supportflow.exceptions import Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.content import ContentRef
from supportflow.model.events import (
    ActionHeldBack,
    ActionRequested,
    TicketEvent,
)
from supportflow.model.people import Actor
from supportflow.routing.compiled import BOT

__all__ = ["ANY", "MOST", "covers", "may_decide", "request_by_policy", "request_host_action"]


MOST = 50
"""Actions that one ticket can ask for."""


ANY = -1
"""A limit that is none."""


def request_host_action(
    draft: Draft,
    action: str,
    amount: int | None,
    facts: Facts,
    *,
    reason: ContentRef | None = None,
    undoes: str | None = None,
    cause: Literal["command", "policy", "failure"] = "command",
) -> None:
    """Record that the host is asked to act. Above the limit of whoever asks, the action waits for approval.

    Raises:
        Refused: If nobody could approve it, or the ticket has asked for too much already.
    """
    ticket, rule = draft.ticket, draft.policy.document.authority.host[action]
    if len(ticket.actions) >= MOST:
        raise Refused(ticket.id, "request_action", f"the ticket has asked for {MOST} actions already")
    able = tuple(tier for tier, limit in rule.limits.items() if covers(limit, amount))
    alone = cause != "command" or may_decide(draft.by, able, facts)
    if not alone and not able:
        raise Refused(ticket.id, "request_action", "nobody has the authority to approve it")
    draft.emit(
        draft.event(
            ActionRequested,
            number=str(len(ticket.actions) + 1),
            action=action,
            amount=amount,
            waits=not alone,
            tiers=() if alone else able,
            undoes=undoes,
            cause=cause,
            reason=reason,
        )
    )


def covers(limit: int, amount: int | None) -> bool:
    """Whether a limit is high enough."""
    return limit == ANY or amount is None or amount <= limit


def may_decide(by: Actor, tiers: tuple[str, ...], facts: Facts) -> bool:
    """Whether somebody may decide this alone: the host always may, an agent as one of their tiers, a bot as its own tier."""
    if by.kind in {"host", "system"}:
        return True
    if by.kind == "bot" and BOT in tiers:
        return True
    agent = facts.agents.get(by.id) if by.kind in {"agent", "bot"} else None
    return agent is not None and any(tier in agent.agent.tiers for tier in tiers)


def request_by_policy(draft: Draft, facts: Facts) -> None:
    """Ask for actions that the policy asks for by itself, each once for a ticket: such as a freeze on a credible break-in.

    If there are signals for one, but too few, that is recorded once, for a person to look at. It is the same if all signals
    come from the past: nothing old freezes an account, until something new is said.
    """
    ticket = draft.ticket
    past = draft.adopting or (draft.report is not None and draft.report.before_known)
    if draft.policy.triggers.empty or not draft.events or not ticket.is_open:
        return
    for trigger in draft.policy.triggers.of(draft.view()):
        if any(one.action == trigger.action for one in ticket.actions):
            continue
        if not trigger.lacks and (
            past or (trigger.action in ticket.held_past and not _says_something_new(draft))
        ):
            if trigger.action not in ticket.held_past:
                draft.emit(
                    draft.event(ActionHeldBack, action=trigger.action, signals=trigger.signals, lacks=0)
                )
        elif not trigger.lacks:
            request_host_action(draft, trigger.action, None, facts, cause="policy")
        elif trigger.signals and trigger.action not in ticket.held_back:
            draft.emit(
                draft.event(
                    ActionHeldBack, action=trigger.action, signals=trigger.signals, lacks=trigger.lacks
                )
            )


def _says_something_new(draft: Draft) -> bool:
    """True if a decision records what a person or the host says of the case now."""
    return any(isinstance(event, TicketEvent) and event.SPEAKS and not event.late for event in draft.events)
