"""Announcements as data: who approves one, where it is posted, and whom it can be for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.commands.announcements import LONGEST
from supportflow.model.durations import WRITTEN
from supportflow.policy.document.surges import Greeting as Wording

__all__ = ["Announcements", "ReadyAnnouncement"]


class ReadyAnnouncement(Document):
    """An announcement that is ready before it is needed. A person still approves it.

    Attributes:
        subject: The subject line of the problem that it is made on.
        texts: Language → text.
        audience: Whom it concerns, by the name of one of the audiences.
        links: Whether tickets that it is sent to become incidents of the problem.
        lasts_for: How long it holds, from its approval; as the announcements say, if not given.
    """

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    texts: Annotated[Mapping[Name, Wording], Field(min_length=1, max_length=50)]
    audience: Name | None = None
    links: bool = False
    lasts_for: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST), WRITTEN] | None = None


class Announcements(Document):
    """What is said to many at once.

    Attributes:
        approved_by: Tiers whose agents approve an announcement; any agent but who proposed it, if none is named.
        posts: Public channels on which each is posted.
        greets: Whether greetings say it while it holds.
        lasts_for: It holds for so long after its approval.
        audiences: Whom one can be for, by name: the open tickets that match.
        ready: Announcements that are ready before they are needed, by name; a watch proposes one.
        language: Who writes none of the languages of an announcement gets it in this one.
    """

    approved_by: Series[Name] = ()
    posts: Series[Name] = ()
    greets: bool = True
    lasts_for: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST), WRITTEN] = timedelta(days=1)
    audiences: Annotated[Mapping[Name, Condition], Field(max_length=100)] = Field(default_factory=dict)
    ready: Annotated[Mapping[Name, ReadyAnnouncement], Field(max_length=100)] = Field(default_factory=dict)
    language: Name = "en"
