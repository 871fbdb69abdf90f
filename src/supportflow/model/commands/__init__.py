"""Commands: requests in the imperative. A command may be refused; `Observe` and `Adopt` report facts and are not.

Texts enter as typed. Before anything is decided, the flow puts them into content rows and replaces them by references.
"""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.model.commands.access import GiveConsent, ViewContent, WithdrawConsent
    from supportflow.model.commands.actions import DecideAction, RecordAction, RequestAction, UndoAction
    from supportflow.model.commands.agents import AgentCommand, Enrol, OverrideShift, SetPresence
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
    from supportflow.model.commands.base import By, CommandBase, Described, TicketCommand
    from supportflow.model.commands.bot import TakeTurn
    from supportflow.model.commands.casework import (
        MAX_VALIDITY,
        AddParty,
        Authorise,
        CompleteStep,
        Provide,
        Validity,
        Verify,
    )
    from supportflow.model.commands.escalation import Audience, Escalate
    from supportflow.model.commands.merge import Merge, Split
    from supportflow.model.commands.messages import AddNote, Receive, RecordDelivery, Reply
    from supportflow.model.commands.observations import Adopt, Fact, Observe, Observed
    from supportflow.model.commands.phone import AnswerCall, EndCall, PromiseCallBack, StartCall
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
    from supportflow.model.commands.union import Command, command_adapter
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

__all__ = [
    "MAX_VALIDITY",
    "Accept",
    "AddNote",
    "AddParty",
    "Adopt",
    "Advance",
    "AgentCommand",
    "Announce",
    "AnswerCall",
    "Assign",
    "Audience",
    "Authorise",
    "By",
    "Cancel",
    "Close",
    "Command",
    "CommandBase",
    "CompleteStep",
    "Correct",
    "DecideAction",
    "DecideAnnouncement",
    "Decline",
    "Described",
    "EndCall",
    "Enrol",
    "Escalate",
    "Exclude",
    "Fact",
    "GiveConsent",
    "HandOver",
    "Hold",
    "LinkIncident",
    "ListTickets",
    "Merge",
    "MirrorPart",
    "Observe",
    "Observed",
    "Offer",
    "OpenTicket",
    "OverrideShift",
    "PromiseCallBack",
    "ProposeAnnouncement",
    "Provide",
    "Rate",
    "Receive",
    "Recheck",
    "RecordAction",
    "RecordDelivery",
    "Release",
    "Reopen",
    "Reply",
    "RequestAction",
    "Resolve",
    "ResolveWithProblem",
    "Resume",
    "SetPresence",
    "SetPriority",
    "SolveProblem",
    "Split",
    "StartCall",
    "TakeTurn",
    "TicketCommand",
    "Trigger",
    "UndoAction",
    "UnlinkIncident",
    "Update",
    "Validity",
    "Verify",
    "ViewContent",
    "WaitForRequester",
    "Withdraw",
    "WithdrawAnnouncement",
    "WithdrawConsent",
    "command_adapter",
]

_FAMILIES = {
    "access": "GiveConsent ViewContent WithdrawConsent",
    "actions": "DecideAction RecordAction RequestAction UndoAction",
    "agents": "AgentCommand Enrol OverrideShift SetPresence",
    "announcements": (
        "Announce DecideAnnouncement LinkIncident ListTickets ProposeAnnouncement ResolveWithProblem "
        "SolveProblem UnlinkIncident WithdrawAnnouncement"
    ),
    "base": "By CommandBase Described TicketCommand",
    "bot": "TakeTurn",
    "casework": "MAX_VALIDITY AddParty Authorise CompleteStep Provide Validity Verify",
    "escalation": "Audience Escalate",
    "merge": "Merge Split",
    "messages": "AddNote Receive RecordDelivery Reply",
    "observations": "Adopt Fact Observe Observed",
    "phone": "AnswerCall EndCall PromiseCallBack StartCall",
    "ratings": "Rate",
    "routing": "Accept Decline HandOver Offer Recheck Release Withdraw",
    "tickets": "Advance OpenTicket",
    "updates": "MirrorPart",
    "verdicts": "Correct Exclude",
    "work": "Assign Cancel Close Hold Reopen Resolve Resume SetPriority Trigger Update WaitForRequester",
    "union": "Command command_adapter",
}
"""Module → what it has. A family is loaded when somebody first asks for one of it; a test holds this to what is there."""

__getattr__, __dir__ = late(
    __name__, {name: module for module, names in _FAMILIES.items() for name in names.split()}
)
