"""`supportflow schema`: the JSON Schema of a policy, for editors and other programs."""

import argparse
import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from supportflow.policy import Policy

__all__ = ["add_to", "run"]


class _Quiet(GenerateJsonSchema):
    """An empty table of holidays is a default that JSON Schema can do without: no warning about it."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {"non-serializable-default"}  # noqa: RUF012 - as the base class declares it


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a policy",
        description="Print the JSON Schema (draft 2020-12) of a policy document.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    del arguments
    document = Policy.model_json_schema(by_alias=True, schema_generator=_Quiet)
    print(json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **document}, indent=2))
    return 0
