"""The ticket's state machine: declared as data, checked when loaded, run by `transitions`."""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.lifecycle.definition import LifecycleDefinition, Transition, default_lifecycle
from supportflow.lifecycle.engine import Fired, Lifecycle, Rejected

if TYPE_CHECKING:
    from supportflow.lifecycle.diagram import mermaid

__all__ = [
    "Fired",
    "Lifecycle",
    "LifecycleDefinition",
    "Rejected",
    "Transition",
    "default_lifecycle",
    "mermaid",
]

__getattr__, __dir__ = late(__name__, {"mermaid": "diagram"})
