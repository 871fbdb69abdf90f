"""What reports may say, and what they are measured against."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN

__all__ = ["Figures"]


class Figures(Document):
    """Privacy and targets of reports.

    Attributes:
        smallest: No published count, and no group behind a published share, is smaller; counts are told to the nearest
            multiple of it.
        agents: Whether figures of single agents are `"named"` to those who lead them; `"hidden"`, nobody is shown them.
        repeat_within: A requester who is back within so much time is a repeated contact.
        complex: Topics that take days; the others are simple.
        complaints: Topics whose texts are complaints.
        targets: Figure of the monthly report → what is wanted of it.
    """

    smallest: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 5
    agents: Literal["named", "hidden"] = "hidden"
    repeat_within: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=366)), WRITTEN] = timedelta(
        days=7
    )
    complex: Annotated[Series[Name], Field(max_length=200)] = ()
    complaints: Annotated[Series[Name], Field(max_length=200)] = ()
    targets: Annotated[Mapping[Name, float], Field(max_length=100)] = Field(default_factory=dict)
