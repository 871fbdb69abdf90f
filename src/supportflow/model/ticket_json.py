"""Tickets and the moves of their clocks as JSON, written field by field.

Byte for byte what pydantic writes without defaults. A command changes few of the sixty fields of a ticket, and what has not
changed since it was written last is not written again; nor is a clock, which stands in the event that moved it and in the
ticket. Values that are not known here are written by pydantic, one field at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from itertools import compress
from json.encoder import encode_basestring
from operator import attrgetter, is_not
from typing import Any, Generic, TypeVar, get_type_hints

from supportflow._time import EPOCH, iso
from supportflow.model.base import StatusCategory, TicketType, Value
from supportflow.model.bot import BotState
from supportflow.model.content import ContentRef
from supportflow.model.events import ClocksMoved
from supportflow.model.people import Actor
from supportflow.model.records import Clock, ClockMove, Milestone, Segment, Verdict
from supportflow.model.ticket import Ticket

__all__ = ["CLOCKS_MOVED", "TICKET", "Parts", "Writing", "joined"]

V = TypeVar("V", bound=Value)
Parts = Sequence[str]
"""For each field of a value its name and JSON, with a comma before them; nothing for one that has its default."""

_Writer = Callable[[Any], str]


class Writing(Generic[V]):
    """How values of a kind are written.

    Args:
        kind: A model whose JSON has its fields and nothing else, in their order.
    """

    def __init__(self, kind: type[V]) -> None:
        self._names = tuple(kind.model_fields)
        self._places = range(len(self._names))
        self._keys = [f',"{name}":' for name in self._names]
        self._needed = [field.is_required() for field in kind.model_fields.values()]
        # What no value equals, for a field that has no default.
        self._defaults: list[object] = [
            object() if one.is_required() else one.default_factory() if one.default_factory else one.default  # type: ignore[call-arg] # none of ours takes the data
            for one in kind.model_fields.values()
        ]

    def parts(self, value: V, before: tuple[V, Parts] | None = None) -> Parts:
        """The JSON of each field.

        Args:
            value: The value.
            before: One that was written before, and as what: best the same one at its last version.
        """
        values = list(value.__dict__.values())
        if before is None:
            parts, known = [""] * len(values), self._defaults
        else:
            # The very same value is written in the very same way: values never change.
            parts, known = list(before[1]), list(before[0].__dict__.values())
        for place in compress(self._places, map(is_not, values, known)):
            parts[place] = self._part(value, place, values[place])
        return parts

    def _part(self, whole: V, place: int, value: object) -> str:
        # A model asks much of what it is compared with: a field without a default is not.
        if not self._needed[place] and value == self._defaults[place]:
            return ""
        try:
            return self._keys[place] + _WRITERS[type(value)](value)
        except KeyError:  # of a value inside, too
            name = self._names[place]
            text = whole.__pydantic_serializer__.to_json(
                whole, include={name}, exclude_defaults=True
            ).decode()
            return f",{text[1:-1]}"


def joined(parts: Parts) -> bytes:
    """The fields together."""
    return f"{{{''.join(parts)[1:]}}}".encode()


def _written(value: object) -> str:
    return _WRITERS[type(value)](value)


def _several(values: tuple[object, ...]) -> str:
    return f"[{','.join([_WRITERS[type(value)](value) for value in values])}]"


def _record(kind: type[Any], names: Sequence[str], defaults: Mapping[str, Any]) -> _Writer:
    """Writes a record whose fields with defaults come last, without those that have them."""
    needed = len(names) - len(defaults)
    hints = get_type_hints(kind)
    template = ",".join(f'"{name}":%s' for name in names[:needed])
    # A whole number is written as it is.
    others = [
        (place, _OF_HINT.get(hints[name], _written))
        for place, name in enumerate(names[:needed])
        if hints[name] is not int
    ]
    usual = tuple(defaults.values())
    rest = [(f',"{name}":', default) for name, default in defaults.items()]
    values_of: Callable[[Any], Sequence[Any]] = tuple if issubclass(kind, tuple) else attrgetter(*names)

    def write(record: Any) -> str:
        values = values_of(record)
        own = list(values[:needed])
        for place, write_other in others:
            own[place] = write_other(own[place])
        text = template % tuple(own)
        if values[needed:] != usual:
            for (key, default), value in zip(rest, values[needed:], strict=True):
                if value != default:
                    text += f"{key}{_written(value)}"
        return f"{{{text}}}" if needed else f"{{{text[1:]}}}"

    return write


_MOST_KEPT = 1_000


def _kept(write: _Writer) -> _Writer:
    """Writes a value once for as long as it is the very same one: it never changes."""
    texts: dict[int, tuple[object, str]] = {}

    def write_once(value: Any) -> str:
        known = texts.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        text = write(value)
        if len(texts) >= _MOST_KEPT:
            texts.clear()  # other threads only write theirs again
        texts[id(value)] = (value, text)
        return text

    return write_once


# All clocks of a target that were started here have the same milestones.
_OF_HINT: dict[object, _Writer] = {str: encode_basestring, tuple[Milestone, ...]: _kept(_several)}
_WRITERS: dict[type, _Writer] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    type(EPOCH): lambda moment: f'"{iso(moment)}"',
    StatusCategory: lambda category: f'"{category._value_}"',
    TicketType: lambda kind: f'"{kind._value_}"',
    Actor: _kept(_record(Actor, tuple(Actor.model_fields), {})),
    ContentRef: _record(ContentRef, tuple(ContentRef.model_fields), {}),
    Milestone: lambda one: f'{{"key":{encode_basestring(one.key)},"after_us":{one.after_us}}}',
    Clock: _kept(_record(Clock, Clock._fields, Clock._field_defaults)),
    tuple: _several,
    **{kind: _record(kind, kind._fields, kind._field_defaults) for kind in (ClockMove, Segment, Verdict)},
    BotState: _record(
        BotState,
        tuple(field.name for field in fields(BotState)),
        {field.name: field.default for field in fields(BotState)},
    ),
}
TICKET = Writing(Ticket)
CLOCKS_MOVED = Writing(ClocksMoved)
