"""The bridges of this project, and the signals by which they hear of the host's rows."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from supportflow.contrib.django.bridge import TicketBridge
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.reporting import report
from supportflow.contrib.django.rows import ticket_pk
from supportflow.exceptions import ConflictError, DefinitionError, InvalidInput, SupportflowError

__all__ = ["bridge_of", "bridges", "connect", "gathering", "register"]

LOGGER = logging.getLogger("supportflow.bridge")
_TRIES = 4
_APPS: list[type[TicketBridge]] = []
_ALL: list[TicketBridge] = []


def register(bridge: type[TicketBridge]) -> None:
    """Have a bridge work, besides those that the settings name: for apps, in their `ready`."""
    if bridge not in _APPS:
        _APPS.append(bridge)


def bridges() -> tuple[TicketBridge, ...]:
    """The bridges of this project."""
    return tuple(_ALL)


def bridge_of(ticket: object) -> TicketBridge | None:
    """The bridge of a host's ticket, if it has one."""
    return next((one for one in _ALL if isinstance(ticket, one.ticket_model)), None)


def connect() -> None:
    """Listen to what the bridges are about. Settings that cannot be used are left to the system checks, which name them."""
    for one in _ALL:
        for signal, _, sender, uid in _listened(one):
            signal.disconnect(sender=sender, dispatch_uid=uid)
    _ALL.clear()
    try:
        named = configuration().bridges
    except (InvalidInput, DefinitionError):
        return
    for made in (*named, *_APPS):
        one = made()
        try:
            listened = list(_listened(one))
        except LookupError:
            continue
        _ALL.append(one)
        for signal, receiver, sender, uid in listened:
            signal.connect(receiver, sender=sender, dispatch_uid=uid, weak=False)


def _listened(bridge: TicketBridge) -> Iterator[tuple[Any, Any, type[Model], str]]:
    uid = f"supportflow.{bridge.name}"
    for model in _with_proxies(bridge.ticket_model):
        yield post_save, partial(_ticket_saved, bridge), model, f"{uid}.saved"
        yield post_delete, partial(_ticket_deleted, bridge), model, f"{uid}.deleted"
    if bridge.messages is not None:
        for model in _with_proxies(apps.get_model(bridge.messages.model)):
            yield post_save, partial(_message_saved, bridge), model, f"{uid}.said"


def _with_proxies(model: type[Model]) -> list[type[Model]]:
    return [one for one in apps.get_models(include_auto_created=True) if issubclass(one, model)]


def _ticket_saved(bridge: TicketBridge, *, instance: Any, using: str, raw: bool = False, **_: Any) -> None:
    if not raw and _is_told_at_once(bridge):
        _hear(bridge, using, instance.pk)


def _is_told_at_once(bridge: TicketBridge) -> bool:
    return configuration().at_once or bridge.is_passing()


def _ticket_deleted(bridge: TicketBridge, *, instance: Any, using: str, **_: Any) -> None:
    _hear(bridge, using, instance.pk)


def _message_saved(bridge: TicketBridge, *, instance: Any, using: str, raw: bool = False, **_: Any) -> None:
    if not raw and _is_told_at_once(bridge):
        pk = ticket_pk(bridge, instance)
        if pk is not None:
            _hear(bridge, using, pk, instance.pk)


_GATHERED: ContextVar[dict[tuple[TicketBridge, str, Any], list[object]] | None] = ContextVar(
    "gathered", default=None
)


@contextmanager
def gathering() -> Iterator[None]:
    """Report what is saved in here at its end: once for each ticket, however often it is saved.

    Within a transaction, begin and end it inside: what is reported is a part of the transaction then.
    """
    if _GATHERED.get() is not None:
        yield
        return
    found: dict[tuple[TicketBridge, str, Any], list[object]] = {}
    token = _GATHERED.set(found)
    try:
        yield
    finally:
        _GATHERED.reset(token)
        for (bridge, using, pk), messages in found.items():
            _report(bridge, using, pk, messages)


def _hear(bridge: TicketBridge, using: str, pk: object, message: object = None) -> None:
    """Report what a signal tells of, or note that it is to be reported."""
    if using != configuration().database:
        return
    messages = [] if message is None else [message]
    gathered = _GATHERED.get()
    if gathered is None:
        _report(bridge, using, pk, messages)
    else:
        gathered.setdefault((bridge, using, pk), []).extend(messages)


def _report(bridge: TicketBridge, using: str, pk: object, messages: Sequence[object]) -> None:
    """Report a ticket. The host's own save never fails for it, unless the settings are strict.

    What cannot be reported in the host's transaction is reported after it; what cannot be reported at all is logged, and the
    next tick finds it.
    """
    if connections[using].needs_rollback:
        return
    try:
        _try(bridge, pk, messages)
    except (SupportflowError, DatabaseError) as error:
        if configuration().strict:
            raise
        if connections[using].in_atomic_block and not connections[using].needs_rollback:
            transaction.on_commit(partial(_report_later, bridge, pk), using=using, robust=True)
        _log(bridge, pk, error)


def _report_later(bridge: TicketBridge, pk: object) -> None:
    try:
        _try(bridge, pk, every_message=bridge.messages is not None)
    except (SupportflowError, DatabaseError) as error:
        if configuration().strict:
            raise
        _log(bridge, pk, error)


def _try(
    bridge: TicketBridge, pk: object, messages: Sequence[object] = (), *, every_message: bool = False
) -> None:
    for left in reversed(range(_TRIES)):
        try:
            report(bridge, pk, messages, every_message=every_message)
        except ConflictError:
            if not left:
                raise
        else:
            return


def _log(bridge: TicketBridge, pk: object, error: Exception) -> None:
    LOGGER.warning("%s %s was not reported, the next tick will: %s", bridge.model, pk, error)
