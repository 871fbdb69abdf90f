"""Actions of the host: who may decide them, what becomes of them, and what takes them back."""

from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.after.actions import covers, may_decide, request_host_action
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.casework import check_level
from supportflow.model.actions import ActionState
from supportflow.model.commands import DecideAction, RecordAction, RequestAction, UndoAction
from supportflow.model.content import as_ref
from supportflow.model.events import ActionApproved, ActionDone, ActionFailed, ActionRejected
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.policy.document.authority import HostAction

__all__ = ["decide_action", "record_action", "request_action", "undo_action"]


def request_action(draft: Draft, command: RequestAction, facts: Facts) -> None:
    """Ask the host to do something; above the limit of whoever asks, it waits for somebody with more authority.

    Raises:
        InvalidInput: If the policy's authority has no such action.
        Refused: If somebody outside asks for it, or nobody could approve it.
        NotVerified: If the requester is not verified as well as it needs.
    """
    rule = _rule(draft, command.action)
    ticket = draft.ticket
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} cannot ask for an action")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if rule.needs is not None:
        check_level(draft, command.action, rule.needs, facts)
    request_host_action(draft, command.action, command.amount, facts, reason=as_ref(command.reason))


def decide_action(draft: Draft, command: DecideAction, facts: Facts) -> None:
    """Approve an action that waits, or reject it.

    Raises:
        InvalidInput: If the ticket has no such action.
        Refused: If it does not wait, or is for somebody else to decide: who asked for it never does.
    """
    ticket, known = draft.ticket, _known(draft.ticket, command.number)
    if known.state != "waiting":
        raise Refused(ticket.id, command.kind, f"the action is {known.state}, it does not wait")
    if command.by.is_same(Actor(kind=known.by_kind, id=known.by), facts.case.also_by):
        raise Refused(ticket.id, command.kind, "who asks for an action does not decide it")
    rule = _rule(draft, known.action)
    able = tuple(tier for tier, limit in rule.limits.items() if covers(limit, known.amount))
    if not may_decide(command.by, able, facts):
        raise Refused(ticket.id, command.kind, f"only tiers {', '.join(able)} decide it")
    about = {**draft.head(), "number": known.id, "action": known.action}
    if command.approve:
        draft.emit(ActionApproved(**about))
    else:
        draft.emit(ActionRejected(**about, reason=as_ref(command.reason)))


def undo_action(draft: Draft, command: UndoAction, facts: Facts) -> None:
    """Ask the host to take back what it did.

    Raises:
        InvalidInput: If the ticket has no such action.
        Refused: If it was not done, nothing takes it back, or that was asked for already.
    """
    ticket, known = draft.ticket, _known(draft.ticket, command.number)
    undone_by = _rule(draft, known.action).undone_by
    if undone_by is None:
        raise Refused(ticket.id, command.kind, f"no action takes {known.action!r} back")
    if known.state != "done":
        raise Refused(ticket.id, command.kind, f"the action is {known.state}: there is nothing to take back")
    if any(one.undoes == known.id and one.state not in {"rejected", "failed"} for one in ticket.actions):
        raise Refused(ticket.id, command.kind, "taking it back was asked for already")
    rule = _rule(draft, undone_by)
    if rule.needs is not None:
        check_level(draft, undone_by, rule.needs, facts)
    request_host_action(draft, undone_by, known.amount, facts, reason=as_ref(command.reason), undoes=known.id)


def record_action(draft: Draft, command: RecordAction, facts: Facts) -> None:
    """Record what became of an action; of one that failed for good, what takes it back is asked for.

    Raises:
        InvalidInput: If the ticket has no such action.
        Refused: If somebody outside or an agent reports it.
    """
    ticket, known = draft.ticket, _known(draft.ticket, command.number)
    if command.by.kind not in {"host", "system"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does not report for the host")
    if known.state != "approved":
        return  # the host may report twice: a delivery comes at least once
    about = {**draft.head(), "number": known.id, "action": known.action}
    if command.done:
        draft.emit(ActionDone(**about, receipt=command.receipt))
        return
    draft.emit(ActionFailed(**about, error=command.error or "unknown"))
    undone_by = draft.policy.document.authority.host[known.action].undone_by
    if undone_by is not None and known.undoes is None:
        # What failed half-way may have been done: taking it back must be safe to ask for either way.
        request_host_action(draft, undone_by, known.amount, facts, undoes=known.id, cause="failure")


def _rule(draft: Draft, action: str) -> HostAction:
    rule = draft.policy.document.authority.host.get(action)
    if rule is None:
        raise InvalidInput("action", "is no action of the host in the policy's authority")
    return rule


def _known(ticket: Ticket, number: str) -> ActionState:
    for one in ticket.actions:
        if one.id == number:
            return one
    raise InvalidInput("number", "is no action of this ticket")
