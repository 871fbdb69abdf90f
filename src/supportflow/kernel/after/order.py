"""In which order things follow: from an event at once, from a decision at its end."""

from supportflow.kernel.after.actions import request_by_policy
from supportflow.kernel.after.clocks import clocks_react
from supportflow.kernel.after.ended import drop_call_back, request_rating
from supportflow.kernel.after.evidence import request_left_out
from supportflow.kernel.after.ladders import ladders_react
from supportflow.kernel.after.routing import conclude_routing
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.events import EventBase
from supportflow.model.ticket import Ticket

__all__ = ["conclude", "react"]


# Each step reads what the ones before it have recorded. None reads what comes after it, so one pass is enough.
#
# After every event:
#   1. Clocks. They read the ticket, and nothing else that follows.
#   2. Ladders. Their rungs hang on clocks: a rung at half of a target needs the clock that this very event has started.
# At the end of a decision:
#   -. A call that is owed on a ticket that has ended is owed no more. Nothing else reads it but the ticket's place.
#      Evidence that a bot has not gathered is asked for when it hands the ticket over; what waits for it has no offer.
#   3. Actions of the host that the policy asks for by itself. They read what the whole decision says of the case. They come
#      before routing since one that is held back marks the ticket for review, and a route can ask for that.
#   4. Routing. What a ticket needs of an agent depends on class, level and group, which ladders change as well. It is looked
#      at once for each decision, not after each event: a command that sets category, class and language would else queue
#      the ticket three times. What time does (a rung of a ladder, the end of a surge) looks at its own instant:
#      see `update_requirement`.
#   5. Loads. What a ticket takes of an agent's capacity depends on who has it or is offered it. They are events of the
#      agents' streams, and stand after all events of the ticket.
#
# An event that a step emits goes through 1 and 2 at once, before the step goes on. This ends: what clocks record of
# themselves is only recorded, and ladders do not follow what they emit of themselves.


def react(draft: Draft, before: Ticket | None, event: EventBase) -> None:
    """Record what follows from an event at once: clocks, then ladders.

    Args:
        draft: The decision that has recorded it.
        before: The ticket before it; None if the ticket begins with it.
        event: The event.
    """
    clocks_react(draft, before, event)
    ladders_react(draft, event)


def conclude(draft: Draft, facts: Facts, before: Ticket | None) -> None:
    """Record what follows from a decision when all of it is recorded, in the order above.

    Args:
        draft: The decision on the ticket.
        facts: With the agents whom it concerns.
        before: The ticket before the decision; None if it began with it.
    """
    drop_call_back(draft)
    request_left_out(draft, before)
    request_by_policy(draft, facts)
    request_rating(draft, facts, before)
    conclude_routing(draft, facts, before)
