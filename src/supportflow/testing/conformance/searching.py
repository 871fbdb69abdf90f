"""Search."""

from typing import Any

import pytest

from supportflow.model.storage import Query, TicketRow
from supportflow.testing.conformance.suite import TENANT, Suite, ticket_row


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
    @pytest.mark.parametrize("order", ["rank", "level", "order_us", "opened_us", "updated_us", "due_us"])
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
