"""What can be wrong with a policy document as a whole, found before anything runs on it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain

from supportflow.calendars import BusinessCalendar
from supportflow.conditions import Condition, condition_problems
from supportflow.conditions.fields import nearest
from supportflow.conditions.ticket import ticket_fields
from supportflow.policy.check.access import access_problems
from supportflow.policy.check.announcements import announcement_problems
from supportflow.policy.check.bot import bot_problems
from supportflow.policy.check.casework import case_problems
from supportflow.policy.check.foreseen import foreseen_problems
from supportflow.policy.check.ladders import ladder_problems
from supportflow.policy.check.notices import notice_problems
from supportflow.policy.check.priority import priority_problems
from supportflow.policy.check.ratings import rating_problems
from supportflow.policy.check.reading import reading_problems
from supportflow.policy.check.retention import retention_problems
from supportflow.policy.check.routing import routing_problems
from supportflow.policy.check.surges import surge_problems
from supportflow.policy.check.updates import update_problems
from supportflow.policy.document.calendars import calendar_name, calendars_in, named_calendars
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.classifier import lexicons_of
from supportflow.sla.compiled import ALWAYS
from supportflow.sla.metrics import shipped_metrics

__all__ = ["conditions_of", "policy_problems"]

_LONGEST = timedelta(days=36_525)


def policy_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy document, each one sentence that starts with its path."""
    problems = list(_own_problems(document))
    yield from problems
    if not problems:
        yield from surge_problems(document, _own_problems)


def _own_problems(document: Policy) -> Iterator[str]:
    """What is wrong with a document, whatever its surges make of it."""
    yield from _calendar_problems(document)
    yield from _class_problems(document)
    yield from _span_problems(document)
    yield from _twice("groups", [group.name for group in document.groups])
    yield from _twice("metrics", [metric.name for metric in document.metrics])
    yield from _twice("lexicons", [one for one in document.lexicons or () if isinstance(one, str)])
    yield from reading_problems(document.reading, lexicons_of(document))
    yield from _twice("rotations", [rotation.name for rotation in document.rotations])
    yield from priority_problems(document)
    yield from _sla_problems(document)
    yield from case_problems(document)
    yield from ladder_problems(document)
    yield from notice_problems(document)
    yield from retention_problems(document)
    yield from access_problems(document)
    yield from routing_problems(document)
    yield from bot_problems(document)
    yield from rating_problems(document)
    yield from announcement_problems(document)
    yield from foreseen_problems(document)
    yield from update_problems(document)
    builtin = ticket_fields()
    for name in document.fields:
        if name in builtin:
            yield f"fields.{name}: every ticket has a field of this name already"


def _twice(path: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} is listed twice"


def _span_problems(document: Policy) -> Iterator[str]:
    """Times so long that they end in no year that there is."""
    spans: dict[str, timedelta | None] = {
        "reopen_within": document.reopen_within,
        "auto_close_after": document.auto_close_after,
    }
    if document.phone is not None:
        spans["phone.call_back_within"] = document.phone.call_back_within
    for index, policy in enumerate(document.sla):
        for place, target in enumerate(policy.targets):
            spans[f"sla.{index}.targets.{place}.duration"] = target.duration
    for path, span in spans.items():
        if span is not None and span > _LONGEST:
            yield f"{path}: is longer than a hundred years"


def _calendar_problems(document: Policy) -> Iterator[str]:
    known = named_calendars(document)
    for path, calendar in calendars_in(document):
        if isinstance(calendar, str) and calendar not in known:
            yield f"{path}: unknown calendar {calendar!r}{nearest(calendar, known)}"
        elif isinstance(calendar, BusinessCalendar) and known[calendar_name(calendar)] != calendar:
            yield f"{path}: two different calendars are named {calendar_name(calendar)!r}"
    for name in known:
        if "@" in name:
            yield f"calendars.{name}: a calendar's name cannot contain '@'"
    if known[ALWAYS] != BusinessCalendar.always():
        yield f"calendars.{ALWAYS}: this name is the calendar that is always open"


