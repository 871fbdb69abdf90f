"""A ticket's past, played again: under a target that applies once more, or under another policy altogether."""

from collections.abc import Iterable, Sequence

from supportflow._time import to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.kernel.advance import advance
from supportflow.kernel.after.order import react
from supportflow.kernel.draft import Draft, Followers
from supportflow.kernel.fold.evolve import evolve, fold
from supportflow.model.events import (
    ClocksMoved,
    EventBase,
    SlaBreached,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
    TicketAdopted,
    TicketOpened,
)
from supportflow.model.records import Clock, ClockMove
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.compiled import CompiledSla, CompiledTarget
from supportflow.sla.moment import Moment
from supportflow.sla.past import Before, Since
from supportflow.sla.returning import uncancelled
from supportflow.sla.signals import CATEGORY_BIT

__all__ = ["FOLLOWERS", "opening", "rebuild"]

_TAKEN_BACK = frozenset({"lapsed", "ended", "applies", "returned", "changed", "undone"})
"""Causes of moves that say only which target applies, or that the ticket ended: with the change, they are taken back."""
_TOLD = (SlaBreached, SlaJudged, SlaOverdue, SlaWarned)


class TicketPast:
    """The past of the ticket that is being decided on, up to the event that its clocks react to.

    Args:
        draft: The decision.
    """

    __slots__ = ("_draft",)

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def before(self, slot: str, /) -> list[Before]:
        """A slot's clock as it was before each change of its targets at this very instant; see `Past`."""
        found: list[Before] = []
        ticket: Ticket | None = None
        for event in self._draft.history() or ():
            if to_us(event.recorded_at) == self._draft.at_us and ticket is not None:
                moved = _moves(event, ticket, slot)
                if isinstance(event, _TOLD) and event.target == slot:
                    found.clear()
                elif any(move.cause in _TAKEN_BACK for move in moved):
                    found.append(Before(_clock(ticket, slot), ticket.policy))
                elif any(move.move not in {"pause", "resume"} and move.cause != "reopened" for move in moved):
                    found.clear()
            ticket = evolve(ticket, event)
        return found

    def away(self, slot: str, /) -> Before | None:
        """A slot's clock as it was when its target last did not apply, within this very instant; see `Past`."""
        found: Before | None = None
        ticket: Ticket | None = None
        for event in self._draft.history() or ():
            if to_us(event.recorded_at) == self._draft.at_us and ticket is not None:
                moved = _moves(event, ticket, slot)
                if (isinstance(event, _TOLD) and event.target == slot) or any(
                    move.cause not in _TAKEN_BACK for move in moved
                ):
                    found = None
                elif moved:
                    clock = _clock(ticket, slot)
                    if clock is None or not clock.active:
                        found = Before(clock, ticket.policy)
                    elif any(move.cause == "ended" for move in moved):
                        found = None
            ticket = evolve(ticket, event)
        return found

    def since(self, sla: CompiledSla, target: CompiledTarget, clock: Clock | None, /) -> Since | None:
        """What a target's clock would be now, had the target applied since the clock ended; see `Past`."""
        draft, events = self._draft, self._draft.history()
        if events is None:
            return None
        bound = sla.only(target)
        if clock is None:
            first = events[0]
            assert isinstance(first, TicketOpened | TicketAdopted)  # a past that is at hand is whole
            begun = _replay_from(first, draft.policy, draft.ticket.tenant, draft.at_us, bound)
            _play(begun, events[1:], draft.at_us)
            return Since(_clock(begun.ticket, target.slot))
        place = _end_of(events, clock)
        if place is None:
            return None
        ticket = fold(events[: place + 1], tenant=draft.ticket.tenant)
        ended = _clock(ticket, target.slot)
        assert ended is not None  # an ended clock stays on its ticket
        again = self._reinstate(bound, target, ticket, ended) if ended.cancelled == "lapsed" else ended
        # Milestones are not told here: whether they are, and when, is for the clock that comes back.
        silent = again._replace(passed=len(again.milestones))
        beside = Draft(
            ticket.model_copy(update={"clocks": (silent,), "sla": sla.name}),
            draft.policy,
            to_us(ticket.recorded_at),
            draft.by,
            followers=FOLLOWERS,
            detected_us=draft.detected_us,
            bound=bound,
            replays=True,
        )
        _play(beside, events[place + 1 :], draft.at_us)
        return Since(_clock(beside.ticket, target.slot), _open_us(ticket, events[place + 1 :], draft.at_us))

    def _reinstate(self, bound: CompiledSla, target: CompiledTarget, ticket: Ticket, clock: Clock) -> Clock:
        policy, at_us = self._draft.policy, to_us(ticket.recorded_at)
        moment = Moment(
            sla=bound,
            ticket=ticket,
            signals=0,
            at_us=at_us,
            view=lambda: ticket_record(ticket, at_us),
            env=policy,
            old=policy,
            rematch=False,
            category=CATEGORY_BIT[ticket.status_category],
            applied=None,
            past=None,
        )
        return uncancelled(moment, target, clock)


