"""How an incident is resolved with its problem: the same by a tick and by whatever comes first to the incident."""

from supportflow._time import from_us
from supportflow.model.commands import CommandBase, Observe, Receive, ResolveWithProblem
from supportflow.model.ticket import Ticket

__all__ = ["comes_after", "resolution"]

_BESIDE = frozenset({"system", "requester", "party"})


def resolution(problem: Ticket, incident_id: str, linked_to: str) -> ResolveWithProblem | None:
    """What resolves an incident as of the instant at which its problem was solved; None if that is not solved now.

    Args:
        problem: The problem, as it goes on if it was merged into another one.
        incident_id: Id of the incident.
        linked_to: Id of the problem that the incident was linked to: itself, or one that was merged into it.
    """
    spread = problem.spread
    if problem.is_open or spread.solved_us is None or spread.solved_by is None:
        return None
    return ResolveWithProblem(
        by=spread.solved_by,
        ticket_id=incident_id,
        problem=linked_to,
        at=from_us(spread.solved_us),
        steps=problem.case.steps,
    )


def comes_after(command: CommandBase, ticket: Ticket | None) -> bool:
    """Whether a command on a ticket comes after the solution of its problem, if that was solved.

    What somebody outside writes does not: their ticket is left for a person. Nor does what the desk does by itself.
    """
    if ticket is None or ticket.spread.problem is None or not ticket.is_open:
        return False
    if command.by.kind in _BESIDE or isinstance(command, Receive | ResolveWithProblem):
        return False
    return not (isinstance(command, Observe) and command.is_inbound)
