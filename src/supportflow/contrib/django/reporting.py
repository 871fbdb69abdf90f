"""From a host's row to the desk: what has changed since it was last reported, in one transaction, under one lock."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from supportflow.contrib.django.bridge import Said, TicketBridge
from supportflow.contrib.django.conf import configuration, lifecycle_of
from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.link import DjangoLink
from supportflow.desk import Desk
from supportflow.exceptions import Refused, TicketNotFound
from supportflow.model.people import HOST, Agent, Requester

__all__ = ["describe", "differs", "report"]

_OBSERVED = frozenset({"status", "agent", "group", "level", "priority_class"})
_LIVE = timedelta(seconds=5)
"""What is younger than this happens now, as far as the desk is concerned."""


def report(bridge: TicketBridge, pk: object, message: object = None, *, every_message: bool = False) -> bool:
    """Tell the desk what has changed of a ticket since it was last told; of an unknown one, all there is.

    The row is read anew, under a lock of its mark: of two processes that report one ticket, the later sees what the earlier
    has told, and the last state of the row is what the desk is left with.

    Args:
        bridge: Whose ticket it is.
        pk: Its primary key.
        message: Primary key of a message of it that may be new.
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
        mark = _marked(bridge, bridge.ref_of(pk), using)
        ticket = bridge.tickets(using).filter(pk=pk).first()
        there = desk()
        if ticket is None:
            return _end(there, bridge, mark)
        told = False
        if not mark.known:
            _admit(there, bridge, ticket, mark)
            told = True
        elif message is not None or every_message:
            rows = bridge.messages_of(using).filter(**_which(bridge, ticket, message))
            told = sum(_say(there, bridge, ticket, mark, row) for row in rows) > 0
        return _update(there, bridge, ticket, mark) or told


def _which(bridge: TicketBridge, ticket: Any, message: object) -> dict[str, Any]:
    assert bridge.messages is not None
    return {bridge.messages.ticket: ticket} if message is None else {"pk": message}


def _marked(bridge: TicketBridge, ref: str, using: str) -> Any:
    """The mark of a ticket, locked until the transaction ends."""
    from supportflow.contrib.django.models import Bridged  # noqa: PLC0415 - models exist once the apps are loaded

    marks = Bridged.objects.using(using).select_for_update()
    found = marks.filter(bridge=bridge.name, ref=ref).first()
    if found is not None:
        return found
    try:
        with transaction.atomic(using=using):
            return Bridged.objects.using(using).create(bridge=bridge.name, ref=ref)
    except IntegrityError:  # somebody was faster, and has committed
        return marks.get(bridge=bridge.name, ref=ref)


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


def _update(there: Desk, bridge: TicketBridge, ticket: Any, mark: Any) -> bool:
    state = describe(bridge, ticket, mark.seen)
    changed = differs(mark.seen, state)
    if "status" in changed and _merge(there, bridge, ticket, mark):
        del changed["status"]
    if changed:
        there.observe(ref=mark.ref, at=_past(bridge.changed_at_of(ticket)), **changed)
    if mark.gone or mark.seen != {**mark.seen, **state}:
        mark.seen, mark.gone = {**mark.seen, **state}, False
        mark.save()
    return bool(changed)


def _merge(there: Desk, bridge: TicketBridge, ticket: Any, mark: Any) -> bool:
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
    if at is None or not timedelta() < _now() - at.astimezone(UTC) > _LIVE:
        return None
    return at


def _now() -> datetime:
    clock = configuration().ports.get("clock")
    return datetime.now(UTC) if clock is None else clock.now()


# --- messages ----------------------------------------------------------------------------------


def _say(there: Desk, bridge: TicketBridge, ticket: Any, mark: Any, row: Any) -> bool:
    said = bridge.said(row, ticket)
    if said is None or not _first(bridge, bridge.identity(row)):
        return False
    there.observe(ref=mark.ref, at=_past(said.at), **_fact(said))
    if said.kind == "reply":
        mark.seen = {**mark.seen, "started": True}
    return True


