"""What the case of a ticket lacks: evidence, and mandatory steps of its procedure."""

from supportflow.conditions.ticket import ticket_record
from supportflow.model.base import StatusCategory
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.triage.intake import EvidenceSpec

__all__ = ["done_by_the_same", "guards", "has_evidence", "missing_evidence", "missing_steps", "permitted"]


def missing_evidence(ticket: Ticket, policy: CompiledPolicy) -> tuple[str, ...]:
    """The items of evidence that a ticket's category needs and that have not come, in the policy's order."""
    return tuple(spec.name for spec in policy.cases.specs(ticket.category) if not has_evidence(ticket, spec))


def has_evidence(ticket: Ticket, spec: EvidenceSpec) -> bool:
    """True if an item came, or is an attribute that the ticket carries."""
    if spec.kind == "attribute":
        return spec.name in ticket.attributes
    return spec.name in ticket.case.provided


def missing_steps(ticket: Ticket, policy: CompiledPolicy) -> tuple[str, ...]:
    """The mandatory steps of the procedure of a ticket's category that are not done, in order."""
    procedure = policy.cases.procedures.get(ticket.category or "")
    if procedure is None:
        return ()
    done = ticket.case.steps
    return tuple(step.name for step in procedure.steps if step.mandatory and step.name not in done)


def done_by_the_same(
    ticket: Ticket, policy: CompiledPolicy, step: str, by: Actor, also: frozenset[str]
) -> tuple[str, ...]:
    """The completed steps that somebody did who may not do this one, too, because either wants another person.

    Args:
        ticket: The case.
        policy: The policy.
        step: The step that is to be done.
        by: Who would do it.
        also: Ids that are known to be theirs, too.
    """
    procedure = policy.cases.procedures.get(ticket.category or "")
    if procedure is None:
        return ()
    apart = {one.name: set(one.another_than) for one in procedure.steps}
    done = zip(ticket.case.steps, ticket.case.authors, strict=True)
    return tuple(
        other
        for other, (kind, who) in done
        if (other in apart.get(step, ()) or step in apart.get(other, ()))
        and by.is_same(Actor.model_construct(kind=kind, id=who), also)
    )


_DONE = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


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
