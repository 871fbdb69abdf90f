"""What the desk tells itself about the parts of a ticket."""

from typing import Literal

from supportflow.model.base import Id, KeptName, StatusCategory
from supportflow.model.commands.base import TicketCommand

__all__ = ["MirrorPart"]


class MirrorPart(TicketCommand):
    """Write down on a ticket where a part of it stands that was split off.

    Attributes:
        part: Id of the part.
        status: The host's name of its status.
        category: What that means.
        seq: The event of the part's own stream that says so.
    """

    kind: Literal["mirror_part"] = "mirror_part"
    part: Id
    status: KeptName
    category: StatusCategory
    seq: int
