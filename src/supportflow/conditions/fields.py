"""What a condition may speak about: declared fields, each with a type."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, StringConstraints, model_validator

from supportflow.conditions._numbers import LARGEST, meaning
from supportflow.exceptions import ConditionError, InvalidInput
from supportflow.model.base import Document, Series
from supportflow.model.document_problems import nearest

__all__ = ["OPERATORS", "FieldKind", "FieldName", "FieldSpec", "Fields", "nearest"]

FieldKind = Literal["choice", "text", "integer", "number", "boolean", "tags"]
"""One of a finite list, any string, a whole number, any number, true or false, a set of strings."""

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "choice": ("eq", "in", "exists"),
    "text": ("eq", "in", "exists"),
    "integer": ("eq", "in", "ge", "le", "between", "exists"),
    "number": ("eq", "in", "ge", "le", "between", "exists"),
    "boolean": ("eq", "exists"),
    "tags": ("has_any", "has_all", "exists"),
}
"""The operators that each kind of field understands."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.\-]*$", max_length=100)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Bound = Annotated[int, Field(ge=-LARGEST, le=LARGEST)] | Annotated[float, Field(allow_inf_nan=False)]

_NUMERIC = ("integer", "number")


class FieldSpec(Document):
    """The declared type of one field.

    Attributes:
        kind: What the field holds.
        values: For `choice`, every value it can hold. For `tags`, the vocabulary; without one, any may occur.
        minimum: The smallest value of an `integer` or `number` field, itself included.
        maximum: The largest, itself included.
        nullable: Whether a record may lack the field, or hold `None`. Tags always may: that is the empty set.
        description: What the field means, for people.
    """

    FAILURE = ConditionError

    kind: FieldKind
    values: Annotated[Series[Value], Field(min_length=1, max_length=5000)] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    nullable: bool = False
    description: str = ""

    @classmethod
    def choice(cls, *values: str, nullable: bool = False, description: str = "") -> Self:
        """One of a finite list of strings."""
        return cls(kind="choice", values=values, nullable=nullable, description=description)

    @classmethod
    def text(cls, *, nullable: bool = False, description: str = "") -> Self:
        """Any string: compared whole, never searched in."""
        return cls(kind="text", nullable=nullable, description=description)

    @classmethod
    def integer(
        cls,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        nullable: bool = False,
        description: str = "",
    ) -> Self:
        """A whole number."""
        return cls(
            kind="integer", minimum=minimum, maximum=maximum, nullable=nullable, description=description
        )

    @classmethod
    def number(
        cls,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        nullable: bool = False,
        description: str = "",
    ) -> Self:
        """Any number: an `int`, `float` or `Decimal`; a float means its shortest decimal."""
        return cls(
            kind="number", minimum=minimum, maximum=maximum, nullable=nullable, description=description
        )

    @classmethod
    def boolean(cls, *, nullable: bool = False, description: str = "") -> Self:
        """True or false."""
        return cls(kind="boolean", nullable=nullable, description=description)

    @classmethod
    def tags(cls, *values: str, description: str = "") -> Self:
        """A set of strings; with `values`, a set of these only."""
        return cls(kind="tags", values=values or None, description=description)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "choice" and self.values is None:
            raise ValueError("a choice field lists its values")
        if self.values is not None and self.kind not in ("choice", "tags"):
            raise ValueError(f"a {self.kind} field has no values; choice and tags fields have")
        if self.values is not None and len(set(self.values)) < len(self.values):
            raise ValueError("a value is listed twice")
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if bounds and self.kind not in _NUMERIC:
            raise ValueError(f"a {self.kind} field has no minimum and no maximum")
        if self.kind == "integer" and any(isinstance(bound, float) for bound in bounds):
            raise ValueError("the bounds of an integer field are whole numbers")
        if len(bounds) > 1 and meaning(bounds[0]) > meaning(bounds[1]):
            raise ValueError("the minimum is more than the maximum")
        return self

    def objection(self, value: object) -> str | None:
        """Why a record cannot hold this value, or `None` if it can. The value itself is not repeated."""
        if value is None:
            return None if self.nullable or self.kind == "tags" else "is missing"
        match self.kind:
            case "tags":
                return self._objection_to_tags(value)
            case "boolean":
                return None if isinstance(value, bool) else "is not true or false"
            case "integer" | "number":
                return self._objection_to_number(value)
            case "text" | "choice":
                if not isinstance(value, str):
                    return "is not a text"
        known = self.values is None or value in self.values
        return None if known else "is not one of the declared values"

    def _objection_to_tags(self, value: object) -> str | None:
        if not isinstance(value, set | frozenset | list | tuple) or not all(
            isinstance(t, str) for t in value
        ):
            return "is not a set of texts"
        known = self.values is None or set(value) <= set(self.values)
        return None if known else "holds a tag outside the declared vocabulary"

    def _objection_to_number(self, value: object) -> str | None:
        whole = self.kind == "integer"
        accepted = (int,) if whole else (int, float, Decimal)
        if isinstance(value, bool) or not isinstance(value, accepted) or isnan(value):
            return "is not a whole number" if whole else "is not a number"
        number = value if isinstance(value, Decimal) else meaning(value)
        if self.minimum is not None and number < meaning(self.minimum):
            return "is below the declared minimum"
        if self.maximum is not None and number > meaning(self.maximum):
            return "is above the declared maximum"
        return None


if TYPE_CHECKING:
    _Root = RootModel[dict[FieldName, FieldSpec]]
else:
    # Naming the parameter makes pydantic build a schema at import, whatever `defer_build` says.
    _Root = RootModel


class Fields(_Root, Mapping[str, FieldSpec]):
    """The declared fields, by name: an immutable mapping that reads from TOML and JSON as a table of tables.

    `fields | more` declares both; declaring one name in two ways is refused.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    root: dict[FieldName, FieldSpec]

    def __getitem__(self, name: str) -> FieldSpec:
        try:
            return self.root[name]
        except KeyError:
            raise KeyError(f"unknown field {name!r}{nearest(name, self.root)}") from None

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.root)

    def __len__(self) -> int:
        return len(self.root)

    def __contains__(self, name: object) -> bool:
        return name in self.root

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self.root == other.root

    def __hash__(self) -> int:
        return hash(frozenset(self.root.items()))

    def __or__(self, other: Mapping[str, FieldSpec]) -> "Fields":
        twice = [name for name in other if name in self.root and self.root[name] != other[name]]
        if twice:
            raise ConditionError([f"{name}: is already declared as another type" for name in twice])
        return Fields({**self.root, **other})

    def problems(self, record: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with a record, by field; empty if all is well. Undeclared keys are not looked at."""
        found = ((name, spec.objection(record.get(name))) for name, spec in self.root.items())
        return {name: objection for name, objection in found if objection}

    def check(self, record: Mapping[str, object]) -> None:
        """Refuse a record that holds what its fields cannot.

        Raises:
            InvalidInput: For the first such field.
        """
        for name, objection in self.problems(record).items():
            raise InvalidInput(name, objection)
