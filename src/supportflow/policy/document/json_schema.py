"""The JSON Schema of a policy document: what an editor needs to complete and check one while it is written."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from supportflow.policy.document.policy import Policy

__all__ = ["DIALECT", "policy_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema."""

_DATES = {"items": {"format": "date", "type": "string"}, "type": "array"}


def policy_schema() -> dict[str, Any]:
    """The schema: a document that a policy can be read from fits it, apart from what only the whole tells.

    A schema cannot know that a rule names a class of the list, or that a condition fits its field: `verify` does.
    """
    schema = Policy.model_json_schema(by_alias=True, schema_generator=_Generator)
    _short_forms(schema["$defs"])
    return {"$schema": DIALECT, **schema}


class _Generator(GenerateJsonSchema):
    # An empty table of holidays is a default that the schema can do without.
    ignored_warning_kinds: set[JsonSchemaWarningKind] = {"non-serializable-default"}  # noqa: RUF012 - as the base class declares it


def _short_forms(definitions: dict[str, Any]) -> None:
    """Add what people may write for short, and what is turned into the fields before these are looked at."""
    target = definitions["Target"]["properties"]
    for unit in ("minutes", "hours", "days"):
        target[unit] = {"description": f"The duration in {unit} of counted time.", "type": "number"}
    override = definitions["Override"]
    hours = override["properties"]["hours"]
    definitions["Override"] = {"anyOf": [override, {"items": hours["items"], "type": "array"}]}
    calendar = definitions["BusinessCalendar"]["properties"]
    calendar["holidays"] = {"anyOf": [calendar["holidays"], _DATES]}
    version = definitions["HoursVersion"]["properties"]["holidays"]
    version["anyOf"] = [*version["anyOf"], _DATES]
