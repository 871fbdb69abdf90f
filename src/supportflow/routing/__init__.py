"""Who gets what: the floor matches the tickets that wait with the agents who are there."""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.routing.changes import Absent, Change, Gone, Present, Proposal, Rejected, Waiting
    from supportflow.routing.floor import Floor, Pick
    from supportflow.routing.signature import Entry, Key, Overflow, Seat, Trait
    from supportflow.routing.whynot import Reason, ReasonCode


__all__ = [
    "Absent",
    "Change",
    "Entry",
    "Floor",
    "Gone",
    "Key",
    "Overflow",
    "Pick",
    "Present",
    "Proposal",
    "Reason",
    "ReasonCode",
    "Rejected",
    "Seat",
    "Trait",
    "Waiting",
]

_HOMES = {
    "Absent": "changes",
    "Change": "changes",
    "Entry": "signature",
    "Floor": "floor",
    "Gone": "changes",
    "Key": "signature",
    "Overflow": "signature",
    "Pick": "floor",
    "Present": "changes",
    "Proposal": "changes",
    "Reason": "whynot",
    "ReasonCode": "whynot",
    "Rejected": "changes",
    "Seat": "signature",
    "Trait": "signature",
    "Waiting": "changes",
}
__getattr__, __dir__ = late(__name__, _HOMES)
