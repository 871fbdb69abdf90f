"""Real logs through the real kernel: what a desk under a policy would have recorded, refused and judged."""

from supportflow.replay.comparing import Comparison, Difference, compare
from supportflow.replay.mapping import LogMapping, load_mapping, shipped_mappings
from supportflow.replay.report import Report
from supportflow.replay.running import Replayed, replay

__all__ = [
    "Comparison",
    "Difference",
    "LogMapping",
    "Replayed",
    "Report",
    "compare",
    "load_mapping",
    "replay",
    "shipped_mappings",
]
