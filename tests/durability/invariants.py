"""What must be true of a store whatever was killed, cut or tried again; told as a list of what is not."""

import json
from collections import Counter, defaultdict

from supportflow.flows.rows import agent_row, read_row, ticket_row
from supportflow.kernel import fold
from supportflow.kernel.fold.agents import fold_agent
from supportflow.model.routing import AgentState
from supportflow.model.storage import Query, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.records import links, root

FAR_US = 1 << 61
BUSY = {"new", "open"}


def ticket_rows(store, tenant):
    return store.search(tenant, Query({}, ("id",), None, 10_000))


def ticket(row):
    return Ticket.model_validate_json(row.snapshot)


def agent(row):
    return AgentState.model_validate_json(row.snapshot)


def tickets(store, tenant):
    return [ticket(row) for row in ticket_rows(store, tenant)]


def history(store, tenant, ticket_id):
    return [read_row(row) for row in store.events(tenant, f"ticket:{ticket_id}")]


def violations(store, tenant, policy):
    """Of tickets and agents: numbered without a gap, a snapshot that is the fold, columns that are the kernel's.

    Args:
        store: Any store.
        tenant: Whose.
        policy: The compiled policy of all tickets.
    """
    held = defaultdict(dict)
    for ticket in tickets(store, tenant):
        agent = ticket.assignee or (ticket.routing.offer and ticket.routing.offer.agent)
        if agent and ticket.status_category in BUSY:
            held[agent][ticket.id] = ticket.assignee is None
    found = [one for row in ticket_rows(store, tenant) for one in _of_ticket(store, tenant, policy, row)]
    return found + [
        one for row in store.agents(tenant) for one in _of_agent(store, tenant, row, held[row.id])
    ]


def _gap(stored, row):
    numbers = [event.seq for event in stored]
    return (
        []
        if numbers == list(range(1, row.version + 1))
        else [f"{row.id}: version {row.version}, events {numbers}"]
    )


def _unchained(store, tenant, stream, stored):
    """Every event has its link in the chain, whatever was killed beside it."""
    chain = list(links(root(tenant, stream), stored))
    return (
        [] if list(store.links(tenant, stream)) == chain else [f"{stream}: links are not those of its events"]
    )


def _of_ticket(store, tenant, policy, row):
    stored = store.events(tenant, f"ticket:{row.id}")
    found = _gap(stored, row) + _unchained(store, tenant, f"ticket:{row.id}", stored)
    ticket = fold(map(read_row, stored), tenant=tenant)
    if Ticket.model_validate_json(row.snapshot) != ticket:
        found.append(f"ticket {row.ref}: the snapshot is not the fold of the events")
    expected = ticket_row(ticket, policy)
    names = [name for name in TicketRow.__slots__ if name != "snapshot"]
    wrong = [name for name in names if getattr(row, name) != getattr(expected, name)]
    if wrong:
        found.append(f"ticket {row.ref}: columns {wrong} are not what the events say")
    return found


def _of_agent(store, tenant, row, held):
    stored = store.events(tenant, f"agent:{row.id}")
    found = _gap(stored, row) + _unchained(store, tenant, f"agent:{row.id}", stored)
    state = fold_agent(map(read_row, stored))
    if AgentState.model_validate_json(row.snapshot) != state or row.available != agent_row(state).available:
        found.append(f"agent {row.id}: the row is not the fold of the events")
    if state.used > state.agent.capacity:
        found.append(f"agent {row.id}: holds {state.used} of {state.agent.capacity}")
    loads = {load.ticket_id: load.offered for load in state.load}
    if loads != held:
        found.append(f"agent {row.id}: loads {loads}, the tickets say {held}")
    return found


def spans(store, tenant, keys):
    """Keys that are not there, or whose events are also another key's."""
    found, owner = [], {}
    for key in keys:
        entry = store.recall(tenant, key)
        if entry is None:
            found.append(f"key {key} was forgotten")
            continue
        for stream, first, last in json.loads(entry.result)["events"]:
            for seq in range(first + 1, last + 1):
                first_owner = owner.setdefault((stream, seq), key)
                found += [f"event {seq} of {stream} is of {key} and of {first_owner}"] * (first_owner != key)
    return found


def deliveries(store, tenant, made, kinds, channels):
    """What is owed to handlers and channels for the events that are stored, against what they were given.

    Args:
        store: Any store.
        tenant: Whose.
        made: `(topic, ticket id, number of the event)` of each delivery, in order, repeats included.
        kinds: Kinds of events that handlers wait for.
        channels: Names of the channels.
    """
    found = []
    first = defaultdict(list)
    for topic, ticket_id, seq in dict.fromkeys(made):
        first[topic, ticket_id].append(seq)
    for ticket in tickets(store, tenant):
        owed = defaultdict(list)
        for seq, event in enumerate(history(store, tenant, ticket.id), 1):
            if event.kind in kinds and not getattr(event, "late", False):
                owed[f"event:{event.kind}"].append(seq)
            if event.kind == "reply_sent" and event.channel in channels:
                owed[f"channel:{event.channel}"].append(seq)
        for topic, seqs in owed.items():
            if first[topic, ticket.id] != seqs:
                found.append(f"{topic} of ticket {ticket.ref}: owed {seqs}, made {first[topic, ticket.id]}")
    return found


def actions(store, tenant, performed):
    """Each action that was approved is done or failed, recorded once, and was asked for under its one key."""
    found = []
    for ticket in tickets(store, tenant):
        recorded = Counter(
            event.number
            for event in history(store, tenant, ticket.id)
            if event.kind in {"action_done", "action_failed"}
        )
        for one in ticket.actions:
            if one.state in {"waiting", "rejected"}:
                continue
            if one.state not in {"done", "failed"} or recorded[one.id] != 1:
                found.append(
                    f"action {one.id} of {ticket.ref} is {one.state}, recorded {recorded[one.id]} times"
                )
            if f"{ticket.id}:action:{one.id}" not in performed:
                found.append(f"action {one.id} of {ticket.ref} was never asked for")
    return found


def left_over(store, tenant, topics):
    """Deliveries that nobody has made, and that somebody could. Claims them all: ask last."""
    found = [
        f"{lease.row.key} still waits" for lease in store.lease(tenant, FAR_US, FAR_US + 1, topics, 1_000)
    ]
    return found + [
        f"{letter.row.key} is dead: {letter.error}" for letter in store.dead_letters(tenant, 1_000)
    ]
