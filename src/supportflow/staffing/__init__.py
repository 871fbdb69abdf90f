"""How many agents are needed, hour by hour and skill by skill: Erlang's formulas to begin with, then the simulator."""

from supportflow.staffing.erlang import Queue, agents_needed, queue
from supportflow.staffing.figures import (
    Candidate,
    Duty,
    HourStaffing,
    ShiftPlan,
    StaffingPlan,
    StaffingTarget,
    TeamShifts,
    TeamStaffing,
    Uncovered,
)
from supportflow.staffing.planning import staff
from supportflow.staffing.shifts import Shift, Shifts, load_shifts, parse_shifts, plan_shifts, read_shifts
from supportflow.staffing.text import staffing_text

__all__ = [
    "Candidate",
    "Duty",
    "HourStaffing",
    "Queue",
    "Shift",
    "ShiftPlan",
    "Shifts",
    "StaffingPlan",
    "StaffingTarget",
    "TeamShifts",
    "TeamStaffing",
    "Uncovered",
    "agents_needed",
    "load_shifts",
    "parse_shifts",
    "plan_shifts",
    "queue",
    "read_shifts",
    "staff",
    "staffing_text",
]
