"""What a ticket knows of its escalation: the ladder that was frozen into it, and how far it has come."""

from typing import Literal

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us

__all__ = ["EscalationKind", "LadderState", "Rung", "StepPlan", "Until"]

EscalationKind = Literal["functional", "hierarchical"]
"""`functional` hands the ticket to another group; `hierarchical` tells somebody higher, and the ticket stays where it is."""

Until = Literal["first_reply", "assigned", "resolved"]
"""What ends a ladder: an agent's first public reply, an assignee, or the resolution. The end of the ticket always does."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step of a ladder as it was when the ladder started.

    Attributes:
        kind: What it does with the ticket.
        notify: Who is told, as the policy names them; who that is comes out when the step fires.
        group: The group that the ticket goes to.
        tier: The line of support that it goes to, where the policy routes tickets.
        level_up: By how many levels the ticket's priority level rises.
    """

    kind: EscalationKind
    notify: tuple[str, ...] = ()
    group: str | None = None
    tier: str | None = None
    level_up: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """One firing of a step that is still to come: its first, or a repetition. Gone once it has fired.

    It has an instant, or a share of a target from which the instant derives.

    Attributes:
        step: Number of the step, from 1.
        round: 0 is its first firing, 1 the first repetition, …
        calendar: Counts its waiting time.
        at_us: When it fires.
        target: Name of the target, if it hangs on a clock.
        ppm: Share of that target in millionths.
        wait_us: Counted time after that share.
    """

    step: int
    round: int
    calendar: str
    at_us: int | None = None
    target: str | None = None
    ppm: int = 0
    wait_us: int = 0


@dataclass(frozen=True, slots=True)
class LadderState:
    """A ladder on a ticket. Later versions of the policy do not touch it.

    Attributes:
        name: The ladder's name.
        policy: Fingerprint of the policy that it was taken from.
        run: 1 for the first ladder on the ticket, then 2, …: with step and round it names one firing for good.
        life: How often the ticket had been reopened when it started.
        started_us: When it started.
        since_us: When it last began to count: nothing fires as of an earlier instant.
        until: What ends it.
        pause_on: Status categories in which it waits.
        steps: Its steps; empty once it has ended.
        rungs: What is still to come; empty once it has ended.
        by_hand: True if a person started it: no other ladder takes its place by itself.
        paused_us: Since when it waits; None if it does not.
        ended: Why it ended; None while it runs.
        spent: Ladders that started in this life of the ticket, this one among them. None starts by itself again.
    """

    name: str
    policy: str
    run: int
    life: int
    started_us: int
    since_us: int
    until: Until = "resolved"
    pause_on: tuple[str, ...] = ()
    steps: tuple[StepPlan, ...] = ()
    rungs: tuple[Rung, ...] = ()
    by_hand: bool = False
    paused_us: int | None = None
    ended: str | None = None
    spent: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """True until it ends, waiting or not."""
        return self.ended is None

    @property
    def started_at(self) -> Instant:
        """When it started."""
        return from_us(self.started_us)
