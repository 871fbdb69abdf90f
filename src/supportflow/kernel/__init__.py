"""The pure core: `decide` turns a command into events, `evolve` folds an event into the ticket."""

from supportflow.kernel.decide import Attempt, Decision, Facts, attempted, decide, decided
from supportflow.kernel.evolve import FOLD_VERSION, evolve, fold
from supportflow.kernel.wakeup import priority_key, wakeup

__all__ = [
    "FOLD_VERSION",
    "Attempt",
    "Decision",
    "Facts",
    "attempted",
    "decide",
    "decided",
    "evolve",
    "fold",
    "priority_key",
    "wakeup",
]
