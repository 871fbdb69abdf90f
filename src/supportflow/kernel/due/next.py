"""What happens to a ticket by itself next, and when: derived, never stored apart."""

from typing import Literal, NamedTuple

from supportflow._time import to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.kernel.due.ladders import next_rung
from supportflow.model.base import StatusCategory
from supportflow.model.records import Clock
from supportflow.model.routing import Routing
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.routing.compiled import BOT
from supportflow.sla.clock import due_us, next_milestone_us, no_milestone_before
from supportflow.sla.compiled import CompiledSla
from supportflow.sla.engine import uncap

__all__ = ["Due", "OfRouting", "next_due", "of_running", "owes_turn", "silent_due", "uncap_us", "wakeup"]

OfClocks = Literal["milestone", "uncap", "verdict"]
OfCase = Literal["auto_close", "call_back", "party_deadline", "ladder"]
OfRouting = Literal["offer", "relax", "overflow", "ask_again", "bot"]

# What comes first of several things at one instant. The order is kept for ever: the events that are stored follow it.
#   0..1  Clocks, so that a target whose time ends at the instant of a closing is breached. The end of a pause and a late
#         verdict come after the milestones of other clocks.
#   2..3  What ends by itself: the ticket, the time of a call that is owed, and the time of a party.
#   4..7  The search for an agent: an offer ends before less is asked for, and that before others are asked again.
#   8..9  What moves the ticket elsewhere comes last, since it begins another search.
_RANK: dict[OfClocks | OfCase | OfRouting, int] = {
    "milestone": 0,
    "uncap": 1,
    "verdict": 1,
    "auto_close": 2,
    "call_back": 3,
    "party_deadline": 3,
    "offer": 4,
    "relax": 5,
    "overflow": 6,
    "ask_again": 7,
    "ladder": 8,
    "bot": 9,
}
_MILESTONE = _RANK["milestone"]


class Due(NamedTuple):
    """Something that will happen by itself.

    Attributes:
        at_us: When.
        rank: What comes first of several at one instant.
        place: The place of the clock, the party or the rung on the ticket.
        what: What it is.
    """

    at_us: int
    rank: int
    place: int
    what: OfClocks | OfCase | OfRouting


def _due(at_us: int, what: OfClocks | OfCase | OfRouting, place: int = 0) -> Due:
    return Due(at_us, _RANK[what], place, what)


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
    routed = None if replays or policy.routing is None else _search_or_bot_due(ticket, policy)
    if routed is not None and (first is None or routed < first):
        first = routed
    if _has_more(ticket):
        rest = _besides_clocks(ticket, policy, closing=not replays)
        if rest is not None and (first is None or rest < first):
            first = rest
    return first


class OfRunning(NamedTuple):
    """What clocks lead to of which none is paused: it depends on them and the policy alone.

    Attributes:
        clocks: The clocks.
        due_us: The earliest due time of those that run, in microseconds: when a breach was, if there was one.
        milestone: The next milestone.
    """

    clocks: tuple[Clock, ...]
    due_us: int | None
    milestone: Due | None


_MOST_KNOWN = 1_000


def of_running(clocks: tuple[Clock, ...], policy: CompiledPolicy) -> OfRunning | None:
    """What a ticket's clocks lead to; None if one of them is paused, and more than they decides."""
    # By the identity of clocks: they stay the same while most of a ticket's events come and go. The policy has it, and is
    # not kept by it: a compiled one takes hundreds of kilobytes.
    memory: dict[int, OfRunning] = policy.of_clocks
    known = memory.get(id(clocks))
    if known is not None and known.clocks is clocks:
        return known
    first_us: int | None = None
    milestone: Due | None = None
    for place, clock in enumerate(clocks):
        if clock.state == "paused" or clock.over_us is not None:
            return None
        if clock.state != "running":
            continue
        at_us = clock.breached_us if clock.breached_us is not None else due_us(clock, policy.calendar)
        if at_us is not None and (first_us is None or at_us < first_us):
            first_us = at_us
        due = _milestone(clock, place, policy)
        if due is not None and (milestone is None or due < milestone):
            milestone = due
    if len(memory) >= _MOST_KNOWN:
        memory.clear()  # other threads only compute theirs again
    known = memory[id(clocks)] = OfRunning(clocks, first_us, milestone)
    return known


