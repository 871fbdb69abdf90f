"""The pure core: `decide` turns a command into events, `evolve` folds an event into the ticket."""

from supportflow.kernel.decide import Attempt, Decision, Facts, attempted, decide, decided
from supportflow.kernel.due.next import wakeup
from supportflow.kernel.due.queue import priority_key
from supportflow.kernel.fold.evolve import FOLD_VERSION, evolve, fold

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
