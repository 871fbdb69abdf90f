"""Stars that a requester gave: they count once, and a bad rating is work for a supervisor."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import from_us
from supportflow.kernel.after.order import conclude
from supportflow.kernel.after.routing import route
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.tickets import begin_ticket
from supportflow.model.base import TicketType
from supportflow.model.commands import Described
from supportflow.model.content import ContentRef
from supportflow.model.events import RatingGiven, RatingLeftOut, TicketOpened
from supportflow.model.people import NOBODY, SYSTEM, Actor
from supportflow.policy import PolicyBook
from supportflow.policy.document.ratings import LowRating
from supportflow.triage.rated import Said

__all__ = ["Way", "give", "take_reply"]

Way = Literal["link", "reply", "told"]


def take_reply(
    draft: Draft, by: Actor, comment: ContentRef | None, said: Said, facts: Facts, book: PolicyBook
) -> bool:
    """Take a reply to the request for a rating.

    Args:
        draft: The ticket.
        by: Its requester.
        comment: The reply.
        said: What it says; not alone, if files or evidence came with it.
        facts: With a fresh id, for the task that it may lead to.
        book: The policy versions.

    Returns:
        True if there is nothing else in the reply: it is no message then, and reopens nothing.
    """
    state = draft.ticket.rating
    own = comment if said.alone else None
    if state.stars is None and draft.at_us < state.until_us:
        give(draft, facts, book, by, said.stars, "reply", answers={}, comment=own)
    elif said.alone:
        cause: Literal["late", "double"] = "late" if state.stars is None else "double"
        head = {**draft.head(), "by": by}
        draft.emit(RatingLeftOut(**head, stars=said.stars, cause=cause, comment=own))
    return said.alone


def give(
    draft: Draft,
    facts: Facts,
    book: PolicyBook,
    by: Actor,
    stars: int,
    way: Way,
    *,
    answers: Mapping[str, int],
    comment: ContentRef | None,
) -> None:
    """Record a rating that counts, and open the task that a bad one leads to.

    Args:
        draft: The ticket.
        facts: With a fresh id, for the task.
        book: The policy versions.
        by: Its requester.
        stars: One to five.
        way: How it came.
        answers: Question → one to five.
        comment: Their words.
    """
    state = draft.ticket.rating
    draft.emit(
        RatingGiven(
            **{**draft.head(), "by": by},
            stars=stars,
            answers=dict(answers),
            comment=comment,
            way=way,
            agent=state.agent,
            weight=state.weight,
            redacted=facts.redacted,
        )
    )
    rules = book.current.document.ratings
    low = None if rules is None else rules.low
    if low is not None and stars <= low.at_most:
        _open_task(draft, facts, book, low)


def _open_task(draft: Draft, facts: Facts, book: PolicyBook, low: LowRating) -> None:
    """Open internal work about a ticket that was rated badly. It names the ticket, and nothing of what anybody wrote."""
    policy, ticket = book.current, draft.ticket
    event = TicketOpened(
        ticket_id=facts.task_id or facts.ticket_id,
        recorded_at=from_us(draft.at_us),
        by=SYSTEM,
        requester=NOBODY,
        channel=ticket.channel,
        type=TicketType.SERVICE_REQUEST,
        status=policy.lifecycle.initial,
        category=policy.lifecycle.category(policy.lifecycle.initial),
        topic=low.category,
        language=ticket.language,
        group=low.group,
        priority_class=policy.document.classes[-1],
        level=low.level,
        rule="default",
        opened_at=from_us(draft.at_us),
        private=True,
        policy=policy.fingerprint,
        review_of=ticket.id,
    )
    described = Described(requester=NOBODY, level=low.level)
    task = begin_ticket(event, described, None, policy, ticket.tenant, detected_us=draft.detected_us)
    rated = ticket.rating.agent
    if policy.routing is not None and rated is not None:
        route(task, policy.routing, "opened", barred=(rated,))
    conclude(task, facts, None)
    draft.include(task)
