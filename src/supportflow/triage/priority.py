"""Priority as data: what puts a ticket into a class, at a level, and at a place in its class."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import NotNegative

__all__ = [
    "DEFAULT_CLASSES",
    "LOWEST_LEVEL",
    "MOVING_FIELDS",
    "PLACES",
    "LevelRule",
    "Matrix",
    "OrderRule",
    "PriorityPolicy",
    "PriorityRule",
    "RuleInClass",
]

DEFAULT_CLASSES = ("security", "dispute", "general")
"""The classes of a policy that declares none, highest first."""
PLACES = 10_000
"""Ranks are this far apart from class to class; the places inside a class lie between."""
MOVING_FIELDS = ("open_for", "resolved_for", "verified_levels")
"""Fields that change while nothing happens: a place in the queue must not depend on them."""
LOWEST_LEVEL = 4
"""The level of a question about security that reports nothing."""
Level = Annotated[int, Field(ge=1, le=4)]


class PriorityRule(Document):
    """Puts matching tickets into a class. Rules are tried in order; the first match decides.

    Attributes:
        name: For `explain`.
        when: The tickets that it is for.
        priority_class: Their class (`class` in a document).
        level: Their level, if it says one.
    """

    name: Name
    when: Condition
    priority_class: Name = Field(validation_alias="class", serialization_alias="class")
    level: Level | None = None


class Matrix(Document):
    """Impact and urgency → level, for tickets that have both.

    Attributes:
        impact: A declared `choice` field: how much is affected.
        urgency: A declared `choice` field: how soon it must be dealt with.
        levels: Value of the impact → value of the urgency → level; every pair has one.
    """

    impact: Name = "impact"
    urgency: Name = "urgency"
    levels: Mapping[Name, Mapping[Name, Level]]


class RuleInClass(Document):
    """What level rules and order rules have in common.

    Attributes:
        name: For people.
        when: The tickets that it is for.
        classes: Only in these classes; in all, if none is given.
    """

    name: Name
    when: Condition
    classes: Series[Name] = ()


class LevelRule(RuleInClass):
    """Raises the level of matching new tickets. Rules are tried in order; the first match counts, and never lowers a level.

    Attributes:
        name: For `explain`.
        when: The tickets that it is for.
        classes: Only in these classes; in all, if none is given.
        level: The level that they get at least.
        raise_by: Or how many levels higher they get.
    """

    level: int | None = Field(default=None, ge=1, le=3)
    raise_by: int | None = Field(default=None, ge=1, le=3)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.level is None) == (self.raise_by is None):
            raise ValueError("give exactly one of level, raise_by")
        return self

    def raised(self, level: int) -> int:
        """The level of a matching ticket that had this one."""
        return min(level, self.level) if self.level is not None else max(1, level - (self.raise_by or 0))


class OrderRule(RuleInClass):
    """Puts matching tickets before the others of their class, whatever their level. The first rule's tickets come first.

    The rules are asked anew at every event of a ticket.

    Attributes:
        name: For people.
        when: The tickets that it is for.
        classes: Only in these classes; in all, if none is given.
    """


class PriorityPolicy(Document):
    """Levels, and places inside a class.

    Attributes:
        matrix: Gives the level of a ticket whose impact and urgency are known.
        levels: Level rules: VIP, the amount at stake.
        order: Order rules: an emergency first.
        channel_order: Class → channels: tickets of the first one come before those of the next, and these before all other
            channels of that class. Order rules come before channels.
        head_start: Class → how much older its tickets count. The queue is then in the order of age and head start alone:
            a ticket of class k is never overtaken by one that came in later by more than the longest head start less that
            of k. A class that is not named has none.
    """

    matrix: Matrix | None = None
    levels: Series[LevelRule] = ()
    order: Series[OrderRule] = ()
    channel_order: Mapping[Name, Series[Name]] = Field(default_factory=dict)
    head_start: Mapping[Name, NotNegative] | None = None

    @property
    def places(self) -> int:
        """How many places inside a class it tells apart, besides that of tickets for which nothing speaks."""
        return len(self.order) * self.stride + self.stride - 1

    @property
    def stride(self) -> int:
        """How many places one order rule is from the next."""
        return max(map(len, self.channel_order.values()), default=0) + 1
