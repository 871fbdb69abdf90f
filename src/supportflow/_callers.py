"""Who called this package: a warning belongs to the line that asked."""

from inspect import currentframe

__all__ = ["callers_level"]


def callers_level() -> int:
    """The `stacklevel` with which a function of this package warns at the first line outside of it."""
    frame, level = currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("supportflow."):
        frame, level = frame.f_back, level + 1
    return level
