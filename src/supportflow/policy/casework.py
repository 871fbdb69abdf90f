"""What a policy says about evidence, steps, authority and identity, checked and ready for the kernel."""

from collections import Counter
from collections.abc import Iterator, Mapping

from supportflow.model.tags import best, twins
from supportflow.policy.identity import Identity
from supportflow.policy.official import official_of
from supportflow.policy.procedures import Procedure
from supportflow.policy.schema import Policy
from supportflow.policy.triggering import trigger_problems
from supportflow.triage import texts
from supportflow.triage.intake import EvidenceSpec, Intake, IntakeRule
from supportflow.triage.official import OfficialIndex
from supportflow.triage.wording import LABELS, TEMPLATES, in_language, template_problem, wording

__all__ = ["CaseRules", "case_problems"]


class CaseRules:
    """The rules for cases of a policy that was checked.

    Args:
        document: The policy.

    Attributes:
        rules: Category → its intake rule; empty if nothing is asked for.
        procedures: Category → its procedure.
        identity: When contacts are one case; None if each opens a ticket of its own.
        official: The organisation's own addresses, those that its lexicons name among them.
        levels: Level of verification → its rank, the lowest first.
        actions: Action → the level that it needs.
    """

    def __init__(self, document: Policy) -> None:
        self.intake: Intake = document.intake
        self.rules: Mapping[str, IntakeRule] = document.intake.categories
        self.procedures: Mapping[str, Procedure] = document.procedures
        self.identity: Identity | None = document.identity
        self.official = OfficialIndex(official_of(document))
        self.levels = {name: rank for rank, name in enumerate(document.authority.levels)}
        self.actions: Mapping[str, str] = document.authority.actions
        exempt = document.intake.exempt
        self._exempt = frozenset(document.classes[: len(document.classes) > 1] if exempt is None else exempt)
        self._specs = {
            (category, spec.name): spec for category, rule in self.rules.items() for spec in rule.evidence
        }
        self._by_name = {name: spec for (_, name), spec in reversed(self._specs.items())}

    def specs(self, category: str | None) -> tuple[EvidenceSpec, ...]:
        """The items that tickets of a category need, in order."""
        rule = None if category is None else self.rules.get(category)
        return () if rule is None else tuple(rule.evidence)

    def spec(self, category: str | None, item: str) -> EvidenceSpec | None:
        """What an item looks like: as its category says, or the first category that knows it."""
        return self._specs.get((category or "", item)) or self._by_name.get(item)

    def waits(self, priority_class: str) -> bool:
        """True if a ticket of that class is kept waiting for its evidence."""
        return priority_class not in self._exempt

    def request(
        self,
        category: str | None,
        items: tuple[str, ...],
        *,
        template: str,
        language: str | None,
        ref: str | None,
        ticket_id: str,
    ) -> str:
        """The text that asks for items of evidence."""
        specs = [self.spec(category, item) or EvidenceSpec(name=item, kind="text") for item in items]
        tag, text = in_language(_templates(self.intake)[template], language, self.intake.language)
        return wording(text, specs, tag, ref=ref, ticket_id=ticket_id)

    def language(self, template: str, language: str | None) -> str:
        """The language that a request is written in, for a requester of that language."""
        return in_language(_templates(self.intake)[template], language, self.intake.language)[0]


def _templates(intake: Intake) -> dict[str, Mapping[str, str]]:
    return {**TEMPLATES, **intake.templates}


def case_problems(document: Policy) -> Iterator[str]:
    """Every problem of these parts of a policy, each one sentence that starts with its path."""
    yield from _intake_problems(document)
    yield from _authority_problems(document)
    for category, procedure in document.procedures.items():
        for name, count in Counter(step.name for step in procedure.steps).items():
            if count > 1:
                yield f"procedures.{category}.steps: {name!r} is listed twice"


def _intake_problems(document: Policy) -> Iterator[str]:
    intake = document.intake
    for name, translations in intake.templates.items():
        yield from _template_problems(f"intake.templates.{name}", translations, intake.language)
    for name in intake.exempt or ():
        if name not in document.classes:
            yield f"intake.exempt: unknown class {name!r}"
    for category, rule in intake.categories.items():
        path = f"intake.categories.{category}"
        if rule.template not in _templates(intake):
            yield f"{path}.template: unknown template {rule.template!r}"
        for name, count in Counter(spec.name for spec in rule.evidence).items():
            if count > 1:
                yield f"{path}.evidence: {name!r} is listed twice"
        for index, spec in enumerate(rule.evidence):
            for problem in _spec_problems(spec, document):
                yield f"{path}.evidence.{index}{problem}"


def _template_problems(path: str, translations: Mapping[str, str], fallback: str) -> Iterator[str]:
    if best(fallback, translations) is None:
        yield f"{path}: has no text in {fallback!r}, the language of the policy's intake"
    for tag in twins(translations):
        yield f"{path}: {tag!r} stands here in two spellings"
    for language, text in translations.items():
        problem = template_problem(text)
        if problem is not None:
            yield f"{path}.{language}: {problem}"
        elif (kind := texts.asked_secret(text)) is not None:
            yield f"{path}.{language}: asks for a secret ({kind})"


def _spec_problems(spec: EvidenceSpec, document: Policy) -> Iterator[str]:
    sized = spec.kind in {"digits", "alphanumeric", "text"}
    if spec.min_length > spec.max_length:
        yield ".min_length: is more than max_length"
    if not sized and {"min_length", "max_length"} & spec.model_fields_set:
        yield f".kind: a length means nothing for {spec.kind!r}"
    if (spec.kind == "choice") != bool(spec.values):
        yield ".values: are for a 'choice', which needs them"
    if spec.media_types and spec.kind != "attachment":
        yield ".media_types: are for an 'attachment'"
    if spec.in_text and spec.kind not in {"digits", "alphanumeric", "choice"}:
        yield f".in_text: a {spec.kind!r} is not found in a text"
    if spec.kind == "attribute" and spec.name not in document.fields:
        yield f".name: {spec.name!r} is not declared in the policy's fields"
    for language, words in (
        spec.label or LABELS.get(spec.name) or {"en": spec.name.replace("_", " ")}
    ).items():
        if (kind := texts.asked_secret(f"please send {words}\n请提供{words}")) is not None:
            yield f".label.{language}: asks for a secret ({kind})"


def _authority_problems(document: Policy) -> Iterator[str]:
    levels = document.authority.levels
    for name, count in Counter(levels).items():
        if count > 1:
            yield f"authority.levels: {name!r} is listed twice"
    for action, level in document.authority.actions.items():
        if level not in levels:
            yield f"authority.actions.{action}: unknown level {level!r}"
    yield from _action_problems(document)


def _action_problems(document: Policy) -> Iterator[str]:
    yield from trigger_problems(document.authority.host)
    levels = document.authority.levels
    tiers = document.routing.tiers if document.routing is not None else None
    for name, rule in document.authority.host.items():
        path = f"authority.host.{name}"
        if rule.needs is not None and rule.needs not in levels:
            yield f"{path}.needs: unknown level {rule.needs!r}"
        if rule.undone_by is not None and rule.undone_by not in document.authority.host:
            yield f"{path}.undone_by: unknown action {rule.undone_by!r}"
        if rule.undone_by == name:
            yield f"{path}.undone_by: is the action itself"
        for tier in rule.limits:
            if tiers is not None and tier not in tiers:
                yield f"{path}.limits: unknown tier {tier!r}"
