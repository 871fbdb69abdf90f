"""Reading events, not words: who did what to what, by whose will, and whether it happened.

What reads is loaded when it is first asked for, so that a policy can name packs and rules without it.
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.triage.reading.document import Derivation, Mood, Pack, Reading, ReadingRule, RuleSet

if TYPE_CHECKING:
    from supportflow.triage.reading.finding import Finding
    from supportflow.triage.reading.model import ReadingModel, shipped_model
    from supportflow.triage.reading.reader import Reader
    from supportflow.triage.reading.roles import ROLES
    from supportflow.triage.reading.shipping import RULE_SETS, SHIPPED_PACKS, shipped_packs, shipped_rules

__all__ = [
    "ROLES",
    "RULE_SETS",
    "SHIPPED_PACKS",
    "Derivation",
    "Finding",
    "Mood",
    "Pack",
    "Reader",
    "Reading",
    "ReadingModel",
    "ReadingRule",
    "RuleSet",
    "shipped_model",
    "shipped_packs",
    "shipped_rules",
]

__getattr__, __dir__ = late(
    __name__,
    {
        "ROLES": "roles",
        "RULE_SETS": "shipping",
        "SHIPPED_PACKS": "shipping",
        "Finding": "finding",
        "Reader": "reader",
        "ReadingModel": "model",
        "shipped_model": "model",
        "shipped_packs": "shipping",
        "shipped_rules": "shipping",
    },
)
