"""The language itself: one frozen document type, `Condition`."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    ConfigDict,
    Field,
    PlainValidator,
    SerializerFunctionWrapHandler,
    StrictBool,
    ValidationError,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from supportflow.conditions._numbers import LARGEST, meaning, plain
from supportflow.conditions.fields import FieldName, nearest
from supportflow.exceptions import ConditionError
from supportflow.model.base import Series
from supportflow.model.late import LateModel

__all__ = ["MAX_DEPTH", "MAX_PARTS", "MAX_VALUES", "Condition", "Operand", "parse_condition"]

MAX_DEPTH = 16
"""How deep conditions may nest."""
MAX_PARTS = 1000
"""How many conditions one condition may be made of, itself included."""
MAX_VALUES = 1000
"""How many values one list may hold."""
MAX_TEXT = 500
"""How long one value may be, in characters."""

Operand = Any
"""What stands behind an operator; its type hangs on the operator."""

_GROUPS = ("all", "any", "not")
_COMPARISONS = ("eq", "in", "ge", "le", "between", "has_any", "has_all", "exists")
# Python cannot say `in` or `not` as a keyword argument.
_SPELLING = {"in_": "in", "not_": "not"}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a text")  # noqa: TRY004 - pydantic collects ValueError with its path
    if len(value) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    return str.__str__(value)  # a string enum becomes the string that a document holds


def _number(value: object) -> int | float:
    """Bring a number to what a document can hold and read back as the same."""
    if isinstance(value, Decimal) and value.is_finite():
        value = plain(value)
        if isinstance(value, Decimal):
            raise ValueError("has more digits than a document's number can hold")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number")  # noqa: TRY004 - as above
    if not isfinite(value) or (isinstance(value, int) and abs(value) > LARGEST):
        raise ValueError("is too large a number")
    return value


def _scalar(value: object) -> bool | float | str:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    raise ValueError("is not a text, a number, true or false")


_TEXT_SCHEMA = {"type": "string", "maxLength": MAX_TEXT}
_NUMBER_SCHEMA = {"type": "number"}
Text = Annotated[str, PlainValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Scalar = Annotated[
    bool | int | float | str,
    PlainValidator(_scalar),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, _NUMBER_SCHEMA, _TEXT_SCHEMA]}),
]
Scalars = Annotated[Series[Scalar], Field(max_length=MAX_VALUES)]
Tags = Annotated[Series[Text], Field(max_length=MAX_VALUES)]
Parts = Annotated[Series["Condition"], Field(max_length=MAX_PARTS)]


def _schema(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what the validator says: one comparison with its field, or one group without."""
    schema["oneOf"] = [
        *({"required": ["field", name]} for name in _COMPARISONS),
        *({"required": [name], "not": {"required": ["field"]}} for name in _GROUPS),
    ]


