"""Which texts the desk's policy seals: no proof opens them, whoever has the store and the log."""

from collections.abc import Sequence

from supportflow.flows.rows import read_row
from supportflow.model.events import EventBase, PolicyPublished
from supportflow.model.storage import EventRow
from supportflow.policy import CompiledPolicy, Policy
from supportflow.ports import Store

__all__ = ["published_policy", "sealed_rows"]


def published_policy(store: Store, tenant: str) -> Policy | None:
    """The policy that a desk of a tenant took into use last; None if none ever did."""
    # Of the other kinds, some may be of a newer release, and none is needed.
    rows = [row for row in store.events(tenant, "desk") if row.kind == "policy_published"]
    events = map(read_row, rows)
    fingerprints = [event.fingerprint for event in events if isinstance(event, PolicyPublished)]
    document = store.get_policy(tenant, fingerprints[-1]) if fingerprints else None
    return None if document is None else Policy.stored(document)


def sealed_rows(store: Store, tenant: str, stored: Sequence[EventRow]) -> frozenset[str]:
    """Ids of the content rows of a ticket that are sealed."""
    policy = published_policy(store, tenant)
    if policy is None or policy.access is None or not policy.access.rules:
        return frozenset()
    index = CompiledPolicy(policy).access
    events = [read_row(row) for row in stored]
    return frozenset(index.sealed(events, _before(store, tenant, events)))


def _before(store: Store, tenant: str, events: Sequence[EventBase]) -> list[list[EventBase]]:
    """The events of the tickets that a ticket follows or was split from, the nearest first."""
    found: dict[str, list[EventBase]] = {}
    waiting = _came_from(events)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = [read_row(row) for row in store.events(tenant, f"ticket:{name}")]
            waiting += _came_from(found[name])
    return list(found.values())


def _came_from(events: Sequence[EventBase]) -> list[str]:
    first = events[0] if events else None
    return [one for name in ("split_from", "follow_up_of") if (one := getattr(first, name, None))]
