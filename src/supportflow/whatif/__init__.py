"""Yesterday's log under tomorrow's policy: every ticket that would have gone another way, and why."""

from supportflow.whatif.comparing import compare, compare_all
from supportflow.whatif.difference import (
    CaseDifference,
    Change,
    ClockChange,
    Edit,
    Reason,
    Stretch,
    TargetTotal,
    WhatIf,
)
from supportflow.whatif.resimulating import Resimulated, resimulate
from supportflow.whatif.table import differences_file
from supportflow.whatif.text import difference_text, reason_text, whatif_text

__all__ = [
    "CaseDifference",
    "Change",
    "ClockChange",
    "Edit",
    "Reason",
    "Resimulated",
    "Stretch",
    "TargetTotal",
    "WhatIf",
    "compare",
    "compare_all",
    "difference_text",
    "differences_file",
    "reason_text",
    "resimulate",
    "whatif_text",
]
