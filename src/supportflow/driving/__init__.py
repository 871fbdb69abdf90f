"""What the two drivers of the flows share."""

from supportflow.driving.base import DeskBase
from supportflow.driving.known import LOGGER, make_known
from supportflow.driving.loop import drive, drive_at_once
from supportflow.driving.methods import suggesting, write_methods
from supportflow.driving.running import await_within, call_within

__all__ = [
    "LOGGER",
    "DeskBase",
    "await_within",
    "call_within",
    "drive",
    "drive_at_once",
    "make_known",
    "suggesting",
    "write_methods",
]
