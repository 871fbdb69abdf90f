"""What can be wrong with what a policy says of evidence, steps and authority."""

from collections import Counter
from collections.abc import Iterator, Mapping

from supportflow.conditions.fields import nearest
from supportflow.model.tags import best, twins
from supportflow.policy.check.authority import authority_problems
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.casework import templates_of
from supportflow.texts import phrase, phrases
from supportflow.triage import texts
from supportflow.triage.intake import EvidenceSpec
from supportflow.triage.wording import template_problem

__all__ = ["case_problems", "choice_problems"]


def case_problems(document: Policy) -> Iterator[str]:
    """Every problem of these parts of a policy, each one sentence that starts with its path."""
    yield from _intake_problems(document)
    yield from authority_problems(document)
    for category, procedure in document.procedures.items():
        for name, count in Counter(step.name for step in procedure.steps).items():
            if count > 1:
                yield f"procedures.{category}.steps: {name!r} is listed twice"
        names = [step.name for step in procedure.steps]
        for index, step in enumerate(procedure.steps):
            path = f"procedures.{category}.steps.{index}.another_than"
            apart = {
                name for one in procedure.steps if one.another_than for name in (one.name, *one.another_than)
            }
            if step.shared and step.name in apart:
                # On an incident it is done by whoever solved the problem, whoever did the others there.
                yield f"procedures.{category}.steps.{index}.shared: a step that wants another person is done for each case"
            for other in step.another_than:
                if other == step.name:
                    yield f"{path}: names the step itself"
                elif other not in names:
                    yield f"{path}: unknown step {other!r}{nearest(other, names)}"


def _intake_problems(document: Policy) -> Iterator[str]:
    intake = document.intake
    for name, translations in intake.templates.items():
        yield from _template_problems(f"intake.templates.{name}", translations, intake.language)
    for name in intake.exempt or ():
        if name not in document.classes:
            yield f"intake.exempt: unknown class {name!r}"
    for category, rule in intake.categories.items():
        path = f"intake.categories.{category}"
        if rule.template not in templates_of(intake):
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


def choice_problems(spec: EvidenceSpec) -> Iterator[str]:
    """What is wrong with the values of an item, behind its path."""
    chosen = spec.kind == "choice"
    if chosen != bool(spec.values):
        yield ".values: are for a 'choice', which needs them"
    if spec.takes == "last" and not chosen:
        yield ".takes: is for a 'choice'"
    if spec.weak and spec.takes != "last":
        yield ".weak: is for a 'choice' that takes the last"
    if unknown := sorted({*spec.weak} - {*spec.values}):
        yield f".weak: {unknown[0]!r} is not among the values"


def _spec_problems(spec: EvidenceSpec, document: Policy) -> Iterator[str]:
    sized = spec.kind in {"digits", "alphanumeric", "text"}
    if spec.min_length > spec.max_length:
        yield ".min_length: is more than max_length"
    if not sized and {"min_length", "max_length"} & spec.model_fields_set:
        yield f".kind: a length means nothing for {spec.kind!r}"
    yield from choice_problems(spec)
    if spec.media_types and spec.kind != "attachment":
        yield ".media_types: are for an 'attachment'"
    if spec.in_text and spec.kind not in {"digits", "alphanumeric", "choice"}:
        yield f".in_text: a {spec.kind!r} is not found in a text"
    if spec.kind == "attribute" and spec.name not in document.fields:
        yield f".name: {spec.name!r} is not declared in the policy's fields"
    for language, words in (
        spec.label or phrases("evidence", "labels").get(spec.name) or {"en": spec.name.replace("_", " ")}
    ).items():
        asked = "\n".join(text.format(label=words) for text in phrase("evidence", "checks", "asked").values())
        if (kind := texts.asked_secret(asked)) is not None:
            yield f".label.{language}: asks for a secret ({kind})"
