"""Reading events, not words: who did what to what, by whose will, and whether it happened.

What reads is loaded when it is first asked for, so that a policy can name packs and rules without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from supportflow.triage.reading.document import Derivation, Mood, Pack, Reading, ReadingRule, RuleSet

if TYPE_CHECKING:
    from supportflow.triage.reading.reader import Finding, Reader
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
    "ReadingRule",
    "RuleSet",
    "shipped_packs",
    "shipped_rules",
]

_LATE = {
    "ROLES": "roles",
    "RULE_SETS": "shipping",
    "SHIPPED_PACKS": "shipping",
    "Finding": "reader",
    "Reader": "reader",
    "shipped_packs": "shipping",
    "shipped_rules": "shipping",
}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    globals()[name] = value
    return value