FOLLOWERS = Followers(react=react, past=TicketPast)
"""What follows in every decision; drafts are given it when they are made."""


def opening(
    event: TicketOpened | TicketAdopted,
    ticket: Ticket,
    policy: CompiledPolicy,
    *,
    detected_us: int,
    bound: CompiledSla | None = None,
    replays: bool = False,
    people: frozenset[str] = frozenset(),
    people_known: bool = False,
) -> Draft:
    """The draft of a ticket that begins with this event, with what follows from it.

    Args:
        event: The event.
        ticket: What it folds to.
        policy: The policy that it will live under.
        detected_us: The real time.
        bound: An SLA policy that applies whatever matches.
        replays: True if facts are only told again.
        people: The requester's other ids.
        people_known: True if these were looked up.
    """
    draft = Draft(
        ticket,
        policy,
        to_us(event.recorded_at),
        event.by,
        followers=FOLLOWERS,
        first=event,
        detected_us=detected_us,
        moment=event.recorded_at,
        bound=bound,
        replays=replays,
        people=people,
        people_known=people_known,
    )
    react(draft, None, event)
    return draft


def rebuild(history: Iterable[EventBase], policy: CompiledPolicy, tenant: str, until_us: int) -> Draft | None:
    """What would have been: a ticket's history under a policy, as if that had applied from the start.

    The facts stay (messages, statuses, assignments); the clocks, their milestones and verdicts are made anew. Under the
    policy that was in force this gives back what was recorded; under another one it answers "what if".

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
    draft = _replay_from(first, policy, tenant, until_us)
    _play(draft, facts, until_us)
    return draft


def _replay_from(
    first: TicketOpened | TicketAdopted,
    policy: CompiledPolicy,
    tenant: str,
    detected_us: int,
    bound: CompiledSla | None = None,
) -> Draft:
    """A draft for playing a ticket's facts again from its first event, under another policy or with one target."""
    first = first.model_copy(update={"policy": policy.fingerprint})
    ticket = evolve(None, first, tenant=tenant)
    return opening(first, ticket, policy, detected_us=detected_us, bound=bound, replays=True)


def _play(draft: Draft, events: Iterable[EventBase], until_us: int) -> None:
    """Play facts on a draft, each at its own instant, with what was due before it.

    Args:
        draft: The draft.
        events: Events of its ticket, in order, after what it has seen.
        until_us: What is due strictly before this instant happens, too.
    """
    for event in events:
        if event.IS_FACT:
            advance(draft, to_us(event.recorded_at))
            draft.by = event.by
            draft.emit(event)
    advance(draft, until_us)


def _clock(ticket: Ticket, slot: str) -> Clock | None:
    return next((clock for clock in ticket.clocks if clock.target == slot), None)


def _open_us(ticket: Ticket, events: Sequence[EventBase], until_us: int) -> int:
    """How long a ticket was open, from the event that it was last folded from."""
    total, at_us = 0, to_us(ticket.recorded_at)
    for event in events:
        next_us = to_us(event.recorded_at)
        total += next_us - at_us if ticket.is_open else 0
        ticket, at_us = evolve(ticket, event), next_us
    return total + (until_us - at_us if ticket.is_open else 0)


def _moves(event: EventBase, ticket: Ticket, slot: str) -> list[ClockMove]:
    """The moves of a slot's clock in an event."""
    if not isinstance(event, ClocksMoved):
        return []
    clock = _clock(ticket, slot)
    key = None if clock is None else clock.key
    return [
        move
        for move in event.moves
        if (move.state.target == slot if move.state is not None else move.clock == key)
    ]


def _end_of(events: Sequence[EventBase], clock: Clock) -> int | None:
    """The index of the event by which a clock was judged or cancelled last."""
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if isinstance(event, SlaJudged):
            if event.clock == clock.key and clock.verdict is not None:
                return place
        elif isinstance(event, ClocksMoved) and clock.verdict is None:
            for move in event.moves:
                if move.clock == clock.key and move.move == "cancel":
                    return place
    return None
