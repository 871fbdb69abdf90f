"""Casework: when a contact is about a case that exists, and the steps by which tickets of a category are worked on."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN

__all__ = ["Identity", "Procedure", "Step"]


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


class Step(Document):
    """One step.

    Attributes:
        name: Its name in events and in the API.
        mandatory: False if the ticket can be resolved without it.
        another_than: Steps that must have been done by somebody else: four eyes. It holds whichever of them is done first.
        shared: True if it is done for all incidents of a problem once it is done on the problem.
    """

    name: Name
    mandatory: bool = True
    another_than: Annotated[Series[Name], Field(max_length=40)] = ()
    shared: bool = False


class Procedure(Document):
    """The steps for one category, in order.

    Attributes:
        steps: The steps. A ticket cannot be resolved before all mandatory ones are done.
        ordered: True if a step can only be done once the mandatory ones before it are; False if any order will do.
    """

    steps: Annotated[Series[Step], Field(min_length=1, max_length=40)]
    ordered: bool = True
