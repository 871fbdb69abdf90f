"""The ticket's state machine: declared as data, checked when loaded, run by `transitions`."""

from supportflow.lifecycle.definition import LifecycleDefinition, Transition, default_lifecycle
from supportflow.lifecycle.diagram import mermaid
from supportflow.lifecycle.engine import Fired, Lifecycle, Rejected

__all__ = [
    "Fired",
    "Lifecycle",
    "LifecycleDefinition",
    "Rejected",
    "Transition",
    "default_lifecycle",
    "mermaid",
]
