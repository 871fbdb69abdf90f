"""Searches: each reads an index in the order that was asked for, or the few rows that a filter leaves.

A search of open and ended tickets alike is two searches, one of each half, whose answers the database merges; and so is the
rest of an order in which None comes last: what is beyond a value, and what has none.

Before, it is asked how many rows each filter leaves in each half. SQLite has no such numbers: they are counted, up to some.
PostgreSQL does not know that no ended ticket has an open one's status, and would go through all of them to find that out.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from typing import Any, NamedTuple

from supportflow.exceptions import InvalidInput
from supportflow.model.storage import Query, TicketRow
from supportflow.stores.sql.backends import Backend, Cursor, names
from supportflow.stores.sql.columns import TICKET

__all__ = ["read_ticket_row", "search"]

FLAGS = frozenset({"open", "queued"})
NULLABLE = frozenset({"due_us"})
NARROW = frozenset(
    {"status", "status_category", "group", "assignee", "requester", "channel", "category", "priority_class", "level"}
)  # fmt: skip
"""Filters with an index of their own."""
ORDERED = {
    **dict.fromkeys(("group", "assignee", "priority_class"), ("rank", "level", "order_us", "id")),
    "requester": ("touched_us", "id"),
}
"""Filters whose index goes on with an order."""
FEW = 1_000
"""So many rows are read and sorted sooner than others are passed over."""
_OPEN, _QUEUED = TICKET.index("open"), TICKET.index("queued")

Condition = tuple[str, tuple[Any, ...]]
"""A condition and its values."""


def read_ticket_row(row: Sequence[Any]) -> TicketRow:
    """A ticket's row from the columns `TICKET`. SQLite keeps booleans as numbers."""
    values = list(row)
    values[_OPEN], values[_QUEUED] = bool(values[_OPEN]), bool(values[_QUEUED])
    return TicketRow(*values)


def search(cursor: Cursor, backend: Backend, tenant: str, query: Query) -> tuple[TicketRow, ...]:
    """The rows that match, in the query's order. Archived ones do not.

    Raises:
        InvalidInput: If a column is not one of a ticket's row.
    """
    unknown = {*query.equal, *query.order} - set(TICKET)
    if unknown:
        raise InvalidInput("query", f"has no column {min(unknown)!r}")
    halves = _halves(cursor, backend, tenant, query)
    if not halves:
        return ()
    statement, values = _statement(backend, tenant, query, halves)
    cursor.execute(backend.sql(statement), values)
    return tuple(map(read_ticket_row, cursor.fetchall()))


class _Half(NamedTuple):
    """A part of the tickets.

    Attributes:
        open: Open ones, ended ones, or both.
        driving: The filter whose index SQLite must read; None where the database chooses.
    """

    open: bool | None
    driving: str | None = None


def _halves(cursor: Cursor, backend: Backend, tenant: str, query: Query) -> list[_Half]:
    """The halves in which something can be found."""
    if "open" in query.equal:
        flags = [bool(query.equal["open"])]
    elif "queued" in query.equal or query.order == ("id",):
        return [_Half(None)]
    else:
        flags = [True, False]
    asked = [name for name in query.equal if name in NARROW]
    if not asked or (len(asked) == 1 and ORDERED.get(asked[0]) == query.order):
        return [_Half(flag) for flag in flags]
    count = _count if backend.name == "sqlite" else _exists
    counts = [count(backend, tenant, name, query.equal[name], flag) for flag, name in product(flags, asked)]
    cursor.execute(
        backend.sql(f"SELECT {', '.join(text for text, _ in counts)}"),
        tuple(value for _, given in counts for value in given),
    )
    found = iter(cursor.fetchone())
    halves: list[_Half] = []
    for flag in flags:
        fewest, name = min((next(found) or 0, name) for name in asked)
        if fewest:
            halves.append(_Half(flag, name if backend.name == "sqlite" and fewest <= FEW else None))
    return halves


def _count(backend: Backend, tenant: str, name: str, value: object, flag: bool) -> Condition:
    """How many rows of a half a filter leaves, up to one more than few."""
    conditions = [("tenant = ?", (tenant,)), _equal(backend, name, value), _equal(backend, "open", flag)]
    text, given = _where(conditions)
    return f"(SELECT count(*) FROM (SELECT 1 FROM supportflow_ticket {text} LIMIT ?))", (*given, FEW + 1)


