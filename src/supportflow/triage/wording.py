"""How evidence is asked for: a template with a few fixed fields, filled in with the labels of what is missing."""

from collections.abc import Sequence
from string import Formatter

from supportflow.texts import FALLBACK, in_language, phrases
from supportflow.triage.intake import EvidenceSpec

__all__ = ["label", "template_problem", "wording"]

FIELDS = ("items", "ref", "ticket")


def template_problem(text: str) -> str | None:
    """What is wrong with a template; None if nothing is."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        return f"cannot be read: {error}"
    named = [(field, spec, conversion) for _, field, spec, conversion in parts if field is not None]
    for field, spec, conversion in named:
        if field not in FIELDS or spec or conversion:
            return f"can name {', '.join(f'{{{known}}}' for known in FIELDS)} and nothing else"
    return None if any(field == "items" for field, _, _ in named) else "does not name {items}"


def label(spec: EvidenceSpec, language: str) -> str:
    """What people call an item in a language."""
    words = (
        spec.label or phrases("evidence", "labels").get(spec.name) or {language: spec.name.replace("_", " ")}
    )
    return in_language(words, language, FALLBACK)[1]


def wording(
    text: str, specs: Sequence[EvidenceSpec], language: str, *, ref: str | None, ticket_id: str
) -> str:
    """The request: a template of that language with its fields filled in."""
    items = "\n".join(f"- {label(spec, language)}" for spec in specs)
    given = {"items": items, "ref": ref or ticket_id, "ticket": ticket_id}
    parts = [
        literal + (given[field] if field is not None else "")
        for literal, field, _, _ in Formatter().parse(text)
    ]
    return "".join(parts)
