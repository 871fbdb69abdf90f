"""What can be wrong with the retention of a policy."""

from collections.abc import Iterator

from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.retention import BY_DEFAULT

__all__ = ["retention_problems"]


def retention_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `retention`, each one sentence that starts with its path."""
    retention = document.retention
    if retention is None:
        return
    most = retention.at_most
    kept = {f"content.{index}.keep_for": rule.keep_for for index, rule in enumerate(retention.content)}
    if retention.content_for is not None:
        kept["content_for"] = retention.content_for
    elif most is not None:
        yield "retention.content_for: is missing; without it, content is kept for ever, and at_most sets a limit"
    for path, span in kept.items():
        if most is not None and span > most:
            yield f"retention.{path}: keeps content longer than at_most allows"
    seen: dict[str, int] = {}
    for index, rule in enumerate(retention.content):
        if rule.name == BY_DEFAULT:
            yield f"retention.content.{index}.name: {BY_DEFAULT!r} is the name of what holds where no rule does"
        elif rule.name in seen:
            yield f"retention.content.{index}.name: {rule.name!r} is the name of content.{seen[rule.name]}, too"
        seen.setdefault(rule.name, index)
