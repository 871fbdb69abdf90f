"""What looks for people who ask for a secret, pose as the desk or say too much in public, loaded at the first text.

Compiling its expressions takes longer than compiling a policy's rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supportflow.triage.asking import asked_secret
    from supportflow.triage.disclosing import disclosed
    from supportflow.triage.posing import suspicious_signs

__all__ = ["asked_secret", "disclosed", "suspicious_signs"]

_LATE = {"asked_secret": "asking", "disclosed": "disclosing", "suspicious_signs": "posing"}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"supportflow.triage.{_LATE[name]}"), name)
    globals()[name] = value
    return value
