"""Escalating by hand."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from supportflow.model.base import Name, legible
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["Audience", "Escalate"]

Audience = Annotated[
    str,
    StringConstraints(
        strict=True, pattern=r"^(assignee|(rotation|group|agent):[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,190})$"
    ),
    BeforeValidator(legible),
]
"""Who is told: `"rotation:night"` (whoever is on call then), `"group:risk"`, `"agent:lena"`, or `"assignee"`."""


class Escalate(TicketCommand):
    """Escalate a ticket: start a ladder, take the next step of the one that runs, or hand the ticket over.

    With none of `ladder`, `group`, `tier` and `notify`, the next step of the ladder that runs is taken at once.

    Attributes:
        ladder: The ladder to start; the one that runs takes its next step.
        group: The group to hand the ticket to.
        tier: The line of support to hand it to: the first group of the policy that works in it.
        notify: Who is told.
        reason: Why; kept as content.
    """

    kind: Literal["escalate"] = "escalate"
    ladder: Name | None = None
    group: Name | None = None
    tier: Name | None = None
    notify: Annotated[tuple[Audience, ...], Field(max_length=20)] = ()
    reason: Text | None = None
