"""A classifier that learns from a host's own tickets: linear, local, the same every time, and nothing in its file can run.

It stands beside the policy's rules and never instead of them: it raises a class for a person to look at, and lowers none.
Training needs the extra `learn`; using a model needs nothing.
"""

from typing import TYPE_CHECKING

from supportflow._late import late
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

__getattr__, __dir__ = late(
    __name__,
    {
        "Evaluation": "evaluation",
        "compare": "evaluation",
        "evaluate": "evaluation",
        "train": "training",
        "worth_labelling": "labelling",
    },
)
