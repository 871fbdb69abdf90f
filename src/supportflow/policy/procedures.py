"""Procedures: the steps by which tickets of a category are worked on."""

from typing import Annotated

from pydantic import Field

from supportflow.model.base import Document, Name, Series

__all__ = ["Procedure", "Step"]


class Step(Document):
    """One step.

    Attributes:
        name: Its name in events and in the API.
        mandatory: False if the ticket can be resolved without it.
    """

    name: Name
    mandatory: bool = True


class Procedure(Document):
    """The steps for one category, in order.

    Attributes:
        steps: The steps. A ticket cannot be resolved before all mandatory ones are done.
        ordered: True if a step can only be done once the mandatory ones before it are; False if any order will do.
    """

    steps: Annotated[Series[Step], Field(min_length=1, max_length=40)]
    ordered: bool = True
