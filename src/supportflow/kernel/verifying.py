"""Verification of the requester, and the actions that need it."""

from supportflow._time import from_us, span_us
from supportflow.exceptions import InvalidInput, NotVerified, Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.casework import Verification
from supportflow.model.commands import Authorise, Verify
from supportflow.model.events import ActionAuthorised, RequesterVerified
from supportflow.policy import PolicyBook

__all__ = ["authorise", "check_level", "verify"]


def verify(draft: Draft, command: Verify, facts: Facts, book: PolicyBook) -> None:
    """Record that the requester is who they say. Verifying again begins anew."""
    del facts, book
    _from_inside(draft, command)
    if command.level not in draft.policy.cases.levels:
        raise InvalidInput("level", "is no level of the policy's authority")
    draft.emit(
        RequesterVerified(
            **draft.head(),
            level=command.level,
            method=command.method,
            valid_until=from_us(draft.at_us + span_us(command.valid_for)),
        )
    )


def authorise(draft: Draft, command: Authorise, facts: Facts, book: PolicyBook) -> None:
    """Record that an action may be done, if a verification of its level, or a higher one, is valid now."""
    del facts, book
    _from_inside(draft, command)
    needs = draft.policy.cases.actions.get(command.action)
    if needs is None:
        raise InvalidInput("action", "is no action of the policy's authority")
    best = check_level(draft, command.action, needs)
    draft.emit(
        ActionAuthorised(
            **draft.head(),
            action=command.action,
            needs=needs,
            level=best.level,
            valid_until=best.valid_until,
        )
    )


def check_level(draft: Draft, action: str, needs: str) -> Verification:
    """The best verification that is valid now, if it is good enough for an action.

    Raises:
        NotVerified: If none is.
    """
    ticket, cases = draft.ticket, draft.policy.cases
    # A level that this version of the policy no longer knows counts as none.
    known = [one for one in ticket.case.verifications if one.level in cases.levels]
    valid = [one for one in known if draft.at_us < one.until_us]
    best = max(valid, key=lambda one: (cases.levels[one.level], one.until_us), default=None)
    if best is None or cases.levels[best.level] < cases.levels[needs]:
        ended = any(cases.levels[one.level] >= cases.levels[needs] for one in known)
        held = None if best is None else best.level
        raise NotVerified(ticket.id, action, needs, held, expired=ended)
    return best


def _from_inside(draft: Draft, command: Verify | Authorise) -> None:
    if command.by.kind in {"requester", "party"}:
        raise Refused(draft.ticket.id, command.kind, f"a {command.by.kind} cannot do this")
