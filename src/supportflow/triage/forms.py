"""Forms of what a policy asks for: its items of evidence as fields, with labels and sentences in a language."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from supportflow.conditions import FieldSpec
from supportflow.model.base import MAX_BODY, MAX_SUBJECT
from supportflow.model.forms import FieldKind, Form, FormField
from supportflow.model.tags import best
from supportflow.texts import FALLBACK, in_language, languages, phrase, phrases
from supportflow.triage.intake import EvidenceSpec
from supportflow.triage.wording import label

__all__ = ["form_of"]


def form_of(
    category: str | None,
    specs: Iterable[EvidenceSpec],
    attributes: Mapping[str, FieldSpec],
    language: str,
    *,
    opens: bool,
) -> Form:
    """The form for items of evidence.

    Args:
        category: The category that it is for.
        specs: The items, in order.
        attributes: The attributes that the policy declares.
        language: A BCP 47 tag; sentences that it has none of are English.
        opens: Whether it opens a ticket: then somebody has to say what it is about.
    """
    tag = best(language, languages()) or FALLBACK
    fields = [_field(spec, attributes, language) for spec in specs]
    said = {
        name: in_language(phrase("form", "labels", name), language, FALLBACK)[1]
        for name in ("subject", "body")
    }
    texts = [
        FormField("subject", "line", said["subject"], required=False, max_length=MAX_SUBJECT),
        FormField("body", "text", said["body"], required=opens, max_length=MAX_BODY),
    ]
    sentences = {
        code: in_language(texts, language, FALLBACK)[1] for code, texts in phrases("form", "problems").items()
    }
    return Form(category, tag, (*texts[not opens :], *fields), MappingProxyType(sentences))


def _field(spec: EvidenceSpec, attributes: Mapping[str, FieldSpec], language: str) -> FormField:
    called = label(spec, language)
    if spec.kind != "attribute":
        return FormField(
            spec.name,
            spec.kind,
            called,
            min_length=spec.min_length,
            max_length=spec.max_length,
            values=tuple(spec.values),
            media_types=tuple(spec.media_types),
        )
    declared = attributes[spec.name]
    kind: FieldKind = declared.kind
    return FormField(
        spec.name,
        kind,
        called,
        values=tuple(declared.values or ()),
        minimum=declared.minimum,
        maximum=declared.maximum,
        attribute=True,
    )
