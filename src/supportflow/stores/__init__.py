"""Stores: where tickets are kept."""

from supportflow.stores.memory import MemoryStore

__all__ = ["MemoryStore"]
