"""A mapping says what the columns of a log mean. It is a document, so that a new log needs no code."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from supportflow.calendars.zones import clock_of
from supportflow.exceptions import InvalidInput, MappingError
from supportflow.model.base import Document, Name
from supportflow.model.people import ActorKind
from supportflow.policy import Policy

__all__ = ["LogMapping", "TimeColumn", "load_mapping", "parse_mapping", "shipped_mappings"]

Column = Annotated[str, Field(min_length=1, max_length=1_000)]
"""A column by its header. Of headers that stand there twice, `"Variant#2"` names the second."""
Level = Annotated[int, Field(ge=1, le=4)]
_WITHOUT_ZONE = ("iso", "epoch", "epoch_ms")


class TimeColumn(Document):
    """An instant.

    Attributes:
        column: The column.
        format: `"iso"` (ISO 8601), `"epoch"` or `"epoch_ms"` (seconds or milliseconds since 1970, UTC), or the codes of
            Python's `strptime`, such as `"%d/%m/%Y %H:%M"`.
        zone: IANA zone of the wall clock that wrote it. Needed where the text has no offset; an offset in the text comes
            first. Of an hour that the clock shows twice, the first is taken.
    """

    FAILURE = MappingError

    column: Column
    format: str = Field(default="iso", min_length=1)
    zone: Name | None = None

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                clock_of(value)
            except InvalidInput as error:
                raise ValueError(error.reason) from None
        return value

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.zone is None and self.format not in _WITHOUT_ZONE and "%z" not in self.format:
            raise ValueError("the format has no offset (%z), so a zone is needed")
        return self


class StateColumn(Document):
    """The state.

    Attributes:
        column: The column.
        statuses: The log's state → a status of the policy's lifecycle.
        replied: States that mean that an agent answered the requester.
        requester_wrote: States that mean that the requester wrote.
    """

    FAILURE = MappingError

    column: Column
    statuses: Mapping[str, Name] = Field(min_length=1)
    replied: tuple[str, ...] = ()
    requester_wrote: tuple[str, ...] = ()


class ActorColumn(Document):
    """Who changed the ticket.

    Attributes:
        column: The column.
        kind: What these people are.
    """

    FAILURE = MappingError

    column: Column
    kind: ActorKind = "agent"


class LevelColumn(Document):
    """The priority level.

    Attributes:
        column: The column.
        levels: The log's priority → 1 (highest) to 4.
    """

    FAILURE = MappingError

    column: Column
    levels: Mapping[str, Level] = Field(min_length=1)


class ClassColumn(Document):
    """The priority class.

    Attributes:
        column: The column.
        classes: The log's value → a class of the policy.
    """

    FAILURE = MappingError

    column: Column
    classes: Mapping[str, Name] = Field(min_length=1)


class OpenedColumn(TimeColumn):
    """When the ticket was opened, if that was before its first row.

    Attributes:
        status: Its status then; the lifecycle's initial one if not given.
    """

    status: Name | None = None


class OutcomeColumn(Document):
    """What the log itself says of a service level target.

    Attributes:
        column: The column.
        met: Values that say that it was met.
        missed: Values that say that it was missed.
        target: The target that it is about, by its name in the policy.
        read: `"last"`: the last row of a case says it. `"worst"`: missed if any row says so.
    """

    FAILURE = MappingError

    column: Column
    met: tuple[str, ...] = Field(min_length=1)
    missed: tuple[str, ...] = Field(min_length=1)
    target: Name = "resolution"
    read: Literal["last", "worst"] = "last"


class OrderColumn(Document):
    """A column of whole numbers that orders the rows of a case."""

    FAILURE = MappingError

    column: Column


class AttributeColumn(Document):
    """An attribute that the policy declares. It is left out under a policy that does not.

    Attributes:
        column: The column.
        kind: How to read it.
    """

    FAILURE = MappingError

    column: Column
    kind: Literal["text", "integer", "number"] = "text"


class LogMapping(Document):
    """What the columns of a log mean.

    Attributes:
        schema_: Version of this format (`schema` in a document).
        name: Its name.
        source: Where the log comes from.
        encoding: Of a CSV or JSON Lines file; a byte order mark is passed over.
        delimiter: Between the cells of a CSV file.
        apostrophes: True if the file is a CSV that supportflow wrote, in which an apostrophe keeps a spreadsheet from taking
            a text for a formula: it is taken away again.
        case: The ticket that a row is about.
        order: The order of a case's rows: by `"time"` (those of one instant as in the file), as in the `"file"`, or by a
            column of whole numbers.
        rows: `"snapshots"`: a row says all that is known, so that an empty agent or group means nobody. `"changes"`: an
            empty cell says nothing.
        empty: What stands in a cell that is empty.
        time: When the row was written.
        state: The state.
        opened: When the ticket was opened; by its first row if not given.
        actor: Who did it; the host if not given.
        agent: The assignee.
        group: The support group.
        requester: Who asked. Replay numbers them; what stands there is not kept.
        text: What was written: the requester's words or the answer, as the row's state says. What stands there in a row of
            another state is left out. It is cleaned and read as on a desk, and forgotten with the replay.
        priority: The level.
        priority_class: The class.
        attributes: Attribute → column.
        outcome: What the log says of a target.
        policy: The policy to replay under when no other is given; a plain desk without an SLA if there is none.
    """

    FAILURE = MappingError

    schema_: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: Name
    source: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    apostrophes: bool = False
    case: Column
    order: Literal["time", "file"] | OrderColumn = "time"
    rows: Literal["snapshots", "changes"] = "snapshots"
    empty: tuple[str, ...] = ("",)
    time: TimeColumn
    state: StateColumn
    opened: OpenedColumn | None = None
    actor: ActorColumn | None = None
    agent: Column | None = None
    group: Column | None = None
    requester: Column | None = None
    text: Column | None = None
    priority: LevelColumn | None = None
    priority_class: ClassColumn | None = None
    attributes: Mapping[Name, AttributeColumn] = Field(default_factory=dict)
    outcome: OutcomeColumn | None = None
    policy: Policy | None = None

    @field_validator("encoding")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError("is not an encoding that Python knows") from None
        return value

    def misfits(self, policy: Policy, statuses: Mapping[Name, object]) -> Iterator[str]:
        """What the mapping names and a policy does not know, each one sentence that starts with its path.

        Args:
            policy: The policy.
            statuses: The statuses of its lifecycle.
        """
        named = {f"state.statuses.{state}": status for state, status in self.state.statuses.items()}
        if self.opened is not None and self.opened.status is not None:
            named["opened.status"] = self.opened.status
        for path, status in named.items():
            if status not in statuses:
                yield f"{path}: {status!r} is not a status of the policy's lifecycle: {', '.join(statuses)}"
        if self.priority_class is not None:
            for value, name in self.priority_class.classes.items():
                if name not in policy.classes:
                    yield f"priority_class.classes.{value}: {name!r} is not a class of the policy"


def shipped_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with supportflow, sorted."""
    folder = files("supportflow.replay") / "mappings"
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def load_mapping(name: str) -> LogMapping:
    """A shipped mapping by name, or the one in a TOML file by path.

    Raises:
        MappingError: If there is no such mapping, or the document is wrong.
        OSError: If the file cannot be read.
    """
    if name in shipped_mappings():
        text = (files("supportflow.replay") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    elif name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise MappingError([f"{name}: is not UTF-8 text"]) from None
    else:
        shipped = ", ".join(shipped_mappings())
        raise MappingError([f"{name}: is neither a .toml file nor a shipped mapping ({shipped})"])
    return parse_mapping(text)


def parse_mapping(text: str) -> LogMapping:
    """The mapping in a TOML text.

    Raises:
        MappingError: If it is not valid TOML (with line and column), or not a valid mapping.
    """
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise MappingError(["not valid TOML: nested too deeply"]) from None
    except ValueError as error:  # also a number of too many digits
        raise MappingError([f"not valid TOML: {error}"]) from None
    try:
        return LogMapping.model_validate(document)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, problem['loc'])) or 'mapping'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise MappingError(problems) from None
