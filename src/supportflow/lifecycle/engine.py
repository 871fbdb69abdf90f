"""Runs a lifecycle: a table of what its machine answers, compiled once, in which every trigger is looked up."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from supportflow.conditions import Fields, compile_condition
from supportflow.lifecycle.definition import MERGE, LifecycleDefinition, check_definition
from supportflow.lifecycle.machine import Fired, Holds, LifecycleMachine, Pair, Step
from supportflow.lifecycle.table import compile_table, look_up
from supportflow.model.base import StatusCategory

__all__ = ["MERGE", "REQUESTER_REPLIED", "Fired", "Lifecycle", "Rejected", "View"]

REQUESTER_REPLIED = "requester_replied"
"""Fired by the requester's words."""

View = Callable[[], Mapping[str, object]]
"""Gives the ticket's fields when a guard asks for them."""


class Rejected(NamedTuple):
    """A trigger that was refused; no guards named means that no such transition exists."""

    unmet_guards: tuple[str, ...]


class Lifecycle:
    """A checked definition, compiled.

    Args:
        definition: Statuses, triggers and guards.
        fields: The fields that guards may name.

    Raises:
        LifecycleError: If the definition is wrong.
    """

    def __init__(self, definition: LifecycleDefinition, fields: Fields) -> None:
        check_definition(definition, fields)
        self.definition = definition
        self._categories = definition.statuses
        self.initial = definition.initial
        self._guards = {
            name: compile_condition(condition, fields) for name, condition in definition.guards.items()
        }
        self._steps = _steps(definition)
        self._kept = _kept(definition, self._steps)
        self._machine = LifecycleMachine(definition.statuses.keys(), self._steps, self._kept)
        self._table = compile_table(self._machine, self._steps, self._kept)
        self._triggers = {
            status: sorted(trigger for source, trigger in self._steps if source == status)
            for status in definition.statuses
        }
        self._routes = {
            status: sorted((one for one in triggers if one != MERGE), key=REQUESTER_REPLIED.__eq__)
            for status, triggers in self._triggers.items()
        }

        self._plain_routes = {
            (status, target): route
            for status in definition.statuses
            for target in definition.statuses
            if (route := self._plain_route(status, target)) is not None
        }

    def _plain_route(self, status: str, target: str) -> tuple[str | None, tuple[str, ...]] | None:
        """What `route` answers, if no guard has a say in it."""
        for trigger in self._routes[status]:
            steps = [step for step in self._steps[status, trigger] if step.target == target]
            if steps:
                return None if any(step.guards for step in steps) else (trigger, ())
        return None, ()

    def category(self, status: str) -> StatusCategory:
        """What a status means.

        Raises:
            KeyError: If the lifecycle has no such status.
        """
        return self._categories[status]

    def fire(self, status: str, trigger: str, view: View) -> Fired | Rejected:
        """What a trigger does.

        Args:
            status: The status that the ticket is in.
            trigger: The trigger's name.
            view: Gives the ticket's fields, if a guard needs them.
        """
        node = self._table.get((status, trigger))
        if type(node) is Fired:
            return node
        if (status, trigger) not in self._steps:
            return Rejected(())
        record: list[Mapping[str, object]] = []
        found = self.lookup(status, trigger, lambda: _once(record, view))
        if found is not None:
            return found
        return Rejected(self.unmet(status, trigger, _once(record, view)))

    def unmet(
        self, status: str, trigger: str, record: Mapping[str, object], target: str | None = None
    ) -> tuple[str, ...]:
        """The guards of this trigger that do not hold, sorted: all of them, where `transitions` stops at the first.

        Args:
            status: The status that the ticket is in.
            trigger: The trigger's name.
            record: The ticket's fields.
            target: Only the guards on the way to this status.
        """
        steps = self._steps.get((status, trigger), ())
        guards = {guard for step in steps if target in {None, step.target} for guard in step.guards}
        return tuple(sorted(guard for guard in guards if not self._guards[guard](record)))

    def lookup(self, status: str, trigger: str, view: View) -> Fired | None:
        """What a trigger would do; None if it would be refused."""
        node = self._table.get((status, trigger))
        if type(node) is Fired:
            return node
        if node is not None:
            return look_up(node, self._holds(view))
        # With more guards than the table takes, the machine says it each time.
        return self.asked(status, trigger, view) if (status, trigger) in self._steps else None

    def asked(self, status: str, trigger: str, view: View) -> Fired | None:
        """What the machine itself says, of which the table was made: the same as `lookup`, which tests hold."""
        return self._machine.answer(status, trigger, self._holds(view))

    def _holds(self, view: View) -> Holds:
        record: list[Mapping[str, object]] = []
        return lambda guard: self._guards[guard](_once(record, view))

    def permitted(self, status: str, view: View) -> tuple[str, ...]:
        """The triggers that would be accepted and change the status, sorted."""
        found = ((trigger, self.lookup(status, trigger, view)) for trigger in self._triggers[status])
        return tuple(trigger for trigger, fired in found if fired is not None and not fired.kept)

    def route(self, status: str, target: str, view: View) -> tuple[str | None, tuple[str, ...]]:
        """How a command could have gone from one status to another.

        Returns:
            The trigger that leads there (the first by name if several do, the requester's words last) and its unmet guards:
            `("resolve", ())` if it is permitted, `("reopen", ("within_reopen_window",))` if guards stand in the way,
            `(None, ())` if nothing leads there. Merging is never it: that takes another ticket.
        """
        plain = self._plain_routes.get((status, target))
        if plain is not None:
            return plain
        blocked: tuple[str, tuple[str, ...]] | None = None
        for trigger in self._routes[status]:
            steps = [step for step in self._steps[status, trigger] if step.target == target]
            if not steps:
                continue
            if all(not step.guards for step in steps):
                return trigger, ()
            found = self.lookup(status, trigger, view)
            if found is not None and found.target == target:
                return trigger, ()
            blocked = blocked or (trigger, self.unmet(status, trigger, view(), target))
        return blocked or (None, ())


def _once(kept: list[Mapping[str, object]], view: View) -> Mapping[str, object]:
    """What the view gives: it is asked the first time only."""
    if not kept:
        kept.append(view())
    return kept[0]


def _steps(definition: LifecycleDefinition) -> dict[Pair, tuple[Step, ...]]:
    steps: dict[Pair, tuple[Step, ...]] = {}
    for edge in definition.transitions:
        for source in edge.source:
            key = (source, edge.trigger)
            steps[key] = (*steps.get(key, ()), Step(edge.target, tuple(edge.guards)))
    return steps


def _kept(definition: LifecycleDefinition, steps: Mapping[Pair, tuple[Step, ...]]) -> frozenset[Pair]:
    """Pairs of a status and a trigger that leads to that same status from elsewhere: a recorded no-op."""
    return frozenset(
        (edge.target, edge.trigger)
        for edge in definition.transitions
        if (edge.target, edge.trigger) not in steps
    )
