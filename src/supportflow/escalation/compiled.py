"""The ladders of a policy, ready to start."""

from collections.abc import Callable, Mapping, Sequence

from supportflow.conditions import ConditionIndex, Fields
from supportflow.escalation.ladders import Escalation, Ladder, LadderStep
from supportflow.escalation.planning import CalendarNames, Calendars, rungs
from supportflow.model.escalation import Rung, StepPlan
from supportflow.model.people import Group

__all__ = ["LadderIndex", "group_of_tier", "tier_of_group"]


def tier_of_group(groups: Sequence[Group], group: str | None) -> str | None:
    """The line of support that a group works in, as far as the policy says."""
    return next((one.tier for one in groups if one.name == group), None)


def group_of_tier(groups: Sequence[Group], tier: str) -> str | None:
    """The first group that works in a line of support; None if there is none."""
    return next((group.name for group in groups if group.tier == tier), None)


class LadderIndex:
    """All ladders of a document: finds the one that applies, and freezes it.

    Args:
        document: The section of the policy.
        groups: The policy's groups.
        fields: What conditions may name.
        named: Gives the name under which a step's calendar is kept.

    Attributes:
        empty: True if the policy has no ladder.
    """

    def __init__(
        self, document: Escalation, groups: Sequence[Group], fields: Fields, named: CalendarNames
    ) -> None:
        self._ladders = document.ladders
        self.empty = not document.ladders
        self._by_name = {ladder.name: ladder for ladder in document.ladders}
        self._groups = groups
        self._named = named
        self._index = ConditionIndex([ladder.when for ladder in document.ladders], fields)

    def named(self, name: str) -> Ladder | None:
        """The ladder of that name."""
        return self._by_name.get(name)

    def match(self, view: Callable[[], Mapping[str, object]]) -> Ladder | None:
        """The first ladder whose condition holds; None if none does."""
        first = self._index.first(view())
        return None if first is None else self._ladders[first]

    def steps(self, ladder: Ladder) -> tuple[StepPlan, ...]:
        """What its steps do."""
        return tuple(self._plan(step) for step in ladder.steps)

    def _plan(self, step: LadderStep) -> StepPlan:
        group = step.group if step.tier is None else group_of_tier(self._groups, step.tier)
        notify = step.notify or (() if group is None else (f"group:{group}",))
        tier = step.tier or tier_of_group(self._groups, group)
        return StepPlan(step.kind, tuple(dict.fromkeys(notify)), group, tier, step.level_up)

    def rungs(self, ladder: Ladder, since_us: int, calendars: Calendars) -> tuple[Rung, ...]:
        """All that it will fire, if its times count from an instant."""
        return rungs(ladder, since_us, self._named, calendars)
