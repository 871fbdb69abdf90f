"""From a host's row to the desk: what has changed since it was last reported, in one transaction, under one lock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from supportflow.contrib.django.bridge import Reported, TicketBridge
from supportflow.contrib.django.conf import configuration, lifecycle_of
from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.link import DjangoLink
from supportflow.contrib.django.marks import Mark, is_first, locked
from supportflow.desk import Desk
from supportflow.exceptions import Refused, TicketNotFound
from supportflow.model.people import HOST, Agent, Requester

__all__ = ["describe", "differs", "report"]

_OBSERVED = frozenset({"status", "agent", "group", "level", "priority_class"})
_LIVE = timedelta(seconds=5)
"""What is younger than this happens now, as far as the desk is concerned."""


def report(
    bridge: TicketBridge, pk: object, messages: Collection[object] = (), *, every_message: bool = False
) -> bool:
    """Tell the desk what has changed of a ticket since it was last told; of an unknown one, all there is.

    The row is read anew, under a lock of its mark: of two processes that report one ticket, the later sees what the earlier
    has told, and the last state of the row is what the desk is left with.

    Args:
        bridge: Whose ticket it is.
        pk: Its primary key.
        messages: Primary keys of messages of it that may be new.
        every_message: Whether to look for any message that was not reported.

    Returns:
        Whether there was anything to tell.

    Raises:
        SupportflowError: If the desk refuses; nothing was changed then.
    """
    using = configuration().database
    with transaction.atomic(using=using):
        # Before anything is read: SQLite gives the write lock to nobody whose view is out of date.
        DjangoLink(using).reserve()
        mark = locked(using, bridge.name, bridge.ref_of(pk))
        ticket = next(iter(bridge.tickets(using).filter(pk=pk)), None)
        there = desk()
        if ticket is None:
            return _end(there, bridge, mark)
        state, told = None, False
        if not mark.known:
            state, told = _admit(there, bridge, ticket, mark), True
        elif messages or every_message:
            found = _said(bridge, ticket, () if every_message else messages)
            told = sum(_say(there, bridge, mark, *one) for one in found) > 0
        return _update(there, bridge, ticket, mark, state) or told


def _said(bridge: TicketBridge, ticket: Any, only: Collection[object] = ()) -> list[tuple[str, Reported]]:
    """What the messages of a ticket say, those that say something: by what each is recognised, and what it means."""
    if bridge.messages is None:
        return []
    which = {"pk__in": list(only)} if only else {bridge.messages.ticket: ticket}
    rows = bridge.messages_of(configuration().database).filter(**which)
    found = [(bridge.identity(row), bridge.said(row, ticket)) for row in rows]
    return [(identity, replace(said, at=_instant(said.at))) for identity, said in found if said is not None]


# --- what a row says ---------------------------------------------------------------------------


def describe(bridge: TicketBridge, ticket: Any, seen: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of a ticket's state. `started` is true from when somebody has taken it up."""
    said = {
        "status": bridge.status_of(ticket),
        "agent": bridge.assignee_of(ticket),
        "group": bridge.group_of(ticket),
        "level": bridge.level_of(ticket),
        "priority_class": bridge.priority_class_of(ticket),
    }
    state: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    state["attributes"] = dict(bridge.attributes_of(ticket))
    state["started"] = bool(seen.get("started") or state.get("agent"))
    if not state["started"] and "status" in state:
        state["status"] = bridge.untouched.get(state["status"], state["status"])
    return bridge.settle(ticket, state, seen)


