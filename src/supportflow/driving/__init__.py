"""What the two drivers of the flows share."""

from supportflow.driving.known import LOGGER, make_known

__all__ = ["LOGGER", "make_known"]
