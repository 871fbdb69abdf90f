"""Single rows of the host's, read anew for each save: by statements that the ORM compiles once, and not each time.

To compile one, and to find out how its values are to be converted, costs many times what it costs to run it. What comes of
it are the host's own models, by `from_db`, as from the ORM. Where a host has a base manager of its own, it is the ORM that
reads: what such a manager leaves out can differ from one time to the next.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connections, models

from supportflow.contrib.django.bridge import TicketBridge, at_path
from supportflow.contrib.django.link import unlogged

__all__ = ["first_message", "key_of", "messages_named", "messages_of", "ticket_key", "ticket_of", "ticket_pk"]

_MOST = 20
"""So many messages are asked for by a statement that is kept."""
_KEPT = "_supportflow_messages"


def ticket_of(bridge: TicketBridge, pk: object, using: str) -> Any:
    """A ticket as its row is now, with what its bridge calls `related`; None if there is none."""
    if type(bridge).tickets is not TicketBridge.tickets:  # the host's own, and perhaps another one each time
        return bridge.tickets(using).filter(pk=pk).first()
    found = _rows(bridge.ticket_model, "pk", (pk,), (), using)
    _follow(found, bridge.related, using)
    return found[0] if found else None


def messages_of(bridge: TicketBridge, ticket: Any, using: str) -> list[Any]:
    """All messages of a ticket, in order; read once for each time that the ticket is."""
    kept: list[Any] | None = ticket.__dict__.get(_KEPT)
    if kept is None:
        assert bridge.messages is not None
        key = key_of(bridge, ticket)
        named = () if key is None else (key,)
        kept = ticket.__dict__[_KEPT] = _messages(bridge, bridge.messages.ticket, named, using)
    return kept


def key_of(bridge: TicketBridge, ticket: Any) -> Any:
    """What the messages of a ticket point to it by: its primary key, or another field of the host's choice."""
    return getattr(ticket, _pointer(bridge).target_field.attname)


def ticket_key(bridge: TicketBridge, message: Any) -> Any:
    """What a message points to its ticket by; None if to none."""
    return getattr(message, _pointer(bridge).attname)


def ticket_pk(bridge: TicketBridge, message: Any) -> Any:
    """Primary key of the ticket that a message points to; None if to none."""
    field = _pointer(bridge)
    if field.target_field.primary_key:
        return getattr(message, field.attname)
    return at_path(message, f"{field.name}.pk")


def _pointer(bridge: TicketBridge) -> Any:
    assert bridge.messages is not None
    model: Any = bridge.message_model
    return model._meta.get_field(bridge.messages.ticket)  # noqa: SLF001 - Django's public API


def first_message(bridge: TicketBridge, ticket: Any, using: str) -> Any:
    """The first message of a ticket, without reading the others; None if there is none."""
    kept: list[Any] | None = ticket.__dict__.get(_KEPT)
    if kept is None:
        assert bridge.messages is not None
        return bridge.messages_of(using).filter(**{bridge.messages.ticket: ticket}).first()
    return kept[0] if kept else None


def messages_named(bridge: TicketBridge, pks: Sequence[object], using: str) -> list[Any]:
    """Messages by their primary keys, in order."""
    return _messages(bridge, "pk", pks, using)


def _messages(bridge: TicketBridge, name: str, keys: Sequence[object], using: str) -> list[Any]:
    fields, model = bridge.messages, bridge.message_model
    assert fields is not None
    assert model is not None
    if type(bridge).messages_of is not TicketBridge.messages_of:
        return list(bridge.messages_of(using).filter(**{f"{name}__in": list(keys)}))
    found = _rows(model, name, keys, (fields.at.replace(".", "__"), "pk"), using)
    _follow(found, fields.related, using)
    return found


