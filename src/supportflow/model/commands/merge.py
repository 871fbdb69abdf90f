"""Merging two tickets, and splitting one."""

from typing import Literal

from supportflow.model.base import Id, Subject
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import ContentRef, Text

__all__ = ["Merge", "Split"]


class Merge(TicketCommand):
    """Merge this ticket into another one, which goes on."""

    kind: Literal["merge"] = "merge"
    into_id: Id | None = None
    into_ref: Id | None = None


class Split(TicketCommand):
    """Open a second ticket of the same requester for a part of this one."""

    kind: Literal["split"] = "split"
    new_ref: Id | None = None
    subject: Subject | ContentRef = ""
    body: Text = ""
