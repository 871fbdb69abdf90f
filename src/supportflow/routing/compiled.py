"""A routing policy, compiled: from a ticket's fields to what an agent must have to take it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from operator import itemgetter
from typing import NamedTuple

from supportflow._time import span_us
from supportflow.conditions import ConditionIndex, Fields
from supportflow.model.base import StatusCategory
from supportflow.model.routing import Requirement
from supportflow.model.signals import UNREAD
from supportflow.model.tags import best, canonical, needed, written
from supportflow.model.ticket import Ticket
from supportflow.routing.policy import Relaxation, Route, RoutingPolicy
from supportflow.routing.signature import Overflow as Lent

__all__ = ["BOT", "Routed", "RoutingIndex"]

BOT = "bot"
"""The tier that a program answers in."""
LOWEST_LEVEL = 4
"""The level of a question about security that reports nothing."""
_ASKED = frozenset({"channel", "flags", "group", "language", "level", "priority_class"})
"""Fields that a requirement rests on, whatever the conditions of the routes read."""
_OF_TICKET = _ASKED | {
    "assignee",
    "category",
    "private",
    "product",
    "review",
    "status",
    "status_category",
    "type",
}
"""Fields of conditions that follow from what stands on a ticket under the same name, and from nothing else."""
_MOST_NEEDS = 1_000


class Routed(NamedTuple):
    """A route that matched, and what it asks for."""

    route: str
    requirement: Requirement


class RoutingIndex:
    """The routes of a policy, compiled.

    Args:
        policy: The routing policy, checked.
        fields: What conditions may name.
    """

    def __init__(self, policy: RoutingPolicy, fields: Fields) -> None:
        self.policy = policy
        self.busy_in: frozenset[StatusCategory] = frozenset(policy.busy_in)
        self.offer_us = None if policy.offer_for is None else span_us(policy.offer_for)
        self.ask_again_us = None if policy.ask_again_after is None else span_us(policy.ask_again_after)
        self._routes: dict[str, Route] = {route.name: route for route in policy.routes}
        self._ordered = policy.routes
        self._index = ConditionIndex([route.when for route in policy.routes], fields)
        self._reads = _reader(policy)
        # What was found for values that routes rest on: it is the same each time.
        self._needs: dict[object, Routed | None] = {}
        self._relax = {
            route.name: tuple((span_us(step.after), step) for step in route.relax) for route in policy.routes
        }
        declared = tuple(dict.fromkeys((*policy.languages, *filter(None, (policy.fallback_language,)))))
        told_apart = Counter(map(written, {canonical(tag) for tag in declared}))
        # A region counts only where the desk serves another one, too: pt-BR beside pt-PT.
        self._asked = {tag: tag if told_apart[written(tag)] > 1 else _regionless(tag) for tag in declared}

    def route(self, name: str | None) -> Route | None:
        """A route by name, or None."""
        return None if name is None else self._routes.get(name)

    def needs_of(
        self, ticket: Ticket, view: Callable[[], Mapping[str, object]], *, tier: str | None = None
    ) -> Routed | None:
        """What `requires` answers for a ticket, found once for all that are alike in what routes ask for.

        Args:
            ticket: The ticket.
            view: Gives its fields, if they are asked for.
            tier: The tier that it was handed over to.
        """
        if self._reads is None:
            return self.requires(view(), tier=tier)
        values = (tier, self._reads(ticket.__dict__))
        try:
            return self._needs[values]
        except KeyError:
            needs = self.requires(view(), tier=tier)
        if len(self._needs) >= _MOST_NEEDS:
            self._needs.clear()  # other threads only find theirs again
        self._needs[values] = needs
        return needs

    def requires(self, record: Mapping[str, object], *, tier: str | None = None) -> Routed | None:
        """What a ticket needs; None if no route matches it.

        Args:
            record: The ticket's fields.
            tier: The tier that it was handed over to, whatever its route says; then the skills of the first matching
                route of that tier count, or none if there is none.
        """
        for position in self._index.all(record):
            route = self._ordered[position]
            if tier is None or route.tier == tier:
                return Routed(route.name, self._requirement(route, record, tier))
        if tier is None:
            return None
        bare = Route.model_construct(name=f"tier {tier}", tier=tier)
        return Routed(bare.name, self._requirement(bare, record, tier))

    def _requirement(self, route: Route, record: Mapping[str, object], tier: str | None) -> Requirement:
        channel, group, language = record["channel"], record["group"], record["language"]
        assert isinstance(channel, str)
        return Requirement(
            tier=tier or self._started(route.tier, record),
            skills=tuple(sorted(route.skills.items())),
            language=self.language(language) if route.language == "required" else None,
            group=route.group if group is None else str(group),
            channel=channel,
            weight=self.policy.weights.get(channel, self.policy.default_weight),
        )

    def _started(self, tier: str, record: Mapping[str, object]) -> str:
        """The tier that a ticket starts in: a security incident never waits on a bot, a question about security may."""
        if tier != BOT or not self.past_bot(record):
            return tier
        later = self.policy.tiers[self.policy.tiers.index(BOT) + 1 :]
        return later[0] if later else tier

    def past_bot(self, record: Mapping[str, object]) -> bool:
        """True for a ticket that never waits on a bot: of such a class, or in a language that nothing reads."""
        if not self.policy.never_bot:
            return False
        flags = record["flags"]
        if isinstance(flags, Collection) and UNREAD in flags:
            return True
        return record["priority_class"] in self.policy.never_bot and record["level"] != LOWEST_LEVEL

    def language(self, tag: object) -> str | None:
        """The language that an agent must write for a ticket in this one.

        The declared one that is nearest: `"pt-BR"` is served by agents for `"pt"`, or for `"pt-PT"` if only that is
        declared. Without declared languages a tag stands for its language and script.
        """
        found = self.policy.fallback_language
        if isinstance(tag, str):
            if not self.policy.languages:
                return written(tag)
            found = best(tag, self.policy.languages) or found
            if found is None:
                return written(tag)
        return None if found is None else self._asked[found]

    # --- overflow ------------------------------------------------------------------------------

    def overflows_at_us(self, route: str | None, since_us: int) -> int | None:
        """When another group may help; None if none does."""
        known = self.route(route)
        return None if known is None or known.overflow is None else since_us + span_us(known.overflow.after)

    def lent(self, route: str | None, requirement: Requirement) -> Lent | None:
        """What an agent of the group that helps must have; None if none helps."""
        known = self.route(route)
        if known is None or known.overflow is None:
            return None
        return Lent(requirement._replace(group=known.overflow.group), known.overflow.keep_free)

    # --- relaxation ----------------------------------------------------------------------------

    def relaxes_at_us(self, route: str | None, since_us: int, steps: int) -> int | None:
        """When the next step is taken by a ticket that has taken so many; None if there is none."""
        later = () if route is None else self._relax.get(route, ())[steps:]
        return since_us + later[0][0] if later else None

    def relaxed(self, route: str, requirement: Requirement, step: int) -> Requirement:
        """The requirement after a step, the first being 1."""
        return _after(requirement, self._relax[route][step - 1][1])

    def relaxed_so_far(self, route: str, requirement: Requirement, steps: int) -> Requirement:
        """The requirement after so many steps."""
        for _, step in self._relax.get(route, ())[:steps]:
            requirement = _after(requirement, step)
        return requirement


def _reader(policy: RoutingPolicy) -> Callable[[Mapping[str, object]], object] | None:
    """Reads of a ticket's fields what its needs rest on; None if they rest on more than stands there."""
    conditions = [route.when for route in policy.routes if route.when is not None]
    fields = {str(one.field) for when in conditions for one in when.comparisons()}
    return itemgetter(*sorted(_ASKED | fields)) if fields <= _OF_TICKET else None


def _after(requirement: Requirement, step: Relaxation) -> Requirement:
    skills = tuple(
        (name, min(level, step.lower.get(name, level)))
        for name, level in requirement.skills
        if name not in step.drop
    )
    return requirement._replace(skills=skills, language=None if step.any_language else requirement.language)


def _regionless(tag: str) -> str:
    """The tag as it is declared, if it names no region."""
    return tag if needed(tag) == written(tag) else written(tag)