def _first(bridge: TicketBridge, identity: str) -> bool:
    """Note that a message is reported; False if it was before."""
    from supportflow.contrib.django.models import BridgedMessage  # noqa: PLC0415 - as above

    using = configuration().database
    _, is_new = BridgedMessage.objects.using(using).get_or_create(bridge=bridge.name, message=identity)
    return is_new


def _fact(said: Said) -> dict[str, Any]:
    given: dict[str, Any] = {"body": said.body, "channel": said.channel, "automatic": said.automatic}
    if said.kind == "reply":
        return {**given, "replied": True, **({"by": Agent(said.by)} if said.by else {})}
    if said.kind == "requester":
        return {**given, "requester_wrote": True}
    return {**given, "by": Requester(said.by or "stranger")}


# --- the first time, and the last --------------------------------------------------------------


def _admit(there: Desk, bridge: TicketBridge, ticket: Any, mark: Any) -> None:
    """Have the desk know a ticket: as a new one, or with its past if it is old."""
    state = describe(bridge, ticket, {})
    now = _now()
    opened = min(bridge.opened_at_of(ticket) or now, now)
    if not there.get_many(refs=[mark.ref]):
        if now - opened <= bridge.fresh and not _has_past(bridge, ticket):
            _open(there, bridge, ticket, mark, state, opened)
        else:
            _adopt(there, bridge, ticket, mark, state, opened)
    mark.known = True
    mark.save()


def _has_past(bridge: TicketBridge, ticket: Any) -> bool:
    """Whether messages of a ticket are older than its first report: only an adopted ticket has each at its own instant."""
    if bridge.messages is None:
        return False
    rows = bridge.messages_of(configuration().database).filter(**_which(bridge, ticket, None))
    said = [bridge.said(row, ticket) for row in rows]
    return any(one is not None and _past(one.at) is not None for one in said)


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
    there: Desk, bridge: TicketBridge, ticket: Any, mark: Any, state: dict[str, Any], opened: datetime
) -> None:
    opening = there.open(
        ref=mark.ref,
        requester=Requester(bridge.requester_of(ticket), **bridge.describe_requester(ticket)),
        body=bridge.body_of(ticket),
        opened_at=_past(opened),
        **_described(bridge, ticket, state),
    )
    mark.seen = {**state, "status": opening.ticket.status}
    if bridge.messages is not None:
        rows = bridge.messages_of(configuration().database).filter(**_which(bridge, ticket, None))
        for row in rows:
            _say(there, bridge, ticket, mark, row)


def _adopt(
    there: Desk, bridge: TicketBridge, ticket: Any, mark: Any, state: dict[str, Any], opened: datetime
) -> None:
    history: list[dict[str, Any]] = [
        {"at": opened, "requester_wrote": True, "body": body} for body in [bridge.body_of(ticket)] if body
    ]
    history += list(_past_messages(bridge, ticket, opened, _now()))
    answered = any(fact.get("replied") for fact in history)
    state = {**state, **describe(bridge, ticket, {"started": answered})}
    status = state.get("status")
    first = lifecycle_of(there.policy).initial
    if status is not None and status != first:
        latest = max([opened, *(fact["at"] for fact in history)])
        changed = bridge.changed_at_of(ticket) or latest
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


def _past_messages(
    bridge: TicketBridge, ticket: Any, opened: datetime, now: datetime
) -> Iterator[dict[str, Any]]:
    if bridge.messages is None:
        return
    for row in bridge.messages_of(configuration().database).filter(**_which(bridge, ticket, None)):
        said = bridge.said(row, ticket)
        if said is not None and _first(bridge, bridge.identity(row)):
            given = {name: value for name, value in _fact(said).items() if value is not None}
            yield {"at": min(max(said.at, opened), now), **given}


def _end(there: Desk, bridge: TicketBridge, mark: Any) -> bool:
    """The host has deleted a ticket: its clocks end."""
    if mark.gone or not mark.known:
        if not mark.known:
            mark.delete()
        return False
    ticket = there.get_many(refs=[mark.ref]).get(mark.ref)
    if ticket is not None and ticket.is_open:
        there.observe(ref=mark.ref, status=bridge.gone)
    mark.seen, mark.gone = {**mark.seen, "status": bridge.gone}, True
    mark.save()
    return True
