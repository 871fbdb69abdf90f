"""Secrets and personal data are removed from a text before anything else happens to it.

A pure function: `redact(text, rules)` answers the text that may be kept and what was found, by kind and position. The word
lists of BIP-39 are read from the package's own file at the first call.
"""

from supportflow.triage.redaction.engine import SEPARATOR, Finding, Redaction, redact
from supportflow.triage.redaction.kinds import LABELS, PERSONAL, SECRET, Kind
from supportflow.triage.redaction.rules import DEFAULT_RULES, STRICT_RULES, RedactionRules

__all__ = [
    "DEFAULT_RULES",
    "LABELS",
    "PERSONAL",
    "SECRET",
    "SEPARATOR",
    "STRICT_RULES",
    "Finding",
    "Kind",
    "Redaction",
    "RedactionRules",
    "redact",
]
