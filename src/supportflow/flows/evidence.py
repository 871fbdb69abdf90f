"""Evidence as it comes in: checked against the declared shapes, and looked for in what the requester writes."""

from collections.abc import Collection

from supportflow.exceptions import InvalidInput
from supportflow.flows.cleaning import text_of
from supportflow.flows.environment import Environment
from supportflow.kernel.facts import Facts
from supportflow.kernel.hearing import origin_in
from supportflow.model.commands import Adopt, CommandBase, Fact, Observe, OpenTicket, Provide, Receive
from supportflow.model.content import Attachment, AttachmentHandle
from supportflow.model.ticket import Ticket
from supportflow.policy.sections.casework import CaseRules
from supportflow.triage.intake import find_evidence, fits_media, objection

__all__ = ["with_evidence"]


def with_evidence(env: Environment, command: CommandBase, ticket: Ticket | None, facts: Facts) -> CommandBase:
    """The command with the evidence that its own text brings.

    Raises:
        InvalidInput: If a value or a file is not what the policy says the item looks like.
    """
    if isinstance(command, Adopt):
        return _with_past(env, command, facts)
    if not isinstance(command, OpenTicket | Receive | Provide | Observe) or (
        isinstance(command, Observe) and not command.has_words
    ):
        return command
    cases = (env.book.current if ticket is None else env.book[ticket.policy]).cases
    category = _category(command, ticket, facts)
    for item, given in command.evidence.items():
        _check(cases, category, item, given)
    if isinstance(command, Provide) or not _is_requesters(command, ticket, facts):
        return command
    known = () if ticket is None else ticket.case.provided
    found = _found(cases, category, command, known)
    return command.model_copy(update={"evidence": found}) if found else command


def _with_past(env: Environment, command: Adopt, facts: Facts) -> Adopt:
    """An adopted past with the evidence that the requester's texts in it bring."""
    cases = env.book.current.cases
    category = _category(command, None, facts)
    known: set[str] = set()
    history: list[Fact] = []
    for place, fact in enumerate(command.history):
        for item, given in fact.evidence.items():
            _check(cases, category, item, given, f"history.{place}.evidence")
        found = _found(cases, category, fact, known) if fact.requester_wrote and not fact.automatic else {}
        known.update(found, fact.evidence)
        history.append(fact.model_copy(update={"evidence": found}) if found else fact)
    return command.model_copy(update={"history": tuple(history)}) if known else command


def _found(
    cases: CaseRules,
    category: str | None,
    said: OpenTicket | Receive | Observe | Fact,
    known: Collection[str],
) -> dict[str, object]:
    """The evidence that a text brings, with what is named as evidence already; empty if the text brings none."""
    wanted = [spec for spec in cases.specs(category) if spec.name not in {*said.evidence, *known}]
    found = find_evidence(wanted, text_of(said)) if wanted else {}
    return {**found, **said.evidence} if found else {}


def _category(command: CommandBase, ticket: Ticket | None, facts: Facts) -> str | None:
    """The category that the evidence is for: the ticket's, the one given, or the one that the text speaks of."""
    if ticket is not None:
        return ticket.category
    given = command.category if isinstance(command, OpenTicket | Adopt) else None
    return given or (None if facts.signals is None else facts.signals.category)


def _is_requesters(command: OpenTicket | Receive | Observe, ticket: Ticket | None, facts: Facts) -> bool:
    if ticket is None or isinstance(command, OpenTicket):
        return True
    if isinstance(command, Observe) and not command.is_inbound:
        return False
    return origin_in(ticket, command, facts.case.same_person) == "requester"


def _check(cases: CaseRules, category: str | None, item: str, given: object, field: str = "evidence") -> None:
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
        raise InvalidInput(f"{field}.{item}", problem)
