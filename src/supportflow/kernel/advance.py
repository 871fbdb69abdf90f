"""What time and a new policy version do to a draft.

Everything that is due happens at its own instant and in order, however late somebody looks: so polling early, late or twice
changes no outcome.
"""

from supportflow._time import from_us, to_us
from supportflow.kernel.after.clocks import change_policy, give_verdict, reach_milestone
from supportflow.kernel.after.evidence import request_left_out
from supportflow.kernel.after.ladders import attach_ladder, fire_rung
from supportflow.kernel.after.routing import change_tier, update_requirement
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.next import Due, OfRouting, next_due
from supportflow.model.events import (
    CallBackMissed,
    ClocksMoved,
    DeclinesForgotten,
    OfferExpired,
    OverflowOpened,
    PartyDeadlinePassed,
    RequirementRelaxed,
)
from supportflow.model.people import SYSTEM
from supportflow.model.records import ClockMove
from supportflow.policy import CompiledPolicy, PolicyBook

__all__ = ["advance", "catch_up", "move_to"]


def catch_up(draft: Draft, book: PolicyBook, *, touched: bool) -> None:
    """Bring a ticket to the instant of the decision, and an open one under the version that it ought to live under.

    A surge begins and ends at an instant: what was due before it happens under the one version, what is due from it on under
    the other, however late that is noticed.

    Args:
        draft: The decision.
        book: Knows which version the ticket ought to live under.
        touched: True if somebody does something to the ticket, and not time alone.
    """
    policy, since_us = book.destination(draft.policy, touched=touched)
    moves = policy is not draft.policy and (since_us is None or since_us <= draft.at_us)
    if moves and since_us is not None:
        advance(draft, since_us)
        if draft.ticket.is_open:
            move_to(draft, policy, since_us=since_us)
        moves = False
    advance(draft, draft.at_us)
    if moves and draft.ticket.is_open:
        move_to(draft, policy)
        advance(draft, draft.at_us)


def move_to(draft: Draft, policy: CompiledPolicy, *, since_us: int | None = None) -> None:
    """Go on under another policy version, if that knows the ticket's status and class.

    Args:
        draft: The decision.
        policy: The version.
        since_us: When that began to be so, if it was before this decision: the move stands there, or after what is
            recorded since.
    """
    ticket = draft.ticket
    known = policy.lifecycle.definition.statuses.get(ticket.status) is ticket.status_category
    if not known or ticket.priority_class not in policy.document.classes:
        return
    at_us, by = draft.at_us, draft.by
    if since_us is not None:
        draft.at_us, draft.by = min(max(since_us, to_us(ticket.recorded_at)), at_us), SYSTEM
    # In the order of `order.react`: clocks, then the ladder, then what the ticket needs of an agent.
    change_policy(draft, policy)
    attach_ladder(draft, "policy")
    if since_us is not None:  # else `conclude` does it, at the end of the decision
        update_requirement(draft)
    draft.at_us, draft.by = at_us, by


def advance(draft: Draft, until_us: int) -> None:
    """Let everything happen that was due strictly before an instant, in order, each at its own instant.

    What is due at that very instant comes after whatever the decision records there: a command that is stamped with the
    instant of a wake-up precedes it.
    """
    due = _next_due(draft, until_us)
    if due is None:
        draft.at_us = max(draft.at_us, until_us)
        return
    by, observed_at, at_us = draft.by, draft.observed_at, draft.at_us
    draft.by, draft.observed_at = SYSTEM, None
    while due is not None:
        draft.at_us = max(due.at_us, to_us(draft.ticket.recorded_at))
        _carry_out(draft, due)
        due = _next_due(draft, until_us)
    draft.by, draft.observed_at = by, observed_at
    draft.at_us = max(at_us, until_us, to_us(draft.ticket.recorded_at))


def _next_due(draft: Draft, before_us: int) -> Due | None:
    due = next_due(draft.ticket, draft.policy, replays=draft.replays, bound=draft.bound, before_us=before_us)
    return None if due is None or due.at_us >= before_us else due


def _carry_out(draft: Draft, due: Due) -> None:
    if due.what == "milestone":
        reach_milestone(draft, draft.ticket.clocks[due.place])
    elif due.what == "verdict":
        give_verdict(draft, draft.ticket.clocks[due.place])
    elif due.what == "uncap":
        clock = draft.ticket.clocks[due.place]
        move = ClockMove(
            clock.key, "resume", draft.at_us, calendar=clock.calendar, reason="the pause is used up"
        )
        draft.record(draft.event(ClocksMoved, moves=(move,), sla=draft.ticket.sla))
    elif due.what == "party_deadline":
        _pass_deadline(draft, due)
    elif due.what == "call_back":
        _miss_call_back(draft, due)
    elif due.what == "ladder":
        fire_rung(draft, due.place, due.at_us)
    elif due.what != "auto_close":
        _pass_time(draft, due.what)
    else:
        draft.fire("close", cause="auto_close")


def _pass_deadline(draft: Draft, due: Due) -> None:
    party = draft.ticket.case.parties[due.place]
    draft.record(
        draft.event(
            PartyDeadlinePassed,
            role=party.role,
            party=party.id,
            due_at=from_us(due.at_us),
            missing=party.missing,
            detected_at=draft.noticed_at,
        )
    )


def _miss_call_back(draft: Draft, due: Due) -> None:
    draft.record(draft.event(CallBackMissed, due_at=from_us(due.at_us), detected_at=draft.noticed_at))


def _pass_time(draft: Draft, what: OfRouting) -> None:
    """Record what time has done to a wait: the offer has expired, less will do, those who declined are asked again."""
    state = draft.ticket.routing
    if what == "offer":
        assert state.offer is not None
        draft.emit(draft.event(OfferExpired, agent=state.offer.agent))
    elif what == "overflow":
        routing = draft.policy.routing
        assert routing is not None
        route = routing.route(state.route)
        assert route is not None
        assert route.overflow is not None
        draft.emit(draft.event(OverflowOpened, group=route.overflow.group))
    elif what == "ask_again":
        draft.emit(draft.event(DeclinesForgotten))
    elif what == "bot":
        _give_up_on_bot(draft)
    else:
        routing = draft.policy.routing
        assert routing is not None
        assert state.requirement is not None
        assert state.route is not None
        step = state.relaxed + 1
        less = routing.relaxed(state.route, state.requirement, step)
        draft.emit(
            draft.event(RequirementRelaxed, step=step, skills=dict(less.skills), language=less.language)
        )


def _give_up_on_bot(draft: Draft) -> None:
    """Hand over a ticket that the bot has left unanswered for too long: nobody waits for a broken bot."""
    bot, routing = draft.policy.bot, draft.policy.routing
    assert bot is not None
    assert routing is not None
    before = draft.ticket
    change_tier(draft, routing, bot.tier, before.group, cause="silent")
    request_left_out(draft, before)
