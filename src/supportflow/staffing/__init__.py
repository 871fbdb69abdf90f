"""How many agents are needed, hour by hour and skill by skill: Erlang's formulas to begin with, then the simulator."""

from supportflow.staffing.erlang import Queue, agents_needed, queue
from supportflow.staffing.figures import (
    Candidate,
    HourStaffing,
    StaffingPlan,
    StaffingTarget,
    TeamStaffing,
)
from supportflow.staffing.planning import staff
from supportflow.staffing.text import staffing_text

__all__ = [
    "Candidate",
    "HourStaffing",
    "Queue",
    "StaffingPlan",
    "StaffingTarget",
    "TeamStaffing",
    "agents_needed",
    "queue",
    "staff",
    "staffing_text",
]
