"""Real logs through the real kernel: what a desk under a policy would have recorded, refused and judged."""

from supportflow.replay.cases import CaseLog
from supportflow.replay.comparing import Comparison, Difference, compare
from supportflow.replay.history import Exported, export_history
from supportflow.replay.mapping import LogMapping, load_mapping, parse_mapping, shipped_mappings
from supportflow.replay.reading import Log, read_log
from supportflow.replay.report import Report
from supportflow.replay.running import Replayed, replay, replay_log
from supportflow.replay.spark import replay_by_spark
from supportflow.replay.suggesting import Suggestion, suggest_mapping
from supportflow.replay.text import comparison_text, report_text
from supportflow.replay.writing import convert_log, mapping_document

__all__ = [
    "CaseLog",
    "Comparison",
    "Difference",
    "Exported",
    "Log",
    "LogMapping",
    "Replayed",
    "Report",
    "Suggestion",
    "compare",
    "comparison_text",
    "convert_log",
    "export_history",
    "load_mapping",
    "mapping_document",
    "parse_mapping",
    "read_log",
    "replay",
    "replay_by_spark",
    "replay_log",
    "report_text",
    "shipped_mappings",
    "suggest_mapping",
]
