"""The document: what it takes, how it reads back, what it says about mistakes, and its limits."""

import enum
import json
import pickle
import subprocess
import sys
import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from conditions.cases import FIELDS, conditions
from supportflow.conditions import Condition, Fields, FieldSpec, parse_condition, validate_condition
from supportflow.conditions.language import MAX_DEPTH, MAX_PARTS, MAX_TEXT, MAX_VALUES
from supportflow.exceptions import ConditionError, InvalidInput

EMAIL = {"field": "channel", "eq": "email"}


def problems_of(document):
    with pytest.raises(ConditionError) as refused:
        parse_condition(document)
    return refused.value.problems


def invalid(condition, path="rules.3.when"):
    with pytest.raises(ConditionError) as refused:
        validate_condition(Condition.model_validate(condition), FIELDS, path)
    return refused.value.problems


@given(conditions(leaves=12))
def test_round_trip(condition):
    text = condition.model_dump_json()
    again = Condition.model_validate_json(text)
    assert again == condition
    assert hash(again) == hash(condition)
    assert again.model_dump_json() == text
    assert condition.model_dump(mode="json") == json.loads(text)
    assert parse_condition(json.loads(text)) == condition
    assert pickle.loads(pickle.dumps(condition)) == condition
    validate_condition(condition, FIELDS)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63) + 1, 2**63 - 1))
def test_numbers_read_back_as_they_were(number):
    again = Condition.model_validate_json(Condition(field="n", eq=number).model_dump_json())
    assert (type(again.eq), again.eq) == (type(number), number)


def test_from_toml():
    document = tomllib.loads("""
        when = { all = [
            { field = "channel", in = ["email", "chat"] },
            { any = [{ field = "amount", ge = 0.1 }, { field = "tags", has_any = ["vip"] }] },
            { not = { field = "customer", exists = true } },
        ] }
    """)
    assert parse_condition(document["when"]) == (
        Condition(field="channel", in_=("email", "chat"))
        & (Condition(field="amount", ge=0.1) | Condition(field="tags", has_any=("vip",)))
        & ~Condition(field="customer", exists=True)
    )


def test_groups_of_a_kind_are_joined():
    a, b, c = (Condition(field="channel", eq=name) for name in "abc")
    assert (a & b & c).model_dump()["all"] == tuple(one.model_dump() for one in (a, b, c))
    assert (a | (b | c)).model_dump()["any"] == tuple(one.model_dump() for one in (a, b, c))


def test_a_document_is_written_as_it_was_said():
    assert Condition.model_validate(EMAIL).model_dump() == EMAIL
    nested = {"not": {"any": [EMAIL, {"field": "amount", "between": [1, 2]}]}}
    assert json.loads(Condition.model_validate(nested).model_dump_json()) == nested


def test_decimals_and_enums_become_what_a_document_can_hold():
    class Channel(enum.StrEnum):
        EMAIL = "email"

    assert type(Condition(field="channel", eq=Channel.EMAIL).eq) is str
    assert Condition(field="amount", ge=Decimal("0.10")).ge == 0.1
    assert type(Condition(field="amount", ge=Decimal("5.00")).ge) is int
    with pytest.raises(ConditionError, match="more digits than"):
        Condition(field="amount", ge=Decimal("0.12345678901234567891"))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"fild": "channel", "eq": "a"}, "condition: unknown key 'fild'; did you mean 'field'?"),
        ({"field": "channel", "has_al": ["a"]}, "condition: unknown key 'has_al'; did you mean 'has_all'?"),
        ({"field": "n", "ge": 1, "le": 2}, "has several operators (ge, le); combine conditions with 'all'"),
        ({"field": "channel"}, "condition: says nothing; give one of eq, in,"),
        ({"field": "channel", "eq": None}, "condition: says nothing"),
        ({"eq": "a"}, "condition: 'eq' needs a field to compare"),
        ({"field": "channel", "any": [EMAIL]}, "condition: 'any' takes conditions, not a field"),
        ({"all": []}, "condition: 'all' is empty"),
        ({"field": "channel", "in": []}, "condition: 'in' is empty"),
        ({"field": "n", "between": [2, 1]}, "condition: 'between' runs from the smaller number"),
        ({"field": "n", "between": [1]}, "condition.between.1: Field required"),
        ({"field": "n", "ge": "3"}, "condition.ge: is not a number"),
        ({"field": "n", "ge": True}, "condition.ge: is not a number"),
        ({"field": "n", "ge": float("nan")}, "condition.ge: is too large a number"),
        ({"field": "n", "eq": float("inf")}, "condition.eq: is too large a number"),
        ({"field": "n", "eq": 2**63}, "condition.eq: is too large a number"),
        ({"field": "n", "eq": ["a"]}, "condition.eq: is not a text, a number, true or false"),
        ({"field": "n", "exists": 1}, "condition.exists: Input should be a valid boolean"),
        ({"field": "tags", "has_any": ["a", 1]}, "condition.has_any.1: is not a text"),
        ({"field": "tags", "has_any": "vip"}, "condition.has_any: Input should be a valid tuple"),
        ({"field": "a b", "eq": 1}, "condition.field: String should match"),
        ({"field": "n", "eq": "x" * (MAX_TEXT + 1)}, "condition.eq: is longer than 500 characters"),
        ({"field": "n", "in": [1] * (MAX_VALUES + 1)}, "condition.in: Tuple should have at most 1000 items"),
        ({"all": [EMAIL, {"not": {"field": "n", "ge": "x"}}]}, "condition.all.1.not.ge: is not a number"),
        ("channel == 'email'", "condition: Input should be a valid dictionary"),
    ],
)
def test_mistakes(document, problem):
    (found,) = problems_of(document)
    assert problem in found
    assert found.startswith("condition")


