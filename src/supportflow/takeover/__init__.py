"""Taking over from another helpdesk: its exported SLA policies, calendars, priorities and groups as a policy document.

Pure: what was exported comes in as plain data, a policy and a report of what changed its meaning go out.
"""

from supportflow.takeover.report import Example, Finding, Report
from supportflow.takeover.taking import SYSTEMS, TakenOver, take_over

__all__ = ["SYSTEMS", "Example", "Finding", "Report", "TakenOver", "take_over"]
