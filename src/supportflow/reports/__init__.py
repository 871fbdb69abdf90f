"""Reports on a log under a policy, or on a desk's own history: figures, and one page with pictures that works offline."""

from supportflow.reports.engines import load_tables, report_by, report_tables
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
from supportflow.reports.simulated import simulation_page
from supportflow.reports.tables import ReportTables, read_tables

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
    "ReportTables",
    "Share",
    "Standardised",
    "StandardisedShare",
    "TargetReport",
    "Timeline",
    "load_tables",
    "read_tables",
    "report",
    "report_by",
    "report_history",
    "report_page",
    "report_tables",
    "simulation_page",
]