def test_every_mistake_is_named_at_once_under_the_given_path():
    with pytest.raises(ConditionError) as refused:
        parse_condition({"any": [{"field": "n"}, EMAIL, {"field": "n", "le": "1"}]}, "sla.0.when")
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "sla.0.when.any.0",
        "sla.0.when.any.2.le",
    ]


def nested(depth):
    document = EMAIL
    for _ in range(depth - 1):
        document = {"not": document}
    return document


def test_depth_is_limited():
    assert parse_condition(nested(MAX_DEPTH))
    for depth in (MAX_DEPTH + 1, 100_000):
        assert problems_of(nested(depth)) == (f"condition: nests deeper than {MAX_DEPTH} levels",)
    deepest = parse_condition(nested(MAX_DEPTH))
    with pytest.raises(ConditionError, match="nests deeper"):
        Condition(not_=deepest)


def test_size_is_limited_even_where_parts_are_shared():
    limit = f"condition: is made of more than {MAX_PARTS} conditions"
    assert parse_condition({"all": [EMAIL] * (MAX_PARTS - 1)})
    assert problems_of({"all": [EMAIL] * MAX_PARTS}) == (limit,)
    bomb = EMAIL
    for _ in range(MAX_DEPTH - 1):
        bomb = {"all": [bomb] * 30}
    assert problems_of(bomb) == (limit,)
    endless = {"all": []}
    endless["all"].append(endless)
    assert problems_of(endless) == (f"condition: nests deeper than {MAX_DEPTH} levels",)


def test_as_a_field_of_a_larger_document():
    class Rule(BaseModel):
        when: Condition | None = None

    rule = Rule.model_validate({"when": {"all": [EMAIL]}})
    assert rule.model_dump(mode="json") == {"when": {"all": [EMAIL]}}
    assert Rule.model_validate_json(rule.model_dump_json()) == rule
    with pytest.raises(ValidationError) as refused:
        Rule.model_validate({"when": {"all": [{"field": "n", "ge": "secret"}]}})
    assert [error["loc"] for error in refused.value.errors()] == [("when", "all", 0, "ge")]


def test_json_schema_says_one_operator():
    schema = TypeAdapter(Condition).json_schema()
    definition = schema["$defs"]["Condition"]
    assert {"in", "not", "eq", "has_any"} <= set(definition["properties"])
    assert len(definition["oneOf"]) == 11
    assert definition["additionalProperties"] is False


@pytest.mark.parametrize(
    ("condition", "problems"),
    [
        (
            {"any": [{"field": "chanel", "eq": "a"}, {"not": {"field": "channel", "in": ["chat", "emial"]}}]},
            (
                "rules.3.when.any.0.field: unknown field 'chanel'; did you mean 'channel'?",
                "rules.3.when.any.1.not.in.1: 'channel' never holds 'emial'; did you mean 'email'?",
            ),
        ),
        (
            {"field": "channel", "ge": 3},
            (
                "rules.3.when.ge: a choice field such as 'channel' understands only eq, in, exists",
            ),
        ),
        ({"field": "flags", "has_all": ["a", "z"]}, ("rules.3.when.has_all.1: 'flags' never holds 'z'",)),
        ({"field": "score", "ge": 1.5}, ("rules.3.when.ge: 'score' is a whole number; compare it with one",)),
        ({"field": "amount", "eq": "1"}, ("rules.3.when.eq: 'amount' is a number; compare it with one",)),
        ({"field": "customer", "eq": 7}, ("rules.3.when.eq: 'customer' holds text; compare it with a text",)),
        ({"field": "urgent", "eq": 1}, ("rules.3.when.eq: 'urgent' is true or false, nothing else",)),
        ({"field": "reopens", "eq": 7}, ("rules.3.when.eq: 'reopens' is above the declared maximum",)),
        ({"field": "reopens", "in": [-1]}, ("rules.3.when.in.0: 'reopens' is below the declared minimum",)),
        ({"field": "reopens", "ge": 7}, ("rules.3.when.ge: 'reopens' is never more than 6",)),
        ({"field": "amount", "le": -0.1}, ("rules.3.when.le: 'amount' is never less than 0",)),
        ({"field": "reopens", "between": [8, 9]}, ("rules.3.when.between: 'reopens' is never more than 6",)),
    ],
)  # fmt: skip
def test_what_a_field_can_never_hold(condition, problems):
    assert invalid(condition) == problems


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "reopens", "ge": 6},
        {"field": "reopens", "le": 100},
        {"field": "amount", "between": [-5, 0]},
        {"field": "customer", "eq": ""},
        {"field": "tags", "has_any": ["anything"]},
    ],
)
def test_what_a_field_can_hold(condition):
    validate_condition(Condition.model_validate(condition), FIELDS)


