"""Surges as data: what a policy says differently for a while, and what an overlaid version was made of.

A surge has no field for classes, their order, rules or tiers: nothing that it says can put another class before security.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series, StatusCategory
from supportflow.model.durations import WRITTEN, Positive
from supportflow.triage.priority import OrderRule

__all__ = ["Arrivals", "Greeting", "Overlay", "Reach", "Surge"]

Share = Annotated[float, Field(ge=0.01, le=100)]
Greeting = Annotated[str, Field(min_length=1, max_length=2_000)]
Reach = Literal["new", "open"]

LONGEST = timedelta(days=31)
"""The longest that a surge lasts without being declared again."""


class Arrivals(Document):
    """Declares a surge by itself, when so many tickets have come in within a while.

    Attributes:
        count: How many tickets.
        within: How short the while is, by the tickets' times of opening.
        condition: Which tickets count; all, if not given. It is asked of a ticket as it stands when they are counted.
        cooldown: So long after its last end the surge is not declared by itself. Tickets from before then never count.
    """

    count: int = Field(strict=True, ge=2, le=10_000)
    within: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=1)), WRITTEN]
    condition: Condition | None = None
    cooldown: Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST), WRITTEN] = timedelta(0)


class Surge(Document):
    """What is different while a surge lasts. What is not given stays as the policy says.

    Attributes:
        lasts_for: It ends by itself after so long.
        reaches: `"open"`: every open ticket that lives under the current version of the policy. `"new"`: only the tickets
            that are opened while it lasts. When it ends, no open ticket is under it any more.
        when: Declares it by itself.
        weights: Channel → units of an agent's capacity that a ticket takes.
        targets: Share by which the durations of the SLA targets are multiplied, with the warnings that are given as
            durations: one for all, or by name of an SLA policy (`"vip"`), or of one target in it (`"vip/first_response"`,
            which beats the former).
        order: Order rules; they come before the policy's own.
        busy_in: As in `RoutingPolicy`.
        acceptance: As in `RoutingPolicy`.
        offer_for: As in `RoutingPolicy`.
        ask_again_after: As in `RoutingPolicy`.
        calls_in: Names of calendars: agents with a shift in one of them are on duty while it lasts, whatever its hours.
            Clocks that count by that calendar are not concerned.
        greetings: Language → text, in place of the policy's `greetings`.
    """

    lasts_for: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST), WRITTEN] = timedelta(hours=4)
    reaches: Reach = "open"
    when: Arrivals | None = None
    weights: Mapping[Name, Annotated[int, Field(strict=True, ge=0, le=1_000_000)]] = Field(
        default_factory=dict
    )
    targets: Share | Mapping[Name, Share] | None = None
    order: Series[OrderRule] = ()
    busy_in: Series[StatusCategory] | None = None
    acceptance: Literal["offer", "direct"] | None = None
    offer_for: Positive | None = None
    ask_again_after: Positive | None = None
    calls_in: Series[Name] = ()
    greetings: Mapping[Name, Greeting] = Field(default_factory=dict)


class Overlay(Document):
    """What an overlaid version was made of. A desk writes it; nobody else does.

    Attributes:
        base: Fingerprint of the policy version.
        surges: Names of its surges that were laid over it, in the order in which they were declared.
        calls_in: The calendars whose agents they call in.
    """

    base: str
    surges: Series[Name]
    calls_in: Series[Name] = ()
