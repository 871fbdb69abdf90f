"""What happens to a ticket by itself next, and when: derived, never stored apart."""

from typing import Literal, NamedTuple

from supportflow._time import to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.kernel.due.ladders import next_rung
from supportflow.model.base import StatusCategory
from supportflow.model.records import Clock
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.compiled import BOT
from supportflow.sla.clock import next_milestone_us, no_milestone_before
from supportflow.sla.compiled import CompiledSla
from supportflow.sla.engine import uncap

__all__ = ["Due", "What", "next_due", "owes_turn", "silent_due", "uncap_us", "wakeup"]


class Due(NamedTuple):
    """Something that will happen by itself.

    They are ordered: by instant, then by kind (a milestone at the instant of an automatic closing comes first), then by
    the place of the clock, the party or the rung on the ticket.
    """

    at_us: int
    rank: int
    place: int
    what: Literal[
        "milestone",
        "uncap",
        "verdict",
        "auto_close",
        "party_deadline",
        "ladder",
        "offer",
        "relax",
        "overflow",
        "ask_again",
        "bot",
    ]


def next_due(
    ticket: Ticket,
    policy: CompiledPolicy,
    *,
    replays: bool = False,
    bound: CompiledSla | None = None,
    before_us: int | None = None,
) -> Due | None:
    """The next thing that happens to a ticket by itself; None if nothing will.

    Args:
        ticket: The ticket.
        policy: The policy that it lives under.
        replays: True to leave out what is a fact of its own once it has happened: automatic closing, and what routing does.
        bound: An SLA policy that applies whatever matches.
        before_us: If only what lies before this instant is of interest; what is answered can still lie after it.
    """
    first = _of_clocks(ticket, policy, bound, before_us)
    routed = None if replays or policy.routing is None else _routing_or_bot_due(ticket, policy)
    if routed is not None and (first is None or routed[:2] < first[:2]):
        first = Due(routed[0], routed[1], 0, routed[2])
    if ticket.case.parties or ticket.ladder is not None or ticket.status_category is StatusCategory.RESOLVED:
        rest = _besides_clocks(ticket, policy, closing=not replays)
        if rest is not None and (first is None or rest < first):
            first = rest
    return first


def _of_clocks(
    ticket: Ticket, policy: CompiledPolicy, bound: CompiledSla | None, before_us: int | None
) -> Due | None:
    first: Due | None = None
    for place, clock in enumerate(ticket.clocks):
        if clock.state == "running":
            if before_us is not None and no_milestone_before(clock, before_us):
                continue
            due = _milestone(clock, place, policy)
        elif clock.state == "paused":
            due = _end_of_pause(ticket, clock, place, policy, bound)
        else:
            continue
        if due is not None and (first is None or due < first):
            first = due
    return first


def _milestone(clock: Clock, place: int, policy: CompiledPolicy) -> Due | None:
    at_us = next_milestone_us(clock, policy.calendar)
    if at_us is None:
        return None
    # What a retroactive clock reached in the past is told once time goes on: until then, the change can be taken back.
    return Due(max(at_us, clock.attached_us) if clock.retroactive else at_us, 0, place, "milestone")


def _end_of_pause(
    ticket: Ticket, clock: Clock, place: int, policy: CompiledPolicy, bound: CompiledSla | None
) -> Due | None:
    if clock.over_us is not None:
        return Due(clock.attached_us, 1, place, "verdict")
    at_us = uncap_us(ticket, clock, policy, bound)
    return None if at_us is None else Due(at_us, 1, place, "uncap")


def uncap_us(
    ticket: Ticket, clock: Clock, policy: CompiledPolicy, bound: CompiledSla | None = None
) -> int | None:
    """When a paused clock goes on by itself; None if its target lets it wait for ever."""
    sla = bound or policy.sla.of(ticket)
    if sla is None or not sla.capped:
        return None
    return uncap(sla.targets(lambda: ticket_record(ticket, to_us(ticket.recorded_at))), clock)


def _besides_clocks(ticket: Ticket, policy: CompiledPolicy, *, closing: bool) -> Due | None:
    if ticket.is_open:
        dues = (_party_deadline(ticket), _ladder_step(ticket, policy))
        return min((due for due in dues if due is not None), default=None)
    resolved = ticket.status_category is StatusCategory.RESOLVED
    return _auto_close(ticket, policy) if closing and resolved else None


def _party_deadline(ticket: Ticket) -> Due | None:
    """The first deadline of a party that has not answered."""
    waiting = [
        Due(party.due_us, 3, place, "party_deadline")
        for place, party in enumerate(ticket.case.parties)
        if party.due_us is not None and not party.overdue and not party.answered
    ]
    return min(waiting, default=None)


def _ladder_step(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    """The rung of the ladder that fires next by itself."""
    rung = next_rung(ticket, policy)
    return None if rung is None else Due(rung[0], 8, rung[1], "ladder")


def _auto_close(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    if policy.auto_close_us is None:
        return None
    assert ticket.resolved_at is not None
    at_us = policy.auto_close_at_us(to_us(ticket.resolved_at))
    if at_us is None:
        return None
    # Its guards are asked for the instant at which it would be recorded, which is never before the latest event.
    then_us = max(at_us, to_us(ticket.recorded_at))
    found = policy.lifecycle.lookup(ticket.status, "close", lambda: ticket_record(ticket, then_us))
    return None if found is None or found.kept else Due(at_us, 2, 0, "auto_close")


What = Literal["offer", "relax", "overflow", "ask_again", "bot"]


def _routing_or_bot_due(ticket: Ticket, policy: CompiledPolicy) -> "tuple[int, int, What] | None":
    """What routing does next by itself: at which instant, its rank, and what."""
    searched = _routing_due(ticket, policy)
    silent = None if policy.bot is None else silent_due(ticket, policy)
    if searched is None or silent is None:
        return searched or silent
    return min(searched, silent)


def _routing_due(ticket: Ticket, policy: CompiledPolicy) -> "tuple[int, int, What] | None":
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


def wakeup(ticket: Ticket, policy: CompiledPolicy) -> int | None:
    """When the ticket must be looked at next, in microseconds; None if time alone does nothing to it."""
    due = next_due(ticket, policy)
    return None if due is None else due.at_us
