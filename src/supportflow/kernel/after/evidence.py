"""The evidence that a ticket lacks, asked for once: at the beginning, or when a bot that leads through it is done."""

from supportflow.kernel.after.routing import needs_of
from supportflow.kernel.casework import missing_evidence
from supportflow.kernel.draft import Draft
from supportflow.model.events import EvidenceRequested
from supportflow.model.people import SYSTEM
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.compiled import BOT

__all__ = ["request_evidence", "request_left_out", "still_waits"]


def request_left_out(draft: Draft, before: Ticket | None) -> None:
    """Ask for what a bot has not gathered, once the ticket has left it for a person.

    Args:
        draft: The decision.
        before: The ticket before it; None if it began with it.
    """
    if draft.policy.bot is None or before is None or before.tier != BOT or before.assignee is not None:
        return
    if _leads(before, draft.policy) and not _is_led(draft):
        request_evidence(draft, None)


def _leads(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """Whether a bot that has the ticket has questions of its own about it: it is in a flow, or has one for the topic.

    A ticket that its requester has not written on yet is nothing that a bot answers.
    """
    bot = policy.bot
    if bot is None or not ticket.bot.heard:
        return False
    return ticket.bot.flow is not None or any(ticket.category in flow.topics for flow in bot.policy.flows)


def _is_led(draft: Draft) -> bool:
    """Whether a bot has the ticket, or gets it by what is known now, and leads through what it is about."""
    ticket, routing = draft.ticket, draft.policy.routing
    if routing is None or ticket.assignee is not None or not _leads(ticket, draft.policy):
        return False
    needs = needs_of(draft, routing)
    return needs is not None and needs.requirement.tier == BOT


def still_waits(draft: Draft) -> bool:
    """True if the ticket goes on waiting for evidence whatever the requester has just written."""
    ticket, policy = draft.ticket, draft.policy
    return (
        ticket.case.waiting
        and policy.cases.intake.incomplete == "wait"
        and bool(missing_evidence(ticket, policy))
    )


def request_evidence(draft: Draft, written_in: str | None) -> None:
    """Ask for what is missing and was not asked for yet, and wait for it; or go on, if nothing keeps the ticket waiting.

    Everything is asked for at once, and nothing twice. The request is no answer of an agent: it stops no response clock.
    While a bot leads through what the ticket is about, nothing is asked for besides its questions.

    Args:
        draft: The ticket.
        written_in: The language of what the requester just wrote, if it can be told.
    """
    ticket, cases = draft.ticket, draft.policy.cases
    if not (cases.rules or ticket.case.waiting) or not ticket.is_open or ticket.private:
        return
    lacking = missing_evidence(ticket, draft.policy)
    unasked = tuple(item for item in lacking if item not in ticket.case.asked)
    if unasked and _is_led(draft):
        return
    if unasked and ticket.follow_up_of is None and ticket.split_from is None:
        _request(draft, unasked, written_in)
        if cases.waits(ticket.priority_class):
            _as_system(draft, "wait_for_requester")
    elif ticket.case.waiting and not (lacking and cases.waits(ticket.priority_class)):
        _resume(draft)


def _request(draft: Draft, items: tuple[str, ...], written_in: str | None) -> None:
    ticket, cases = draft.ticket, draft.policy.cases
    assert ticket.category is not None
    template = cases.rules[ticket.category].template
    head = {**draft.head(), "by": SYSTEM}
    draft.emit(
        EvidenceRequested(
            **head,
            topic=ticket.category,
            items=items,
            template=template,
            language=cases.language(template, ticket.language or written_in),
            channel=ticket.channel,
            policy=draft.policy.fingerprint,
        )
    )


def _as_system(draft: Draft, trigger: str) -> None:
    by, draft.by = draft.by, SYSTEM
    draft.fire_if_permitted(trigger, cause="intake")
    draft.by = by


def _resume(draft: Draft) -> None:
    """Go on with a ticket that waited for evidence.

    The requester's own words fire `requester_replied`, what others do fires `resume`. If the lifecycle knows only one of the
    two, that one is fired.
    """
    triggers = ["requester_replied", "resume"]
    if draft.by.kind != "requester":
        triggers.reverse()
    for trigger in triggers:
        if draft.fire_if_permitted(trigger, cause="intake"):
            return
