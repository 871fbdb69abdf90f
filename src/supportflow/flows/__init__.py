"""Orchestration without I/O: generators that ask for what they need. `Desk` and `AsyncDesk` are the two that answer."""

from supportflow.flows import desk_stream, keeping, people, policies, queries, reading, surges
from supportflow.flows.commands import handle, idle_for, tick
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Call, Flow
from supportflow.flows.results import Tick

__all__ = [
    "Call",
    "Environment",
    "Flow",
    "Tick",
    "desk_stream",
    "handle",
    "idle_for",
    "keeping",
    "people",
    "policies",
    "queries",
    "reading",
    "surges",
    "tick",
]
