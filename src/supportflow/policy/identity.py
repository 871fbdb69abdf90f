"""Identity of a case: when a new contact is about something that a ticket exists for already."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from supportflow.model.base import Document
from supportflow.model.durations import WRITTEN

__all__ = ["Identity"]


class Identity(Document):
    """When contacts of one person are one case.

    Attributes:
        window: How long after the last word between the person and the desk a new contact counts as the same case.
        join: True if a contact of the requester joins their open ticket of the same category; False if it is only linked.
        join_unknown: True if two contacts whose category nobody knows are about the same thing.
    """

    window: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=3_660)), WRITTEN]
    join: bool = True
    join_unknown: bool = False
