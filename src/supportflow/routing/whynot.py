"""Why an agent does not get a ticket, and what would change it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from supportflow.model.routing import Requirement
from supportflow.routing.signature import Entry, Seat, Trait, demands, lane, units

__all__ = ["OUTSIDE", "Question", "Reason", "ReasonCode", "reasons"]

ReasonCode = Literal[
    "not_waiting",
    "taken",
    "absent",
    "unavailable",
    "barred",
    "outside",
    "rejected",
    "tier",
    "group",
    "language",
    "skill",
    "level",
    "lapsed",
    "capacity",
    "reserved",
    "spare",
    "limit",
    "better_first",
]
"""What kind of reason it is; stable, for programs."""


class Reason(NamedTuple):
    """One reason why an agent does not get a ticket.

    Attributes:
        code: Of what kind.
        fact: What is so, in words.
        change: What would have to happen, in words.
    """

    code: ReasonCode
    fact: str
    change: str


OUTSIDE = Reason(
    "outside",
    "the agent takes part in the case from outside, as its requester or a party",
    "it turns out that they are somebody else",
)
"""Nobody works on a case that is their own."""


class Question(NamedTuple):
    """All that is asked about: a ticket that waits and an agent who is there.

    Attributes:
        entry: The ticket.
        seat: The agent.
        used: Units in use, proposals included.
        full: Channels at their limit, proposals included.
        passed: The agent's proposal was rejected, and there is no news since.
        taken_before: Tickets that come first and are proposed to the agent, and their weight.
        ahead: How many tickets that wait and come first the agent could take.
    """

    entry: Entry
    seat: Seat
    used: int = 0
    full: frozenset[str] = frozenset()
    passed: bool = False
    taken_before: tuple[tuple[str, int], ...] = ()
    ahead: int = 0


def reasons(question: Question) -> tuple[Reason, ...]:
    """Why not, in the way that is nearest: of which the agent lacks the least, and then the one with the fewest reasons."""
    entry = question.entry
    ways = [(entry.requirement, 0), *entry.also]
    lacks = [sorted(demands(requirement) - question.seat.traits) for requirement, _ in ways]
    answers = [
        (*_always(question), *(_lacking(trait, question.seat) for trait in lack), *_room(question, *way))
        for lack, way in zip(lacks, ways, strict=True)
    ]
    _, _, nearest = min(
        (len(lack), len(answer), number)
        for number, (lack, answer) in enumerate(zip(lacks, answers, strict=True))
    )
    return (*answers[nearest], *_behind(question))


def _always(question: Question) -> Iterator[Reason]:
    if not question.seat.available:
        yield Reason("unavailable", "the agent takes no work now", "the agent is available and on duty")
    if question.seat.agent_id in question.entry.outside:
        yield OUTSIDE
    elif question.seat.agent_id in question.entry.barred:
        yield Reason("barred", "the agent must not have it, or declined it", "the ticket's exclusions change")
    if question.passed:
        yield Reason("rejected", "the proposal was rejected", "there is news of the ticket or the agent")


def _behind(question: Question) -> Iterator[Reason]:
    if question.ahead:
        yield Reason(
            "better_first",
            f"{question.ahead} tickets that the agent could take come first",
            "these are taken by others",
        )


def _lacking(trait: Trait, seat: Seat) -> Reason:
    kind, name, level = trait
    if kind == "tier":
        return Reason("tier", f"the agent does not work in tier {name}", f"the agent works in {name}")
    if kind == "group":
        return Reason("group", f"the agent is not in group {name}", f"the agent joins {name}")
    if kind == "language":
        return Reason(
            "language", f"the agent does not write {name}", f"{name} is relaxed, or the agent learns it"
        )
    lapsed = dict(seat.lapsed).get(name)
    if lapsed is not None and lapsed >= level:
        return Reason("lapsed", f"the certificate of {name} has lapsed", "it is renewed")
    has = max((at for what, skill, at in seat.traits if (what, skill) == ("skill", name)), default=0)
    if has:
        return Reason(
            "level", f"{name} is at level {has} of {level}", f"{name} reaches level {level}, or is relaxed"
        )
    return Reason(
        "skill", f"the agent does not have {name}", f"the agent has {name} at level {level}, or it is relaxed"
    )


def _room(question: Question, requirement: Requirement, spare: int) -> Iterator[Reason]:
    seat = question.seat
    asked = lane(requirement, hand_over=question.entry.hand_over, spare=spare)
    free = seat.capacity - question.used
    short = units(asked, seat.reserved) - free
    if short > 0:
        before = sum(weight for _, weight in question.taken_before)
        if before >= short:
            names = ", ".join(ticket_id for ticket_id, _ in question.taken_before)
            yield Reason("better_first", f"{names} came first", "one of these proposals is rejected")
        elif asked.weight > free:
            yield Reason(
                "capacity",
                f"it takes {asked.weight} units, {max(free, 0)} are free",
                f"{short} units come free",
            )
        elif asked.weight + asked.spare > free:
            yield Reason(
                "spare", f"{spare} units must be left for the agent's own work", f"{short} units come free"
            )
        else:
            yield Reason(
                "reserved", f"{seat.reserved} units are kept for hand-overs", f"{short} units come free"
            )
    if asked.channel in question.full:
        most = dict(seat.limits)[asked.channel]
        yield Reason(
            "limit", f"the agent has {most} tickets of {asked.channel}, and no more", "one of them ends"
        )