def _exists(backend: Backend, tenant: str, name: str, value: object, flag: bool) -> Condition:
    """1 if a filter leaves a row of a half.

    It is asked what comes next in the filter's index. Were it asked plainly, PostgreSQL could go through another one, or
    through the table, in the belief that it must meet such a row soon.
    """
    end = f'ORDER BY "{name}", "open" LIMIT 1'
    if value is None:
        text, given = _where(
            [("tenant = ?", (tenant,)), (f'"{name}" IS NULL', ()), _equal(backend, "open", flag)]
        )
        return f"(SELECT 1 FROM supportflow_ticket {text} {end})", given
    text, given = _where([("tenant = ?", (tenant,)), (f'("{name}", "open") >= (?, {flag})', (value,))])
    is_it = f'CASE WHEN "{name}" = ? AND "open" = {flag} THEN 1 END'
    return f"(SELECT {is_it} FROM supportflow_ticket {text} {end})", (value, *given)


def _where(conditions: Iterable[Condition]) -> tuple[str, tuple[Any, ...]]:
    kept = tuple(conditions)
    return f"WHERE {' AND '.join(text for text, _ in kept)}", tuple(
        value for _, given in kept for value in given
    )


def _statement(
    backend: Backend, tenant: str, query: Query, halves: Sequence[_Half]
) -> tuple[str, tuple[Any, ...]]:
    """One search, or several that are merged."""
    columns = names(TICKET)
    selects: list[str] = []
    values: list[tuple[Any, ...]] = []
    equal = {name: value for name, value in query.equal.items() if name != "open"}
    for half, beyond in product(halves, _beyond(query)):
        compared = equal if half.open is None else {"open": half.open, **equal}
        same = (
            _equal(backend, *one, _sign(backend, query, one[0], half.driving)) for one in compared.items()
        )
        text, given = _where([("tenant = ?", (tenant,)), *same, *beyond])
        selects.append(f"SELECT {columns} FROM supportflow_ticket {text}")
        values.append(given)
    if len(selects) == 1:
        order = _ordering(backend, query, "+" if halves[0].driving else "")
        return f"{selects[0]} ORDER BY {order} LIMIT ?", (*values[0], query.limit)
    order = _ordering(backend, query)
    if (
        backend.name == "sqlite"
    ):  # merges what comes in order; PostgreSQL does so where each part has its own limit
        return f"{' UNION ALL '.join(selects)} ORDER BY {order} LIMIT ?", (*chain(*values), query.limit)
    union = " UNION ALL ".join(f"({select} ORDER BY {order} LIMIT ?)" for select in selects)
    limited = chain(*((*given, query.limit) for given in values))
    return f"SELECT {columns} FROM ({union}) AS found ORDER BY {order} LIMIT ?", (*limited, query.limit)


def _equal(backend: Backend, name: str, value: object, sign: str = "") -> Condition:
    if name in FLAGS:
        return sign + backend.flag(name, value), ()
    if value is None:
        return f'{sign}"{name}" IS NULL', ()
    return f'{sign}"{name}" = ?', (value,)


def _ordering(backend: Backend, query: Query, sign: str = "") -> str:
    direction = f" DESC{backend.earlier}" if query.descending else f" ASC{backend.later}"
    plain = " DESC" if query.descending else ""
    return ", ".join(f'{sign}"{name}"{direction if name in NULLABLE else plain}' for name in query.order)


def _sign(backend: Backend, query: Query, name: str, driving: str | None) -> str:
    """Keeps SQLite from the index of a column that another one is better for: a column with a sign is compared only."""
    if backend.name != "sqlite":
        return ""
    read = (
        {driving} if driving else {*FLAGS, *(one for one, order in ORDERED.items() if order == query.order)}
    )
    return "" if name in read else "+"


def _beyond(query: Query) -> Iterator[tuple[Condition, ...]]:
    """The conditions for rows beyond the place that the query goes on from, None being beyond every value.

    Comparisons of whole rows, for these are what an index answers; none of them is met by two of the alternatives.
    """
    order, after, last = query.order, query.after, not query.descending
    if after is None:
        yield ()
        return

    def further(columns: Sequence[str], values: Sequence[Any]) -> Condition:
        return f"({names(columns)}) {'>' if last else '<'} ({', '.join('?' * len(columns))})", tuple(values)

    at = next((number for number, name in enumerate(order) if name in NULLABLE), None)
    if at is None:
        yield (further(order, after),)
        return
    if at:
        yield (further(order[:at], after[:at]),)
    same: tuple[Condition, ...] = tuple(
        (f'"{name}" = ?', (value,)) for name, value in zip(order[:at], after[:at], strict=True)
    )
    missing = f'"{order[at]}" IS '
    if after[at] is not None:
        yield (*same, further(order[at:], after[at:]))
    else:
        yield (*same, (f"{missing}NULL", ()), further(order[at + 1 :], after[at + 1 :]))
    if (after[at] is None) is not last:
        yield (*same, (f"{missing}{'NULL' if last else 'NOT NULL'}", ()))