def _class_problems(document: Policy) -> Iterator[str]:
    classes = document.classes
    for name, count in Counter(document.classes).items():
        if count > 1:
            yield f"classes: {name!r} is listed twice"
    default = document.default_class
    if default is not None and default not in classes:
        yield f"default_class: unknown class {default!r}{nearest(default, classes)}"
    for index, rule in enumerate(document.rules):
        if rule.priority_class not in classes:
            name = rule.priority_class
            yield f"rules.{index}.class: unknown class {name!r}{nearest(name, classes)}"
    for name in document.words or ():
        if name not in classes:
            yield f"words.{name}: unknown class{nearest(name, classes)}"


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
                meant = nearest(target.metric, sorted({*metrics, "resolution"}))
                yield f"{path}.metric: unknown metric {target.metric!r}{meant}"
            if target.slot in open_slots:
                yield f"{path}: never applies, an earlier target named {target.slot!r} has no condition"
            if target.when is None:
                open_slots.add(target.slot)
    fields = ticket_fields() | document.fields
    for path, condition in conditions_of(document):
        yield from condition_problems(condition, fields, path)


def conditions_of(document: Policy) -> Iterator[tuple[str, Condition]]:
    """Every condition of a document with its path, apart from the guards of its lifecycle."""
    places = chain(_conditions(document), _surge_conditions(document), _audience_conditions(document))
    return ((path, condition) for path, condition in places if condition is not None)


def _conditions(document: Policy) -> Iterator[tuple[str, Condition | None]]:
    for index, rule in enumerate(document.rules):
        yield f"rules.{index}.when", rule.when
    if document.retention is not None:
        yield "retention.hold", document.retention.hold
    options = document.priority
    for index, raising in enumerate(options.levels if options else ()):
        yield f"priority.levels.{index}.when", raising.when
    for index, preferring in enumerate(options.order if options else ()):
        yield f"priority.order.{index}.when", preferring.when
    for index, metric in enumerate(document.metrics):
        yield f"metrics.{index}.start_when", metric.start_when
        yield f"metrics.{index}.stop_when", metric.stop_when
        yield f"metrics.{index}.pause.when", metric.pause.when
    yield from _sla_conditions(document)
    yield from _conditions_of_work(document)


def _sla_conditions(document: Policy) -> Iterator[tuple[str, Condition | None]]:
    for index, policy in enumerate(document.sla):
        yield f"sla.{index}.when", policy.when
        for place, target in enumerate(policy.targets):
            yield f"sla.{index}.targets.{place}.when", target.when


def _conditions_of_work(document: Policy) -> Iterator[tuple[str, Condition | None]]:
    for index, ladder in enumerate(document.escalation.ladders):
        yield f"escalation.ladders.{index}.when", ladder.when
    for index, route in enumerate(document.routing.routes if document.routing else ()):
        yield f"routing.routes.{index}.when", route.when
    if document.ratings is not None:
        yield "ratings.when", document.ratings.when
        for index, one in enumerate(document.ratings.difficulty):
            yield f"ratings.difficulty.{index}.when", one.when
    for name, action in document.authority.host.items():
        yield f"authority.host.{name}.when", action.when
        for signal, speaking in action.signals.items():
            yield f"authority.host.{name}.signals.{signal}.when", speaking.when


def _audience_conditions(document: Policy) -> Iterator[tuple[str, Condition | None]]:
    rules = document.announcements
    for name, condition in () if rules is None else rules.audiences.items():
        yield f"announcements.audiences.{name}", condition
    if document.updates is not None:
        yield "updates.receipt_when", document.updates.receipt_when
        for at, one in enumerate(document.updates.warnings):
            yield f"updates.warnings.{at}.when", one.when


def _surge_conditions(document: Policy) -> Iterator[tuple[str, Condition | None]]:
    for name, surge in document.surges.items():
        yield f"surges.{name}.when.condition", None if surge.when is None else surge.when.condition