def differs(seen: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """What of a state has not been reported, as keywords of `observe`."""
    nothing = {"agent": "", "group": ""}
    changed = {
        name: value
        for name, value in state.items()
        if name in _OBSERVED and value != seen.get(name, nothing.get(name))
    }
    known = seen.get("attributes", {})
    attributes = {name: value for name, value in state["attributes"].items() if known.get(name) != value}
    return {**changed, "attributes": attributes} if attributes else changed


def _update(there: Desk, bridge: TicketBridge, ticket: Any, mark: Mark, state: dict[str, Any] | None) -> bool:
    """Report the state of a row where it differs from what was reported; described anew, if it was not just now."""
    state = describe(bridge, ticket, mark.seen) if state is None else state
    changed = differs(mark.seen, state)
    if "status" in changed and _merge(there, bridge, ticket, mark):
        del changed["status"]
    if changed:
        there.observe(ref=mark.ref, at=_past(_changed_at(bridge, ticket)), **changed)
    if mark.gone or not mark.known or mark.seen != {**mark.seen, **state}:
        mark.seen, mark.gone, mark.known = {**mark.seen, **state}, False, True
        mark.save()
    return bool(changed)


def _merge(there: Desk, bridge: TicketBridge, ticket: Any, mark: Mark) -> bool:
    """Merge what the host has merged; False if it has not, or if the lifecycle or a missing ticket forbids it."""
    target = bridge.merged_into(ticket)
    if target is None:
        return False
    try:
        there.merge(ref=mark.ref, into_ref=bridge.ref_of(target), by=HOST)
    except (Refused, TicketNotFound):
        return False
    return True


def _past(at: datetime | None) -> datetime | None:
    """An instant that is worth saying: None for what happens now."""
    if at is None or not timedelta() < _now() - at > _LIVE:
        return None
    return at


def _instant(at: datetime) -> datetime:
    """An instant: without a zone, as a project with `USE_TZ = False` keeps them, it is of the project's zone."""
    return timezone.make_aware(at, timezone.get_default_timezone()) if timezone.is_naive(at) else at


def _opened_at(bridge: TicketBridge, ticket: Any, now: datetime) -> datetime:
    at = bridge.opened_at_of(ticket)
    return now if at is None else min(_instant(at), now)


def _changed_at(bridge: TicketBridge, ticket: Any) -> datetime | None:
    at = bridge.changed_at_of(ticket)
    return None if at is None else _instant(at)


def _now() -> datetime:
    clock = configuration().ports.get("clock")
    return datetime.now(UTC) if clock is None else clock.now()


# --- messages ----------------------------------------------------------------------------------


def _say(there: Desk, bridge: TicketBridge, mark: Mark, identity: str, said: Reported) -> bool:
    if not is_first(mark.using, bridge.name, identity):
        return False
    there.observe(ref=mark.ref, at=_past(said.at), **_fact(said))
    if said.kind == "reply":
        mark.seen = {**mark.seen, "started": True}
    return True


def _fact(said: Reported) -> dict[str, Any]:
    given: dict[str, Any] = {"body": said.body, "channel": said.channel, "automatic": said.automatic}
    if said.kind == "reply":
        return {**given, "replied": True, **({"by": Agent(said.by)} if said.by else {})}
    if said.kind == "requester":
        return {**given, "requester_wrote": True}
    return {**given, "by": Requester(said.by or "stranger")}


# --- the first time, and the last --------------------------------------------------------------


def _admit(there: Desk, bridge: TicketBridge, ticket: Any, mark: Mark) -> dict[str, Any] | None:
    """Have the desk know a ticket: as a new one, or with its past if it is old, or if its messages are.

    Only an adopted ticket has each message at its own instant.

    Returns:
        Its state as the row says it; None if that is to be described anew.
    """
    if there.get_many(refs=[mark.ref]):
        return None
    state = describe(bridge, ticket, {})
    now = _now()
    opened = _opened_at(bridge, ticket, now)
    found = _said(bridge, ticket)
    if now - opened > bridge.fresh or any(_past(said.at) is not None for _, said in found):
        _adopt(there, bridge, ticket, mark, state, opened, found)
        return None
    _open(there, bridge, ticket, mark, state, opened)
    for one in found:
        _say(there, bridge, mark, *one)
    return None if found else state


def _described(bridge: TicketBridge, ticket: Any, state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": bridge.subject_of(ticket),
        "channel": bridge.channel_of(ticket),
        "group": state.get("group") or None,
        "assignee": state.get("agent") or None,
        "level": state.get("level"),
        "priority_class": state.get("priority_class"),
        "attributes": {name: value for name, value in state["attributes"].items() if value is not None},
    }


def _open(
    there: Desk, bridge: TicketBridge, ticket: Any, mark: Mark, state: dict[str, Any], opened: datetime
) -> None:
    opening = there.open(
        ref=mark.ref,
        requester=Requester(bridge.requester_of(ticket), **bridge.describe_requester(ticket)),
        body=bridge.body_of(ticket),
        opened_at=_past(opened),
        **_described(bridge, ticket, state),
    )
    mark.seen = {**state, "status": opening.ticket.status}


def _adopt(
    there: Desk,
    bridge: TicketBridge,
    ticket: Any,
    mark: Mark,
    state: dict[str, Any],
    opened: datetime,
    found: Iterable[tuple[str, Reported]],
) -> None:
    history: list[dict[str, Any]] = [
        {"at": opened, "requester_wrote": True, "body": body} for body in [bridge.body_of(ticket)] if body
    ]
    for identity, said in found:
        if is_first(mark.using, bridge.name, identity):
            given = {name: value for name, value in _fact(said).items() if value is not None}
            history.append({"at": min(max(said.at, opened), _now()), **given})
    answered = any(fact.get("replied") for fact in history)
    state = {**state, **describe(bridge, ticket, {"started": answered})}
    status = state.get("status")
    first = lifecycle_of(there.policy).initial
    if status is not None and status != first:
        latest = max([opened, *(fact["at"] for fact in history)])
        changed = _changed_at(bridge, ticket) or latest
        history.append({"at": min(max(changed, latest), _now()), "status": status})
    there.adopt(
        mark.ref,
        opened,
        first,
        history,
        requester=bridge.requester_of(ticket),
        **_described(bridge, ticket, state),
    )
    mark.seen = state


def _end(there: Desk, bridge: TicketBridge, mark: Mark) -> bool:
    """The host has deleted a ticket: its clocks end."""
    if mark.gone or not mark.known:
        if not mark.known:
            mark.forget()
        return False
    ticket = there.get_many(refs=[mark.ref]).get(mark.ref)
    if ticket is not None and ticket.is_open:
        there.observe(ref=mark.ref, status=bridge.gone)
    mark.seen, mark.gone = {**mark.seen, "status": bridge.gone}, True
    mark.save()
    return True
