"""What the two drivers of the flows share."""

from supportflow.driving.known import LOGGER, make_known
from supportflow.driving.running import await_within, call_within

__all__ = ["LOGGER", "await_within", "call_within", "make_known"]
