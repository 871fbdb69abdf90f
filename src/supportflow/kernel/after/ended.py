"""At the end of a decision on a ticket that has ended: it owes no call, and its requester is asked once what they think."""

from supportflow._time import from_us
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.base import StatusCategory
from supportflow.model.events import CallBackEnded, RatingAsked, RatingRequested
from supportflow.model.people import NOBODY, SYSTEM
from supportflow.model.phone import PromiseOutcome
from supportflow.model.ticket import Ticket

__all__ = ["drop_call_back", "end_call_back", "request_rating"]

_DONE = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


def end_call_back(draft: Draft, outcome: PromiseOutcome, call: str | None = None) -> None:
    """Record what became of the call that is owed, if one is."""
    owed = draft.ticket.phone.call_back
    if owed is not None:
        draft.emit(draft.event(CallBackEnded, outcome=outcome, due_at=from_us(owed.due_us), call=call))


def drop_call_back(draft: Draft) -> None:
    """Record that the call which is owed will not be made, if the ticket has ended without it."""
    if not draft.ticket.status_category.is_open:
        end_call_back(draft, "dropped")


def request_rating(draft: Draft, facts: Facts, before: Ticket | None) -> None:
    """Ask for a rating, if the policy wants one and this decision has resolved the ticket.

    When the person was last asked, about whichever ticket, stands in their own streams. Whether these matter is known here
    only: if they were not looked up, the draft says so, and nobody is asked.

    Args:
        draft: The decision.
        facts: With what the streams of the person say, if that was looked up.
        before: The ticket before the decision; None if it began with it.
    """
    rules, ticket = draft.policy.ratings, draft.ticket
    if rules is None or before is None or not before.is_open or ticket.status_category not in _DONE:
        return
    if not _may_be_asked(ticket) or draft.tells_of_before or not rules.asks(ticket.channel, draft.view):
        return
    person = facts.person
    if person is None:
        draft.wants_person = True
        return
    now_us = max(draft.detected_us, draft.at_us)
    if person.asked_us is not None and now_us - person.asked_us < rules.every_us:
        return
    draft.emit(
        RatingRequested(
            **{**draft.head(), "by": SYSTEM},
            channel=ticket.channel,
            language=rules.language(ticket.language),
            until=from_us(now_us + rules.valid_us),
            agent=_whose_work(draft),
            weight=rules.weight(draft.view),
            questions=tuple(rules.document.questions),
            by_reply=rules.document.by_reply,
            policy=draft.policy.fingerprint,
        )
    )
    for one in sorted(person.streams):
        draft.events.append(
            RatingAsked(recorded_at=from_us(now_us), by=SYSTEM, requester=one, ticket_id=ticket.id)
        )


def _may_be_asked(ticket: Ticket) -> bool:
    """Whoever was not answered, or was asked about this before, or whose ticket goes on as another one, is not asked."""
    answered = ticket.replies > 0
    known = ticket.requester != NOBODY and not ticket.private
    return answered and known and ticket.merged_into is None and ticket.rating.asked_us is None


def _whose_work(draft: Draft) -> str | None:
    if draft.ticket.assignee is not None:
        return draft.ticket.assignee
    return draft.by.id if draft.by.kind == "agent" else None
