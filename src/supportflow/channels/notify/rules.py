"""Who is told what: a document of the organisation's, like its policy."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from supportflow.channels.notify.notices import InternalTopic, RequesterTopic
from supportflow.model.base import Document, Name, Series
from supportflow.model.tags import Tag

__all__ = ["InternalRule", "NoticeRules"]

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
    tell: Annotated[Series[Reader], Field(min_length=1)]
    classes: Series[Name] = ()


class NoticeRules(Document):
    """Who is told what.

    Attributes:
        internal: Rules for colleagues; whoever several name is told once.
        requester: What who asks is told of, in their own language.
        language: Of what colleagues are told.
    """

    internal: Series[InternalRule] = ()
    requester: Series[RequesterTopic] = ()
    language: Tag = "en"
    schema_version: Literal[1] = 1
