"""Names in a policy's rules of notices, and what can be wrong with them."""

from collections import Counter
from collections.abc import Iterable, Iterator

from supportflow.conditions.fields import nearest
from supportflow.policy.check.ladders import audience_problem
from supportflow.policy.document.policy import Policy

__all__ = ["notice_problems"]


def notice_problems(document: Policy) -> Iterator[str]:
    """Every name in the rules of notices that means nothing, each one sentence that starts with its path."""
    if document.notices is None:
        return
    yield from _twice("notices.requester", document.notices.requester)
    for index, rule in enumerate(document.notices.internal):
        path = f"notices.internal.{index}"
        yield from _twice(f"{path}.tell", rule.tell)
        yield from _twice(f"{path}.classes", rule.classes)
        for name in rule.classes:
            if name not in document.classes:
                yield f"{path}.classes: unknown class {name!r}{nearest(name, document.classes)}"
        for place, reader in enumerate(rule.tell):
            problem = audience_problem(document, reader)
            if problem is not None:
                yield f"{path}.tell.{place}: {problem}"


def _twice(path: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} is listed twice"
