"""The ticket's state machine: declared as data, checked when loaded, run by `transitions`."""

from supportflow.lifecycle.definition import MERGE, LifecycleDefinition, Transition, default_lifecycle
from supportflow.lifecycle.diagram import mermaid
from supportflow.lifecycle.engine import Fired, Lifecycle, Rejected

__all__ = [
    "MERGE",
    "Fired",
    "Lifecycle",
    "LifecycleDefinition",
    "Rejected",
    "Transition",
    "default_lifecycle",
    "mermaid",
]
