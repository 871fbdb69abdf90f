"""Real logs through the real kernel: what a desk under a policy would have recorded, refused and judged."""

from supportflow.replay.comparing import Comparison, Difference, compare
from supportflow.replay.mapping import LogMapping, load_mapping, parse_mapping, shipped_mappings
from supportflow.replay.reading import Log, read_log
from supportflow.replay.report import Report
from supportflow.replay.running import Replayed, replay, replay_log
from supportflow.replay.text import comparison_text, report_text

__all__ = [
    "Comparison",
    "Difference",
    "Log",
    "LogMapping",
    "Replayed",
    "Report",
    "compare",
    "comparison_text",
    "load_mapping",
    "parse_mapping",
    "read_log",
    "replay",
    "replay_log",
    "report_text",
    "shipped_mappings",
]
