"""Every command, in one discriminated union: loaded by who reads any of them from plain data, or writes its JSON schema."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from supportflow.model.commands.access import GiveConsent, ViewContent, WithdrawConsent
from supportflow.model.commands.actions import (
    DecideAction,
    RecordAction,
    RequestAction,
    UndoAction,
)
from supportflow.model.commands.agents import Enrol, OverrideShift, SetPresence
from supportflow.model.commands.announcements import (
    Announce,
    DecideAnnouncement,
    LinkIncident,
    ListTickets,
    ProposeAnnouncement,
    ResolveWithProblem,
    SolveProblem,
    UnlinkIncident,
    WithdrawAnnouncement,
)
from supportflow.model.commands.bot import TakeTurn
from supportflow.model.commands.casework import (
    AddParty,
    Authorise,
    CompleteStep,
    Provide,
    Verify,
)
from supportflow.model.commands.escalation import Escalate
from supportflow.model.commands.merge import Merge, Split
from supportflow.model.commands.messages import (
    AddNote,
    Receive,
    RecordDelivery,
    Reply,
)
from supportflow.model.commands.observations import Adopt, Observe
from supportflow.model.commands.phone import (
    AnswerCall,
    EndCall,
    PromiseCallBack,
    StartCall,
)
from supportflow.model.commands.ratings import Rate
from supportflow.model.commands.routing import (
    Accept,
    Decline,
    HandOver,
    Offer,
    Recheck,
    Release,
    Withdraw,
)
from supportflow.model.commands.tickets import Advance, OpenTicket
from supportflow.model.commands.updates import MirrorPart
from supportflow.model.commands.verdicts import Correct, Exclude
from supportflow.model.commands.work import (
    Assign,
    Cancel,
    Close,
    Hold,
    Reopen,
    Resolve,
    Resume,
    SetPriority,
    Trigger,
    Update,
    WaitForRequester,
)

__all__ = ["Command", "command_adapter"]

Command = Annotated[
    OpenTicket
    | Receive
    | Reply
    | AddNote
    | Assign
    | Update
    | SetPriority
    | Trigger
    | WaitForRequester
    | Hold
    | Resume
    | Resolve
    | Reopen
    | Close
    | Cancel
    | Merge
    | Split
    | Observe
    | Adopt
    | Exclude
    | Correct
    | Provide
    | CompleteStep
    | AddParty
    | Verify
    | Authorise
    | GiveConsent
    | WithdrawConsent
    | ViewContent
    | Escalate
    | Offer
    | Accept
    | Decline
    | Withdraw
    | Recheck
    | Release
    | HandOver
    | DecideAction
    | RecordAction
    | RecordDelivery
    | RequestAction
    | UndoAction
    | TakeTurn
    | MirrorPart
    | Announce
    | DecideAnnouncement
    | LinkIncident
    | ListTickets
    | ProposeAnnouncement
    | ResolveWithProblem
    | SolveProblem
    | UnlinkIncident
    | WithdrawAnnouncement
    | Enrol
    | SetPresence
    | OverrideShift
    | Advance
    | Rate
    | StartCall
    | AnswerCall
    | EndCall
    | PromiseCallBack,
    Field(discriminator="kind"),
]
"""Any command; `kind` tells which."""

command_adapter: TypeAdapter[Command] = TypeAdapter(Command, config={"defer_build": True})
"""Reads a command from plain data: `command_adapter.validate_python({"kind": "resolve", "ref": "4711", …})`."""
