"""Taking a rating: from the requester alone, once, in time. A comment that asks for a higher class is a message, too."""

from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.messages import receive
from supportflow.kernel.handlers.stars import Way, give
from supportflow.model.commands import Rate, Receive
from supportflow.model.content import as_ref
from supportflow.model.people import Actor
from supportflow.policy import PolicyBook

__all__ = ["rate"]


def rate(draft: Draft, command: Rate, facts: Facts, book: PolicyBook) -> None:
    """Record what the requester thinks. Words that ask for a higher class than the ticket has are a message as well.

    Raises:
        Refused: If it is not the requester who says it, nobody was asked, it is too late, or they have said it before.
        InvalidInput: If it answers a question that was not asked.
    """
    ticket, state = draft.ticket, draft.ticket.rating
    by = _rater(draft, command, facts)
    if by is None:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} does not say what the requester thinks")
    if state.asked_us is None:
        raise Refused(ticket.id, command.kind, "nobody was asked for a rating")
    if state.stars is not None:
        raise Refused(ticket.id, command.kind, "there is a rating already")
    if draft.at_us >= state.until_us:
        raise Refused(ticket.id, command.kind, "it is too late for a rating")
    for question in command.answers:
        if question not in state.questions:
            raise InvalidInput("answers", "has a question that was not asked")
    way: Way = "told" if command.token is None else "link"
    comment, signals = as_ref(command.comment), facts.signals
    give(draft, facts, book, by, command.stars, way, answers=command.answers, comment=comment)
    if signals is not None and draft.policy.priority.raises(signals, ticket.priority_class):
        # "Somebody else is in my account": that is no opinion of how the ticket was dealt with.
        receive(draft, Receive(by=by, ticket_id=ticket.id, body=comment), facts, book)


def _rater(draft: Draft, command: Rate, facts: Facts) -> Actor | None:
    """The requester, if they say it themselves, or whoever has their link does; else None."""
    ticket, by = draft.ticket, command.by
    if command.token is not None:
        outside = by.kind in {"host", "requester"}
        return Actor(kind="requester", id=ticket.requester) if outside and facts.case.by_link else None
    own = by.kind == "requester" and (by.id == ticket.requester or by.id in facts.case.same_person)
    return by if own else None
