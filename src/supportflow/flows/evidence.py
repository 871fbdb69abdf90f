"""Evidence as it comes in: checked against the declared shapes, and looked for in what the requester writes."""

from supportflow.exceptions import InvalidInput
from supportflow.flows.cleaning import text_of
from supportflow.flows.environment import Environment
from supportflow.kernel.conversation import origin_of
from supportflow.kernel.facts import Facts
from supportflow.model.commands import CommandBase, OpenTicket, Provide, Receive
from supportflow.model.content import Attachment, AttachmentHandle
from supportflow.model.ticket import Ticket
from supportflow.policy.casework import CaseRules
from supportflow.triage.intake import find_evidence, fits_media, objection

__all__ = ["with_evidence"]


def with_evidence(env: Environment, command: CommandBase, ticket: Ticket | None, facts: Facts) -> CommandBase:
    """The command with the evidence that its own text brings.

    Raises:
        InvalidInput: If a value or a file is not what the policy says the item looks like.
    """
    if not isinstance(command, OpenTicket | Receive | Provide):
        return command
    cases = (env.book.current if ticket is None else env.book[ticket.policy]).cases
    category = _category(command, ticket, facts)
    for item, given in command.evidence.items():
        _check(cases, category, item, given)
    if isinstance(command, Provide) or not _is_requesters(command, ticket, facts):
        return command
    known = {*command.evidence, *(ticket.case.provided if ticket is not None else ())}
    wanted = [spec for spec in cases.specs(category) if spec.name not in known]
    found = find_evidence(wanted, text_of(command)) if wanted else {}
    return command.model_copy(update={"evidence": {**found, **command.evidence}}) if found else command


def _category(command: CommandBase, ticket: Ticket | None, facts: Facts) -> str | None:
    """The category that the evidence is for: the ticket's, the one given, or the one that the text speaks of."""
    if ticket is not None:
        return ticket.category
    given = command.category if isinstance(command, OpenTicket) else None
    return given or (None if facts.signals is None else facts.signals.category)


def _is_requesters(command: OpenTicket | Receive, ticket: Ticket | None, facts: Facts) -> bool:
    if ticket is None or isinstance(command, OpenTicket):
        return True
    return origin_of(ticket, command.by, command.automatic, facts.case.same_person) == "requester"


def _check(cases: CaseRules, category: str | None, item: str, given: object) -> None:
    spec = cases.spec(category, item)
    if spec is None:
        return  # the core knows whether somebody is asked for it all the same
    problem: str | None = None
    if isinstance(given, str):
        problem = objection(spec, given)
    elif isinstance(given, Attachment | AttachmentHandle) and not fits_media(spec, given.media_type):
        wanted = ", ".join(spec.media_types) or "a file"
        problem = f"must be {wanted}" if spec.kind == "attachment" else "is not given by a file"
    if problem is not None:
        raise InvalidInput(f"evidence.{item}", problem)
