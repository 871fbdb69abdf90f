"""What can be wrong with a policy document as a whole, found before anything runs on it."""

from collections import Counter
from collections.abc import Iterator

from supportflow.calendars import BusinessCalendar
from supportflow.conditions import Condition, condition_problems
from supportflow.conditions.ticket import ticket_fields
from supportflow.policy.named import calendar_name, calendars_in, named_calendars
from supportflow.policy.schema import Policy
from supportflow.sla.metrics import shipped_metrics

__all__ = ["policy_problems"]


def policy_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy document, each one sentence that starts with its path."""
    yield from _calendar_problems(document)
    yield from _class_problems(document)
    yield from _sla_problems(document)
    builtin = ticket_fields()
    for name in document.fields:
        if name in builtin:
            yield f"fields.{name}: every ticket has a field of this name already"


def _calendar_problems(document: Policy) -> Iterator[str]:
    known = named_calendars(document)
    for path, calendar in calendars_in(document):
        if isinstance(calendar, str) and calendar not in known:
            yield f"{path}: unknown calendar {calendar!r}"
        elif isinstance(calendar, BusinessCalendar) and known[calendar_name(calendar)] != calendar:
            yield f"{path}: two different calendars are named {calendar_name(calendar)!r}"
    for name in known:
        if "@" in name:
            yield f"calendars.{name}: a calendar's name cannot contain '@'"


def _class_problems(document: Policy) -> Iterator[str]:
    classes = set(document.classes)
    for name, count in Counter(document.classes).items():
        if count > 1:
            yield f"classes: {name!r} is listed twice"
    if document.default_class is not None and document.default_class not in classes:
        yield f"default_class: unknown class {document.default_class!r}"
    for index, rule in enumerate(document.rules):
        if rule.priority_class not in classes:
            yield f"rules.{index}.class: unknown class {rule.priority_class!r}"
    for name in document.words or ():
        if name not in classes:
            yield f"words.{name}: unknown class"


def _sla_problems(document: Policy) -> Iterator[str]:
    metrics = {*shipped_metrics(), *(metric.name for metric in document.metrics)}
    for name, count in Counter(policy.name for policy in document.sla).items():
        if count > 1:
            yield f"sla: two policies are named {name!r}"
    for index, policy in enumerate(document.sla):
        open_slots: set[str] = set()
        for place, target in enumerate(policy.targets):
            path = f"sla.{index}.targets.{place}"
            if target.metric not in metrics:
                yield f"{path}.metric: unknown metric {target.metric!r}"
            if target.slot in open_slots:
                yield f"{path}: never applies, an earlier target named {target.slot!r} has no condition"
            if target.when is None:
                open_slots.add(target.slot)
    fields = ticket_fields() | document.fields
    for path, condition in _conditions(document):
        yield from condition_problems(condition, fields, path)


def _conditions(document: Policy) -> Iterator[tuple[str, Condition]]:
    for index, rule in enumerate(document.rules):
        yield f"rules.{index}.when", rule.when
    for index, policy in enumerate(document.sla):
        if policy.when is not None:
            yield f"sla.{index}.when", policy.when
        for place, target in enumerate(policy.targets):
            if target.when is not None:
                yield f"sla.{index}.targets.{place}.when", target.when
