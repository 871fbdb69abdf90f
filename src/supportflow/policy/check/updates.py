"""What can be wrong with what a policy tells requesters by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping

from supportflow.conditions.fields import nearest
from supportflow.model.tags import is_tag
from supportflow.policy.check.texts import text_problems
from supportflow.policy.document.policy import Policy

__all__ = ["update_problems"]


def update_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `updates`, each one sentence that starts with its path."""
    rules = document.updates
    if rules is None:
        return
    targets = sorted({target.slot for policy in document.sla for target in policy.targets})
    for field in ("first", "again"):
        name = getattr(rules, field)
        if name is not None and name not in targets:
            yield f"updates.{field}: no SLA policy has a target {name!r}{nearest(name, targets)}"
    if not is_tag(rules.language):
        yield f"updates.language: {rules.language!r} is no language tag"
    said: Mapping[str, Mapping[str, str]] = {
        **{f"states.{category}": texts for category, texts in rules.states.items()},
        **{f"parts.{category}": texts for category, texts in rules.parts.items()},
        **{f"texts.{occasion}": texts for occasion, texts in rules.texts.items()},
    }
    for name, count in Counter(one.name for one in rules.warnings).items():
        if count > 1:
            yield f"updates.warnings: {name!r} is listed twice"
    said = {**said, **{f"warnings.{at}.says": one.says for at, one in enumerate(rules.warnings)}}
    for path, texts in said.items():
        yield from text_problems(f"updates.{path}", texts)
