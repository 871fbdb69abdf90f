"""The small records inside tickets, events, commands and port signatures.

They are no models, for the core builds them on every command, and they hold integers of microseconds since
1970-01-01T00:00Z (`*_us`), which compare and subtract exactly. What a clock is made of, and what moves it, are named
tuples: building one costs half of what it does on a frozen dataclass, and replacing a field of a `Clock` an eighth.
"""

from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us
from supportflow.model.base import Scalar

__all__ = [
    "AttributeValue",
    "Attributes",
    "Cancelled",
    "Clock",
    "ClockMove",
    "ClockState",
    "Milestone",
    "MoveCause",
    "Refusal",
    "Segment",
    "Verdict",
]

MAX_ATTRIBUTE = 2_000
"""Longest text of an attribute, in characters."""
MAX_TAGS = 1_000
"""How many tags an attribute can hold."""


def _attribute_text(value: str) -> str:
    if len(value) > MAX_ATTRIBUTE:
        raise ValueError(f"is longer than {MAX_ATTRIBUTE} characters")
    halves = not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value)
    if halves or "\0" in value:
        raise ValueError("contains a character that cannot be kept")
    return str.__str__(value)


def _attribute(value: object) -> bool | int | float | str | frozenset[str] | None:
    """What an attribute can hold, exactly as it comes back from JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _attribute_text(value)
    if isinstance(value, Decimal):
        # Whole numbers stay exact; another is the float whose shortest decimal it is, which is how conditions read it.
        value = int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, int | float):
        if abs(value) >= 2**63 if isinstance(value, int) else not isfinite(value):
            raise ValueError("is too large a number")
        return value
    if isinstance(value, set | frozenset | list | tuple):
        if len(value) > MAX_TAGS:
            raise ValueError(f"has more than {MAX_TAGS} tags")
        if not all(isinstance(tag, str) for tag in value):
            raise ValueError("is not a set of texts")
        return frozenset(map(_attribute_text, value))
    raise ValueError("is not a text, a number, true or false, or a set of texts")


def _attribute_json(value: object) -> object:
    """Tags in order: the JSON of a set must not change with the process."""
    return sorted(value) if isinstance(value, frozenset) else value


AttributeValue = Annotated[
    Scalar | frozenset[str],
    PlainValidator(_attribute),
    PlainSerializer(_attribute_json, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["boolean", "number", "string", "null"]},
                {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            ]
        }
    ),
]
Attributes = dict[str, AttributeValue]
"""Declared attributes of a ticket: scalars, or sets of tags."""


def _record_schema(cls: Any, handler: GetCoreSchemaHandler, *, brief: bool = False) -> CoreSchema:
    """Read and write a named tuple as an object with named fields, so that it can grow.

    Args:
        cls: The class of named tuples.
        handler: Makes the schemas of its fields.
        brief: True to leave defaults out whether or not the writer asks for it.
    """
    names: tuple[str, ...] = cls._fields
    defaults: dict[str, object] = cls._field_defaults
    kinds = {
        name: handler.generate_schema(kind) for name, kind in get_type_hints(cls, include_extras=True).items()
    }

    def read(given: dict[str, Any]) -> object:
        return cls(**given)

    def write(record: Any, info: SerializationInfo) -> dict[str, object]:
        written = dict(zip(names, record, strict=True))
        if brief or info.exclude_defaults:
            for name, default in defaults.items():
                if written[name] == default:
                    del written[name]
        return written

    from_fields = core_schema.no_info_after_validator_function(
        read,
        core_schema.typed_dict_schema(
            {
                name: core_schema.typed_dict_field(kind, required=name not in defaults)
                for name, kind in kinds.items()
            },
            extra_behavior="ignore",
        ),
    )
    return core_schema.json_or_python_schema(
        json_schema=from_fields,
        python_schema=core_schema.union_schema(
            [core_schema.is_instance_schema(cls), from_fields], mode="left_to_right"
        ),
        serialization=core_schema.plain_serializer_function_ser_schema(
            write,
            info_arg=True,
            return_schema=core_schema.typed_dict_schema(
                {name: core_schema.typed_dict_field(kind, required=False) for name, kind in kinds.items()}
            ),
        ),
    )


ClockState = Literal["running", "paused", "met", "missed", "cancelled"]
Cancelled = Literal["lapsed", "ended", "signal"]
"""Why a clock was cancelled: its target stopped applying, the ticket ended, or its metric says so."""
MoveCause = Cancelled | Literal["reopened", "applies", "returned", "changed", "undone", "joined"]
"""What lies behind a move: why a clock was cancelled; its ticket is open again; its target came to apply, applies again,
gave way to another, or was changed and changed back within one instant; two tickets were joined, or one was split."""


class Segment(NamedTuple):
    """A stretch in which a clock ran.

    Attributes:
        start_us: When it began.
        end_us: When it ended, or None while the clock runs.
        calendar: The name of the calendar that counts inside it.
        counted_us: Counted time inside it, once it has ended.
    """

    start_us: int
    end_us: int | None
    calendar: str
    counted_us: int | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _record_schema(cls, handler)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A point on a clock, in counted time since its start.

    Attributes:
        key: `"warn:75%"`, `"warn:-30m"`, `"breach"`, `"overdue:1"`: unique on its clock.
        after_us: How much counted time reaches it.
    """

    key: str
    after_us: int


