"""Service level agreements: metrics, targets, clocks, verdicts. Pure functions over the records in `supportflow.model`.

What a host reads or reports with is here: `desk.clocks()` gives `ClockReading`s, and their `explain()` a `ClockAccount`;
`attainment` counts the verdicts in the events of any number of tickets; `shipped_metrics` are those that targets can name.
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.sla.attainment import Attainment, attainment

if TYPE_CHECKING:
    from supportflow.sla.explain import ClockAccount, ClockInterval, ClockTurn
    from supportflow.sla.metrics import shipped_metrics
    from supportflow.sla.reading import ClockReading
    from supportflow.sla.signals import Signal


__all__ = [
    "Attainment",
    "ClockAccount",
    "ClockInterval",
    "ClockReading",
    "ClockTurn",
    "Signal",
    "attainment",
    "shipped_metrics",
]

_HOMES = {
    "ClockAccount": "explain",
    "ClockInterval": "explain",
    "ClockReading": "reading",
    "ClockTurn": "explain",
    "Signal": "signals",
    "shipped_metrics": "metrics",
}
__getattr__, __dir__ = late(__name__, _HOMES)
