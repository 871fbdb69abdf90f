"""Reports on a log under a policy, or on a desk's own history: figures, and one page with pictures that works offline."""

from supportflow.reports.figures import (
    Backlog,
    CauseShare,
    Distribution,
    GroupWait,
    Load,
    PauseShare,
    Rate,
    Report,
    Share,
    Standardised,
    StandardisedShare,
    TargetReport,
    Timeline,
)
from supportflow.reports.gathering import REPEAT_DAYS, report, report_history
from supportflow.reports.page import report_page

__all__ = [
    "REPEAT_DAYS",
    "Backlog",
    "CauseShare",
    "Distribution",
    "GroupWait",
    "Load",
    "PauseShare",
    "Rate",
    "Report",
    "Share",
    "Standardised",
    "StandardisedShare",
    "TargetReport",
    "Timeline",
    "report",
    "report_history",
    "report_page",
]
