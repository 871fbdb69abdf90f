"""Retention: how long what is kept. `supportflow.policy.sections.retention` says what that makes due."""

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN

__all__ = ["CONTENT_KINDS", "ContentKind", "ContentRule", "Retention"]

ContentKind = Literal["subject", "message", "note", "reason", "evidence", "attachment", "personal"]
"""What personal text is there for: the subject line; messages and replies; internal notes; reasons that were given; values
of evidence; names and places of files; name, address and phone of the requester."""
CONTENT_KINDS: tuple[ContentKind, ...] = get_args(ContentKind)

Kept = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=36_525)), WRITTEN]
"""At most a hundred years."""


class ContentRule(Document):
    """How long some content is kept.

    Attributes:
        name: For people, and for the record of an erasure.
        kinds: The kinds of content that it is for; all, if none is given.
        categories: The categories of tickets that it is for; all, if none is given.
        keep_for: How long after the end of the ticket.
    """

    name: Name
    kinds: Series[ContentKind] = ()
    categories: Series[Name] = ()
    keep_for: Kept


class Retention(Document):
    """How long what is kept. All times count from the end of a ticket: closed or cancelled. What is open is kept.

    Events stay for ever: they hold references, never what somebody wrote. Erasing a text leaves every event as it was.

    Attributes:
        archive_after: How long an ended ticket stays among the live ones, before it is archived; for ever, if not given.
        content_for: How long content is kept of which no rule says more; for ever, if not given.
        content: Rules for kinds of content and categories of tickets, in order; the first match counts.
        at_most: No content may be kept longer than this, whatever a rule says: what the law or a promise allows.
        keys_for: How long idempotency keys are kept after their use; for ever, if not given. A message that comes again
            later than that is a new one.
        hold: Tickets of which nothing is archived or erased while this is true: a lawsuit, an inquiry.
    """

    archive_after: Kept | None = None
    content_for: Kept | None = None
    content: Annotated[Series[ContentRule], Field(max_length=200)] = ()
    at_most: Kept | None = None
    keys_for: Kept | None = None
    hold: Condition | None = None
