"""A classifier that learns from a host's own tickets: linear, local, the same every time, and nothing in its file can run.

It stands beside the policy's rules and never instead of them: it raises a class for a person to look at, and lowers none.
Training needs the extra `learn`; using a model needs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from supportflow.learn.examples import Example, read_examples
from supportflow.learn.model import TextModel, load_model

if TYPE_CHECKING:
    from supportflow.learn.evaluation import Evaluation, compare, evaluate
    from supportflow.learn.labelling import worth_labelling
    from supportflow.learn.training import train

__all__ = [
    "Evaluation",
    "Example",
    "TextModel",
    "compare",
    "evaluate",
    "load_model",
    "read_examples",
    "train",
    "worth_labelling",
]

_LATE = {
    "Evaluation": "evaluation",
    "compare": "evaluation",
    "evaluate": "evaluation",
    "train": "training",
    "worth_labelling": "labelling",
}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    globals()[name] = value
    return value
