"""What can be wrong with the priorities of a policy."""

from collections.abc import Collection, Iterator, Sequence

from supportflow.conditions.fields import nearest
from supportflow.policy.document.policy import Policy
from supportflow.triage.priority import MOVING_FIELDS, PLACES, Matrix, PriorityPolicy, RuleInClass

__all__ = ["priority_problems"]


def priority_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `priority`, each one sentence that starts with its path."""
    options = document.priority
    if options is None:
        return
    if options.matrix is not None:
        yield from _matrix_problems(document, options.matrix)
    yield from _unknown_classes(document, options)
    yield from _order_problems(options)


def _matrix_problems(document: Policy, matrix: Matrix) -> Iterator[str]:
    declared: dict[str, Sequence[str]] = {}
    for axis, name in (("impact", matrix.impact), ("urgency", matrix.urgency)):
        spec = document.fields.get(name)
        if spec is None:
            hint = nearest(name, document.fields) or "; declare it in fields as a choice"
            yield f"priority.matrix.{axis}: unknown field {name!r}{hint}"
        elif spec.kind != "choice":
            yield f"priority.matrix.{axis}: {name!r} is a {spec.kind} field; a matrix needs a choice"
        else:
            declared[axis] = spec.values or ()
    if len(declared) < 2:  # noqa: PLR2004 - both axes
        return
    path = "priority.matrix.levels"
    yield from _axis_problems(path, matrix.levels, declared["impact"])
    for impact, row in matrix.levels.items():
        yield from _axis_problems(f"{path}.{impact}", row, declared["urgency"])


def _axis_problems(path: str, given: Collection[str], declared: Collection[str]) -> Iterator[str]:
    for name in given:
        if name not in declared:
            yield f"{path}.{name}: is not a value of its field{nearest(name, declared)}"
    for name in declared:
        if name not in given:
            yield f"{path}: says nothing of {name!r}"


def _unknown_classes(document: Policy, options: PriorityPolicy) -> Iterator[str]:
    named: list[tuple[str, str]] = []
    sections: tuple[tuple[str, Sequence[RuleInClass]], ...] = (
        ("levels", options.levels),
        ("order", options.order),
    )
    for section, rules in sections:
        for index, rule in enumerate(rules):
            named += [(f"{section}.{index}.classes.{at}", name) for at, name in enumerate(rule.classes)]
    named += [(f"channel_order.{name}", name) for name in options.channel_order]
    named += [(f"head_start.{name}", name) for name in options.head_start or ()]
    for path, name in named:
        if name not in document.classes:
            yield f"priority.{path}: unknown class {name!r}{nearest(name, document.classes)}"


def _order_problems(options: PriorityPolicy) -> Iterator[str]:
    for index, rule in enumerate(options.order):
        for comparison in rule.when.comparisons():
            if comparison.field in MOVING_FIELDS:
                yield (
                    f"priority.order.{index}.when: {comparison.field!r} changes while nothing happens; "
                    "a place in the queue cannot depend on it"
                )
    for name, channels in options.channel_order.items():
        if len(set(channels)) < len(channels):
            yield f"priority.channel_order.{name}: names a channel twice"
    if options.places >= PLACES:
        yield f"priority: tells {options.places} places inside a class apart; {PLACES - 1} is the limit"
    if options.head_start is not None and (options.order or options.channel_order):
        yield "priority.head_start: with head starts, age alone decides; leave out order and channel_order"
