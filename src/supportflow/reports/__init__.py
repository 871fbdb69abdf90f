"""Reports on a log under a policy: figures, and one page with pictures that works offline."""

from supportflow.reports.figures import (
    Backlog,
    Distribution,
    Load,
    Report,
    Share,
    Stretch,
    TargetReport,
    Timeline,
)
from supportflow.reports.gathering import report
from supportflow.reports.page import report_page

__all__ = [
    "Backlog",
    "Distribution",
    "Load",
    "Report",
    "Share",
    "Stretch",
    "TargetReport",
    "Timeline",
    "report",
    "report_page",
]
