"""What both desks are made of: ports, what is known of the tenant, and a desk inside a transaction of the host's."""

import logging
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Self

from supportflow import _forks
from supportflow.exceptions import InvalidInput
from supportflow.flows.environment import Environment, Unreadable, check_number
from supportflow.flows.requests import Call
from supportflow.flows.routing.floor import Dispatcher
from supportflow.flows.routing.places import PlaceIndex
from supportflow.flows.routing.takings import Takings
from supportflow.flows.setup import (
    OPTIONAL,
    channels_of,
    kinds_of,
    new_environment,
    past_of,
    plain_only,
    ports_of,
)
from supportflow.policy import Policy
from supportflow.ports import traits_of
from supportflow.ports.plain import loads_requesters
from supportflow.stores.memory import MemoryStore
from supportflow.system import SystemClock, SystemIds
from supportflow.triage.official import AddressCheck

__all__ = ["LOGGER", "DeskBase", "log_unreadable"]

LOGGER = "supportflow"
"""The name of the logger."""


def log_unreadable(unreadable: Unreadable) -> None:
    """Log what could not be read, and what was mended: ids and class names, never a word that somebody typed.

    The flows themselves log nothing.
    """
    for stream, error in unreadable.fresh():
        text = f"left out: {error}" if error else "was damaged, and is made anew from its events"
        logging.getLogger(LOGGER).warning("%s %s", stream, text)


class DeskBase(_forks.Fork):
    """A desk without its way of answering.

    Args:
        policy: How it works; a plain desk without an SLA if not given.
        ports: Name → port, or None for the one that comes with supportflow, or for none.
        channels: Name → channel.
        on: Event class → handler.
        tenant: Whose tickets these are.
        secret: Key for fingerprints.
        sleep: Lets seconds pass, if the clock has no way of its own.
        plain: Whether async ports are refused.

    Raises:
        PolicyError: If the policy is wrong.
        InvalidInput: If a port, the tenant or the secret cannot be used.
    """

    def __init__(
        self,
        policy: Policy | None,
        *,
        ports: Mapping[str, Any],
        channels: Mapping[str, Any] | None,
        on: Mapping[Any, Any] | None,
        tenant: str,
        secret: bytes | None,
        sleep: Callable[[float], Any],
        plain: bool,
    ) -> None:
        own = {"store": MemoryStore, "clock": SystemClock, "ids": SystemIds}
        self._ports: dict[str, Any] = {
            **ports,
            **{name: made() for name, made in own.items() if ports[name] is None},
            **ports_of(plain=plain, **{name: ports[name] for name in OPTIONAL}),
        }
        clock = self._ports["clock"]
        self._pause: Callable[[float], Any] = getattr(clock, "pause", sleep)
        self._channels = channels_of(channels)
        self._handlers = kinds_of({} if on is None else on)
        if plain:
            plain_only(self._handlers, self._channels)
        self._known: Environment = new_environment(
            policy,
            tenant,
            self._handlers,
            self._channels,
            secret,
            asks_model=self._ports["classifier"] is not None,
            ports={name: self._ports[name] for name in OPTIONAL},
            acts=self._ports["actions"] is not None,
            past=past_of({} if on is None else on),
            traits={name: traits_of(channel) for name, channel in self._channels.items()},
            loads_requesters=loads_requesters(self._ports["store"]),
        )
        self._closed = False
        self._version: int | None = None
        self._after_fork_in_child()
        _forks.watch(self)

    def _after_fork_in_child(self) -> None:
        """Dispatch under a name of its own: what the parent leads in, this process does not."""
        self._dispatcher = Dispatcher()
        self._known.running = {}  # the parent's threads and tasks are not here
        self._places, self._takings = PlaceIndex(), Takings()

    @property
    def _env(self) -> Environment:
        """What a flow works with; drawn anew for each, where what it writes may be undone."""
        tentative = getattr(self._ports["store"], "tentative", False) is True
        return self._known.tentative_copy() if tentative else self._known

    def _ask(self, call: Call) -> Any:
        """Make a call of a port; the answer may be one that has to be awaited."""
        name, method, args, named, _, _ = call
        port = self._ports.get(name)
        if port is not None:
            return getattr(port, method)(*args, **named) if named else getattr(port, method)(*args)
        if name == "handler":
            return self._handlers[method](*args)
        if name == "channel":
            return self._channels[method].send(*args)
        if name == "rating":
            return self._channels[method].ask_rating(*args)  # its traits say that it has that
        assert name == "pause"
        return self._pause(*args)

    def within(self, connection: Any, /) -> Self:
        """This desk inside a transaction that the host has open: the host's rows and the desk's commit together, or neither.

        Each command is a savepoint of it. A conflict with others is not tried again: it raises `ConflictError`.

        Args:
            connection: For a `Desk` an SQLAlchemy connection or session; a `sqlite3` or `psycopg` connection; or Django's
                `connection`. For an `AsyncDesk` an SQLAlchemy `AsyncConnection`; of an `AsyncSession`,
                `await session.connection()`.

        Raises:
            InvalidInput: If the desk's store or the connection cannot do that, or no transaction is open.
        """
        store = self._ports["store"]
        if not hasattr(store, "within"):
            raise InvalidInput("store", "keeps nothing in a database that a host could have a transaction on")
        joined = copy(self)
        joined._ports = {**self._ports, "store": store.within(connection)}  # noqa: SLF001 - of this very class
        # Its own: a policy that is taken into use in there is this desk's only if the host goes on with it.
        joined._known = replace(self._known)  # noqa: SLF001 - the same
        joined._after_fork_in_child()  # noqa: SLF001 - the same
        return joined

    def meant_for(self, version: int, /) -> Self:
        """This desk for commands that are meant for one version of a ticket, as somebody has it on their screen.

        `desk.meant_for(ticket.version).resolve(ticket, by=...)` is carried out if nothing has happened to the ticket since,
        and else raises `VersionMismatch`. With an idempotency key, a repeat is answered as the first call was.

        Args:
            version: The version: `ticket.version`.

        Raises:
            InvalidInput: If it is no whole number. A command that begins a ticket is meant for no version, and says so.
        """
        meant = copy(self)
        meant._version = check_number("version", version, 0)  # noqa: SLF001 - of this very class
        return meant

    @property
    def policy(self) -> Policy:
        """The policy version that new tickets get."""
        return self._known.policy

    @property
    def tenant(self) -> str:
        """Whose tickets these are."""
        return self._known.tenant

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What this desk has met, could not read, and has not read since: stream → class of the error.

        Such as `"ticket:<id>"` → `"DamagedRow"`. It is logged when it is met; everything else goes on without it.
        """
        return self._known.unreadable.skipped

    @property
    def has_similar(self) -> bool:
        """Whether it has an index of tickets, which `index_similar` keeps up."""
        return self._ports["similar"] is not None

    def is_official(self, text: str) -> AddressCheck:
        """Was this you? The addresses in a text (mail, links, domains, phones), sorted into official and unknown ones.

        The answer is true if there is an address in it, and all of them are the policy's official ones.
        """
        return self._known.book.current.cases.official.check(text)
