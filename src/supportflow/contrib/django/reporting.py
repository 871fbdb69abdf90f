"""From a host's row to the desk: what has changed since it was last reported, in one transaction, under one lock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from supportflow.contrib.django.bridge import Reported, TicketBridge
from supportflow.contrib.django.conf import configuration, lifecycle_of
from supportflow.contrib.django.desks import desk, settle
from supportflow.contrib.django.link import reserved
from supportflow.contrib.django.marks import Mark, is_first, locked
from supportflow.contrib.django.rows import messages_named, messages_of, ticket_of
from supportflow.desk import Desk
from supportflow.exceptions import DuplicateRef, Refused, TicketNotFound
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
    settle()
    # The lock before anything is read: SQLite gives it to nobody whose view is out of date.
    with transaction.atomic(using=using), reserved(using):
        mark = locked(using, bridge.name, bridge.ref_of(pk))
        ticket = ticket_of(bridge, pk, using)
        there = desk()
        if ticket is None:
            return _end(there, bridge, mark)
        if not mark.known:
            _update(there, bridge, ticket, mark, _admit(there, bridge, ticket, mark))
            return True
        new = list[Reported]()
        if messages or every_message:
            new = _unsaid(bridge, mark, _said(bridge, ticket, () if every_message else messages))
        for said in new[:-1]:
            _say(there, mark, said)
        return _update(there, bridge, ticket, mark, last=new[-1] if new else None) or bool(new)


def _said(bridge: TicketBridge, ticket: Any, only: Collection[object] = ()) -> list[tuple[str, Reported]]:
    """What the messages of a ticket say, those that say something: by what each is recognised, and what it means."""
    if bridge.messages is None:
        return []
    using = configuration().database
    rows = messages_named(bridge, list(only), using) if only else messages_of(bridge, ticket, using)
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


def _update(
    there: Desk,
    bridge: TicketBridge,
    ticket: Any,
    mark: Mark,
    state: dict[str, Any] | None = None,
    last: Reported | None = None,
) -> bool:
    """Report the state of a row where it differs from what was reported; described anew, if it was not just now.

    An answer by which a ticket is taken up is reported with that: it is one thing that happened, and one decision.
    """
    seen = {**mark.seen, "started": True} if last is not None and last.kind == "reply" else mark.seen
    state = describe(bridge, ticket, seen) if state is None else state
    changed = differs(seen, state)
    said: dict[str, Any] = {}
    if last is not None:
        if _past(last.at) is None and _takes_up(bridge, seen, changed):
            said = _fact(last)
        else:
            _say(there, mark, last)
    if "status" in changed and _merge(there, bridge, ticket, mark):
        del changed["status"]
    if changed:
        at = None if said else _past(_changed_at(bridge, ticket))
        there.observe(ref=mark.ref, at=at, **said, **changed)
    if mark.gone or not mark.known or mark.seen != {**seen, **state}:
        mark.seen, mark.gone, mark.known = {**seen, **state}, False, True
        mark.save()
    return bool(changed or last)


def _takes_up(bridge: TicketBridge, seen: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Whether all that has changed is that somebody has taken a ticket up."""
    return changed.keys() == {"status"} and seen.get("status") == bridge.untouched.get(changed["status"])


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


def _say(there: Desk, mark: Mark, said: Reported) -> None:
    there.observe(ref=mark.ref, at=_past(said.at), **_fact(said))
    if said.kind == "reply":
        mark.seen = {**mark.seen, "started": True}


def _unsaid(bridge: TicketBridge, mark: Mark, found: Iterable[tuple[str, Reported]]) -> list[Reported]:
    """What was not reported before; it is noted as reported."""
    return [said for identity, said in found if is_first(mark.using, bridge.name, identity)]


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
    found = _said(bridge, ticket)
    state = describe(bridge, ticket, {})
    now = _now()
    opened = _opened_at(bridge, ticket, now)
    if now - opened > bridge.fresh or any(_past(said.at) is not None for _, said in found):
        if not there.get_many(refs=[mark.ref]):
            _adopt(there, bridge, ticket, mark, state, opened, found)
        return None
    try:
        _open(there, bridge, ticket, mark, state, opened)
    except DuplicateRef:  # the host's own code has opened it
        return None
    for said in _unsaid(bridge, mark, found):
        _say(there, mark, said)
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
    described, body = _described(bridge, ticket, state), bridge.body_of(ticket)
    if not described["subject"].strip() and not body.strip():
        described["subject"] = mark.ref  # a ticket without any words
    opening = there.open(
        ref=mark.ref,
        requester=Requester(bridge.requester_of(ticket), **bridge.describe_requester(ticket)),
        body=body,
        opened_at=_past(opened),
        **described,
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
    for said in _unsaid(bridge, mark, found):
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
