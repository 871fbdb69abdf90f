"""Procedures: steps that are recorded, and the mandatory ones that a ticket cannot be resolved without."""

from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import InvalidInput, Refused, StepsMissing
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.opening import as_ref
from supportflow.model.base import StatusCategory
from supportflow.model.commands import CompleteStep
from supportflow.model.events import StepCompleted
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, PolicyBook

__all__ = ["complete_step", "guards", "missing_steps", "permitted"]

_DONE = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


def missing_steps(ticket: Ticket, policy: CompiledPolicy) -> tuple[str, ...]:
    """The mandatory steps of the procedure of a ticket's category that are not done, in order."""
    procedure = policy.cases.procedures.get(ticket.category or "")
    if procedure is None:
        return ()
    done = ticket.case.steps
    return tuple(step.name for step in procedure.steps if step.mandatory and step.name not in done)


def complete_step(draft: Draft, command: CompleteStep, facts: Facts, book: PolicyBook) -> None:
    """Record a step."""
    del facts, book
    ticket = draft.ticket
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does no steps of the desk's")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    procedure = draft.policy.cases.procedures.get(ticket.category or "")
    names = [step.name for step in procedure.steps] if procedure is not None else []
    if procedure is None or command.step not in names:
        raise InvalidInput("step", "is no step of the procedure of the ticket's category")
    if command.step in ticket.case.steps:
        return
    before = names[: names.index(command.step)]
    missing = [name for name in missing_steps(ticket, draft.policy) if name in before]
    if procedure.ordered and missing:
        raise StepsMissing(ticket.id, command.kind, missing)
    draft.emit(StepCompleted(**draft.head(), step=command.step, reason=as_ref(command.reason)))


def guards(ticket: Ticket, policy: CompiledPolicy, target: str) -> tuple[str, ...]:
    """The mandatory steps that stand between an open ticket and a status that ends the work on it."""
    if not policy.cases.procedures or not ticket.is_open or policy.lifecycle.category(target) not in _DONE:
        return ()
    return missing_steps(ticket, policy)


def permitted(ticket: Ticket, policy: CompiledPolicy, at_us: int) -> tuple[str, ...]:
    """The triggers that a command would be allowed to fire now, sorted."""

    def view() -> dict[str, object]:
        return ticket_record(ticket, at_us)

    found = policy.lifecycle.permitted(ticket.status, view)
    if not policy.cases.procedures:
        return found
    leads = ((trigger, policy.lifecycle.lookup(ticket.status, trigger, view)) for trigger in found)
    return tuple(
        trigger for trigger, lookup in leads if lookup is None or not guards(ticket, policy, lookup.target)
    )
