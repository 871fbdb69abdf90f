"""Search."""

# ruff: noqa: PLR2004 - numbers are the point of a test

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from supportflow.model.storage import Commit, Committed, Query, StreamChange, TicketRow
from supportflow.testing.conformance.suite import TENANT, Suite, event_rows, ticket_row

_VALUES: dict[str, tuple[Any, ...]] = {
    "status": ("new", "open", "closed"),
    "group": (None, "desk", "cards"),
    "assignee": (None, "sam", "kim"),
    "requester": ("ana", "bob", "cleo"),
    "channel": ("web", "mail"),
    "category": (None, "aml"),
    "priority_class": ("security", "general"),
    "level": (1, 2, 3),
    "queued": (False, True),
}
_TIMES = ("order_us", "opened_us", "touched_us", "updated_us")
_ORDERS: tuple[tuple[Any, ...], ...] = (
    ("rank", "level", "order_us", "id"),
    ("opened_us", "id"),
    ("touched_us", "id"),
    ("updated_us", "id"),
    ("due_us", "id"),
    ("level", "due_us", "id"),
    ("id",),
)


def _some_row(ticket_id: str, version: int, chance: random.Random) -> TicketRow:
    """A row of values that many others have, too."""
    columns: dict[str, Any] = {name: chance.choice(values) for name, values in _VALUES.items()}
    columns |= {name: chance.randrange(5) for name in _TIMES}
    is_open = columns["status"] != "closed"
    return ticket_row(
        ticket_id,
        version,
        **columns,
        open=is_open,
        status_category=columns["status"],
        rank=0 if columns["priority_class"] == "security" else 2,
        due_us=chance.choice([None, *range(5)]),
    )


def _some_query(chance: random.Random, rows: Sequence[TicketRow]) -> Query:
    names = chance.sample(["open", *_VALUES], chance.choice([0, 0, 1, 1, 2, 3]))
    equal = {name: chance.choice(_VALUES.get(name, (False, True))) for name in names}
    order, last = chance.choice(_ORDERS), chance.choice([None, *rows])
    after = None if last is None else tuple(getattr(last, column) for column in order)
    return Query(equal, order, after, chance.choice([1, 5, 100]), chance.choice([False, True]))


def _read(rows: Iterable[TicketRow], query: Query) -> list[TicketRow]:
    """What a search finds, by looking at every row."""
    found = [row for row in rows if all(getattr(row, name) == value for name, value in query.equal.items())]
    if query.after is not None:
        last = _key(query.after)
        found = [
            row
            for row in found
            if (_place(row, query.order) < last if query.descending else _place(row, query.order) > last)
        ]
    found.sort(key=lambda row: _place(row, query.order), reverse=query.descending)
    return found[: query.limit]


def _place(row: TicketRow, order: tuple[str, ...]) -> list[tuple[bool, Any]]:
    return _key([getattr(row, column) for column in order])


def _key(values: Iterable[Any]) -> list[tuple[bool, Any]]:
    return [(value is None, 0 if value is None else value) for value in values]


