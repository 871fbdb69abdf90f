"""The fields that every ticket has, for conditions to name; an organisation declares its attributes beside them."""

from decimal import Decimal
from functools import cache

from supportflow._time import SECOND_US, to_us
from supportflow.conditions.fields import Fields, FieldSpec
from supportflow.model.base import StatusCategory, TicketType
from supportflow.model.tags import canonical
from supportflow.model.ticket import Ticket

__all__ = ["ticket_fields", "ticket_record"]


@cache
def ticket_fields() -> Fields:
    """The built-in fields of a ticket. Durations (`*_for`) are seconds of elapsed time.

    `open_for` counts whole ones. `resolved_for` is exact, so that a window of reopening ends at its instant.
    """
    text, count = FieldSpec.text, FieldSpec.integer(minimum=0)
    return Fields(
        {
            "status": text(description="the host's name of the status"),
            "status_category": FieldSpec.choice(*StatusCategory),
            "type": FieldSpec.choice(*TicketType),
            "channel": text(),
            "category": text(nullable=True, description="the topic"),
            "language": text(nullable=True, description="a BCP 47 tag"),
            "group": text(nullable=True),
            "assignee": text(nullable=True),
            "requester": text(),
            "priority_class": text(),
            "level": FieldSpec.integer(minimum=1, maximum=4, description="1 is the highest"),
            "private": FieldSpec.boolean(description="opened by an agent for internal work"),
            "flags": FieldSpec.tags(description="what a person should see"),
            "review": FieldSpec.boolean(description="the text raised the class, for a person to look at"),
            "only_asks": FieldSpec.boolean(description="the texts only ask about security"),
            "by_others": FieldSpec.boolean(
                description="an incident is reported that was not by the writer's will"
            ),
            "verified_levels": FieldSpec.tags(description="levels of verification that are valid now"),
            "held_back": FieldSpec.tags(description="actions of the host that wait for another signal"),
            "warned": FieldSpec.tags(description="warnings of the policy that the requester was sent"),
            "set_by_hand": FieldSpec.tags(description="what a person or the host chose: class, level"),
            "product": text(nullable=True),
            "first_replied": FieldSpec.boolean(description="an agent has answered in public"),
            "follow_up": FieldSpec.boolean(description="takes up a ticket that was closed"),
            "received": count,
            "replies": count,
            "reopens": count,
            "reassignments": count,
            "open_for": FieldSpec.integer(minimum=0, description="seconds since it came in"),
            "resolved_for": FieldSpec.number(
                minimum=0, nullable=True, description="seconds since it was resolved"
            ),
        }
    )


_NONE: frozenset[str] = frozenset()


def _seconds(span_us: int) -> int | Decimal:
    whole, rest = divmod(span_us, SECOND_US)
    return Decimal(span_us).scaleb(-6) if rest else whole


def ticket_record(ticket: Ticket, at_us: int) -> dict[str, object]:
    """A ticket's fields at an instant, with its declared attributes."""
    resolved_at, verified = ticket.resolved_at, ticket.case.verifications
    return {
        **ticket.attributes,
        "status": ticket.status,
        "status_category": ticket.status_category._value_,  # `value` is a call of Python
        "type": ticket.type._value_,
        "channel": ticket.channel,
        "category": ticket.category,
        "language": None if ticket.language is None else canonical(ticket.language),
        "group": ticket.group,
        "assignee": ticket.assignee,
        "requester": ticket.requester,
        "priority_class": ticket.priority_class,
        "level": ticket.level,
        "private": ticket.private,
        "flags": frozenset(ticket.flags),
        "review": ticket.review,
        "only_asks": ticket.informational,
        "by_others": ticket.agency,
        "verified_levels": frozenset(one.level for one in verified if at_us < one.until_us)
        if verified
        else _NONE,
        "held_back": frozenset(ticket.held_back),
        "warned": frozenset(ticket.warned),
        "set_by_hand": frozenset(ticket.given),
        "product": ticket.product,
        "first_replied": ticket.first_replied_at is not None,
        "follow_up": ticket.follow_up_of is not None,
        "received": ticket.received,
        "replies": ticket.replies,
        "reopens": ticket.reopens,
        "reassignments": ticket.reassignments,
        "open_for": max(at_us - to_us(ticket.opened_at), 0) // SECOND_US,
        "resolved_for": None if resolved_at is None else _seconds(max(at_us - to_us(resolved_at), 0)),
    }
