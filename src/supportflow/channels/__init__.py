"""Channels: how replies reach requesters, and what a host is asked to do."""

from supportflow.channels.actions import MemoryActions
from supportflow.channels.memory import MemoryChannel

__all__ = ["MemoryActions", "MemoryChannel"]