class SearchPromises(Suite):
    """Filters, orders and pages."""

    def test_search_filters_by_every_column(self, store: Any) -> None:
        """Equal values, None among them; several columns at once."""
        rows = [
            ticket_row("a", group="desk", assignee=None, level=1, open=True),
            ticket_row(
                "b",
                group=None,
                assignee="sam",
                level=1,
                open=False,
                status="closed",
                status_category="closed",
            ),
            ticket_row(
                "c", group="desk", assignee="sam", level=2, requester="bob", channel="chat", category="x"
            ),
            ticket_row("d", priority_class="security", rank=0),
        ]
        self.put(store, *rows)

        def found(**equal: object) -> list[str]:
            return self.found(store.search(TENANT, Query(equal, ("id",), None, 10)))

        assert found() == ["a", "b", "c", "d"]
        assert found(group="desk") == ["a", "c"]
        assert found(group=None) == ["b", "d"]
        assert found(group="desk", assignee="sam") == ["c"]
        assert found(assignee=None, level=1) == ["a"]
        assert found(open=False) == found(status="closed") == found(status_category="closed") == ["b"]
        assert found(requester="bob") == found(channel="chat") == found(category="x") == ["c"]
        assert found(priority_class="security") == ["d"]
        assert found(group="nobody") == []
        assert found(queued=True) == []

    def test_search_finds_who_waits_for_an_agent(self, store: Any) -> None:
        """By id, in pages, and in the queue's order."""
        self.put(store, *(ticket_row(f"t{n}", queued=n % 2 == 0, rank=9 - n) for n in range(8)))
        first = store.search(TENANT, Query({"queued": True}, ("id",), None, 3))
        assert self.found(first) == ["t0", "t2", "t4"]
        assert self.found(store.search(TENANT, Query({"queued": True}, ("id",), ("t4",), 3))) == ["t6"]
        columns: Any = ("rank", "level", "order_us", "id")
        in_order = store.search(TENANT, Query({"queued": True}, columns, None, 9))
        assert self.found(in_order) == ["t6", "t4", "t2", "t0"]
        assert all(row.queued for row in in_order)

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize(
        "order", ["rank", "level", "order_us", "opened_us", "touched_us", "updated_us", "due_us"]
    )
    def test_search_orders_and_pages(self, store: Any, order: Any, descending: bool) -> None:
        """None last (first if descending), ties by id; pages of any size neither skip nor repeat."""
        values: list[Any] = [3, 1, 2, 1, 2**60, 0, 3]
        if order == "due_us":
            values += [None, None]
        rows = [ticket_row(f"t{number}", **{order: value}) for number, value in enumerate(values)]
        self.put(store, *rows)

        def key(row: TicketRow) -> tuple[Any, ...]:
            return getattr(row, order) is None, getattr(row, order) or 0, row.id

        expected = self.found(sorted(rows, key=key, reverse=descending))
        columns: Any = (order, "id")
        whole = store.search(TENANT, Query({}, columns, None, 100, descending))
        assert self.found(whole) == expected
        for size in (1, 2, 3, len(rows)):
            paged: list[str] = []
            after: tuple[Any, ...] | None = None
            while page := store.search(TENANT, Query({}, columns, after, size, descending)):
                assert len(page) <= size
                paged += self.found(page)
                after = tuple(getattr(page[-1], column) for column in columns)
            assert paged == expected

    def test_search_orders_by_the_queue_s_four_columns(self, store: Any) -> None:
        """Class, level, due time, id: from the middle of the queue, too."""
        rows = [
            ticket_row(f"t{number:02}", rank=number % 3, level=1 + number % 2, order_us=number // 6)
            for number in range(24)
        ]
        self.put(store, *reversed(rows))
        columns: Any = ("rank", "level", "order_us", "id")
        expected = sorted(rows, key=lambda row: (row.rank, row.level, row.order_us, row.id))
        assert list(store.search(TENANT, Query({}, columns, None, 100))) == expected
        middle = expected[11]
        after = (middle.rank, middle.level, middle.order_us, middle.id)
        assert list(store.search(TENANT, Query({}, columns, after, 5))) == expected[12:17]
        assert list(store.search(TENANT, Query({"level": 1}, columns, after, 50))) == [
            row for row in expected[12:] if row.level == 1
        ]

    @pytest.mark.parametrize("seed", range(4))
    def test_search_finds_what_a_reader_of_all_rows_finds(self, store: Any, seed: int) -> None:
        """Any filters in any order from any place on, while tickets come, change, end and are put away."""
        chance = random.Random(seed)  # noqa: S311 - no secret
        rows: dict[str, TicketRow] = {}
        versions: dict[str, int] = {}
        for step in range(150):
            name = f"t{chance.randrange(60):02}"
            before = versions.get(name, 0)
            versions[name] = before + 1
            rows[name] = _some_row(name, before + 1, chance)
            change = StreamChange(f"ticket:{name}", before, event_rows(before + 1, 1), rows[name])
            assert store.commit(Commit(TENANT, (change,))) == Committed()
            if step % 60 == 59 and "archive" not in self.without:
                old = [one for one, row in rows.items() if row.status == "closed" and row.updated_us < 2]
                assert store.archive(TENANT, 2, 100) == len(old)
                for one in old:
                    del rows[one]
            if step % 3 == 0:
                query = _some_query(chance, list(rows.values()))
                assert self.found(store.search(TENANT, query)) == self.found(_read(rows.values(), query)), (
                    query
                )
