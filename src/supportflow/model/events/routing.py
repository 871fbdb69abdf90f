"""How a ticket finds an agent: waiting, relaxation, offers, hand-overs."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent
from supportflow.model.routing import Lack

__all__ = [
    "DeclinesForgotten",
    "FitnessChanged",
    "HandedOver",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferMade",
    "OfferWithdrawn",
    "OverflowOpened",
    "RequirementRelaxed",
    "TicketRouted",
]


class TicketRouted(TicketEvent):
    """What the ticket needs of an agent is known, or is another than before. If nobody has it, it waits for such an agent.

    Attributes:
        cause: Why: it was `opened` or `reopened`, what it is about has `changed`, the requester `returned` and its agent
            cannot go on, its agent `released` it, or somebody `handed_over` to another tier.
        route: The policy's route.
        tier: The line of support.
        skills: Skill → least level.
        language: The language; None if any will do.
        group: The support group, if it must be one.
        weight: Units of capacity that it takes.
        since: When it began to wait: relaxation counts from here.
        barred: Agents who must not take it.
        declined: Agents who did not want it.
        preferred: The agent who should have it, if present.
    """

    kind: Literal["ticket_routed"] = "ticket_routed"
    cause: Literal["opened", "reopened", "changed", "returned", "released", "handed_over"]
    route: KeptName
    tier: KeptName
    skills: Mapping[KeptName, int] = Field(default_factory=dict)
    language: KeptName | None = None
    group: KeptName | None = None
    weight: int = 1
    since: Instant
    barred: tuple[Id, ...] = ()
    declined: tuple[Id, ...] = ()
    preferred: Id | None = None


class DeclinesForgotten(TicketEvent):
    """The ticket has waited for so long since somebody last declined it that those who did are asked again."""

    kind: Literal["declines_forgotten"] = "declines_forgotten"


class RequirementRelaxed(TicketEvent):
    """The ticket has waited so long that less will do.

    Attributes:
        step: Which step of its route's relaxation it is, from 1.
        skills: Skill → least level, as it is now.
        language: The language, as it is now.
    """

    kind: Literal["requirement_relaxed"] = "requirement_relaxed"
    step: int
    skills: Mapping[KeptName, int] = Field(default_factory=dict)
    language: KeptName | None = None


class OverflowOpened(TicketEvent):
    """The ticket has waited so long that another group's agents may take it, too.

    Attributes:
        group: The group that lends its people.
    """

    kind: Literal["overflow_opened"] = "overflow_opened"
    group: KeptName


class OfferMade(TicketEvent):
    """The ticket is held out to an agent.

    Attributes:
        agent: The agent.
        expires_at: The offer is gone once this instant has passed; None if it waits for ever.
    """

    kind: Literal["offer_made"] = "offer_made"
    agent: Id
    expires_at: Instant | None = None


class _OfferEnded(TicketEvent):
    """An offer is over.

    Attributes:
        agent: The agent it was made to.
    """

    agent: Id


class OfferAccepted(_OfferEnded):
    """The agent took the ticket."""

    kind: Literal["offer_accepted"] = "offer_accepted"


class OfferDeclined(_OfferEnded):
    """The agent did not want the ticket. It is not offered to them again while it waits."""

    kind: Literal["offer_declined"] = "offer_declined"
    reason: ContentRef | None = None


class OfferExpired(_OfferEnded):
    """The agent let the offer pass. The ticket is not offered to them again while it waits."""

    kind: Literal["offer_expired"] = "offer_expired"


class OfferWithdrawn(_OfferEnded):
    """The offer no longer holds: the agent has left, or the ticket is assigned, waits or has ended.

    Attributes:
        cause: Why, in a word.
    """

    kind: Literal["offer_withdrawn"] = "offer_withdrawn"
    cause: Literal["agent_left", "assigned", "not_waiting", "changed"]


class FitnessChanged(TicketEvent):
    """What the agent who has the ticket lacks for it is another than before: they lost a right, or the ticket needs more.

    Attributes:
        agent: Who has it.
        lacks: What they lack now, but for what was passed over when they got the ticket; empty if they have it all again.
    """

    kind: Literal["fitness_changed"] = "fitness_changed"
    agent: Id
    lacks: tuple[Lack, ...] = ()


class HandedOver(TicketEvent):
    """Somebody handed the ticket over to another tier, with what they know.

    Attributes:
        tier: The new tier.
        previous: The tier before.
        reason: Why, for people.
        summary: What the next agent should know.
        cause: Why the bot gave it up, in a word: the requester `asked` for a person, its `patience` is used up, the
            conversation is the `longest` that may be, it `failed`, was `refused` what it wanted or stayed `silent`, an
            action waits for `approval`, its `flow` or its `responder` says so; the ticket was `adopted`, with its past.
            None if somebody else handed it over.
    """

    kind: Literal["handed_over"] = "handed_over"
    tier: KeptName
    previous: KeptName | None = None
    reason: ContentRef | None = None
    summary: ContentRef | None = None
    cause: KeptName | None = None
