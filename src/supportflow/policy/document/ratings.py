"""Ratings: who is asked what they think of a ticket that is resolved, and what a bad answer leads to."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN

__all__ = ["Difficulty", "LowRating", "Ratings"]

Span = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=366)), WRITTEN]


class LowRating(Document):
    """A bad answer opens a task for whoever looks after the agents, and nobody takes it who it is about.

    Attributes:
        at_most: So many stars, or fewer.
        group: The group that it is for.
        category: Its topic.
        level: Its level.
    """

    at_most: Annotated[int, Field(strict=True, ge=1, le=4)] = 2
    group: Name | None = None
    category: Name | None = None
    level: Annotated[int, Field(strict=True, ge=1, le=4)] = 3


class Difficulty(Document):
    """How much the rating of such a ticket counts beside others.

    Attributes:
        when: Which tickets, as they are when they are resolved. The first that fits counts.
        weight: How much; 1 of a ticket that none fits.
    """

    when: Condition
    weight: Annotated[float, Field(gt=0, le=100)]


class Ratings(Document):
    """Who is asked. Each ticket is asked about once, when it is resolved or closed after somebody answered it in public.

    Nobody is asked about internal work, about a ticket that was cancelled or merged into another one, or on a channel that
    anybody can read.

    Attributes:
        every: Nobody is asked again before so much time has gone by, whichever of their tickets it is about.
        valid_for: How long an answer counts.
        when: Which tickets are asked about; all, if not given.
        questions: What is asked besides the stars, such as `"speed"`, `"skill"` and `"manner"`. A page behind the link shows
            them.
        by_reply: True if a reply with nothing but a number from 1 to 5 is an answer.
        link: Address of a page of the host's, with `{token}` where the token goes; no link, if not given, or if the desk
            has no secret to sign with.
        low: What a bad answer leads to; nothing, if not given.
        difficulty: How much ratings count beside others.
    """

    every: Span = timedelta(days=7)
    valid_for: Span = timedelta(days=14)
    when: Condition | None = None
    questions: Annotated[Series[Name], Field(max_length=20)] = ()
    by_reply: bool = True
    link: Annotated[str, Field(max_length=2_000)] | None = None
    low: LowRating | None = None
    difficulty: Annotated[Series[Difficulty], Field(max_length=100)] = ()
