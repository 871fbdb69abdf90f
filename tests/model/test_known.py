"""A text whose schema is put together once is the text that its parts say."""

from typing import Annotated, get_args

import pytest
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from supportflow.model import base
from supportflow.model.base import Known

TEXTS = ["Id", "KeptName", "Key", "DeliveryCode", "Line", "Name", "AgentId", "Subject", "Body"]
GIVEN = [
    "",
    "a",
    " ",
    "a b",
    "a\tb",
    "a\u202eb",
    "a\0b",
    "a" * 51,
    "a" * 201,
    "a" * 501,
    "a" * 1001,
    b"a",
    1,
    None,
]


def told(kind, value):
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=False)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_taken_refused_and_described_is_what_its_parts_say(name):
    first, known, *more = get_args(getattr(base, name))
    assert isinstance(known, Known)
    ours = TypeAdapter(Annotated[first, known, *more])
    apart = TypeAdapter(Annotated[first, *known.parts, *more])

    assert ours.core_schema == apart.core_schema
    assert ours.json_schema() == apart.json_schema()
    assert [told(ours, value) for value in GIVEN] == [told(apart, value) for value in GIVEN]


def test_what_one_field_adds_no_other_field_has():
    word = Annotated[str, Known(StringConstraints(max_length=9))]

    class Both(BaseModel):
        short: Annotated[word, Field(max_length=3, description="three", json_schema_extra={"mark": 1})]
        usual: word

    properties = Both.model_json_schema()["properties"]

    assert Both(short="abc", usual="abcd").usual == "abcd"
    with pytest.raises(ValidationError, match="short"):
        Both(short="abcd", usual="abcd")
    assert properties["usual"] == {"maxLength": 9, "title": "Usual", "type": "string"}
    assert properties["short"]["description"] == "three"