def _rows(model: Any, name: str, keys: Sequence[object], order: tuple[str, ...], using: str) -> list[Any]:
    """The rows of a model whose field has one of some values."""
    field = _plain(model._meta.pk if name == "pk" else model._meta.get_field(name))  # noqa: SLF001 - Django's public API
    keys = list(dict.fromkeys(field.to_python(key) for key in keys))
    if not keys:
        return []
    manager: Any = model._base_manager  # noqa: SLF001 - Django's own word for it
    if len(keys) > _MOST or type(manager) is not models.Manager or not isinstance(field, _COUNTED):
        return list(manager.using(using).filter(**{f"{name}__in": keys}).order_by(*order))
    connection = connections[using]
    compiled = _compiled(model, name, len(keys), order, connection)
    values = [field.get_db_prep_value(key, connection) for key in keys]
    with unlogged(connection) as cursor:
        cursor.execute(compiled.statement, values)
        rows = cursor.fetchall()
    return [model.from_db(using, compiled.names, list(compiled.values(row, connection))) for row in rows]


_COUNTED = (models.IntegerField, models.UUIDField, models.CharField)
"""Fields whose values can be made of numbers, to stand for others."""


class _Compiled(NamedTuple):
    """A statement, and how its rows become models.

    Attributes:
        statement: With places for the values that are asked for.
        names: The fields that a row has, in order.
        converters: By field: what makes of the database's value the host's, and the column that it is told.
    """

    statement: str
    names: list[str]
    converters: list[tuple[list[Any], Any] | None]

    def values(self, row: Sequence[Any], connection: Any) -> Iterator[Any]:
        """What the fields of a row hold."""
        for value, converted in zip(row, self.converters, strict=True):
            held = value
            if converted is not None:
                for convert in converted[0]:
                    held = convert(held, converted[1], connection)
            yield held


def _compiled(model: Any, name: str, number: int, order: tuple[str, ...], connection: Any) -> _Compiled:
    # Kept with the connection, as converters are its own.
    kept: dict[object, _Compiled] = connection.__dict__.setdefault("_supportflow_compiled", {})
    asked = (model, name, number, order)
    if asked not in kept:
        kept[asked] = _compile(model, name, number, order, connection.alias)
    return kept[asked]


def _compile(model: Any, name: str, number: int, order: tuple[str, ...], using: str) -> _Compiled:
    field = _plain(model._meta.pk if name == "pk" else model._meta.get_field(name))  # noqa: SLF001 - as above
    stand_ins = [field.to_python(place) for place in range(1, number + 1)]
    lookup = {f"{name}__in": stand_ins} if number > 1 else {name: stand_ins[0]}
    query = model._base_manager.using(using).filter(**lookup).order_by(*order).query  # noqa: SLF001 - as above
    compiler = query.get_compiler(using)
    statement = compiler.as_sql()[0]
    columns = [one[0] for one in compiler.select]
    converters = compiler.get_converters(columns)
    return _Compiled(
        statement,
        [column.target.attname for column in columns],
        [converters.get(place) for place in range(len(columns))],
    )


def _plain(field: Any) -> Any:
    """The field that a key points to in the end."""
    while field.remote_field:
        field = field.target_field
    return field


def _follow(rows: Sequence[Any], names: Sequence[str], using: str) -> None:
    """Read the other ends of foreign keys, each once. What is none is read when it is asked for."""
    read: dict[tuple[type[models.Model], Any], Any] = {}
    for row in rows:
        for name in names:
            one = row
            for step in name.split("__"):
                one = one and _other_end(one, step, using, read)


def _other_end(row: Any, name: str, using: str, read: dict[tuple[type[models.Model], Any], Any]) -> Any:
    field = row._meta.get_field(name)  # noqa: SLF001 - as above
    if not (field.concrete and field.remote_field):
        return None
    key = getattr(row, field.attname)
    if key is None:
        return None
    model = field.remote_field.model
    if (model, key) not in read:
        found = _rows(model, field.target_field.name, (key,), (), using)
        read[model, key] = found[0] if found else None
    if read[model, key] is not None:
        setattr(row, name, read[model, key])
    return read[model, key]
