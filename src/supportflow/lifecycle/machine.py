"""A definition run by `transitions`: one shared, flat machine.

The machine says what a trigger does. It is asked when a definition is compiled, once for every status, trigger and outcome
of guards (`table`); whenever a trigger is fired, what it answered then is looked up. A ticket is never a model of the
machine: `add_model` costs 31 µs and 7 kB a ticket. A trigger is fired on a slotted `_Attempt`, which holds the state for the
length of one call. Only `conditions` are used; a callback that raises would leave a changed state behind.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from transitions import EventData, Machine, MachineError

__all__ = ["Fired", "Holds", "LifecycleMachine", "Pair", "Step"]

Pair = tuple[str, str]
"""A status, and a trigger that is fired in it."""
Holds = Callable[[str], bool]
"""Says whether a guard holds, by its name."""


class Fired(NamedTuple):
    """A trigger that was accepted; `kept` is True if the ticket was in that status already."""

    target: str
    kept: bool


class Step(NamedTuple):
    """Where a trigger leads from one status, and the guards on the way."""

    target: str
    guards: tuple[str, ...]


class _Attempt:
    """What `transitions` sees instead of a ticket."""

    __slots__ = ("holds", "state")

    def __init__(self, state: str, holds: Holds) -> None:
        self.state = state
        self.holds = holds


class _Plain(Machine):
    """A machine to which every name is a name: `"*"` and `"="` mean nothing but themselves."""

    wildcard_all = "\0"  # no status can be named so
    wildcard_same = "\0"


class LifecycleMachine:
    """The machine of a checked definition.

    Args:
        statuses: Names of the statuses.
        steps: Where each trigger leads from each status, in the order of declaration.
        kept: Pairs that are accepted and change nothing.
    """

    def __init__(
        self, statuses: AbstractSet[str], steps: Mapping[Pair, tuple[Step, ...]], kept: AbstractSet[Pair]
    ) -> None:
        self._machine = _Plain(
            model=None,
            states=list(statuses),
            initial=None,
            auto_transitions=False,
            send_event=True,
        )
        names = {guard for ways in steps.values() for step in ways for guard in step.guards}
        checks = {name: _condition(name) for name in names}
        for (source, trigger), ways in steps.items():
            for step in ways:
                self._machine.add_transition(
                    trigger, source, step.target, conditions=[checks[guard] for guard in step.guards]
                )
        for status, trigger in kept:
            self._machine.add_transition(trigger, status, None)  # accepted, nothing changes

    def answer(self, status: str, trigger: str, holds: Holds) -> Fired | None:
        """What a trigger does; None if it is refused.

        Args:
            status: The status that it is fired in.
            trigger: The trigger's name.
            holds: Says which guards hold. It is asked for those that matter, in the order in which they do.
        """
        event = self._machine.events.get(trigger)
        if event is None:
            return None
        attempt = _Attempt(status, holds)
        try:
            accepted = event.trigger(attempt)
        except MachineError:
            return None
        return Fired(attempt.state, attempt.state == status) if accepted else None


def _condition(name: str) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        attempt: _Attempt = event.model  # type: ignore[assignment] # typed as any object
        return attempt.holds(name)

    check.__name__ = name
    return check
