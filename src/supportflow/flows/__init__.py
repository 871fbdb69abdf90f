"""Orchestration without I/O: generators that ask for what they need. `Desk` and `AsyncDesk` are the two that answer."""

from supportflow.flows.commands.handle import handle
from supportflow.flows.due.tick import Tick, idle_for, tick
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Call, Flow

__all__ = ["Call", "Environment", "Flow", "Tick", "handle", "idle_for", "tick"]
