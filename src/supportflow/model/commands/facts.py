"""Reporting what happened in a host that is itself the authority."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow._time import Instant
from supportflow.model.base import Id, Name, Value
from supportflow.model.commands.base import AttributeMap, By, CommandBase, Described, Level, TicketCommand
from supportflow.model.people import HOST, RequesterId

__all__ = [
    "Adopt",
    "Fact",
    "Observe",
    "Observed",
]


class Observed(Value):
    """What can be observed of a ticket at one instant.

    Attributes:
        status: The status, by the name that the policy's lifecycle gives it.
        agent: The assignee; `""` for nobody.
        group: The support group; `""` for none.
        replied: True if an agent answered the requester in public.
        requester_wrote: True if the requester wrote.
    """

    status: Name | None = None
    agent: Id | Literal[""] | None = None
    group: Name | Literal[""] | None = None
    priority_class: Name | None = None
    level: Level | None = None
    attributes: AttributeMap = Field(default_factory=dict)
    replied: StrictBool = False
    requester_wrote: StrictBool = False
    by: By = HOST


class Observe(Observed, TicketCommand):
    """Report what happened in a host that is itself the authority. Never refused.

    Attributes:
        at: When it happened; not later than now. Now, if not given.
    """

    kind: Literal["observe"] = "observe"
    by: By = HOST
    at: Instant | None = None


class Fact(Observed):
    """One fact of an adopted ticket's past."""

    at: Instant


class Adopt(Described, CommandBase):
    """Take in a ticket that existed before supportflow came.

    Attributes:
        opened_at: When it was opened.
        status: Its status when opened if there is a history, otherwise its status now.
        history: What happened since, in any order; it is sorted by `at`.
    """

    kind: Literal["adopt"] = "adopt"
    by: By = HOST
    ref: Id
    opened_at: Instant
    status: Name
    requester: RequesterId = "unknown"
    history: Annotated[tuple[Fact, ...], Field(max_length=10_000)] = ()