class Condition(LateModel):
    """A predicate over declared fields, as data: one comparison, or `all` / `any` / `not` of others.

    ```
    {"field": "channel", "eq": "email"}
    {"all": [{"field": "tags", "has_any": ["vip"]}, {"not": {"field": "amount", "ge": 100}}]}
    ```

    In Python `in` and `not` are spelt `in_` and `not_`, and `a & b`, `a | b`, `~a` build groups. A missing
    value (no such key, `None`, a not-a-number, no tags) makes every comparison false and `exists=False` true;
    `not` turns true and false around, so that the opposite of a comparison is true of a missing value.

    Attributes:
        field: The field compared.
        eq: Equal to this text, number or truth value.
        in_: Equal to one of these (`in` in documents).
        ge: This number or more.
        le: This number or less.
        between: From the first number to the second, both included.
        has_any: The tags contain at least one of these.
        has_all: The tags contain each of these.
        exists: Whether the field has a value at all.
        all: All of these hold.
        any: At least one of these holds.
        not_: This does not hold (`not` in documents).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        json_schema_extra=_schema,
    )

    if not TYPE_CHECKING:  # type checkers keep the signature that the fields give

        def __init__(self, /, **fields: Any) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise ConditionError(_problems(error, "condition")) from None

        __init__.__pydantic_base_init__ = True

    field: FieldName | None = None
    eq: Scalar | None = None
    in_: Scalars | None = Field(default=None, validation_alias="in", serialization_alias="in")
    ge: Number | None = None
    le: Number | None = None
    between: tuple[Number, Number] | None = None
    has_any: Tags | None = None
    has_all: Tags | None = None
    exists: StrictBool | None = None
    all: Parts | None = None
    any: Parts | None = None
    not_: "Condition | None" = Field(default=None, validation_alias="not", serialization_alias="not")

    @model_validator(mode="before")
    @classmethod
    def _one_thing(cls, document: object) -> object:
        if not isinstance(document, Mapping):
            return document
        _refuse_bombs(document)
        keys: list[str] = [
            _SPELLING.get(str(key), str(key)) for key, value in document.items() if value is not None
        ]
        known = {"field", *_COMPARISONS, *_GROUPS}
        for key in keys:
            if key not in known:
                raise ValueError(f"unknown key {key!r}{nearest(key, known)}")
        operators = [key for key in keys if key != "field"]
        if not operators:
            raise ValueError(f"says nothing; give one of {', '.join((*_COMPARISONS, *_GROUPS))}")
        if len(operators) > 1:
            raise ValueError(f"has several operators ({', '.join(operators)}); combine conditions with 'all'")
        if document.get(operators[0]) in ([], ()):
            raise ValueError(f"{operators[0]!r} is empty")
        if operators[0] in _GROUPS and "field" in keys:
            raise ValueError(f"{operators[0]!r} takes conditions, not a field")
        if operators[0] in _COMPARISONS and "field" not in keys:
            raise ValueError(f"{operators[0]!r} needs a field to compare")
        return document

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.between is not None and meaning(self.between[0]) > meaning(self.between[1]):
            raise ValueError("'between' runs from the smaller number to the larger")
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}

    @cached_property
    def operator(self) -> str:
        """The one operator that is used, as a document spells it."""
        return next(name for name in (*_COMPARISONS, *_GROUPS) if self._said(name) is not None)

    @cached_property
    def operand(self) -> Operand:
        """What stands behind the operator."""
        return self._said(self.operator)

    @property
    def constants(self) -> tuple[bool | float | str, ...]:
        """The values that a comparison names; none for `exists` and for a group."""
        if self.operator in ("in", "between", "has_any", "has_all"):
            return tuple(self.operand)
        return (self.operand,) if self.operator in ("eq", "ge", "le") else ()

    @property
    def parts(self) -> tuple["Condition", ...]:
        """The conditions that this one groups; none for a comparison."""
        if self.operator not in _GROUPS:
            return ()
        return (self.operand,) if self.operator == "not" else tuple(self.operand)

    def comparisons(self) -> Iterator["Condition"]:
        """Every comparison in it, in the order of the document."""
        if self.field is not None:
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def _said(self, name: str) -> object:
        return getattr(self, {"in": "in_", "not": "not_"}.get(name, name))

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(all=(*(self.all or (self,)), *(other.all or (other,))))

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(any=(*(self.any or (self,)), *(other.any or (other,))))

    def __invert__(self) -> "Condition":
        return Condition(not_=self)


def _refuse_bombs(document: object) -> None:
    """Stop at the limits before anything is built: a document is outside input, and may share its parts."""
    waiting = [(document, 1)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"nests deeper than {MAX_DEPTH} levels")
        if seen + len(waiting) > MAX_PARTS:
            raise ValueError(f"is made of more than {MAX_PARTS} conditions")
        waiting.extend((inner, depth + 1) for inner in _inside(part))


def _inside(part: object) -> Iterator[object]:
    if isinstance(part, Condition):
        yield from part.parts
    elif isinstance(part, Mapping):
        for key in ("all", "any"):
            group = part.get(key)
            if isinstance(group, list | tuple):
                yield from group
        yield from (part[key] for key in ("not", "not_") if part.get(key) is not None)


def parse_condition(document: object, path: str = "") -> Condition:
    """Read a condition from a document (a mapping as TOML or JSON gives it).

    Args:
        document: The mapping, or a `Condition`.
        path: Where the document stands in a larger one, for messages; `"condition"` if empty.

    Raises:
        ConditionError: With every problem, each starting with its path.
    """
    try:
        return Condition.model_validate(document)
    except ValidationError as error:
        raise ConditionError(_problems(error, path or "condition")) from None


def _problems(error: ValidationError, root: str) -> list[str]:
    return [
        f"{_dotted(root, found['loc'])}: {found['msg'].removeprefix('Value error, ')}"
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _dotted(root: str, steps: tuple[int | str, ...]) -> str:
    return ".".join((root, *map(str, steps)))
