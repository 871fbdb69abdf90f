"""One clear error of our own from pydantic's many: the field's path and what is wrong, never the value."""

from collections.abc import Sequence

from pydantic import ValidationError

from supportflow.exceptions import InvalidInput, TextTooLong

__all__ = ["invalid"]

_MEMBERS = ("constrained", "function", "ContentRef", "Attachment")
"""How the names begin that pydantic adds to the path for the members of a union."""
_OPEN = ("attributes", "evidence", "personal")
"""Mappings: what stands below them in a path is a key of the caller's, not a name of pydantic's."""


def invalid(error: ValidationError, prefix: str = "") -> InvalidInput:
    """The one error that says most: of a union's many complaints, the one about length, else the first.

    Args:
        error: What pydantic found.
        prefix: Path of the value inside what the caller passed, such as `"history."`.
    """
    problems = error.errors(include_url=False)
    for problem in problems:
        if problem["type"] == "string_too_long" and isinstance(problem["input"], str):
            limit: int = problem["ctx"]["max_length"]
            return TextTooLong(prefix + _path(problem["loc"]), len(problem["input"]), limit)
    first = problems[0]
    return InvalidInput(prefix + _path(first["loc"]), first["msg"].removeprefix("Value error, "))


def _path(location: Sequence[int | str]) -> str:
    if location and location[-1] == "[key]":
        location = location[:-2]  # the key itself is the caller's text
    if location and location[0] in _OPEN:
        return ".".join(map(str, location[:2]))
    return ".".join(str(part) for part in location if not str(part).startswith(_MEMBERS))
