"""Runs a lifecycle on `transitions`: one shared, flat machine, and a table compiled from it for queries.

A ticket is never a model of the machine: `add_model` costs 31 µs and 7 kB a ticket. A trigger is fired on a slotted
`_Attempt`, which holds the state for the length of one call. Only `conditions` are used; a callback that raises would leave
a changed state behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from transitions import EventData, Machine, MachineError

from supportflow.conditions import Fields, compile_condition
from supportflow.lifecycle.definition import MERGE, LifecycleDefinition, check_definition
from supportflow.model.base import StatusCategory

__all__ = ["MERGE", "REQUESTER_REPLIED", "Fired", "Lifecycle", "Rejected", "View"]

REQUESTER_REPLIED = "requester_replied"
"""Fired by the requester's words."""

View = Callable[[], Mapping[str, object]]
"""Gives the ticket's fields when a guard asks for them."""


class Fired(NamedTuple):
    """A trigger that was accepted; `kept` is True if the ticket was in that status already."""

    target: str
    kept: bool


class Rejected(NamedTuple):
    """A trigger that was refused; no guards named means that no such transition exists."""

    unmet_guards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    target: str
    guards: tuple[str, ...]


class _Attempt:
    """What `transitions` sees instead of a ticket."""

    __slots__ = ("_record", "state", "view")

    def __init__(self, state: str, view: View) -> None:
        self.state = state
        self.view = view
        self._record: Mapping[str, object] | None = None

    @property
    def record(self) -> Mapping[str, object]:
        if self._record is None:
            self._record = self.view()
        return self._record


class _Plain(Machine):
    """A machine to which every name is a name: `"*"` and `"="` mean nothing but themselves."""

    wildcard_all = "\0"  # no status can be named so
    wildcard_same = "\0"


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
        self.initial = definition.initial
        self._guards = {
            name: compile_condition(condition, fields) for name, condition in definition.guards.items()
        }
        self._steps = _steps(definition)
        self._kept = _kept(definition, self._steps)
        self._machine = self._build()
        self._triggers = {
            status: sorted(trigger for source, trigger in self._steps if source == status)
            for status in definition.statuses
        }
        self._routes = {
            status: sorted((one for one in triggers if one != MERGE), key=REQUESTER_REPLIED.__eq__)
            for status, triggers in self._triggers.items()
        }

    def _build(self) -> Machine:
        machine = _Plain(
            model=None,
            states=list(self.definition.statuses),
            initial=None,
            auto_transitions=False,
            send_event=True,
        )
        checks = {name: _condition(name, holds) for name, holds in self._guards.items()}
        for (source, trigger), steps in self._steps.items():
            for step in steps:
                machine.add_transition(
                    trigger, source, step.target, conditions=[checks[g] for g in step.guards]
                )
        for status, trigger in self._kept:
            machine.add_transition(trigger, status, None)  # an internal transition: accepted, nothing changes
        return machine

    def category(self, status: str) -> StatusCategory:
        """What a status means.

        Raises:
            KeyError: If the lifecycle has no such status.
        """
        return self.definition.statuses[status]

    def fire(self, status: str, trigger: str, view: View) -> Fired | Rejected:
        """Fire a trigger.

        Args:
            status: The status that the ticket is in.
            trigger: The trigger's name.
            view: Gives the ticket's fields, if a guard needs them.
        """
        event = self._machine.events.get(trigger)
        if event is None:
            return Rejected(())
        attempt = _Attempt(status, view)
        try:
            accepted = event.trigger(attempt)
        except MachineError:
            return Rejected(())
        if not accepted:
            return Rejected(self.unmet(status, trigger, attempt.record))
        return Fired(attempt.state, attempt.state == status)

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
        """What `fire` would do, read from the compiled table: the same answer, without the machine."""
        if (status, trigger) in self._kept:
            return Fired(status, kept=True)
        record: Mapping[str, object] | None = None
        for step in self._steps.get((status, trigger), ()):
            if step.guards:
                record = view() if record is None else record
                if not all(self._guards[guard](record) for guard in step.guards):
                    continue
            return Fired(step.target, step.target == status)
        return None

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


def _steps(definition: LifecycleDefinition) -> dict[tuple[str, str], tuple[_Step, ...]]:
    steps: dict[tuple[str, str], tuple[_Step, ...]] = {}
    for edge in definition.transitions:
        for source in edge.source:
            key = (source, edge.trigger)
            steps[key] = (*steps.get(key, ()), _Step(edge.target, tuple(edge.guards)))
    return steps


def _kept(
    definition: LifecycleDefinition, steps: Mapping[tuple[str, str], tuple[_Step, ...]]
) -> frozenset[tuple[str, str]]:
    """Pairs of a status and a trigger that leads to that same status from elsewhere: a recorded no-op."""
    return frozenset(
        (edge.target, edge.trigger)
        for edge in definition.transitions
        if (edge.target, edge.trigger) not in steps
    )


def _condition(name: str, holds: Callable[[Mapping[str, object]], bool]) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        attempt: _Attempt = event.model  # type: ignore[assignment] # typed as any object
        return holds(attempt.record)

    check.__name__ = name
    return check
