"""Channels: how replies reach requesters."""

from supportflow.channels.memory import MemoryChannel

__all__ = ["MemoryChannel"]
