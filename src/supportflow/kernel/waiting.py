"""A ticket that waits for an agent: whether it does, and what time does to it meanwhile."""

from typing import Literal

from supportflow.kernel.answering import give_up, silent_due
from supportflow.kernel.draft import Draft
from supportflow.model.events import DeclinesForgotten, OfferExpired, OverflowOpened, RequirementRelaxed
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy

__all__ = ["is_queued", "pass_time", "routing_due"]

What = Literal["offer", "relax", "overflow", "ask_again", "bot"]


def is_queued(ticket: Ticket, policy: CompiledPolicy) -> bool:
    """True while a ticket waits for an agent: nobody has it, and it is offered to nobody."""
    routing, state = policy.routing, ticket.routing
    return (
        routing is not None
        and state.requirement is not None
        and state.offer is None
        and ticket.assignee is None
        and ticket.status_category in routing.busy_in
    )


def routing_due(ticket: Ticket, policy: CompiledPolicy) -> "tuple[int, int, What] | None":
    """What routing does next by itself: at which instant, its rank, and what."""
    searched = _search_due(ticket, policy)
    silent = None if policy.bot is None else silent_due(ticket, policy)
    if searched is None or silent is None:
        return searched or silent
    return min(searched, silent)


def _search_due(ticket: Ticket, policy: CompiledPolicy) -> "tuple[int, int, What] | None":
    routing, state = policy.routing, ticket.routing
    if routing is None or state.requirement is None or ticket.status_category not in routing.busy_in:
        return None
    if state.offer is not None:
        return None if state.offer.expires_us is None else (state.offer.expires_us, 4, "offer")
    if ticket.assignee is not None:
        return None
    first: tuple[int, int, What] | None = None
    relaxes_us = routing.relaxes_at_us(state.route, state.since_us, state.relaxed)
    if relaxes_us is not None:
        first = (relaxes_us, 5, "relax")
    overflows_us = None if state.overflow else routing.overflows_at_us(state.route, state.since_us)
    if overflows_us is not None:
        opens: tuple[int, int, What] = (overflows_us, 6, "overflow")
        first = opens if first is None else min(first, opens)
    if state.declined and routing.ask_again_us is not None:
        again: tuple[int, int, What] = (state.declined_us + routing.ask_again_us, 7, "ask_again")
        first = again if first is None else min(first, again)
    return first


def pass_time(draft: Draft, what: What) -> None:
    """Record what time has done: an offer has passed, less will do, those who declined are asked again."""
    state = draft.ticket.routing
    if what == "offer":
        assert state.offer is not None
        draft.emit(OfferExpired(**draft.head(), agent=state.offer.agent))
    elif what == "overflow":
        routing = draft.policy.routing
        assert routing is not None
        route = routing.route(state.route)
        assert route is not None
        assert route.overflow is not None
        draft.emit(OverflowOpened(**draft.head(), group=route.overflow.group))
    elif what == "ask_again":
        draft.emit(DeclinesForgotten(**draft.head()))
    elif what == "bot":
        give_up(draft)
    else:
        routing = draft.policy.routing
        assert routing is not None
        assert state.requirement is not None
        assert state.route is not None
        step = state.relaxed + 1
        less = routing.relaxed(state.route, state.requirement, step)
        draft.emit(
            RequirementRelaxed(**draft.head(), step=step, skills=dict(less.skills), language=less.language)
        )
