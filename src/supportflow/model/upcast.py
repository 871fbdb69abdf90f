"""Old recordings always load: upcasters bring the stored form of an event from version N to N + 1.

An upcaster is a function from the stored fields to the fields of the next version, registered under the event's kind and
the version that it reads. Fields that this version does not know are ignored; a row whose `min_reader` is higher than
what we know is left alone, with an error that says so.
"""

from collections.abc import Callable, Mapping

from pydantic import TypeAdapter, ValidationError

from supportflow.exceptions import DamagedRow, NewerSchemaError
from supportflow.model.base import STORED
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.model.problems import invalid

__all__ = ["UPCASTERS", "Fields", "Upcaster", "read_event", "upcast"]

Fields = dict[str, object]
Upcaster = Callable[[Fields], Fields]

_FIELDS: TypeAdapter[Fields] = TypeAdapter(Fields, config={"defer_build": True})

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""(kind, version read) → upcaster. Empty while every kind is at version 1."""


def upcast(
    kind: str,
    version: int,
    fields: Fields,
    *,
    to: int,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> Fields:
    """The fields of version `to` from those of `version`.

    Raises:
        KeyError: If a step has no upcaster: a mistake in supportflow, caught by its tests.
    """
    for step in range(version, to):
        fields = upcasters[kind, step](fields)
    return fields


def read_event(
    kind: str,
    version: int,
    min_reader: int,
    data: bytes,
    *,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> EventBase:
    """The event in a stored row.

    Args:
        kind: The event's kind.
        version: The version that its writer knew.
        min_reader: The lowest version that can read it.
        data: Its fields as JSON.
        upcasters: (kind, version read) → upcaster.

    Raises:
        NewerSchemaError: If the row needs a newer supportflow.
        DamagedRow: If the row is broken.
    """
    cls = EVENT_TYPES.get(kind)
    if cls is None:
        raise NewerSchemaError(kind, version, 0)
    if min_reader > cls.VERSION:
        raise NewerSchemaError(kind, min_reader, cls.VERSION)
    try:
        if version < cls.VERSION:
            fields = _FIELDS.validate_json(data)
            data = _FIELDS.dump_json(upcast(kind, version, fields, to=cls.VERSION, upcasters=upcasters))
        return cls.model_validate_json(data, context=STORED)
    except ValidationError as error:
        raise DamagedRow(f"event {kind!r}", str(invalid(error))) from None
