"""What can be wrong with the announcements of a policy."""

from collections import Counter
from collections.abc import Iterator, Mapping

from supportflow.conditions.fields import nearest
from supportflow.model.tags import is_tag
from supportflow.policy.check.texts import text_problems
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.classifier import official_of

__all__ = ["announcement_problems"]


def announcement_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `announcements`, each one sentence that starts with its path."""
    rules = document.announcements
    if rules is None:
        return
    for field in ("approved_by", "posts"):
        for name, count in Counter(getattr(rules, field)).items():
            if count > 1:
                yield f"announcements.{field}: {name!r} is listed twice"
    tiers = None if document.routing is None else document.routing.tiers
    for tier in rules.approved_by:
        if tiers is not None and tier not in tiers:
            yield f"announcements.approved_by: unknown tier {tier!r}{nearest(tier, tiers)}"
    for name, ready in rules.ready.items():
        if ready.audience is not None and ready.audience not in rules.audiences:
            known = nearest(ready.audience, rules.audiences)
            yield f"announcements.ready.{name}.audience: unknown audience {ready.audience!r}{known}"
        yield from text_problems(f"announcements.ready.{name}.texts", ready.texts)
        yield from _disclosures(f"announcements.ready.{name}.texts", ready.texts, document)
    if not is_tag(rules.language):
        yield f"announcements.language: {rules.language!r} is no language tag"


def _disclosures(path: str, texts: Mapping[str, str], document: Policy) -> Iterator[str]:
    """What would be refused when it is proposed, in the middle of whatever it is about."""
    from supportflow.triage.disclosing import disclosed  # noqa: PLC0415 - what reads is loaded where a policy has texts
    from supportflow.triage.official import OfficialIndex  # noqa: PLC0415 - as above

    official = OfficialIndex(official_of(document))
    for language, text in texts.items():
        if kinds := disclosed(text, official):
            yield f"{path}.{language}: says personal data to many ({', '.join(kinds)})"
