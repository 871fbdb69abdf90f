"""Secrets and personal data are removed from a text before anything else happens to it.

A pure function: `redact(text, rules)` answers the text that may be kept and what was found, by kind and position. The word
lists of BIP-39 are read from the package's own file at the first call; the expressions are compiled when `redact` is first
asked for, so that a policy can name its rules without them.
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.triage.redaction.kinds import LABELS, PERSONAL, SECRET, Kind
from supportflow.triage.redaction.rules import DEFAULT_RULES, STRICT_RULES, RedactionRules

if TYPE_CHECKING:
    from supportflow.triage.redaction.engine import SEPARATOR, Finding, Redaction, redact

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

__getattr__, __dir__ = late(
    __name__, dict.fromkeys(("SEPARATOR", "Finding", "Redaction", "redact"), "engine")
)
