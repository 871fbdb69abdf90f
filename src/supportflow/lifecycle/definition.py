"""A lifecycle as data: statuses, triggers, guards. Validated as a whole before anything runs on it.

`transitions` accepts an unknown destination until the trigger is fired, and with two transitions that can both fire it
takes the first declared. Neither may reach a host, so the definition is checked here, and every problem is named.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from supportflow.conditions import Condition, Fields, find_witness, overlap, validate_condition
from supportflow.exceptions import ConditionError, LifecycleError
from supportflow.model.base import Document, Name, Series, StatusCategory

__all__ = ["MERGE", "LifecycleDefinition", "Transition", "check_definition", "default_lifecycle"]

MERGE = "merge"
"""Fired by merging into another ticket, and by nothing else."""


class Transition(Document):
    """One edge, from one or more statuses.

    Attributes:
        trigger: What fires it.
        source: The statuses that it leaves (`from` in a document).
        target: The status that it enters (`to` in a document).
        guards: Names of guards that must all hold.
    """

    FAILURE = LifecycleError

    trigger: Name
    source: Annotated[Series[Name], Field(min_length=1)] = Field(
        validation_alias="from", serialization_alias="from"
    )
    target: Name = Field(validation_alias="to", serialization_alias="to")
    guards: Series[Name] = ()


class LifecycleDefinition(Document):
    """Statuses, each in one category, and the transitions between them.

    Attributes:
        statuses: Status name → category.
        initial: The status of a new ticket.
        transitions: The edges. The desk's own operations fire the triggers `start`, `wait_for_requester`, `hold`,
            `resume`, `requester_replied`, `resolve`, `reopen`, `close`, `cancel` and `merge`; any other trigger is fired
            with `desk.trigger(…)`.
        guards: Guard name → condition over the ticket's fields.
    """

    FAILURE = LifecycleError

    statuses: Mapping[Name, StatusCategory]
    initial: Name
    transitions: Series[Transition]
    guards: Mapping[Name, Condition] = Field(default_factory=dict)


def default_lifecycle(reopen_within: timedelta = timedelta(days=14)) -> LifecycleDefinition:
    """The lifecycle of a desk that declares none: seven statuses, one in each category.

    Args:
        reopen_within: How long after its resolution a ticket can be reopened, to the instant. Later, a contact opens a
            follow-up.
    """
    seconds = reopen_within.total_seconds()
    working = ("new", "open", "pending", "on_hold")

    def edge(trigger: str, source: tuple[str, ...], target: str, *guards: str) -> Transition:
        return Transition(trigger=trigger, source=source, target=target, guards=guards)

    return LifecycleDefinition.model_validate(
        {
            "statuses": {str(category): category for category in StatusCategory},
            "initial": "new",
            "transitions": (
                edge("start", ("new",), "open"),
                edge("wait_for_requester", ("new", "open", "on_hold"), "pending"),
                edge("hold", ("new", "open", "pending"), "on_hold"),
                edge("resume", ("pending", "on_hold"), "open"),
                edge("requester_replied", ("pending",), "open"),
                edge("resolve", working, "resolved"),
                edge("reopen", ("resolved",), "open", "within_reopen_window"),
                edge("close", ("resolved",), "closed"),
                edge("cancel", working, "cancelled"),
                edge("merge", (*working, "resolved"), "closed"),
            ),
            "guards": {
                "within_reopen_window": {
                    "field": "resolved_for",
                    "le": int(seconds) if seconds.is_integer() else seconds,
                },
            },
        }
    )


def check_definition(definition: LifecycleDefinition, fields: Fields) -> None:
    """Check a definition as a whole.

    Args:
        definition: What an organisation declared.
        fields: The fields that guards may name.

    Raises:
        LifecycleError: With every problem: unknown status or guard, an initial status that is not open, a merge that does
            not end the ticket, unreachable status, dead end that is not final, final status that can be left, two
            transitions that can both fire (with a ticket for which they would).
    """
    problems = [*_unknown(definition), *_bad_guards(definition, fields)]
    if not problems:
        problems = [
            *_misplaced(definition),
            *_unreachable(definition),
            *_dead_ends(definition),
            *_ambiguous(definition, fields),
        ]
    if problems:
        raise LifecycleError(problems)


def _unknown(definition: LifecycleDefinition) -> Iterator[str]:
    if definition.initial not in definition.statuses:
        yield f"initial: unknown status {definition.initial!r}"
    for index, edge in enumerate(definition.transitions):
        path = f"transitions.{index} ({edge.trigger})"
        for source in edge.source:
            if source not in definition.statuses:
                yield f"{path}: unknown source status {source!r}"
        if edge.target not in definition.statuses:
            yield f"{path}: unknown destination {edge.target!r}"
        for guard in edge.guards:
            if guard not in definition.guards:
                yield f"{path}: unknown guard {guard!r}"


def _bad_guards(definition: LifecycleDefinition, fields: Fields) -> Iterator[str]:
    for name, condition in definition.guards.items():
        try:
            validate_condition(condition, fields, path=f"guards.{name}")
        except ConditionError as error:
            yield from error.problems


def _misplaced(definition: LifecycleDefinition) -> Iterator[str]:
    """The clocks and the automatic closing rely on both: a ticket begins open, and a merge ends it."""
    first = definition.statuses[definition.initial]
    if not first.is_open:
        yield f"initial: a new ticket cannot be {first.value}"
    for index, edge in enumerate(definition.transitions):
        category = definition.statuses[edge.target]
        if edge.trigger == MERGE and not category.is_final:
            yield (
                f"transitions.{index} ({MERGE}): leads to a status that is {category.value}, "
                "and a merge ends the ticket"
            )


def _unreachable(definition: LifecycleDefinition) -> Iterator[str]:
    reached, frontier = {definition.initial}, [definition.initial]
    while frontier:
        status = frontier.pop()
        for edge in definition.transitions:
            if status in edge.source and edge.target not in reached:
                reached.add(edge.target)
                frontier.append(edge.target)
    for status in definition.statuses:
        if status not in reached:
            yield f"statuses.{status}: no transition leads here from {definition.initial!r}"


def _dead_ends(definition: LifecycleDefinition) -> Iterator[str]:
    edges = [(source, edge.target) for edge in definition.transitions for source in edge.source]
    left = {source for source, _ in edges}
    onward = {source for source, target in edges if target != source}
    for status, category in definition.statuses.items():
        if category.is_final and status in left:
            yield f"statuses.{status}: a {category.value} status is final, but a transition leaves it"
        if not category.is_final and status not in onward:
            yield f"statuses.{status}: nothing leaves this {category.value} status, and it is not final"


def _ambiguous(definition: LifecycleDefinition, fields: Fields) -> Iterator[str]:
    for later, edge in enumerate(definition.transitions):
        for earlier, other in enumerate(definition.transitions[:later]):
            shared = sorted(set(edge.source) & set(other.source)) if edge.trigger == other.trigger else []
            if not shared:
                continue
            witness = _witness(_guard_of(definition, other), _guard_of(definition, edge), fields)
            if witness is not None:
                yield (
                    f"transitions.{earlier} and transitions.{later} ({edge.trigger}): both can fire from {shared[0]!r}, "
                    f"for example with {witness!r}"
                )


def _guard_of(definition: LifecycleDefinition, edge: Transition) -> Condition | None:
    guards = tuple(definition.guards[name] for name in edge.guards)
    return Condition(all=guards) if guards else None


def _witness(a: Condition | None, b: Condition | None, fields: Fields) -> dict[str, object] | None:
    """A ticket for which both hold; no condition always holds."""
    if a is None or b is None:
        only = a or b
        return {} if only is None else find_witness(only, fields)
    return overlap(a, b, fields)
