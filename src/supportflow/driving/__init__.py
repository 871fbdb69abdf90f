"""What the two drivers of the flows share."""

from supportflow.driving.base import LOGGER, DeskBase, log_unreadable
from supportflow.driving.loop import drive, drive_at_once
from supportflow.driving.methods import suggesting, write_methods
from supportflow.driving.running import call_within

__all__ = [
    "LOGGER",
    "DeskBase",
    "call_within",
    "drive",
    "drive_at_once",
    "log_unreadable",
    "suggesting",
    "write_methods",
]
