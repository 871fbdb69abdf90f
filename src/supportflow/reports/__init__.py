"""Reports on a log or a desk's own history, a month that can be published, quality, and what complaints have in common."""

from supportflow.reports.complaints import ComplaintCluster, complaint_clusters
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
from supportflow.reports.monthly import FIGURES, Improved, Improvement, MonthlyReport, monthly_report
from supportflow.reports.monthly_text import monthly_text
from supportflow.reports.page import report_page
from supportflow.reports.publishing import Cell, Cells, Figure
from supportflow.reports.quality import (
    AgentFigures,
    Finding,
    Listed,
    Review,
    ReviewForm,
    ReviewQuestion,
    Sampled,
    Supervision,
    agreement,
    findings,
    reading_list,
    sample_tickets,
    supervision,
)
from supportflow.reports.simulated import simulation_page
from supportflow.reports.tables import ReportTables, read_tables

__all__ = [
    "FIGURES",
    "REPEAT_DAYS",
    "AgentFigures",
    "Backlog",
    "CauseShare",
    "Cell",
    "Cells",
    "ComplaintCluster",
    "Distribution",
    "Figure",
    "Finding",
    "GroupWait",
    "Improved",
    "Improvement",
    "Listed",
    "Load",
    "MonthlyReport",
    "PauseShare",
    "Rate",
    "Report",
    "ReportTables",
    "Review",
    "ReviewForm",
    "ReviewQuestion",
    "Sampled",
    "Share",
    "Standardised",
    "StandardisedShare",
    "Supervision",
    "TargetReport",
    "Timeline",
    "agreement",
    "complaint_clusters",
    "findings",
    "load_tables",
    "monthly_report",
    "monthly_text",
    "read_tables",
    "reading_list",
    "report",
    "report_by",
    "report_history",
    "report_page",
    "report_tables",
    "sample_tickets",
    "simulation_page",
    "supervision",
]
