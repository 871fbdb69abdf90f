"""Calls: until when somebody who hung up unanswered is called back."""

from supportflow.model.base import Document, Name
from supportflow.model.durations import Positive

__all__ = ["PhonePolicy"]


class PhonePolicy(Document):
    """What is owed to who called.

    Attributes:
        call_back_within: Until when the desk calls whoever hung up before somebody answered, from then on, and whom a
            call-back is promised without a time.
        calendar: Name of the calendar that counts it; around the clock, if not given.
    """

    call_back_within: Positive
    calendar: Name | None = None
