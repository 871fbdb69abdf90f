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
    # To read a field of a model costs as much as ten lines of Python.
    told = ticket.__dict__
    resolved_at, verified = told["resolved_at"], told["case"].verifications
    return {
        **told["attributes"],
        "status": told["status"],
        "status_category": told["status_category"]._value_,  # `value` is a call of Python
        "type": told["type"]._value_,
        "channel": told["channel"],
        "category": told["category"],
        "language": None if told["language"] is None else canonical(told["language"]),
        "group": told["group"],
        "assignee": told["assignee"],
        "requester": told["requester"],
        "priority_class": told["priority_class"],
        "level": told["level"],
        "private": told["private"],
        "flags": frozenset(told["flags"]),
        "review": told["review"],
        "only_asks": told["informational"],
        "by_others": told["agency"],
        "verified_levels": frozenset(one.level for one in verified if at_us < one.until_us)
        if verified
        else _NONE,
        "held_back": frozenset(told["held_back"]),
        "warned": frozenset(told["warned"]),
        "set_by_hand": frozenset(told["given"]),
        "product": told["product"],
        "first_replied": told["first_replied_at"] is not None,
        "follow_up": told["follow_up_of"] is not None,
        "received": told["received"],
        "replies": told["replies"],
        "reopens": told["reopens"],
        "reassignments": told["reassignments"],
        "open_for": max(at_us - to_us(told["opened_at"]), 0) // SECOND_US,
        "resolved_for": None if resolved_at is None else _seconds(max(at_us - to_us(resolved_at), 0)),
    }
