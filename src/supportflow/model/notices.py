"""Who is told what of a ticket: rules, as a policy has them."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from supportflow.model.base import Document, Name, Series
from supportflow.model.tags import Tag

__all__ = ["InternalRule", "InternalTopic", "NoticeRules", "RequesterTopic"]

InternalTopic: TypeAlias = Literal[
    "sla_warned",
    "sla_breached",
    "sla_overdue",
    "ladder_step_reached",
    "ticket_escalated",
    "assigned",
    "offer_made",
    "handed_over",
    "message_received",
    "undeliverable",
    "action_failed",
    "action_waits",
]
RequesterTopic: TypeAlias = Literal["opened", "answered", "waiting", "resolved", "reopened", "closed"]

Reader = Annotated[str, StringConstraints(pattern=r"^(assignee|named|(agent|group):[^\x00-\x1f]{1,200})$")]
"""`assignee`; `named`: whom the event itself names, such as the people on call of a step; `agent:<id>`; `group:<name>`."""


class InternalRule(Document):
    """Which colleagues are told of something.

    Attributes:
        on: What it is about.
        tell: Who is told: `"assignee"`, `"named"` (whom a step of a ladder or an assignment names), `"agent:<id>"`,
            `"group:<name>"`.
        classes: Only tickets of these priority classes; all, if there is none.
    """

    on: InternalTopic
    tell: Annotated[Series[Reader], Field(min_length=1, max_length=50)]
    classes: Series[Name] = ()


class NoticeRules(Document):
    """Who is told what. Nothing that anybody wrote stands in a notice, whoever it is for.

    Attributes:
        internal: Rules for colleagues; whoever several name is told once.
        requester: What who asks is told of, in their own language.
        language: Of what colleagues are told.
    """

    internal: Annotated[Series[InternalRule], Field(max_length=500)] = ()
    requester: Series[RequesterTopic] = ()
    language: Tag = "en"
    schema_version: Literal[1] = 1
