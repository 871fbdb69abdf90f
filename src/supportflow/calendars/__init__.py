"""Business calendars: exact working-time arithmetic in any time zone."""

from supportflow.calendars.hours import BusinessCalendar, OpenInterval

__all__ = ["BusinessCalendar", "OpenInterval"]
