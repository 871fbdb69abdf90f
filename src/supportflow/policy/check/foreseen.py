"""What can be wrong with what a policy foresees, and with its watches."""

from collections.abc import Iterator

from supportflow.conditions.fields import nearest
from supportflow.model.tags import is_tag
from supportflow.policy.check.texts import text_problems
from supportflow.policy.document.policy import Policy

__all__ = ["foreseen_problems"]


def foreseen_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `foreseen` and `watches`, each one sentence that starts with its path."""
    for name, event in document.foreseen.items():
        path = f"foreseen.{name}"
        if event.priority_class is not None and event.priority_class not in document.classes:
            known = nearest(event.priority_class, document.classes)
            yield f"{path}.priority_class: unknown class {event.priority_class!r}{known}"
        for attribute, value in event.attributes.items():
            spec = document.fields.get(attribute)
            objection = (
                "is not declared in fields" if spec is None else value is not None and spec.objection(value)
            )
            if objection:
                yield f"{path}.attributes.{attribute}: {objection}"
        yield from text_problems(f"{path}.tells", event.tells)
        if not is_tag(event.language):
            yield f"{path}.language: {event.language!r} is no language tag"
    if document.overlay is None:
        yield from _watch_problems(document)


def _watch_problems(document: Policy) -> Iterator[str]:
    ready = {} if document.announcements is None else document.announcements.ready
    for name, watch in document.watches.items():
        path = f"watches.{name}"
        if len(watch.bounds) != 1:
            yield f"{path}: takes one of above, below, rises_by and falls_by"
        elif (watch.rises_by or watch.falls_by) and not watch.within:
            yield f"{path}.within: says how long the while is in which it rises or falls"
        if watch.declares is None and watch.proposes is None:
            yield f"{path}: does nothing; name a surge in declares, or an announcement in proposes"
        if watch.declares is not None and watch.declares not in document.surges:
            yield f"{path}.declares: unknown surge {watch.declares!r}{nearest(watch.declares, document.surges)}"
        if watch.proposes is not None and watch.proposes not in ready:
            yield f"{path}.proposes: unknown announcement {watch.proposes!r}{nearest(watch.proposes, ready)}"