class Verdict(NamedTuple):
    """How a clock ended. It is never rewritten; a correction is an event beside it.

    Attributes:
        met: True if the clock stopped no later than it was due.
        due_us: When it was due, had it gone on running from its last start.
        stopped_us: When it stopped.
        elapsed_us: Counted time from start to stop, without pauses.
        policy: Fingerprint of the policy that judged.
        calendar: The calendar at the end.
        tzdata: Version of the time zone data that was used.
    """

    met: bool
    due_us: int
    stopped_us: int
    elapsed_us: int
    policy: str
    calendar: str
    tzdata: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _record_schema(cls, handler)

    @property
    def due_at(self) -> Instant:
        """When the clock was due."""
        return from_us(self.due_us)

    @property
    def stopped_at(self) -> Instant:
        """When the clock stopped."""
        return from_us(self.stopped_us)


class Clock(NamedTuple):
    """A service level target bound to a ticket.

    The state is the run segments; `banked_us` is the sum of the closed ones, kept so that neither reading the due time
    nor a long-lived ticket grows with its past. Older closed segments leave the ticket (they stay in the events).

    Attributes:
        key: `"gold/first_response#1"`: SLA policy, target, cycle; unique on its ticket.
        sla: Name of the SLA policy.
        target: Name of the target in it.
        metric: Name of the metric.
        cycle: 1, 2, … for a metric that starts again.
        duration_us: Counted time until the breach.
        edge: Which instant is due when the time is used up exactly at closing: `"close"` or the next `"open"`.
        milestones: Sorted by `after_us`; the breach is one of them.
        state: What the clock does.
        segments: The latest run segments; the last is open while the clock runs.
        banked_us: Counted time of all closed segments.
        folded_us: The part of `banked_us` whose segments have left the ticket.
        paused_us: Total length of the pauses that are over, in elapsed time.
        passed: How many of the milestones were reached.
        started_us: When the cycle started.
        attached_us: When this target was attached to the clock.
        retroactive: True if it counts as if it had applied from the start: milestones can lie before `attached_us`.
        breached_us: When the breach was, if there was one.
        verdict: How it ended.
        excluded: True if it is left out of the adjusted rate.
        cancelled: Why it was cancelled, if it was.
        cancelled_us: When it was cancelled.
        over_us: When what it waited for happened, if that was after the end of the ticket had cancelled it.
    """

    key: str
    sla: str
    target: str
    metric: str
    cycle: int
    duration_us: int
    edge: Literal["close", "open"]
    milestones: tuple[Milestone, ...]
    state: ClockState
    segments: tuple[Segment, ...]
    banked_us: int
    folded_us: int
    paused_us: int
    passed: int
    started_us: int
    attached_us: int
    retroactive: bool = False
    breached_us: int | None = None
    verdict: Verdict | None = None
    excluded: bool = False
    cancelled: Cancelled | None = None
    cancelled_us: int | None = None
    over_us: int | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _record_schema(cls, handler, brief=True)

    @property
    def running(self) -> bool:
        """True while time counts (in the calendar's hours)."""
        return self.state == "running"

    @property
    def active(self) -> bool:
        """True until it is judged or cancelled."""
        return self.state in {"running", "paused"}

    @property
    def calendar(self) -> str:
        """The calendar of the latest segment."""
        return self.segments[-1].calendar

    @property
    def started_at(self) -> Instant:
        """When the cycle started."""
        return from_us(self.started_us)

    @property
    def breached_at(self) -> Instant | None:
        """The true instant of the breach, if there was one."""
        return None if self.breached_us is None else from_us(self.breached_us)


class ClockMove(NamedTuple):
    """One change of one clock. What it means is in `move`; the fields that it does not need are None.

    Attributes:
        clock: The clock's key.
        move: `start` and `attach` (the target came to apply later, or again) bring the whole clock; `pause` closes the
            running segment; `resume` opens one; `switch` goes on under another calendar; `retarget` brings the clock with a
            new duration; `cancel` ends it without a verdict.
        at_us: When.
        counted_us: Counted time of the segment that closes (`pause`, `switch`, `cancel`).
        calendar: Of the segment that opens (`resume`, `switch`).
        state: The whole clock (`start`, `attach`, `retarget`; `cancel`, where more than its state changes).
        reason: Why, in the policy's words, for people.
        cause: Why, for programs; None for what only follows from the metric, and in recordings from before the field.
    """

    clock: str
    move: Literal["start", "attach", "pause", "resume", "switch", "retarget", "cancel"]
    at_us: int
    counted_us: int | None = None
    calendar: str | None = None
    state: Clock | None = None
    reason: str | None = None
    cause: MoveCause | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _record_schema(cls, handler)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a command would have been told, kept beside an observed fact that was taken in all the same.

    Attributes:
        reason: `"no_transition"`, `"guard"` or `"final"`.
        trigger: The trigger that leads there, if there is one.
        unmet_guards: By name. Recordings from before `unmet_steps` have steps here, too, as `"step:<name>"`.
        unmet_steps: Mandatory steps of its procedure that are not done, by name.
    """

    reason: Literal["no_transition", "guard", "final"]
    trigger: str | None = None
    unmet_guards: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    unmet_steps: Annotated[tuple[str, ...], Field(max_length=50)] = ()
