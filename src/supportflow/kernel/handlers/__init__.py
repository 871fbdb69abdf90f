"""What commands lead to, one module for each noun of `model/commands`. A noun is loaded when its first command comes."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from supportflow.model import commands
from supportflow.model.commands import CommandBase

__all__ = ["Handler", "handler_of"]


class Handler(NamedTuple):
    """What carries out a kind of command.

    Attributes:
        carry_out: Takes the draft, the command, and what else it needs of these: the facts, every policy version.
        takes: How many of these it needs.
    """

    carry_out: Callable[..., None]
    takes: int


_ALONE, _FACTS, _BOOK = 0, 1, 2
_HANDLERS: dict[str, tuple[str, str, int]] = {
    "GiveConsent": ("access", "give_consent", _FACTS),
    "ViewContent": ("access", "view_content", _FACTS),
    "WithdrawConsent": ("access", "withdraw_consent", _FACTS),
    "DecideAction": ("actions", "decide_action", _FACTS),
    "RecordAction": ("actions", "record_action", _FACTS),
    "RequestAction": ("actions", "request_action", _FACTS),
    "UndoAction": ("actions", "undo_action", _FACTS),
    "ListTickets": ("announcements", "list_tickets", _ALONE),
    "UnlinkIncident": ("announcements", "unlink_incident", _ALONE),
    "Announce": ("announcements", "announce", _FACTS),
    "DecideAnnouncement": ("announcements", "decide_announcement", _FACTS),
    "ProposeAnnouncement": ("announcements", "propose_announcement", _FACTS),
    "ResolveWithProblem": ("announcements", "resolve_with_problem", _FACTS),
    "SolveProblem": ("announcements", "solve_problem", _FACTS),
    "WithdrawAnnouncement": ("announcements", "withdraw_announcement", _FACTS),
    "LinkIncident": ("announcements", "link_incident", _BOOK),
    "TakeTurn": ("bot", "take_turn", _FACTS),
    "AddParty": ("casework", "add_party", _FACTS),
    "Authorise": ("casework", "authorise", _FACTS),
    "CompleteStep": ("casework", "complete_step", _FACTS),
    "Provide": ("casework", "provide", _FACTS),
    "Verify": ("casework", "verify", _FACTS),
    "Escalate": ("escalation", "escalate", _ALONE),
    "Merge": ("merge", "merge", _BOOK),
    "Split": ("merge", "split", _BOOK),
    "AddNote": ("messages", "add_note", _FACTS),
    "RecordDelivery": ("messages", "record_delivery", _FACTS),
    "Reply": ("messages", "reply", _FACTS),
    "Receive": ("messages", "receive", _BOOK),
    "Observe": ("observations", "observe", _FACTS),
    "AnswerCall": ("phone", "answer_call", _ALONE),
    "PromiseCallBack": ("phone", "promise_call_back", _ALONE),
    "StartCall": ("phone", "start_call", _ALONE),
    "EndCall": ("phone", "end_call", _BOOK),
    "Rate": ("ratings", "rate", _BOOK),
    "Decline": ("routing", "decline", _ALONE),
    "HandOver": ("routing", "hand_over", _ALONE),
    "Release": ("routing", "release", _ALONE),
    "Withdraw": ("routing", "withdraw", _ALONE),
    "Accept": ("routing", "accept", _FACTS),
    "Offer": ("routing", "offer", _FACTS),
    "Recheck": ("routing", "recheck", _FACTS),
    "MirrorPart": ("updates", "mirror_part", _ALONE),
    "Correct": ("verdicts", "correct", _FACTS),
    "Exclude": ("verdicts", "exclude", _FACTS),
    "SetPriority": ("work", "set_priority", _ALONE),
    "Update": ("work", "update", _ALONE),
    "Assign": ("work", "assign", _FACTS),
    "Cancel": ("work", "trigger", _FACTS),
    "Close": ("work", "trigger", _FACTS),
    "Hold": ("work", "trigger", _FACTS),
    "Reopen": ("work", "trigger", _FACTS),
    "Resolve": ("work", "trigger", _FACTS),
    "Resume": ("work", "trigger", _FACTS),
    "Trigger": ("work", "trigger", _FACTS),
    "WaitForRequester": ("work", "trigger", _FACTS),
}
"""Class of a command → the module and the function that carry it out, and what these need; a test holds it to them."""

_loaded: dict[type[CommandBase], Handler] = {}


def _nothing(_draft: object, _command: object) -> None:
    """Nothing is left to do: the ticket was advanced before."""


def handler_of(kind: type[CommandBase]) -> Handler | None:
    """What carries out commands of a kind; None if they are on no ticket, or of a class that is not ours."""
    found = _loaded.get(kind)
    if found is None:
        name = kind.__name__
        if name == "Advance" and kind is commands.Advance:
            found = Handler(_nothing, _ALONE)
        elif name in _HANDLERS and getattr(commands, name) is kind:
            module, function, takes = _HANDLERS[name]
            # Two threads that come at once make the same of it: a module is loaded once.
            found = Handler(getattr(import_module(f".{module}", __package__), function), takes)
        else:
            return None
        _loaded[kind] = found
    return found
