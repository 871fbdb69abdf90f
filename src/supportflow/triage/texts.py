"""What looks for people who ask for a secret, pose as the desk or say too much in public, loaded at the first text.

Compiling its expressions takes longer than compiling a policy's rules.
"""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.triage.asking import asked_secret
    from supportflow.triage.disclosing import disclosed
    from supportflow.triage.posing import suspicious_signs

__all__ = ["asked_secret", "disclosed", "suspicious_signs"]

__getattr__, __dir__ = late(
    __name__, {"asked_secret": "asking", "disclosed": "disclosing", "suspicious_signs": "posing"}
)
