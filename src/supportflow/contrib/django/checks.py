"""System checks: what is wrong with the settings, before anything runs on them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connections, router

from supportflow.contrib.django.bridge import Messages, TicketBridge
from supportflow.contrib.django.conf import Configuration, configuration, lifecycle_of
from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.link import DjangoLink
from supportflow.contrib.django.registry import bridges
from supportflow.exceptions import DefinitionError, InvalidInput, StoreError
from supportflow.stores.sql.tables import check_tables as check_revision

__all__ = ["check_settings", "check_tables"]


def check_settings(**_: Any) -> list[CheckMessage]:
    """What is wrong with `SUPPORTFLOW`, the policy and the bridges."""
    try:
        given = configuration()
    except DefinitionError as error:
        return [Error(f"the policy: {problem}", id="supportflow.E002") for problem in error.problems]
    except InvalidInput as error:
        return [Error(str(error), id="supportflow.E001")]
    if given.database not in connections:
        return [
            Error(f"SUPPORTFLOW DATABASE: there is no database {given.database!r}", id="supportflow.E003")
        ]
    try:
        desk()
    except InvalidInput as error:
        return [Error(str(error), id="supportflow.E003")]
    return [message for bridge in _declared(given) for message in _check_bridge(bridge, given)]


def _declared(given: Configuration) -> list[TicketBridge]:
    """The bridges: those that could not be connected, too."""
    connected = bridges()
    named = [one() for one in given.bridges if one not in {type(bridge) for bridge in connected}]
    return [*connected, *named]


def check_tables(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether the database has the tables of this version."""
    try:
        alias = configuration().database
        if databases is None or alias not in databases:
            return []
        link = DjangoLink(alias)
        if "supportflow_schema" in connections[alias].introspection.table_names():
            check_revision(link)
            return []
    except (InvalidInput, DefinitionError):  # the other check says so
        return []
    except DatabaseError as error:
        return [Error(str(error), id="supportflow.E007")]
    except StoreError as error:
        return [Error(str(error), hint="run manage.py migrate", id="supportflow.E007")]
    return [
        Caution(
            "the database has no tables of supportflow", hint="run manage.py migrate", id="supportflow.W007"
        )
    ]


def _check_bridge(bridge: TicketBridge, given: Configuration) -> Iterator[CheckMessage]:
    name = type(bridge).__name__
    try:
        model = bridge.ticket_model
        said_in = bridge.message_model
    except (LookupError, ValueError) as error:
        yield Error(f"{name}: {error}", id="supportflow.E004")
        return
    if router.db_for_write(model) != given.database:
        yield Error(
            f"{name}: {bridge.model} is not in the database {given.database!r}, where the desk is",
            id="supportflow.E005",
        )
    fields = ("subject", "body", "requester", "requester_email", "requester_name", "opened_at", "changed_at",
              "status", "assignee", "group", "level", "priority_class")  # fmt: skip
    paths = {field: getattr(bridge, field) for field in fields} | {
        f"attributes.{key}": path for key, path in bridge.attributes.items()
    }
    yield from _check_paths(name, model, paths)
    if said_in is not None and bridge.messages is not None:
        messages = bridge.messages
        yield from _check_paths(
            f"{name}.messages",
            said_in,
            {key: getattr(messages, key) for key in ("ticket", "body", "at", "author", "public", "staff")},
        )
        yield from _check_key(name, said_in, messages)
    yield from _check_statuses(name, model, bridge, given)
    prefixes = [one.prefix for one in bridges()]
    if prefixes.count(bridge.prefix) > 1:
        yield Error(f"{name}: another bridge has the prefix {bridge.prefix!r}, too", id="supportflow.E006")


def _check_paths(name: str, model: Any, paths: dict[str, str]) -> Iterator[CheckMessage]:
    for field, path in paths.items():
        missing = _missing(model, path) if path else None
        if missing is not None:
            at, first = missing
            yield Error(f"{name}.{field}: {at._meta.label} has no {first!r}", id="supportflow.E004")  # noqa: SLF001 - Django's public API


def _check_key(name: str, said_in: Any, messages: Messages) -> Iterator[CheckMessage]:
    """The ticket of a message is asked of the database, so a path or a property does not do."""
    if _missing(said_in, messages.ticket) is None and not _is_key(said_in, messages.ticket):
        yield Error(f"{name}.messages.ticket: {messages.ticket!r} is no foreign key", id="supportflow.E004")


def _is_key(model: Any, name: str) -> bool:
    try:
        return bool(model._meta.get_field(name).many_to_one)  # noqa: SLF001 - Django's public API
    except FieldDoesNotExist:
        return False


def _missing(model: Any, path: str) -> tuple[Any, str] | None:
    """The model and the first name of a path that it has not; a path is followed as far as models say where it leads."""
    for name in path.split("."):
        try:
            field = model._meta.get_field(name)  # noqa: SLF001 - Django's public API
        except FieldDoesNotExist:
            return None if hasattr(model, name) else (model, name)
        model = field.related_model
        if not isinstance(model, type):
            return None
    return None


def _has(model: Any, name: str) -> bool:
    return _missing(model, name) is None


def _check_statuses(
    name: str, model: Any, bridge: TicketBridge, given: Configuration
) -> Iterator[CheckMessage]:
    known = lifecycle_of(given.policy).statuses
    for status in sorted({*bridge.statuses.values(), *bridge.untouched.values(), bridge.gone} - set(known)):
        yield Error(f"{name}: the policy's lifecycle has no status {status!r}", id="supportflow.E008")
    if not bridge.statuses or not bridge.status or not _has(model, bridge.status):
        return
    choices = getattr(getattr(model, "_meta", None), "get_field", lambda _: None)(bridge.status)
    for value, _label in getattr(choices, "flatchoices", None) or ():
        if value not in bridge.statuses:
            yield Caution(
                f"{name}.statuses does not say what {value!r} means: such a ticket is not reported",
                id="supportflow.W008",
            )
