"""Who gets what: the floor matches the tickets that wait with the agents who are there."""

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
