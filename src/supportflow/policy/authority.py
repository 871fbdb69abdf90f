"""Authority: how sure the desk must be of the requester before an action is done."""

from collections.abc import Mapping

from pydantic import Field

from supportflow.model.base import Document, Name

__all__ = ["Authority"]


class Authority(Document):
    """Levels of verification, and the actions that need them.

    Attributes:
        levels: The levels, lowest first.
        actions: Action (an unlock, a second-factor reset, a release, a disclosure) → the level that it needs.
    """

    levels: tuple[Name, ...] = Field(default=(), max_length=20)
    actions: Mapping[Name, Name] = Field(default_factory=dict)
