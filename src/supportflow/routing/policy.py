"""Routing as data: the tiers, the routes into them, and how an offer goes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series, StatusCategory
from supportflow.model.durations import NotNegative, Positive

__all__ = ["Overflow", "Relaxation", "Route", "RoutingPolicy"]

SkillLevel = Annotated[int, Field(strict=True, ge=1, le=5)]


class Relaxation(Document):
    """A step by which a ticket that has waited needs less. Steps add up; none leads into another tier.

    Attributes:
        after: Elapsed time since the ticket began to wait in its tier.
        drop: Skills that it no longer needs.
        lower: Skill → the level that will do from now on.
        any_language: Any language will do.
    """

    after: Positive
    drop: Series[Name] = ()
    lower: Mapping[Name, SkillLevel] = Field(default_factory=dict)
    any_language: bool = False


class Overflow(Document):
    """Another group that helps when a group cannot keep up.

    Attributes:
        group: The group that lends its people.
        after: Elapsed time that a ticket must have waited.
        keep_free: Units of capacity that an agent of the lending group must have left afterwards, for its own tickets.
    """

    group: Name
    after: NotNegative
    keep_free: int = Field(default=0, ge=0)


class Route(Document):
    """What tickets of some kind need. Routes are tried in order; the first match decides.

    Attributes:
        name: For `explain`.
        when: The tickets that it is for; all, if not given.
        tier: The line of support that they start in.
        skills: Skill → least level, 1 to 5.
        language: `"required"`: the agent writes the ticket's language, or the fallback for one that nobody is declared to
            serve. `"any"`: it does not matter.
        group: The support group that they are for; the one that the ticket is assigned to, if it is.
        relax: Steps by which a ticket that has waited needs less.
        overflow: Who helps when the group cannot keep up.
    """

    name: Name
    when: Condition | None = None
    tier: Name = "expert"
    skills: Mapping[Name, SkillLevel] = Field(default_factory=dict)
    language: Literal["required", "any"] = "required"
    group: Name | None = None
    relax: Annotated[Series[Relaxation], Field(max_length=20)] = ()
    overflow: Overflow | None = None


class RoutingPolicy(Document):
    """How tickets find agents.

    Attributes:
        tiers: The lines of support, in order. A ticket changes its tier only by being handed over.
        routes: In order; a ticket that none matches is not routed.
        languages: The languages that the desk serves. A ticket in another one needs the fallback.
        fallback_language: For tickets in a language that nobody serves, or in none that is known.
        weights: Channel → units of an agent's capacity that a ticket takes.
        default_weight: Of the channels that are not named.
        busy_in: The status categories in which a ticket takes its agent's capacity and waits for one if it has none.
        acceptance: `"offer"`: an agent is asked first. `"direct"`: what is found for an agent is assigned at once.
        offer_for: How long an offer holds; for ever, if not given.
        ask_again_after: Those who declined a ticket are asked again when it has waited for so long since; never, if not
            given.
        pick: Whom a ticket goes to when several agents could take it: the one without new work for longest, or the one
            with the smallest share of capacity in use.
        on_leave: What becomes of the open tickets of an agent who goes offline: they `"keep"` them, or the tickets are
            `"requeue"`d for others.
        requeue_lost: What takes a ticket away from its agent who loses it, or lacks it when the ticket comes to need it:
            `"tier"`, `"group"`, `"language"`, `"skill"`, `"four_eyes"`. Whatever else is lost is recorded
            (`FitnessChanged`), and takes the ticket away when it comes back from its requester or is reopened.
        sticky: A reopened ticket goes back to its agent, if present with capacity.
        keep_skills: Skills that no relaxation may drop or lower: they separate duties.
        four_eyes: Tiers in which the agent who has the ticket does not end it: another agent of the tier does. Whoever
            hands a ticket over into such a tier does not get it there.
        closed_by_own: Tiers whose tickets only agents of that tier may end.
        never_bot: Classes whose tickets never wait in the first tier, if that is `"bot"`.
    """

    tiers: Annotated[Series[Name], Field(min_length=1)] = ("bot", "expert", "compliance")
    routes: Series[Route] = ()
    languages: Series[Name] = ()
    fallback_language: Name | None = None
    weights: Mapping[Name, Annotated[int, Field(strict=True, ge=0, le=1_000_000)]] = Field(
        default_factory=dict
    )
    default_weight: int = Field(default=1, ge=0, le=1_000_000)
    busy_in: Series[StatusCategory] = (StatusCategory.NEW, StatusCategory.OPEN)
    acceptance: Literal["offer", "direct"] = "offer"
    offer_for: Positive | None = timedelta(seconds=60)
    ask_again_after: Positive | None = timedelta(minutes=15)
    pick: Literal["longest_idle", "least_loaded"] = "longest_idle"
    on_leave: Literal["keep", "requeue"] = "keep"
    requeue_lost: Series[Literal["tier", "group", "language", "skill", "four_eyes"]] = (
        "tier",
        "four_eyes",
    )
    sticky: bool = True
    keep_skills: Series[Name] = ()
    four_eyes: Series[Name] = ("compliance",)
    closed_by_own: Series[Name] = ("compliance",)
    never_bot: Series[Name] = ("security",)
