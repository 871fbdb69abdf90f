"""How many agents are needed, as data."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from supportflow._time import Instant
from supportflow.exceptions import ScenarioError
from supportflow.model.base import Document, Name, Value
from supportflow.model.durations import NotNegative
from supportflow.simulation.statistics import Estimate

__all__ = [
    "Candidate",
    "Duty",
    "HourStaffing",
    "ShiftPlan",
    "StaffingPlan",
    "StaffingTarget",
    "TeamShifts",
    "TeamStaffing",
    "Uncovered",
    "Verdict",
]

Verdict = Literal["met", "missed", "unknown"]
"""What the runs say of a target: its whole interval lies above the share asked for, below it, or on both sides."""


class StaffingTarget(Document):
    """What is promised: so large a share of the tickets has an agent within so long.

    Attributes:
        share: The share of the tickets that come.
        within: Until when an agent must have them.
        priority_class: Only those of this class (`class` in a document); all, if not given.
    """

    FAILURE = ScenarioError

    share: float = Field(default=0.8, gt=0, lt=1)
    within: NotNegative = timedelta(seconds=20)
    priority_class: Name | None = Field(default=None, validation_alias="class", serialization_alias="class")


class HourStaffing(Value):
    """An hour.

    Attributes:
        start_at: When it begins.
        tickets: How many come for the team, in the mean.
        agents: How many are on duty.
        rostered: How many are paid, so that so many are on duty in spite of the shrinkage.
        occupancy: What Erlang's model says of them: the share that is busy. None if nothing comes, or they cannot keep up.
    """

    start_at: Instant
    tickets: float
    agents: int
    rostered: int
    occupancy: float | None


class TeamStaffing(Value):
    """A team: agents who are alike, for the tickets that they are the fittest for.

    Attributes:
        name: The team.
        hours: One after the other.
    """

    name: Name
    hours: tuple[HourStaffing, ...]

    @property
    def agent_hours(self) -> int:
        """Hours on duty."""
        return sum(hour.agents for hour in self.hours)

    @property
    def rostered_hours(self) -> int:
        """Hours that are paid."""
        return sum(hour.rostered for hour in self.hours)


class Candidate(Value):
    """A number of agents that was tried in the simulator.

    Attributes:
        margin: For how many more tickets than come it was laid out: 0 is Erlang's own answer, -0.1 is for a tenth less.
        agent_hours: Hours on duty.
        attained: The share that had an agent in time, with its 95 % interval across the runs.
        replications: Runs.
        verdict: What they say.
    """

    margin: float
    agent_hours: int
    attained: Estimate
    replications: int
    verdict: Verdict


class Duty(Value):
    """A shift on one day.

    Attributes:
        shift: Its name.
        start_at: When it begins.
        end_at: When it ends.
        people: How many work it.
    """

    shift: Name
    start_at: Instant
    end_at: Instant
    people: int

    @property
    def paid_hours(self) -> float:
        """Of all of them."""
        return self.people * (self.end_at - self.start_at).total_seconds() / 3_600


class Uncovered(Value):
    """An hour in which nobody can be there: no shift covers it.

    Attributes:
        start_at: When it begins.
        needed: How many should be rostered.
    """

    start_at: Instant
    needed: int


class TeamShifts(Value):
    """The shifts of a team.

    Attributes:
        name: The team.
        duties: In time.
        uncovered: Hours that no shift covers.
    """

    name: Name
    duties: tuple[Duty, ...]
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def paid_hours(self) -> float:
        """Of all shifts."""
        return sum(duty.paid_hours for duty in self.duties)


class ShiftPlan(Value):
    """Which shifts to staff.

    Attributes:
        tz: The zone of the shifts' times.
        known: True if every hour has the people that are rostered in it, for the fewest paid hours that these shifts allow.
        why: In a sentence, if it is not known, what is not.
        teams: Each with its shifts.
    """

    tz: str
    known: bool
    why: str
    teams: tuple[TeamShifts, ...]


class StaffingPlan(Value):
    """How many agents are needed.

    Attributes:
        scenario: Its name.
        target: What is promised.
        shrinkage: The share of paid time in which nobody is on duty: breaks, training, illness.
        seed: Of the runs.
        known: True if the runs say both that the plan meets the target, and that the next smaller one that was tried
            misses it or that there is none.
        why: In a sentence, if it is not known, what is not.
        teams: The plan: the smallest that the runs say meets the target; empty if none does.
        chosen: What the runs say of it; None if none meets the target.
        tried: All that was tried, from the smallest.
        shifts: Which shifts give these hours, if there was a list of them.
    """

    scenario: Name
    target: StaffingTarget
    shrinkage: float
    seed: int
    known: bool
    why: str
    teams: tuple[TeamStaffing, ...]
    chosen: Candidate | None
    tried: tuple[Candidate, ...]
    shifts: ShiftPlan | None = None