def test_fields_read_from_a_table():
    fields = Fields.model_validate(
        tomllib.loads("""
        [channel]
        kind = "choice"
        values = ["email", "chat"]
        [amount]
        kind = "number"
        minimum = 0
        nullable = true
    """)
    )
    assert fields == Fields(
        {
            "channel": FieldSpec.choice("email", "chat"),
            "amount": FieldSpec.number(minimum=0, nullable=True),
        }
    )
    assert Fields.model_validate_json(fields.model_dump_json()) == fields
    assert hash(Fields.model_validate_json(fields.model_dump_json())) == hash(fields)
    assert (list(fields), len(fields), "amount" in fields) == (["channel", "amount"], 2, True)
    assert fields.get("nothing") is None
    with pytest.raises(KeyError, match="did you mean 'channel'"):
        fields["chanel"]


def test_fields_are_joined_but_never_redeclared():
    one = Fields({"vip": FieldSpec.boolean()})
    assert set(one | FIELDS) == {"vip", *FIELDS}
    assert one | one == one
    with pytest.raises(ConditionError) as refused:
        one | {"vip": FieldSpec.text()}
    assert refused.value.problems == ("vip: is already declared as another type",)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"kind": "choice"}, "lists its values"),
        ({"kind": "choice", "values": []}, "at least 1 item"),
        ({"kind": "choice", "values": ["a", "a"]}, "listed twice"),
        ({"kind": "text", "values": ["a"]}, "a text field has no values"),
        ({"kind": "boolean", "minimum": 1}, "has no minimum"),
        ({"kind": "integer", "minimum": 0.5}, "whole numbers"),
        ({"kind": "number", "minimum": 2, "maximum": 1.5}, "more than the maximum"),
        ({"kind": "number", "minimum": float("nan")}, "finite"),
        ({"kind": "date"}, "'choice', 'text', 'integer'"),
    ],
)
def test_fields_that_make_no_sense(spec, message):
    with pytest.raises(ValidationError, match=message):
        FieldSpec.model_validate(spec)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"region": None}, None),
        ({"tags": None}, None),
        ({"extra": object()}, None),
        ({"amount": Decimal(3)}, None),
        ({"channel": None}, "is missing"),
        ({"channel": "fax"}, "is not one of the declared values"),
        ({"customer": 3}, "is not a text"),
        ({"reopens": 7}, "is above the declared maximum"),
        ({"reopens": -1}, "is below the declared minimum"),
        ({"reopens": 2.0}, "is not a whole number"),
        ({"reopens": True}, "is not a whole number"),
        ({"share": float("nan")}, "is not a number"),
        ({"share": "1"}, "is not a number"),
        ({"urgent": 1}, "is not true or false"),
        ({"tags": "vip"}, "is not a set of texts"),
        ({"tags": [1]}, "is not a set of texts"),
        ({"flags": ["a", "z"]}, "holds a tag outside the declared vocabulary"),
    ],
)
def test_checking_a_record(change, problem):
    record = {"channel": "email", "reopens": 0, "share": 0.5, "urgent": False, "flags": {"a"}} | change
    if problem is None:
        FIELDS.check(record)
        return
    with pytest.raises(InvalidInput) as refused:
        FIELDS.check(record)
    assert (refused.value.field, refused.value.reason) == (next(iter(change)), problem)


def test_importing_builds_no_model():
    script = (
        "from supportflow.conditions import Condition, Fields, FieldSpec\n"
        "built = [m.__name__ for m in (Condition, Fields, FieldSpec) if m.__pydantic_complete__]\n"
        "assert not built, built"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
