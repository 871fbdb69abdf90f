"""Business calendars: exact working-time arithmetic in any time zone."""

from supportflow.calendars.calendar import BusinessCalendar, OpenInterval
from supportflow.calendars.compiled import Edge, HorizonWarning
from supportflow.calendars.document import Closure, HoursVersion, Override, Weekly
from supportflow.calendars.explaining import Explained
from supportflow.calendars.render import render_week

__all__ = [
    "BusinessCalendar",
    "Closure",
    "Edge",
    "Explained",
    "HorizonWarning",
    "HoursVersion",
    "OpenInterval",
    "Override",
    "Weekly",
    "render_week",
]
