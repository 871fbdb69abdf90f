"""The pure core: `decide` turns a command into events, `evolve` folds an event into the ticket."""

from supportflow.kernel.decide import Decision, Facts, decide, decided
from supportflow.kernel.evolve import FOLD_VERSION, evolve, fold
from supportflow.kernel.wakeup import priority_key, wakeup

__all__ = [
    "FOLD_VERSION",
    "Decision",
    "Facts",
    "decide",
    "decided",
    "evolve",
    "fold",
    "priority_key",
    "wakeup",
]