def _has_more(ticket: Ticket) -> bool:
    """True if something besides clocks and routing can come due."""
    told = ticket.__dict__  # to read a field of a model costs as much as five of these
    return (
        told["status_category"] is StatusCategory.RESOLVED
        or told["ladder"] is not None
        or bool(told["case"].parties)
        or told["phone"].call_back is not None
    )


def _of_clocks(
    ticket: Ticket, policy: CompiledPolicy, bound: CompiledSla | None, before_us: int | None
) -> Due | None:
    running = of_running(ticket.clocks, policy) if before_us is None else None
    if running is not None:
        return running.milestone
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
    return Due(max(at_us, clock.attached_us) if clock.retroactive else at_us, _MILESTONE, place, "milestone")


def _end_of_pause(
    ticket: Ticket, clock: Clock, place: int, policy: CompiledPolicy, bound: CompiledSla | None
) -> Due | None:
    if clock.over_us is not None:
        return _due(clock.attached_us, "verdict", place)
    at_us = uncap_us(ticket, clock, policy, bound)
    return None if at_us is None else _due(at_us, "uncap", place)


def uncap_us(
    ticket: Ticket, clock: Clock, policy: CompiledPolicy, bound: CompiledSla | None = None
) -> int | None:
    """When a paused clock goes on by itself; None if its target lets it wait for ever."""
    sla = bound or policy.sla.of(ticket)
    if sla is None or not sla.capped:
        return None
    return uncap(sla.targets(ticket, lambda: ticket_record(ticket, to_us(ticket.recorded_at))), clock)


def _besides_clocks(ticket: Ticket, policy: CompiledPolicy, *, closing: bool) -> Due | None:
    if ticket.is_open:
        dues = (_call_back(ticket), _party_deadline(ticket), _ladder_step(ticket, policy))
        return min((due for due in dues if due is not None), default=None)
    resolved = ticket.status_category is StatusCategory.RESOLVED
    return _auto_close(ticket, policy) if closing and resolved else None


def _call_back(ticket: Ticket) -> Due | None:
    """The end of the time until which a call is promised."""
    owed = ticket.phone.call_back
    return None if owed is None or owed.missed else _due(owed.due_us, "call_back")


def _party_deadline(ticket: Ticket) -> Due | None:
    """The first deadline of a party that has not answered."""
    waiting = [
        _due(party.due_us, "party_deadline", place)
        for place, party in enumerate(ticket.case.parties)
        if party.due_us is not None and not party.overdue and not party.answered
    ]
    return min(waiting, default=None)


def _ladder_step(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    """The rung of the ladder that fires next by itself."""
    rung = next_rung(ticket, policy)
    return None if rung is None else _due(rung[0], "ladder", rung[1])


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
    return None if found is None or found.kept else _due(at_us, "auto_close")


def _search_or_bot_due(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    """What routing does next by itself."""
    searched = _search_due(ticket, policy)
    silent = None if policy.bot is None else silent_due(ticket, policy)
    if searched is None or silent is None:
        return searched or silent
    return min(searched, silent)


def _search_due(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    """What the search for an agent does next: an offer ends, or, while nobody is asked, the search widens."""
    routing, told = policy.routing, ticket.__dict__
    state: Routing = told["routing"]
    if routing is None or state.requirement is None or told["status_category"] not in routing.busy_in:
        return None
    if state.offer is not None:
        return None if state.offer.expires_us is None else _due(state.offer.expires_us, "offer")
    if told["assignee"] is not None:
        return None
    relaxes_us = routing.relaxes_at_us(state.route, state.since_us, state.relaxed)
    first = None if relaxes_us is None else _due(relaxes_us, "relax")
    overflows_us = None if state.overflow else routing.overflows_at_us(state.route, state.since_us)
    if overflows_us is not None:
        opens = _due(overflows_us, "overflow")
        first = opens if first is None else min(first, opens)
    if state.declined and routing.ask_again_us is not None:
        again = _due(state.declined_us + routing.ask_again_us, "ask_again")
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


def silent_due(ticket: Ticket, policy: CompiledPolicy) -> Due | None:
    """When a person takes over because the bot stays silent; None if it owes nothing."""
    if policy.bot is None or not owes_turn(ticket, policy):
        return None
    return _due(ticket.bot.heard_us + policy.bot.answer_us, "bot")


def wakeup(ticket: Ticket, policy: CompiledPolicy) -> int | None:
    """When the ticket must be looked at next, in microseconds; None if time alone does nothing to it."""
    due = next_due(ticket, policy)
    return None if due is None else due.at_us
